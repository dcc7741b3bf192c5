"""Render one video from its request to the measured file: segments and audio at the same time, then join, store and
measure what was stored.

What needs numpy or OpenCV is imported inside the functions: a render that reuses everything does not wait for them.
"""

import errno
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from gpu_renderer.core import ffmpeg_process, segments
from gpu_renderer.core.segments import ENGINE_VERSION
from gpu_renderer.core.task import LinkedEvent, RenderContext, ReportProgress, TaskShard
from gpu_renderer.encode import encoders
from gpu_renderer.encode.encoders import EncoderSelection
from gpu_renderer.encode.segment_store import (
    SegmentPlan,
    choose_worker_count,
    encode_segments,
    plan_segments,
)
from gpu_renderer.mixes import get_mixes, has_all_mixes
from gpu_renderer.mux.marks import mark_video, summarize_marks
from gpu_renderer.stored_video import find_finished, measure_stored, reuse_finished, save_finished, store_track_files
from gpu_renderer.thumbnail.select import Thumbnails, get_or_mark_thumbnails
from sutradhar.bootstrap.machine import count_cores
from sutradhar.domain.core.errors import RenderError
from sutradhar.domain.video import quality_gate
from sutradhar.domain.video.file_facts import FileFacts
from sutradhar.domain.video.render_request import RenderRequest, RenderSummary, SegmentCounts, StoredFile
from sutradhar.domain.video.render_settings import RendererSettings
from sutradhar.ports.marks import MarkSigner
from sutradhar.ports.stores import BlobStore

_OTHER_WORK = (0.06, 0.025)
"""CPU time of the audio and of the thumbnail as shares of that of all segments. The first two of several tasks do this
work while they encode."""


def render(
    request: RenderRequest,
    blobs: BlobStore,
    workdir: Path,
    report: ReportProgress,
    cancel: threading.Event,
    settings: RendererSettings | None = None,
    shard: TaskShard | None = None,
    signer: MarkSigner | None = None,
) -> RenderSummary | None:
    """Render the video of ``request``, store it with its thumbnail, measure the stored file, store the summary last.

    A video that breaks a rule of the quality gate is stored too; ``summary.check_results`` has the figures.

    Args:
        workdir: an empty directory, which its owner removes.
        report: gets (stage, units done, all units) from several threads.
        signer: signs the marks of the finished files; None: their marks are XMP only.

    Returns:
        None when ``shard`` is one task of several and another one, still at work, will complete the video.

    Raises:
        Cancelled: ``cancel`` was set. No process is left; finished segments are stored.
        RenderError, NotInstalled: the error says what failed, where, and what to do.
    """
    merged = _merge_settings(request, settings)
    if merged.upscale != "none":
        from gpu_renderer.image.upscale import upscale_stills

        with _disk_errors():
            enlarged = upscale_stills(request.timeline, merged.upscale, blobs, workdir, cancel)
        request = request.evolve(timeline=enlarged)
    context = RenderContext(request, blobs, workdir, report, cancel, merged, shard or TaskShard(), signer=signer)
    with _disk_errors(), context.measure_time("total"):
        selection, plan = _plan(context)
        finished = find_finished(context, plan)
        if finished:
            count = len(plan.segments)
            counts: SegmentCounts | None = SegmentCounts(total=count, reused=count, encoded=0)
        else:
            selection, plan, counts = _render_share(context, selection, plan)
        if counts is None:
            return None
        if not (finished and reuse_finished(context, finished)):
            _join(context, plan)
        thumbnails = _render_thumbnails(context)
        blobs.put(request.thumbnail_blob, thumbnails.full)
        blobs.put(request.small_thumbnail_blob, thumbnails.small)
        audio = store_track_files(context)
        video, thumbnail, facts = measure_stored(context, plan)
        save_finished(context, plan, video)
    summary = _summarize(context, selection, counts, video, thumbnail, facts).evolve(audio=audio)
    blobs.put(request.summary_blob, summary.to_record(indent=2).encode())
    report("done", context.units, context.units)
    return summary


