"""Describe a job as the API shows it. The names of these fields are a public contract."""

from collections.abc import Iterator, Mapping
from typing import Any

from sutradhar.domain.assets.asset import Alignment, Asset, Fallback
from sutradhar.domain.assets.requests import AssetRequest
from sutradhar.domain.assets.slot import Slot
from sutradhar.domain.assets.specs import AssetKind
from sutradhar.domain.billing.ledger import Account
from sutradhar.domain.core.base import Frozen
from sutradhar.domain.core.utc_time import UtcTime, format_utc
from sutradhar.domain.jobs.cost import Cost, describe_cost
from sutradhar.domain.jobs.file_links import FileLinks, make_asset_url, make_file_links
from sutradhar.domain.jobs.job import Job, JobState
from sutradhar.domain.jobs.job_status import StateWord, compute_progress, name_state
from sutradhar.domain.jobs.steps import StepName, StepStatus, list_steps, name_step
from sutradhar.domain.language.tags import Language

_EVENTS: Mapping[JobState, str] = {
    JobState.PLANNING: "the job was accepted",
    JobState.PRODUCING: "the scenes are written; images, voices, sounds and music are made",
    JobState.AWAITING_APPROVAL: "the narrations are made; the job waits for approval",
    JobState.RENDERING: "all assets are made; the video is rendered",
    JobState.SUCCEEDED: "the video is finished",
    JobState.FAILED: "the job failed",
    JobState.CANCELLED: "the job was canceled",
}


class AssetStatus(Frozen):
    """One image, clip, narration, sound or piece of music of the video."""

    slot: str
    """Its place in the video, such as ``scene-00-image``."""
    kind: AssetKind
    state: str
    """pending or ready."""
    url: str | None
    """The URL of the file, for a preview; None until it is ready."""
    provider: str | None
    alignment: Alignment | None
    """The source of the times of a narration's words."""
    alignment_confidence: float | None
    """The mean probability, 0 to 1, that a word's time is right within 0.1 s."""


class FallbackStatus(Frozen):
    """An asset that another provider made than the first one."""

    slot: str
    provider: str
    instead_of: tuple[Fallback, ...]


class JobError(Frozen):
    """The reason why a job failed."""

    stage: str
    """The step that failed, such as ``narration`` or ``join``."""
    cause: str
    scene: int | None
    """Index from 0; None if no single scene is to blame."""
    advice: str
    """The advice; empty if only a retry may help."""
    kept: str
    """The finished work that a retry uses again."""
    refused_by: str
    """The versions of the quality gate and of the renderer that refused the video; otherwise empty."""


class PublicationStatus(Frozen):
    """The newest publication of the job to one destination."""

    id: str
    destination: str
    state: str
    """As `GET /publications/ID` tells it."""
    publish_at: UtcTime
    url: str | None


class VersionStatus(Frozen):
    """The video in another language."""

    language: Language
    job_id: str
    """Its own job, with its own status and files."""
    state: StateWord
    problem: str
    """The reason why it has no job; empty: it has one, or gets it."""
    status_url: str


class HistoryEntry(Frozen):
    """The last time at which the job entered a state."""

    event: str
    at: UtcTime


class JobStatus(FileLinks):
    """A job, its steps, its files and its cost. Times are in UTC, money in US dollars, lengths in seconds."""

    job_id: str
    id: str
    """The same as ``job_id``."""
    state: StateWord
    status: StateWord
    """The same as ``state``."""
    step: StepName
    progress_pct: int
    """0 to 100; it never goes back."""
    steps: tuple[StepStatus, ...]
    title: str | None
    description: str
    tags: tuple[str, ...]
    metadata: Mapping[str, str]
    """The caller's own, as sent with the plan."""
    owner: str | None
    """The id of the API key that requested the job."""
    pinned: bool
    """True: retention keeps the job and its files, however old they are."""
    files_deleted_at: UtcTime | None
    """The time when the files were deleted, since they are kept for a time only (OUTPUT_DAYS); None: they exist."""
    attempt: int
    """The number of the attempt to render: 1, and one more for each retry of the render."""
    assets: tuple[AssetStatus, ...]
    duration_sec: float | None
    """The length of the finished video."""
    language: Language
    """The language of the narration."""
    versions: tuple[VersionStatus, ...]
    """The videos in the other languages of the plan, from the time on at which all assets are made."""
    version_of: str | None
    """The job whose video this one is in another language; None: it is no such version."""
    publications: tuple[PublicationStatus, ...]
    """One for each destination that the video goes to."""
    fallbacks: tuple[FallbackStatus, ...]
    cost: Cost
    logs: tuple[str, ...]
    """Sentences about what happened so far, and about differences from the request."""
    error: JobError | None
    waits_until: UtcTime | None
    """The time at which a job that waits for approval is canceled; None: it does not wait now, or for any time."""
    cancel_reason: str | None
    """The reason why this system canceled the job; None: its caller did, or it was not canceled."""
    history: tuple[HistoryEntry, ...] | None
    """Only with ``include_history=true``."""
    created_at: UtcTime
    started_at: UtcTime | None
    """The time at which the scenes were written and the job began to run; a retry does not change it. None while it is
    pending."""
    completed_at: UtcTime | None
    """The end of the job, in whatever state; None until then."""
    updated_at: UtcTime


