"""Describe the steps of a job. Every job has the same steps in the same order, so that a fixed timeline fits all jobs.

A step that a job does not need is ``skipped``. ``subtitles`` is the timing of the captions, ``upload`` the storing of
the finished video and the check of the stored file. ``youtube_publish`` is skipped unless the video is to be
published on YouTube.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, get_args

from sutradhar.domain.assets.asset import Asset
from sutradhar.domain.assets.slot import Slot
from sutradhar.domain.assets.specs import AssetKind
from sutradhar.domain.core.base import Frozen
from sutradhar.domain.core.utc_time import UtcTime
from sutradhar.domain.jobs.job import Job, JobState
from sutradhar.domain.jobs.publication_note import YOUTUBE, PublicationNote

StepName = Literal[
    "planning", "images", "tts", "sounds", "music", "subtitles", "stitch", "upload", "youtube_publish", "completed"
]
StepState = Literal["pending", "running", "done", "skipped", "error", "canceled"]
STEPS: tuple[StepName, ...] = get_args(StepName)

_KIND_OF: Mapping[str, AssetKind] = {"images": "image", "tts": "narration", "sounds": "sound", "music": "music"}
_RENDER_STEPS: tuple[StepName, ...] = ("subtitles", "stitch", "upload")
_STORED_STAGES = ("gate", "done")
"""The stages of the renderer in which the video is stored already."""
_BROKEN_OFF: Mapping[JobState, StepState] = {JobState.FAILED: "error", JobState.CANCELLED: "canceled"}
_RUNNING = (JobState.PLANNING, JobState.PRODUCING, JobState.RENDERING, JobState.SUCCEEDED)


class StepStatus(Frozen):
    """One step. Steps that run at the same time share their times, and so do the steps of the render."""

    name: StepName
    state: StepState
    started_at: UtcTime | None
    finished_at: UtcTime | None


def list_steps(job: Job, by_slot: Mapping[Slot, Asset]) -> tuple[StepStatus, ...]:
    """Return all steps of ``job`` in their order. ``by_slot``: its finished assets."""
    current = _find_current_steps(job, by_slot)
    return tuple(_describe_step(job, by_slot, name, name in current) for name in STEPS)


def name_step(job: Job, by_slot: Mapping[Slot, Asset]) -> StepName:
    """Return the step at which the job is, or at which it ended. A job that waits for approval is at its narrations;
    one whose video goes to YouTube as soon as it is finished is completed only after that."""
    if job.state is JobState.SUCCEEDED:
        note = job.publications.get(YOUTUBE)
        return "youtube_publish" if note and _is_current(note, job.entered_at[job.state]) else "completed"
    return next(iter(_find_current_steps(job, by_slot)), "tts" if job.needs_approval else "subtitles")


_OF_PUBLICATION: Mapping[str, StepState] = {
    "uploading": "running",
    "uploaded": "running",
    "published": "done",
    "failed": "error",
    "canceled": "canceled",
}
"""The state of the step by that of the publication; otherwise it is pending."""


def _describe_publication(note: PublicationNote) -> StepStatus:
    """Return the step of a job whose video is to be published on YouTube."""
    state = _OF_PUBLICATION.get(note.state, "pending")
    finished_at = note.noted_at if state == "done" else None
    return StepStatus(name="youtube_publish", state=state, started_at=note.started_at, finished_at=finished_at)


def _is_current(note: PublicationNote, finished_at: datetime) -> bool:
    """Return whether the job is at its publication: it is being sent, or its time had come when the video was finished.
    A finished job whose publication comes at a later time is completed."""
    return note.is_live and (note.state == "uploading" or note.publish_at <= finished_at)


def _describe_step(job: Job, by_slot: Mapping[Slot, Asset], name: StepName, is_current: bool) -> StepStatus:
    if name == "youtube_publish" and (note := job.publications.get(YOUTUBE)):
        return _describe_publication(note)
    if _is_skipped(job, name) and not is_current:
        return StepStatus(name=name, state="skipped", started_at=None, finished_at=None)
    start = _find_state(name)
    state: StepState = "pending"
    if _is_done(job, by_slot, name):
        state = "done"
    elif is_current:
        state = _BROKEN_OFF.get(job.state, "running")
    if state == "done" and (kind := _KIND_OF.get(name)) and (times := job.kind_times.get(kind)):
        return StepStatus(name=name, state=state, started_at=times[0], finished_at=times[1])
    return StepStatus(
        name=name,
        state=state,
        started_at=job.entered_at.get(start),
        finished_at=_find_end(job, start) if state == "done" else None,
    )


def _find_end(job: Job, state: JobState) -> datetime | None:
    """Return the time at which the work of ``state`` was done; None: it goes on, or began again after a review."""
    following = _RUNNING[min(_RUNNING.index(state) + 1, len(_RUNNING) - 1)]
    done_at = job.left_at.get(state) or job.entered_at.get(following)
    return done_at if done_at and done_at >= job.entered_at[state] else None


def _find_current_steps(job: Job, by_slot: Mapping[Slot, Asset]) -> tuple[StepName, ...]:
    """Return the steps that run now or, for a job that failed or was canceled, ran when it ended."""
    if job.state is JobState.AWAITING_APPROVAL:
        return ()
    last = max((state for state in _RUNNING if state in job.entered_at), key=_RUNNING.index)
    unfinished = tuple(
        name
        for name in STEPS
        if _find_state(name) is (job.failed_in or last)
        and not (job.needs_approval and _KIND_OF.get(name, "narration") != "narration")
        and not _is_skipped(job, name)
        and not _is_done(job, by_slot, name)
    )
    if (job.failed_in or last) is not JobState.PRODUCING:
        return unfinished[:1]
    # one of the concurrent steps failed, and only that step is reported
    failed = tuple(name for name in STEPS if job.error and job.error.stage == _KIND_OF.get(name))
    return failed or unfinished


def _find_state(name: StepName) -> JobState:
    """Return the state of a job during the step."""
    if name == "planning":
        return JobState.PLANNING
    if name in _KIND_OF:
        return JobState.PRODUCING
    return JobState.RENDERING if name in _RENDER_STEPS else JobState.SUCCEEDED


def _is_skipped(job: Job, name: StepName) -> bool:
    if name == "youtube_publish":
        return YOUTUBE not in job.publications
    if job.plan is None:  # only the plan tells
        return False
    if name in _KIND_OF:
        return all(request.kind != _KIND_OF[name] for request in job.requests)
    return name == "subtitles" and not job.plan.subtitle_languages


def _is_done(job: Job, by_slot: Mapping[Slot, Asset], name: StepName) -> bool:
    if job.state is JobState.SUCCEEDED:
        return True
    if name == "planning":
        return job.plan is not None
    if name in _KIND_OF:
        slots = [request.slot for request in job.requests if request.kind == _KIND_OF[name]]
        return JobState.RENDERING in job.entered_at or (bool(slots) and all(slot in by_slot for slot in slots))
    return name in _RENDER_STEPS[: _count_render_steps(job)]


def _count_render_steps(job: Job) -> int:
    """Return how many steps of the render are finished."""
    if JobState.RENDERING not in job.entered_at:
        return 0
    if job.error and job.error.stage == "quality gate":
        return 2
    if job.progress and job.progress.stage in _STORED_STAGES:
        return 2
    return 1 if job.execution or job.progress else 0
