"""One film from request to checked file: picture and sound side by side, join, store, measure what was stored."""

import errno
import hashlib
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from pydantic import ValidationError

from gpu_renderer.audio import mixdown
from gpu_renderer.audio.audio_meter import read_narrations
from gpu_renderer.core import ffmpeg_process, segments
from gpu_renderer.core.cache_keys import audio_key, video_key
from gpu_renderer.core.segments import ENGINE_VERSION
from gpu_renderer.core.task import Either, Part, Report, Task
from gpu_renderer.encode import encoders
from gpu_renderer.encode.segment_store import Reel, reel, render_picture
from gpu_renderer.image.upscale import upscale_stills
from gpu_renderer.mux.concat import join
from gpu_renderer.mux.subtitles import write_tracks
from gpu_renderer.thumbnail.select import poster
from gpu_renderer.verify import measurement_cache
from gpu_renderer.verify.measure import measure
from gpu_renderer.verify.source_samples import Sources
from sutradhar.domain.core.base import Frozen
from sutradhar.domain.core.errors import NotFound, RenderError
from sutradhar.domain.video import quality_gate
from sutradhar.domain.video.quality_gate import FileFacts
from sutradhar.domain.video.render_request import RenderRequest, RenderSummary, SegmentCounts, StoredFile
from sutradhar.domain.video.render_settings import RendererSettings
from sutradhar.domain.video.timeline import Clip
from sutradhar.ports.stores import BlobStore

_BESIDE = (0.035, 0.02)
"""CPU time of the sound and of the thumbnail as shares of the whole picture's: what the first two of many tasks make
beside it."""


class Finished(Frozen):
    """Where a film was stored before whose picture and sound are the same."""

    video: StoredFile


def render(
    request: RenderRequest,
    blobs: BlobStore,
    workdir: Path,
    report: Report,
    cancel: threading.Event,
    settings: RendererSettings | None = None,
    part: Part | None = None,
) -> RenderSummary | None:
    """Make the film of ``request``, store it with its thumbnail, measure the stored file, store the summary last.

    A film that breaks a rule of the quality gate is stored too; ``summary.findings`` has the figures. ``workdir`` is
    an empty directory whose owner removes it. ``report`` gets (stage, units done, units in all) from several threads.

    Returns:
        None when ``part`` is one task of several and another one, still at work, will end the film.

    Raises:
        Cancelled: ``cancel`` was set. No process is left; finished segments are stored.
        RenderError, NotInstalled: what failed, where, and what to do.
    """
    chosen = _settings(request, settings)
    with _disk_errors():
        large = upscale_stills(request.timeline, chosen.upscale, blobs, workdir, cancel)
    request = request.evolve(timeline=large)
    task = Task(request, blobs, workdir, report, cancel, chosen, part or Part())
    with _disk_errors(), task.timed("total"):
        choice, film, counts, found = _made(task)
        if counts is None:
            return None
        if found is None or not _taken_over(task, found):
            _joined(task, film)
        blobs.put(request.thumbnail_blob, _thumbnail(task))
        stored_video, stored_thumbnail, facts = _measured(task, film)
        _remember(task, film, stored_video)
    timeline = request.timeline
    summary = RenderSummary(
        render_id=request.render_id,
        engine_version=ENGINE_VERSION,
        video=stored_video,
        thumbnail=stored_thumbnail,
        frames=timeline.frames,
        duration_sec=timeline.duration_sec,
        encoder_asked=choice.asked,
        encoder=choice.profile.codec,
        encoder_reason=choice.reason,
        encoder_args=choice.profile.arguments(timeline.fps),
        ffmpeg_version=ffmpeg_process.version(),
        segments=counts,
        tasks=task.part.count,
        render_timings=task.timings,
        facts=facts,
        findings=quality_gate.check(facts, timeline),
        gate_version=quality_gate.VERSION,
    )
    blobs.put(request.summary_blob, summary.to_record(indent=2).encode())
    report("done", task.units, task.units)
    return summary


