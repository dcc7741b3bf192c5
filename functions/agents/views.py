"""Describe jobs and approvals for agents: what they decide on, in few words."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from functions.agents.caller import find_video_file, has_urls
from functions.api.auth import caller, require_access
from functions.api.links import make_url
from sutradhar import bootstrap
from sutradhar.domain.billing.price import usd
from sutradhar.domain.core.base import Frozen
from sutradhar.domain.core.utc_time import UtcTime
from sutradhar.domain.jobs.approval import Approval, ApprovalAction, ApprovalState
from sutradhar.domain.jobs.job import Job, JobState
from sutradhar.domain.jobs.job_status import StateWord
from sutradhar.domain.jobs.status_answer import JobStatus

_NEWEST_LOGS = 6


class VersionView(Frozen):
    """The video in another language."""

    language: str
    job_id: str
    state: StateWord
    problem: str | None
    """The reason why there is none."""


class JobView(Frozen):
    """A job."""

    job_id: str
    state: StateWord
    step: str
    progress_pct: int
    title: str | None
    duration_sec: float | None
    video_url: str | None
    """The URL of the finished video, which takes the same key."""
    video_file: str | None
    """The path of the finished video, on the agent's own machine."""
    thumbnail_url: str | None
    versions: tuple[VersionView, ...] | None
    """The videos in other languages; each is a job of its own."""
    captions: Mapping[str, Mapping[str, Any]] | None
    publications: tuple[Mapping[str, Any], ...] | None
    spent_usd: float
    error: str | None
    advice: str | None
    logs: tuple[str, ...]
    """The newest sentences about the job."""


class ApprovalView(Frozen):
    """A question to the people whose key or machine the agent works with."""

    approval_id: str
    action: ApprovalAction
    state: ApprovalState
    summary: str
    expected_usd: float
    max_usd: float
    job_id: str | None
    """The job that the approval is about, or that was made after it."""
    publication_id: str | None
    """The publication that was ordered after it."""
    note: str | None
    """The words of the person beside the answer."""
    expires_at: UtcTime
    how: str | None
    """The ways in which a person answers; the agent has none."""


class Standing(Frozen):
    """The standing of a video, and what the agent does next."""

    next: str
    approval: ApprovalView | None = None
    job: JobView | None = None

    @property
    def task_id(self) -> str:
        """The id under which this is asked for again: the approval's, and that of the job without one."""
        if self.approval:
            return self.approval.approval_id
        return self.job.job_id if self.job else ""


def describe_standing(thing: Job | Approval) -> Standing:
    """Return where a job, or an approval and its job, stands."""
    if isinstance(thing, Job):
        return Standing(next=_advise_on_job(thing), job=describe_job(thing))
    job = find_job(thing.job_id) if thing.job_id else None
    view = _describe_approval(thing)
    if job and thing.state == "granted":
        return Standing(next=_advise_on_job(job), approval=view, job=describe_job(job))
    return Standing(next=_advise_on_approval(thing), approval=view, job=describe_job(job) if job else None)


def find_thing(thing_id: str) -> Job | Approval:
    """Return the job or the approval with this id. Raise NotFound, also if the caller may not see it."""
    if thing_id.startswith("job-"):
        return find_job(thing_id)
    from sutradhar.pipeline import approvals

    return approvals.read(bootstrap.services(), thing_id, caller())


def find_job(job_id: str) -> Job:
    """Return the job. Raise NotFound, also if the caller may not see it."""
    return require_access(bootstrap.backend().jobs.get(job_id))


def describe_job(job: Job) -> JobView:
    """Return ``job`` as an agent sees it."""
    from functions.api.render_status import describe_current

    status, _ = describe_current(job, make_url(f"/render/{job.id}"))
    urls, file = has_urls(), find_video_file(job)
    return JobView(
        job_id=job.id,
        state=status.state,
        step=status.step,
        progress_pct=status.progress_pct,
        title=status.title,
        duration_sec=status.duration_sec,
        video_url=status.final_video_url if urls else None,
        video_file=str(file) if file else None,
        thumbnail_url=status.thumbnail_url if urls else None,
        versions=tuple(
            VersionView(language=one.language, job_id=one.job_id, state=one.state, problem=one.problem or None)
            for one in status.versions
        )
        or None,
        captions={name: links.model_dump(exclude_none=True) for name, links in status.captions.items()} or None
        if urls
        else None,
        publications=tuple(one.model_dump(mode="json") for one in status.publications) or None,
        spent_usd=status.cost.actual_usd,
        error=f"{status.error.stage}: {status.error.cause}" if status.error else status.cancel_reason,
        advice=status.error.advice or None if status.error else None,
        logs=status.logs[-_NEWEST_LOGS:],
    )


def _list_captions(status: JobStatus) -> dict[str, dict[str, Any]] | None:
    return {name: links.model_dump(exclude_none=True) for name, links in status.captions.items()} or None


def find_last_change(thing: Job | Approval) -> datetime:
    """Return the time of the last change of a job or an approval."""
    return thing.updated_at if isinstance(thing, Job) else thing.answered_at or thing.created_at


def _describe_approval(approval: Approval) -> ApprovalView:
    waits = approval.state == "waiting"
    return ApprovalView(
        approval_id=approval.id,
        action=approval.action,
        state=approval.state,
        summary=approval.summary,
        expected_usd=usd(approval.expected_micros),
        max_usd=usd(approval.max_micros),
        job_id=approval.job_id or None,
        publication_id=approval.publication_id or None,
        note=approval.answer_note or None,
        expires_at=approval.expires_at,
        how=_explain_answer(approval) if waits else None,
    )


def _explain_answer(approval: Approval) -> str:
    page = f" or on the page {make_url('/studio/#/approvals')}" if has_urls() else ""
    return f"A person answers by `sutradhar approvals grant {approval.id}` (or refuse){page}."


def _advise_on_job(job: Job) -> str:
    if job.state is JobState.SUCCEEDED and job.versions:
        return "The first video is finished; versions lists those in other languages, each with a status of its own."
    if job.state is JobState.SUCCEEDED:
        return "The video is finished. publish asks a person for the approval to publish it."
    if job.state.is_terminal:
        return "The job has ended without a video; error and advice tell why and what to do."
    if job.state is JobState.AWAITING_APPROVAL:
        return "The plan asked for a review: a person looks at it in the studio and approves it. Ask for status later."
    return f"Ask for status of {job.id} again in some seconds; wait_sec lets the call wait."


def _advise_on_approval(approval: Approval) -> str:
    match approval.state:
        case "waiting":
            return (
                "Nothing is made or paid for yet. Tell the person what waits for approval, and ask for status of"
                f" {approval.id} later. No tool can give the approval, and asking again gives the same one."
            )
        case "refused":
            return "The person refused. Read the note, change the plan or the words, and ask again only if that helps."
        case "expired":
            return "The person did not answer in time. Ask again if the video is still of use."
        case "granted":
            return f"The approval is given. Ask for status of {approval.id} again in some seconds."