def _merge_settings(request: RenderRequest, settings: RendererSettings | None) -> RendererSettings:
    """Return ``settings`` with the values that the request names."""
    requested = {"encoder": request.encoder, "cq": request.quality}
    return (settings or RendererSettings()).evolve(**{k: v for k, v in requested.items() if v is not None})


def _summarize(
    context: RenderContext,
    selection: EncoderSelection,
    counts: SegmentCounts,
    video: StoredFile,
    thumbnail: StoredFile,
    facts: FileFacts,
) -> RenderSummary:
    request, timeline = context.request, context.request.timeline
    return RenderSummary(
        render_id=request.render_id,
        engine_version=ENGINE_VERSION,
        video=video,
        thumbnail=thumbnail,
        frames=timeline.frames,
        duration_sec=timeline.duration_sec,
        encoder_asked=selection.requested,
        encoder=selection.profile.codec,
        encoder_reason=selection.reason,
        encoder_args=selection.profile.arguments(timeline.fps),
        ffmpeg_version=ffmpeg_process.read_version(),
        segments=counts,
        tasks=context.shard.count,
        render_timings=context.timings,
        facts=facts,
        check_results=quality_gate.check(facts, timeline, is_signed=context.signer is not None),
        gate_version=quality_gate.VERSION,
        marks=summarize_marks(request.marks, facts.marks),
    )


def _plan(context: RenderContext) -> tuple[EncoderSelection, SegmentPlan]:
    timeline, mode = context.request.timeline, context.request.mode
    size = {"width": timeline.width, "height": timeline.height, "fps": timeline.fps}
    selection = encoders.select_encoder(context.settings, mode, **size, workdir=context.workdir)
    return selection, plan_segments(timeline, selection.profile)


def _render_share(
    context: RenderContext, selection: EncoderSelection, plan: SegmentPlan
) -> tuple[EncoderSelection, SegmentPlan, SegmentCounts | None]:
    """Encode this task's share of the segments, and make the audio or the thumbnail meanwhile.

    A hardware encoder that passed its probe and then failed on the video is not tried a second time.

    Returns:
        The encoder and the plan that were used in the end; the counts of all tasks if this task completes the video,
        else None.
    """
    try:
        counts = _encode_share(context, plan)
    except RenderError as exc:
        if exc.stage != "picture" or selection.profile.codec == "libx264":
            raise
        software = encoders.build_profile(
            "libx264",
            context.request.mode,
            context.settings,
            pixels=context.request.timeline.width * context.request.timeline.height,
        )
        selection = EncoderSelection(software, selection.requested, str(exc))
        plan = plan_segments(context.request.timeline, selection.profile)
        counts = _encode_share(context, plan)
    all_counts = context.finish_share(counts)
    if all_counts and context.shard.count > 1:
        # only if another task chose another encoder is a segment missing here
        with context.measure_time("picture"):
            _encode(context, plan, range(len(plan.segments)), context.cancel)
    return selection, plan, all_counts


