"""Name the state of a job in the words of the API, and compute its progress. Only this module names states."""

from collections.abc import Mapping
from typing import Literal

from sutradhar.domain.assets.asset import Asset
from sutradhar.domain.assets.slot import Slot
from sutradhar.domain.jobs.job import Job, JobState, StateEvent
from sutradhar.domain.jobs.job_times import measure_render

StateWord = Literal["pending", "running", "awaiting_approval", "success", "error", "canceled"]
"""The words of the API for the states of a job."""
_STATE: Mapping[JobState, StateWord] = {
    JobState.PLANNING: "pending",
    JobState.PRODUCING: "running",
    JobState.AWAITING_APPROVAL: "awaiting_approval",
    JobState.RENDERING: "running",
    JobState.SUCCEEDED: "success",
    JobState.FAILED: "error",
    JobState.CANCELLED: "canceled",
}

# start and end of each state on the progress bar, in percent, by its share of the time on two cores
_SPAN = {
    JobState.PLANNING: (0, 2),
    JobState.PRODUCING: (2, 25),
    JobState.AWAITING_APPROVAL: (2, 25),
    JobState.RENDERING: (25, 99),
    JobState.SUCCEEDED: (100, 100),
}
_NARRATION_PART = 0.45
"""The share of the assets' time, with a review, until all narrations are made."""


def compute_progress(job: Job, ready: int) -> float:
    """Return the finished fraction of the job, 0 to 1. ``ready``: the number of its finished assets."""
    state = job.state
    if state in (JobState.FAILED, JobState.CANCELLED):
        running = (JobState.RENDERING, JobState.PRODUCING, JobState.AWAITING_APPROVAL, JobState.PLANNING)
        state = next(s for s in running if s in job.entered_at)
    low, high = _SPAN[state]
    part = 0.0
    if state in (JobState.PRODUCING, JobState.AWAITING_APPROVAL) and job.requests:
        part = _measure_production(job, ready)
    elif state is JobState.RENDERING:
        part = measure_render(job)
    return (low + (high - low) * part) / 100


def _measure_production(job: Job, ready: int) -> float:
    """Return the share of the assets that are made, 0 to 1. With a review the narrations are a fixed part of it: a
    change of the plan may take some of them back."""
    share = ready / len(job.requests)
    if not job.requested_plan.review:
        return share
    if job.approved_at:
        return _NARRATION_PART + (1 - _NARRATION_PART) * share
    if JobState.AWAITING_APPROVAL in job.entered_at:
        return _NARRATION_PART
    return _NARRATION_PART * min(ready / max(len(job.due_requests), 1), 1.0)


def summarize_fallbacks(assets: Mapping[Slot, Asset]) -> list[str]:
    """Describe which provider replaced which others, for which assets and why: one line for each such group. ``assets``
    maps slots to assets."""
    slots: dict[tuple[str, str], dict[str, None]] = {}
    reasons: dict[tuple[str, str], dict[str, None]] = {}
    for slot, asset in assets.items():
        for missed in asset.fallbacks:
            slots.setdefault((asset.provider, missed.provider), {})[slot.label] = None
            reasons.setdefault((asset.provider, missed.provider), {})[missed.reason] = None
    return [
        f"{', '.join(names)} by {provider}, for {missed}: {'; '.join(reasons[provider, missed])}"
        for (provider, missed), names in slots.items()
    ]


def name_state(job: Job | StateEvent) -> StateWord:
    """Return the API's word for the state: ``pending`` until the scenes are written."""
    return _STATE[job.state]