def describe_status(
    job: Job,
    assets: Mapping[str, Asset],
    account: Account,
    *,
    base: str,
    include_history: bool = False,
    versions: Mapping[Language, Job] | None = None,
) -> JobStatus:
    """Return the answer of ``GET /render/{id}/status``.

    Args:
        assets: the job's finished assets, by key.
        account: what the job was charged.
        base: the URL of the job, as the caller reaches it; URLs of files begin with it.
        versions: the jobs of the video in other languages that exist.
    """
    by_slot = job.assets or {r.slot: assets[r.key] for r in job.requests if r.key in assets}
    plan, requested_plan = job.current_plan, job.requested_plan
    events = sorted(job.entered_at.items(), key=lambda item: item[1])
    return JobStatus(
        **dict(make_file_links(job, f"{base}/file")),
        job_id=job.id,
        id=job.id,
        state=name_state(job),
        status=name_state(job),
        step=name_step(job, by_slot),
        progress_pct=int(compute_progress(job, len(by_slot)) * 100),
        steps=list_steps(job, by_slot),
        title=plan.title,
        description=plan.description or requested_plan.description,
        tags=plan.tags or requested_plan.tags,
        metadata=dict(requested_plan.metadata),
        owner=job.owner or None,
        pinned=job.pinned,
        files_deleted_at=job.files_deleted_at,
        attempt=job.attempt,
        assets=tuple(_describe_asset(r, by_slot.get(r.slot), base) for r in job.requests),
        duration_sec=job.result.duration_sec if job.result else None,
        language=plan.spoken_language,
        versions=tuple(_list_versions(job, versions or {}, base)),
        version_of=job.version_of or None,
        publications=tuple(_list_publications(job)),
        fallbacks=tuple(_list_fallbacks(by_slot)),
        cost=describe_cost(job, account),
        logs=(
            *(f"{format_utc(at)} {_EVENTS[state]}" for state, at in events),
            *([job.cancel_reason] if job.cancel_reason else []),
            *job.notices,
            *_list_rewordings(by_slot),
        ),
        error=JobError(**_read_error(job)) if job.error else None,
        waits_until=job.waits_until,
        cancel_reason=job.cancel_reason or None,
        history=tuple(HistoryEntry(event=_EVENTS[state], at=at) for state, at in events) if include_history else None,
        created_at=job.created_at,
        started_at=job.left_at.get(JobState.PLANNING) or job.entered_at.get(JobState.PRODUCING),
        completed_at=job.entered_at[job.state] if job.state.is_terminal else None,
        updated_at=job.updated_at,
    )


def _list_publications(job: Job) -> Iterator[PublicationStatus]:
    for name, note in sorted(job.publications.items()):
        yield PublicationStatus(
            id=note.id, destination=name, state=note.state, publish_at=note.publish_at, url=note.url or None
        )


def _list_fallbacks(by_slot: Mapping[Slot, Asset]) -> Iterator[FallbackStatus]:
    for slot, asset in by_slot.items():
        if asset.fallbacks:
            yield FallbackStatus(slot=str(slot), provider=asset.provider, instead_of=asset.fallbacks)


def _read_error(job: Job) -> dict[str, Any]:
    assert job.error is not None
    return job.error.to_api()


def _list_versions(job: Job, versions: Mapping[Language, Job], base: str) -> Iterator[VersionStatus]:
    for language, note in job.versions.items():
        version = versions.get(language)
        state: StateWord = name_state(version) if version else "error" if note.problem else "pending"
        yield VersionStatus(
            language=language,
            job_id=note.job_id,
            state=state if version or job.versions_due or note.problem else "canceled",
            problem=note.problem,
            status_url=f"{base.removesuffix(job.id)}{note.job_id}/status",
        )


def _describe_asset(request: AssetRequest, asset: Asset | None, base: str) -> AssetStatus:
    confidences = [word.confidence for word in asset.words] if asset else []
    return AssetStatus(
        slot=str(request.slot),
        kind=request.kind,
        state="ready" if asset else "pending",
        url=make_asset_url(f"{base}/file", request.slot) if asset else None,
        provider=asset.provider if asset else None,
        alignment=asset.alignment if asset else None,
        alignment_confidence=round(sum(confidences) / len(confidences), 3) if confidences else None,
    )


def _list_rewordings(by_slot: Mapping[Slot, Asset]) -> list[str]:
    return [
        f"{slot.label}: the prompt was refused ({asset.refusal_reason}) and drawn as: {asset.provenance.prompt}"
        for slot, asset in by_slot.items()
        if asset.refusal_reason and asset.provenance
    ]
