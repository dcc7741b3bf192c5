"""Read how the video of an ended job was made."""

from collections.abc import Mapping

from sutradhar.domain.core.base import Frozen
from sutradhar.domain.core.errors import NotFound
from sutradhar.domain.jobs.cost import Cost
from sutradhar.domain.jobs.job import Job
from sutradhar.domain.jobs.job_status import StateWord
from sutradhar.domain.jobs.status_answer import FallbackStatus, JobError, describe_status
from sutradhar.domain.publishing.description import title_scene
from sutradhar.domain.song.analysis import SongFacts
from sutradhar.domain.video.render_request import (
    RenderRequest,
    RenderSummary,
    SegmentCounts,
    request_blob,
    summary_blob,
)
from sutradhar.pipeline.billing.accounts import read_job_account
from sutradhar.pipeline.dispatch import render_prefix
from sutradhar.ports.backend import Backend


class SceneSpan(Frozen):
    """The place of a scene in the finished video."""

    index: int
    """From 0."""
    start_sec: float
    end_sec: float
    title: str
    """The title of the scene, or else the beginning of its narration; empty if it has neither."""


class JobSummary(Frozen):
    """The facts about the making of a video. The fields about the render are None if the job ended before it."""

    job_id: str
    state: StateWord
    encoder: str | None
    """The encoder that was used; ``render.encoder_reason`` says why."""
    render_timings: Mapping[str, float]
    """Seconds of wall time by stage."""
    cache_hits: SegmentCounts | None
    """The segments of the video that earlier renders had made, and those that were encoded."""
    loudness_lufs: float | None
    """The integrated loudness of the finished file (EBU R 128)."""
    scenes: tuple[SceneSpan, ...]
    """The scenes in their order; none if the job was not rendered."""
    notices: tuple[str, ...]
    """Sentences about what was read, shown or heard differently than the plan says."""
    song: SongFacts | None
    """The facts about the part of the song that plays; None: the video has no song."""
    fallbacks: tuple[FallbackStatus, ...]
    cost: Cost
    error: JobError | None
    """The reason why the job failed."""
    render: RenderSummary | None
    """The whole ``job_summary.json``, with every figure that the quality gate measured."""


def read_summary(backend: Backend, job: Job) -> JobSummary:
    """Return the summary of ``job``, which has ended. A video that the quality gate refused has one too."""
    assets = backend.assets.get_many(request.key for request in job.requests) if not job.assets else {}
    status = describe_status(job, assets, read_job_account(backend.records, job.id), base="")
    render = _read_render(backend, job)
    return JobSummary(
        job_id=job.id,
        state=status.state,
        encoder=render.encoder if render else None,
        render_timings=render.render_timings if render else {},
        cache_hits=render.segments if render else None,
        loudness_lufs=render.facts.integrated_lufs if render else None,
        scenes=_list_scenes(backend, job),
        notices=job.notices,
        song=next((asset.song for asset in job.assets.values() if asset.song), None),
        fallbacks=status.fallbacks,
        cost=status.cost,
        error=status.error,
        render=render,
    )


def _list_scenes(backend: Backend, job: Job) -> tuple[SceneSpan, ...]:
    try:
        request = RenderRequest.from_record(backend.blobs.get(request_blob(render_prefix(job))))
    except NotFound:
        return ()
    fps, spans = request.timeline.fps, dict[int, tuple[int, int]]()
    for clip in (one for one in request.timeline.clips if one.is_scene):
        start, _ = spans.get(clip.scene, (clip.start, clip.end))
        spans[clip.scene] = (start, clip.end)
    scenes = job.current_plan.scenes
    return tuple(
        SceneSpan(
            index=index,
            start_sec=round(start / fps, 3),
            end_sec=round(end / fps, 3),
            title=title_scene(scenes[index]) if index < len(scenes) else "",
        )
        for index, (start, end) in sorted(spans.items())
    )


def _read_render(backend: Backend, job: Job) -> RenderSummary | None:
    blob = job.result.summary if job.result else summary_blob(render_prefix(job))
    try:
        return RenderSummary.from_record(backend.blobs.get(blob))
    except NotFound:
        return None