def _settings(request: RenderRequest, settings: RendererSettings | None) -> RendererSettings:
    """What the request says wins."""
    asked = {"encoder": request.encoder, "cq": request.quality}
    return (settings or RendererSettings()).evolve(**{k: v for k, v in asked.items() if v is not None})


def _made(task: Task) -> tuple[encoders.Choice, Reel, SegmentCounts | None, Finished | None]:
    """Make this task's share of the picture, and the sound or the thumbnail beside it; or find the film as it is.

    A hardware encoder that passed its proof and then failed on the film is not tried a second time.
    """
    timeline, mode = task.request.timeline, task.request.mode
    size = {"width": timeline.width, "height": timeline.height, "fps": timeline.fps}
    choice = encoders.choose(task.settings, mode, **size, workdir=task.workdir)
    film = reel(timeline, choice.profile)
    if found := _known(task, film):
        count = len(film.segments)
        return choice, film, SegmentCounts(total=count, reused=count, encoded=0), found
    try:
        counts = _share(task, film)
    except RenderError as exc:
        if exc.stage != "picture" or choice.profile.codec == "libx264":
            raise
        choice = encoders.Choice(encoders.profile("libx264", mode, task.settings), choice.asked, str(exc))
        film = reel(timeline, choice.profile)
        counts = _share(task, film)
    together = task.is_last(counts)
    if together and task.part.count > 1:
        # nothing, unless another task found another encoder
        with task.timed("picture"):
            missing = range(len(film.segments))
            render_picture(film, missing, task.blobs, task.workdir, progress=lambda _frames: None, cancel=task.cancel)
    return choice, film, together, None


