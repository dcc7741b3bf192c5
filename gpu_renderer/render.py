"""One film from request to checked file: picture and sound side by side, join, store, measure what was stored."""

import errno
import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image
from pydantic import ValidationError

from gpu_renderer import ffmpeg, sound
from gpu_renderer.camera import view
from gpu_renderer.encoders import PROFILES
from gpu_renderer.frame import Bytes
from gpu_renderer.inspect import measure
from gpu_renderer.join import join
from gpu_renderer.overlays import font_hashes
from gpu_renderer.picture import Picture, engine, render_picture
from gpu_renderer.segments import ENGINE_VERSION
from gpu_renderer.still import load
from gpu_renderer.thumbnail import draw_thumbnail
from sutradhar.domain import gate
from sutradhar.domain.errors import RenderError
from sutradhar.domain.gate import FileFacts
from sutradhar.domain.render import RenderRequest, RenderSummary, Stage, StoredFile
from sutradhar.domain.timeline import Clip
from sutradhar.ports.stores import BlobStore

Report = Callable[[Stage, int, int], None]

_AFTERWORK = 20
"""What follows the picture (join, upload, gate) counts as one frame in so many."""
_THUMBNAIL_SIZE = (1280, 720)


@dataclass(frozen=True)
class Task:
    """What every step of one render needs."""

    request: RenderRequest
    blobs: BlobStore
    workdir: Path
    report: Report
    cancel: threading.Event
    timings: dict[str, float]

    @property
    def units(self) -> int:
        """Units of work: the frames, and what follows them."""
        frames = self.request.timeline.frames
        return frames + max(frames // _AFTERWORK, 2)

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        begun = time.perf_counter()
        yield
        self.timings[stage] = round(time.perf_counter() - begun, 3)


class _Either(threading.Event):
    """Set when it is set itself or when ``other`` is: stops our own threads without touching the caller's event."""

    def __init__(self, other: threading.Event) -> None:
        super().__init__()
        self._other = other

    def is_set(self) -> bool:
        return super().is_set() or self._other.is_set()


def render(
    request: RenderRequest, blobs: BlobStore, workdir: Path, report: Report, cancel: threading.Event
) -> RenderSummary:
    """Make the film of ``request``, store it with its thumbnail, measure the stored file, store the summary last.

    A film that breaks a rule of the quality gate is stored too; ``summary.findings`` has the figures. ``workdir`` is
    an empty directory whose owner removes it. ``report`` gets (stage, units done, units in all) from several threads.

    Raises:
        Cancelled: ``cancel`` was set. No process is left.
        RenderError, NotInstalled: what failed, where, and what to do.
    """
    task = Task(request, blobs, workdir, report, cancel, {})
    with _disk_errors():
        with task.timed("total"):
            picture, track = _picture_and_sound(task)
            video = _joined(task, picture, track)
            thumbnail = _thumbnail(task)
            blobs.put_file(request.video_blob, video)
            blobs.put(request.thumbnail_blob, thumbnail)
            stored_video, stored_thumbnail, facts = _measured(task)
        profile, timeline = PROFILES[request.mode], request.timeline
        summary = RenderSummary(
            render_id=request.render_id,
            engine_version=ENGINE_VERSION,
            video=stored_video,
            thumbnail=stored_thumbnail,
            frames=timeline.frames,
            duration_sec=timeline.duration_sec,
            encoder=profile.codec,
            encoder_args=profile.arguments(timeline.fps),
            ffmpeg_version=ffmpeg.version(),
            segments=picture.counts,
            render_timings=task.timings,
            facts=facts,
            findings=gate.check(facts, timeline),
        )
        blobs.put(request.summary_blob, summary.model_dump_json(indent=2).encode())
    report("done", task.units, task.units)
    return summary


def _picture_and_sound(task: Task) -> tuple[Picture, Path]:
    timeline, stop = task.request.timeline, _Either(task.cancel)

    def mix() -> Path:
        with task.timed("sound"):
            return _sound(task, stop)

    def stop_if_failed(future: Future[Path]) -> None:
        if future.exception() is not None:
            stop.set()

    with ThreadPoolExecutor(1, thread_name_prefix="sound") as pool:
        mixing = pool.submit(mix)
        mixing.add_done_callback(stop_if_failed)
        try:
            with task.timed("picture"):
                picture = render_picture(
                    timeline,
                    PROFILES[task.request.mode],
                    task.blobs,
                    task.workdir,
                    progress=lambda frames: task.report("picture", frames, task.units),
                    cancel=stop,
                )
        except ffmpeg.Cancelled:
            mixing.result()  # if it was the sound that failed, this raises what it was
            raise
        except BaseException:
            stop.set()
            raise
        return picture, mixing.result()


def _sound(task: Task, stop: threading.Event) -> Path:
    """The stored mix if nothing that is heard has changed, else a new one."""
    timeline, blobs = task.request.timeline, task.blobs
    heard = timeline.model_dump_json(
        include={"frames": True, "fps": True, "voices": {"__all__": {"start", "samples", "sha256"}}, "bed": True},
        exclude={"bed": {"blob"}},
    )
    name = f"sounds/{_key(heard)}.m4a"
    if blobs.exists(name):
        return blobs.fetch(name, task.workdir / "sound.m4a")
    path = sound.mix(timeline, blobs, task.workdir, stop)
    blobs.put_file(name, path)
    return path


def _joined(task: Task, picture: Picture, track: Path) -> Path:
    timeline = task.request.timeline
    task.report("join", timeline.frames, task.units)
    with task.timed("join"):
        parts = [task.blobs.fetch(name, task.workdir / name.replace("/", "-")) for name in picture.blobs]
        output = task.workdir / "video.mp4"
        return join(parts, track, output, frames=timeline.frames, workdir=task.workdir, cancel=task.cancel)


def _thumbnail(task: Task) -> bytes:
    """The stored one if nothing that it shows has changed, else a new one."""
    request, timeline = task.request, task.request.timeline
    task.report("thumbnail", timeline.frames, task.units)
    clips = [(clip.sha256, clip.camera, clip.frames) for clip in timeline.clips]
    fonts = sorted(font_hashes().items())
    shown = _key(fonts, request.title, timeline.watermark, timeline.width, timeline.height, clips)
    name = f"thumbnails/{shown}.png"
    with task.timed("thumbnail"):
        if not task.blobs.exists(name):
            candidates = []
            for clip in timeline.clips:
                if task.cancel.is_set():
                    raise ffmpeg.Cancelled
                candidates.append(_middle(task, clip))
            task.blobs.put(name, draw_thumbnail(candidates, request.title, timeline.watermark))
        return task.blobs.get(name)


def _middle(task: Task, clip: Clip) -> Bytes:
    """What the camera shows in the middle of ``clip``, without text: (h, w, 3) RGB that covers a thumbnail."""
    timeline = task.request.timeline
    path = task.blobs.fetch(clip.blob, task.workdir / f"picture-{clip.sha256}")
    image = load(path, clip.sha256, clip.scene)
    shown = view(clip.camera, clip.frames // 2, clip.frames, image.size, timeline.width / timeline.height)
    scale = max(_THUMBNAIL_SIZE[0] / timeline.width, _THUMBNAIL_SIZE[1] / timeline.height)
    size = (round(timeline.width * scale), round(timeline.height * scale))
    box = (shown.left, shown.top, min(shown.right, image.width), min(shown.bottom, image.height))
    return np.asarray(image.resize(size, Image.Resampling.LANCZOS, box=box, reducing_gap=3.0))


def _measured(task: Task) -> tuple[StoredFile, StoredFile, FileFacts]:
    """Fetch the stored files again and measure them; the same bytes are not measured twice."""
    request, blobs = task.request, task.blobs
    task.report("gate", task.request.timeline.frames + 1, task.units)
    with task.timed("gate"):
        video = blobs.fetch(request.video_blob, task.workdir / "stored.mp4")
        thumbnail = blobs.fetch(request.thumbnail_blob, task.workdir / "stored.png")
        stored = [StoredFile(blob=b, sha256=_sha256(p), size=p.stat().st_size)
                  for b, p in ((request.video_blob, video), (request.thumbnail_blob, thumbnail))]  # fmt: skip
        name = f"measured/{stored[0].sha256}-{stored[1].sha256[:16]}-{ENGINE_VERSION}.json"
        facts = None
        if blobs.exists(name):
            try:
                facts = FileFacts.model_validate_json(blobs.get(name))
            except ValidationError:
                facts = None  # written by a version that measured other things
        if facts is None:
            facts = measure(video, thumbnail, task.cancel)
            blobs.put(name, facts.model_dump_json().encode())
    return stored[0], stored[1], facts


def _key(*seen: object) -> str:
    return hashlib.sha256(repr((ENGINE_VERSION, engine(), *seen)).encode()).hexdigest()


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
        raise