def _encode(
    context: RenderContext,
    plan: SegmentPlan,
    indices: range,
    stop: threading.Event,
    start_last_worker: threading.Event | None = None,
    frames: int = 0,
) -> SegmentCounts:
    """Encode the segments ``indices`` and report the progress if they have ``frames``."""

    def report(ready: int) -> None:
        if frames:
            context.report("picture", ready * context.request.timeline.frames // frames, context.units)

    return encode_segments(
        plan,
        indices,
        context.blobs,
        context.workdir,
        progress=report,
        cancel=stop,
        start_last_worker=start_last_worker,
    )


def _encode_share(context: RenderContext, plan: SegmentPlan) -> SegmentCounts:
    shard, stop = context.shard, LinkedEvent(context.cancel)
    costs = [segments.encode_cost(segment) for segment in plan.segments]
    mixing, drawing = _OTHER_WORK
    mixing *= len(context.request.timeline.list_audio_tracks())
    other_work = [share * sum(costs) for share in (mixing, drawing)]
    size = (context.request.timeline.width, context.request.timeline.height)
    # by cores alone: all tasks must come to the same shares, and their free memory differs
    workers = choose_worker_count(plan.profile, *size, count_cores(), float("inf"))
    indices = segments.partition_by_cost(costs, shard.count, other_work, workers)[shard.index]
    frames = sum(plan.segments[index].frames for index in indices)
    mixes = shard.index == 0 and not has_all_mixes(context)
    has_core = threading.Event()
    """Set when no audio is being mixed, so that the last worker gets that core."""
    if not mixes:
        has_core.set()

    def stop_if_failed(future: Future[None]) -> None:
        if future.exception() is not None:
            stop.set()

    with ThreadPoolExecutor(1, thread_name_prefix="other-work") as pool:
        future = pool.submit(_do_other_work, context, stop, has_core, mixes)
        future.add_done_callback(stop_if_failed)
        try:
            with context.measure_time("picture"):
                counts = _encode(context, plan, indices, stop, has_core, max(frames, 1))
        except ffmpeg_process.Cancelled:
            future.result()  # if the other thread failed first, this raises its error
            raise
        except BaseException:
            stop.set()
            raise
        future.result()
    return counts


def _do_other_work(context: RenderContext, stop: threading.Event, has_core: threading.Event, mixes: bool) -> None:
    """Mix the audio in the first task, and render the thumbnail in the second; one task alone does both."""
    shard = context.shard
    try:
        if shard.index == 0:
            with context.measure_time("sound"):
                if mixes:  # the task that joins fetches a stored mix
                    get_mixes(context, stop)
    finally:
        has_core.set()
    if shard.index == min(1, shard.count - 1):
        with context.measure_time("thumbnail"):
            get_or_mark_thumbnails(context, stop)


def _join(context: RenderContext, plan: SegmentPlan) -> None:
    from gpu_renderer.mux.audio_tracks import name_audio_tracks
    from gpu_renderer.mux.concat import join_segments
    from gpu_renderer.mux.subtitles import write_tracks

    request, timeline = context.request, context.request.timeline
    context.report("join", timeline.frames, context.units)
    with context.measure_time("join"):
        parts = [context.blobs.fetch(name, context.workdir / name.replace("/", "-")) for name in plan.blobs]
        mixes = get_mixes(context, context.cancel)
        named = name_audio_tracks(timeline, mixes)
        output = context.workdir / "video.mp4"
        tracks = write_tracks(timeline, context.workdir) if request.soft_captions else ()
        join_segments(
            parts,
            None if named else mixes[0],
            output,
            frames=timeline.frames,
            workdir=context.workdir,
            cancel=context.cancel,
            tracks=tracks,
            audio_tracks=named,
        )
    # the last change of the file: what follows would not be signed
    context.blobs.put_file(request.video_blob, mark_video(context, output))


def _render_thumbnails(context: RenderContext) -> Thumbnails:
    context.report("thumbnail", context.request.timeline.frames, context.units)
    with context.measure_time("thumbnail"):
        return get_or_mark_thumbnails(context, context.cancel)


@contextmanager
def _disk_errors() -> Iterator[None]:
    """Turn a full or read-only disk into a RenderError that says what to do."""
    try:
        yield
    except OSError as exc:
        if exc.errno in (errno.ENOSPC, errno.EDQUOT):
            raise RenderError(
                "the disk is full", stage="disk", retryable=True, advice="free some disk space and retry"
            ) from exc
        if exc.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
            raise RenderError(
                "a folder of the renderer or of the store cannot be written to",
                stage="disk",
                advice="check the permissions of both folders, then retry the job",
            ) from exc
        raise