def _share(task: Task, film: Reel) -> SegmentCounts:
    part, stop, room = task.part, Either(task.cancel), threading.Event()
    costs = [segments.encode_cost(segment) for segment in film.segments]
    mine = segments.partition_by_cost(costs, part.count, [share * sum(costs) for share in _BESIDE])[part.index]
    frames = sum(film.segments[index].frames for index in mine)

    mixes = part.index == 0 and not task.blobs.exists(_audio_blob(task))
    if not mixes:
        room.set()

    def beside() -> None:
        try:
            if part.index == 0:
                with task.timed("sound"):
                    if mixes:  # what is stored already is fetched by whoever joins
                        _sound(task, stop)
        finally:
            room.set()
        if part.index == min(1, part.count - 1):
            with task.timed("thumbnail"):
                poster(task, stop)

    def stop_if_failed(future: Future[None]) -> None:
        if future.exception() is not None:
            stop.set()

    def progress(ready: int) -> None:
        task.report("picture", ready * task.request.timeline.frames // max(frames, 1), task.units)

    with ThreadPoolExecutor(1, thread_name_prefix="beside") as pool:
        future = pool.submit(beside)
        future.add_done_callback(stop_if_failed)
        try:
            with task.timed("picture"):
                counts = render_picture(film, mine, task.blobs, task.workdir, progress=progress, cancel=stop, room=room)
        except ffmpeg_process.Cancelled:
            future.result()  # if it was the other thread that failed, this raises what it was
            raise
        except BaseException:
            stop.set()
            raise
        future.result()
    return counts


def _sound(task: Task, stop: threading.Event) -> Path:
    """The stored mix if nothing that is heard has changed, else a new one."""
    name = _audio_blob(task)
    if task.blobs.exists(name):
        return task.blobs.fetch(name, task.workdir / "sound.m4a")
    mixed = mixdown.mix_audio(task.request.timeline, task.blobs, task.workdir, stop)
    measurement_cache.keep_sound(task.blobs, name, mixed, stop)
    return mixed.path


def _audio_blob(task: Task) -> str:
    return f"sounds/{audio_key(task.request.timeline)}.m4a"


def _video_record(task: Task, film: Reel) -> str:
    captions = task.request.timeline.captions if task.request.soft_captions else {}
    return f"films/{video_key(film.blobs, _audio_blob(task), captions)}.json"


def _known(task: Task, film: Reel) -> Finished | None:
    """A film with the same picture and sound, if it is still there as it was stored."""
    try:
        found = Finished.model_validate_json(task.blobs.get(_video_record(task, film)))
        return found if task.blobs.size(found.video.blob) == found.video.size else None
    except (NotFound, ValidationError):
        return None


def _taken_over(task: Task, found: Finished) -> bool:
    """Whether what was stored then is what is stored for this render now."""
    with task.timed("join"):
        target = task.request.video_blob
        try:
            if found.video.blob != target:
                task.blobs.copy(found.video.blob, target)
            video = task.blobs.fetch(target, task.workdir / "video.mp4")
        except NotFound:
            return False  # it was deleted just now
        return _sha256(video) == found.video.sha256


def _remember(task: Task, film: Reel, video: StoredFile) -> None:
    task.blobs.put(_video_record(task, film), Finished(video=video).model_dump_json().encode())


def _joined(task: Task, film: Reel) -> None:
    request, timeline = task.request, task.request.timeline
    task.report("join", timeline.frames, task.units)
    with task.timed("join"):
        parts = _fetched(task, film.blobs)
        track = _sound(task, task.cancel)
        output = task.workdir / "video.mp4"
        soft = write_tracks(timeline, task.workdir) if request.soft_captions else ()
        join(parts, track, output, frames=timeline.frames, workdir=task.workdir, cancel=task.cancel, tracks=soft)
        task.blobs.put_file(request.video_blob, output)


def _fetched(task: Task, names: Sequence[str]) -> list[Path]:
    return [task.blobs.fetch(name, task.workdir / name.replace("/", "-")) for name in names]


def _thumbnail(task: Task) -> bytes:
    task.report("thumbnail", task.request.timeline.frames, task.units)
    with task.timed("thumbnail"):
        return poster(task, task.cancel)


def _measured(task: Task, film: Reel) -> tuple[StoredFile, StoredFile, FileFacts]:
    """Fetch the stored files again and measure them; the same bytes are not measured twice."""
    request, blobs = task.request, task.blobs
    task.report("gate", task.request.timeline.frames + 1, task.units)
    with task.timed("gate"):
        video = blobs.fetch(request.video_blob, task.workdir / "stored.mp4")
        thumbnail = blobs.fetch(request.thumbnail_blob, task.workdir / "stored.png")
        stored = [
            StoredFile(blob=b, sha256=_sha256(p), size=p.stat().st_size)
            for b, p in ((request.video_blob, video), (request.thumbnail_blob, thumbnail))
        ]
        versions = f"{ENGINE_VERSION}-{quality_gate.VERSION}"
        name = f"measured/{stored[0].sha256}-{stored[1].sha256[:16]}-{versions}.json"
        facts = None
        if blobs.exists(name):
            try:
                facts = FileFacts.model_validate_json(blobs.get(name))
            except ValidationError:
                facts = None  # written by a version that measured other things
        if facts is None:
            parts = measurement_cache.known(blobs, film.blobs, _audio_blob(task))
            expected = read_narrations(request.timeline, blobs, task.workdir, task.cancel)
            sources = Sources(request.timeline, lambda clip: _fetch_source(task, clip), task.cancel)
            facts = measure(video, thumbnail, task.cancel, known=parts, expected=expected, sources=sources)
            blobs.put(name, facts.model_dump_json().encode())
    return stored[0], stored[1], facts


def _fetch_source(task: Task, clip: Clip) -> Path:
    return task.blobs.fetch(clip.media.blob, task.workdir / f"source-{clip.media.sha256}")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def _disk_errors() -> Iterator[None]:
    try:
        yield
    except OSError as exc:
        if exc.errno in (errno.ENOSPC, errno.EDQUOT):
            raise RenderError(
                f"the disk is full: {exc}", stage="disk", retryable=True, advice="free some disk space and retry"
            ) from exc
        if exc.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
            raise RenderError(
                f"a place cannot be written to: {exc}", stage="disk", advice="check its permissions, then retry the job"
            ) from exc
        raise
