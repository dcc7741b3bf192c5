"""Note the times of a job's states at a transition, and keep what an earlier attempt reached."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sutradhar.domain.assets.slot import Slot
    from sutradhar.domain.assets.specs import AssetKind
    from sutradhar.domain.jobs.job import Job, JobState


def note_times(job: Job, state: JobState, now: datetime, *, is_broken_off: bool) -> dict[str, Any]:
    """Return the fields that change when ``job`` enters ``state``. ``is_broken_off``: its work is not done."""
    seconds = max((now - job.entered_at[job.state]).total_seconds(), 0.0) if job.state.is_at_work else 0.0
    return {
        "entered_at": {**job.entered_at, state: now},
        "left_at": job.left_at if is_broken_off or not job.state.is_at_work else {**job.left_at, job.state: now},
        "active_sec": job.active_sec + seconds,
        "updated_at": now,
    }


def note_kinds(job: Job, ready: Collection[Slot], now: datetime) -> Mapping[AssetKind, tuple[datetime, datetime]]:
    """Return start and end of each kind of assets that is finished: at ``now``, as far as is known, unless it was noted
    before. ``ready``: the slots of the finished assets."""
    missing = {request.kind for request in job.requests if request.slot not in ready}
    finished = {request.kind for request in job.requests} - missing
    start = job.entered_at[job.state]
    return {**dict.fromkeys(finished, (start, now)), **job.kind_times}


def begin_attempt(job: Job) -> dict[str, Any]:
    """Return the fields that change when a failed job goes on: its next renderer begins anew, but no caller sees less
    progress than before."""
    return {"failed_in": None, "execution": None, "progress": None, "rendered_share": measure_render(job)}


def measure_render(job: Job) -> float:
    """Return the share of the render, 0 to 1, that the best attempt reached."""
    return max(job.rendered_share, job.progress.done / job.progress.total if job.progress else 0.0)
