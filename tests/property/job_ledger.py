"""A record of what happened to jobs, kept by looking at them after each delivery: the metrics must tell the same."""

from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import datetime

from sutradhar.domain.jobs.job import Job, JobState
from sutradhar.domain.jobs.job_state import TRANSITIONS

_STEPS = {JobState.PLANNING: "plan", JobState.PRODUCING: "produce", JobState.RENDERING: "render"}
_BROKEN_OFF = (JobState.FAILED, JobState.CANCELLED)


class JobLedger:
    """Notes each move of a job with the time at which it was seen, which is also the time at which it was made."""

    def __init__(self, find_job: Callable[[str], Job], read_time: Callable[[], datetime]) -> None:
        self._find_job, self._read_time = find_job, read_time
        self._states: dict[str, tuple[JobState, datetime]] = {}
        self._work_sec: Counter[str] = Counter()
        self.steps: dict[str, list[float]] = defaultdict(list)
        """The seconds of each step that came to its end."""
        self.job_seconds: list[float] = []
        """The seconds of work of each video."""
        self.failures: Counter[tuple[str, str]] = Counter()
        """Failures by stage and cause."""
        self.timeouts = 0

    @property
    def states(self) -> Counter[JobState]:
        return Counter(state for state, _ in self._states.values())

    def observe(self, job_id: str) -> None:
        """Look at a job."""
        job = self._find_job(job_id)
        if job_id not in self._states:
            assert job.state is JobState.PLANNING
            self._states[job_id] = job.state, job.created_at
            return
        before, since = self._states[job_id]
        if job.state is before:
            return
        assert job.state in TRANSITIONS[before], f"{job_id}: {before} -> {job.state}"
        now = self._read_time()
        seconds = (now - since).total_seconds()
        self._states[job_id] = job.state, now
        if before in _STEPS:
            self._work_sec[job_id] += seconds  # type: ignore[assignment]  # a Counter may count seconds
            if job.state not in _BROKEN_OFF:
                self.steps[_STEPS[before]].append(seconds)
        if job.state is JobState.SUCCEEDED:
            self.job_seconds.append(self._work_sec[job_id])
        if job.state is JobState.FAILED:
            assert job.error
            self.failures[job.error.stage, "user" if job.error.is_user_error else "system"] += 1
            self.timeouts += job.error.is_timeout
