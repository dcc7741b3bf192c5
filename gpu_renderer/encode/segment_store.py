"""All segments of a film: those in the blob store are taken from there, the others made by worker processes."""

import os
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from gpu_renderer.core import segments
from gpu_renderer.core.cache_keys import segment_key
from gpu_renderer.core.engine import engine
from gpu_renderer.core.segments import Segment
from gpu_renderer.encode import encoders
from gpu_renderer.encode.encoders import Profile
from gpu_renderer.encode.worker_pool import Crew, Meter
from gpu_renderer.text.captions import hash_fonts
from sutradhar.domain.video.render_request import SegmentCounts
from sutradhar.domain.video.timeline import Timeline
from sutradhar.ports.stores import BlobStore

_WORKER_MB, _FRAME_COPIES = 150, 60
"""Memory of one worker and its ffmpeg: their programs, and frames on their way (measured: 360 MB at 1080p with libx264
veryfast and one thread, which holds some 40 frames itself)."""
_SESSIONS = 8
"""Segments encoded side by side on one graphics card. Consumer drivers allow 8 sessions, the L4's any number, and its
two engines are busy before that (developer.nvidia.com/video-encode-decode-support-matrix)."""


@dataclass(frozen=True)
class Reel:
    """A film cut into segments, each with the blob that it is or will be."""

    segments: tuple[Segment, ...]
    blobs: tuple[str, ...]
    profile: Profile


def reel(timeline: Timeline, profile: Profile, max_segment_sec: float = segments.MAX_SEGMENT_SEC) -> Reel:
    """Cut ``timeline`` and name its segments."""
    cut, fonts = segments.split(timeline, max_segment_sec), hash_fonts()
    keys = [segment_key(s, profile.arguments(s.fps), engine(), fonts) for s in cut]
    return Reel(cut, tuple(f"segments/{key}.mp4" for key in keys), profile)


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def free_memory_mb() -> float:
    """What this process may still take: of the machine, and of its container (cgroup v2). Unlimited if unknown."""
    found = [float("inf")]
    try:
        meminfo = dict(line.split(":") for line in Path("/proc/meminfo").read_text().splitlines())
        found.append(int(meminfo["MemAvailable"].split()[0]) / 1000)
        group = Path("/sys/fs/cgroup")
        found.append((int((group / "memory.max").read_text()) - int((group / "memory.current").read_text())) / 1e6)
    except (OSError, KeyError, ValueError):
        pass  # not Linux, no container, or one without a limit ("max")
    return min(found)


def worker_count(profile: Profile, width: int, height: int, cores: int, memory_mb: float) -> int:
    """As many workers as there are cores, memory and encoder sessions for; at least one."""
    each = _WORKER_MB + _FRAME_COPIES * width * height * 1.5 / 1e6
    sessions = cores if profile.codec == "libx264" else _SESSIONS
    return max(min(cores, sessions, int(0.8 * memory_mb / each) if memory_mb != float("inf") else cores), 1)


def render_picture(
    reel: Reel,
    part: Sequence[int],
    blobs: BlobStore,
    workdir: Path,
    *,
    progress: Callable[[int], None],
    cancel: threading.Event,
    workers: int | None = None,
    room: threading.Event | None = None,
) -> SegmentCounts:
    """Make sure that ``part`` (indices) of the segments of ``reel`` are in the blob store.

    Args:
        progress: called with the number of frames that are ready so far; from several threads, one at a time.
        workers: how many processes; None: ``worker_count``.
        room: the last of several starts when this is set: until then something else has its core and its memory.

    Raises:
        Cancelled: ``cancel`` was set. No process of ours is left.
        RenderError: a picture or the encoder failed; names the scene.
    """
    missing: dict[str, Segment] = {}
    ready = 0
    for index in part:
        name, segment = reel.blobs[index], reel.segments[index]
        if name in missing or blobs.exists(name):
            ready += segment.frames
        else:
            missing[name] = segment
    progress(ready)
    if missing:
        first = reel.segments[0]
        size = (first.width, first.height)

        def prove() -> None:
            encoders.prove(reel.profile, width=size[0], height=size[1], fps=first.fps, workdir=workdir)

        count = workers or worker_count(reel.profile, *size, cores(), free_memory_mb())
        meter = Meter(ready, progress)
        Crew(missing, reel.profile, blobs, workdir, workers=count, progress=meter.add, room=room).run(cancel, prove)
    return SegmentCounts(total=len(part), reused=len(part) - len(missing), encoded=len(missing))
