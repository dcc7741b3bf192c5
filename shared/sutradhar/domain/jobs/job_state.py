"""Name the states of a job, and the transitions between them."""

from collections.abc import Mapping
from enum import StrEnum


class JobState(StrEnum):
    PLANNING = "PLANNING"
    PRODUCING = "PRODUCING"
    AWAITING_APPROVAL = "AWAITING_APPROVAL"
    RENDERING = "RENDERING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"

    @property
    def is_terminal(self) -> bool:
        """True if the job has finished: only FAILED can be left again, by a retry."""
        return self in (JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED)

    @property
    def is_at_work(self) -> bool:
        """True if the job goes on by itself."""
        return self in (JobState.PLANNING, JobState.PRODUCING, JobState.RENDERING)


BROKEN_OFF = (JobState.FAILED, JobState.CANCELLED)
TRANSITIONS: Mapping[JobState, frozenset[JobState]] = {
    JobState.PLANNING: frozenset({JobState.PRODUCING, JobState.AWAITING_APPROVAL, *BROKEN_OFF}),
    JobState.PRODUCING: frozenset({JobState.AWAITING_APPROVAL, JobState.RENDERING, *BROKEN_OFF}),
    # nothing works on a waiting job, so it cannot fail
    JobState.AWAITING_APPROVAL: frozenset({JobState.PRODUCING, JobState.CANCELLED}),
    JobState.RENDERING: frozenset({JobState.SUCCEEDED, *BROKEN_OFF}),
    # a retry goes back to the state that failed; the assets that are finished by then stay
    JobState.FAILED: frozenset({JobState.PLANNING, JobState.PRODUCING, JobState.RENDERING}),
    JobState.SUCCEEDED: frozenset(),
    JobState.CANCELLED: frozenset(),
}
ENDED = {JobState.SUCCEEDED: "succeeded", JobState.FAILED: "failed", JobState.CANCELLED: "been cancelled"}
