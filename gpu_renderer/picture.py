"""All segments of a film: those in the blob store are taken from there, the others made by worker processes."""

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import PIL

from gpu_renderer import encoders, ffmpeg, segments
from gpu_renderer.crew import Crew, Meter
from gpu_renderer.encoders import Profile
from gpu_renderer.overlays import font_hashes
from gpu_renderer.segments import Segment
from sutradhar.domain.render import SegmentCounts
from sutradhar.domain.timeline import Timeline
from sutradhar.ports.stores import BlobStore


@dataclass(frozen=True)
class Picture:
    """The blobs of the finished segments, in the order of the film."""

    blobs: tuple[str, ...]
    counts: SegmentCounts


def engine() -> str:
    """What makes the pixels, by version: part of every segment's key."""
    return f"opencv {cv2.__version__}, pillow {PIL.__version__}, {ffmpeg.version()}"


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def render_picture(
    timeline: Timeline,
    profile: Profile,
    blobs: BlobStore,
    workdir: Path,
    *,
    progress: Callable[[int], None],
    cancel: threading.Event,
    workers: int | None = None,
    max_body_sec: float = segments.MAX_BODY_SEC,
) -> Picture:
    """Make sure that every segment of ``timeline`` is in the blob store.

    Args:
        progress: called with the number of frames that are ready so far; from several threads, one at a time.
        workers: how many processes; None: one a core.

    Raises:
        Cancelled: ``cancel`` was set. No process of ours is left.
        RenderError: a picture or the encoder failed; names the scene.
    """
    cut = segments.cut(timeline, max_body_sec)
    fonts = font_hashes()
    names = [f"segments/{segments.key(s, profile.arguments(s.fps), engine(), fonts)}.mp4" for s in cut]
    missing: dict[str, Segment] = {}
    ready = 0
    for name, segment in zip(names, cut, strict=True):
        if name in missing or blobs.exists(name):
            ready += segment.frames
        else:
            missing[name] = segment
    progress(ready)
    if missing:
        encoders.prove(profile, width=timeline.width, height=timeline.height, fps=timeline.fps, workdir=workdir)
        meter = Meter(ready, progress)
        crew = Crew(missing, profile, blobs, workdir, cores=workers or cores(), progress=meter.add)
        crew.run(cancel)
    counts = SegmentCounts(total=len(cut), reused=len(cut) - len(missing), encoded=len(missing))
    return Picture(tuple(names), counts)
