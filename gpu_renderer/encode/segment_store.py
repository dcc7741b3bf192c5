"""Bring all segments of a video into the blob store: those that are stored are reused, worker processes encode the
others."""

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
from gpu_renderer.text.fonts import hash_fonts
from gpu_renderer.text.segment_fonts import hash_segment_fonts
from sutradhar.bootstrap.machine import count_cores
from sutradhar.domain.video.render_request import SegmentCounts
from sutradhar.domain.video.timeline import Timeline
from sutradhar.ports.stores import BlobStore

_WORKER_MB, _FRAME_COPIES = 150, 60
"""Memory of one worker and its ffmpeg: their programs, and frames on their way (measured: 360 MB at 1080p with libx264
veryfast and one thread, which holds some 40 frames itself)."""
_SESSIONS = 8
"""Segments that one graphics card encodes at the same time. Consumer drivers allow 8 sessions, the L4's any number, and
its two engines are busy before that (developer.nvidia.com/video-encode-decode-support-matrix)."""


@dataclass(frozen=True)
class SegmentPlan:
    """A video cut into segments, the name of each segment's blob, and how they are encoded."""

    segments: tuple[Segment, ...]
    blobs: tuple[str, ...]
    profile: Profile


def plan_segments(
    timeline: Timeline, profile: Profile, max_segment_sec: float = segments.MAX_SEGMENT_SEC
) -> SegmentPlan:
    """Cut ``timeline`` into segments and name their blobs."""
    parts, fonts = segments.split(timeline, max_segment_sec), hash_fonts()
    keys = [
        segment_key(part, profile.arguments(part.fps), engine(), fonts | hash_segment_fonts(part)) for part in parts
    ]
    return SegmentPlan(parts, tuple(f"segments/{key}.mp4" for key in keys), profile)


def measure_free_memory_mb() -> float:
    """Return how many MB this process may still take, by the machine and by its container (cgroup v2); infinity if
    neither is known."""
    limits = [float("inf")]
    try:
        meminfo = dict(line.split(":") for line in Path("/proc/meminfo").read_text().splitlines())
        limits.append(int(meminfo["MemAvailable"].split()[0]) / 1000)
        group = Path("/sys/fs/cgroup")
        limits.append((int((group / "memory.max").read_text()) - int((group / "memory.current").read_text())) / 1e6)
    except (OSError, KeyError, ValueError):
        pass  # not Linux, no container, or one without a limit ("max")
    return min(limits)


def choose_worker_count(profile: Profile, width: int, height: int, cores: int, memory_mb: float) -> int:
    """Return the number of workers for which there are cores, memory and encoder sessions; at least one."""
    worker_mb = _WORKER_MB + _FRAME_COPIES * width * height * 1.5 / 1e6
    sessions = cores if profile.codec == "libx264" else _SESSIONS
    return max(min(cores, sessions, int(0.8 * memory_mb / worker_mb) if memory_mb != float("inf") else cores), 1)


def encode_segments(
    plan: SegmentPlan,
    indices: Sequence[int],
    blobs: BlobStore,
    workdir: Path,
    *,
    progress: Callable[[int], None],
    cancel: threading.Event,
    workers: int | None = None,
    start_last_worker: threading.Event | None = None,
) -> SegmentCounts:
    """Make sure that the segments ``indices`` of ``plan`` are in the blob store.

    Args:
        progress: called with the number of frames that are ready so far; from several threads, one at a time.
        workers: the number of processes; None: ``choose_worker_count``.
        start_last_worker: the last of several workers starts when this is set: until then other work has its core and
            its memory.

    Raises:
        Cancelled: ``cancel`` was set. No process of ours is left.
        RenderError: an image or the encoder failed; the error names the scene.
    """
    missing: dict[str, Segment] = {}
    ready = 0
    for index in indices:
        name, segment = plan.blobs[index], plan.segments[index]
        if name in missing or blobs.exists(name):
            ready += segment.frames
        else:
            missing[name] = segment
    progress(ready)
    if missing:
        from gpu_renderer.encode.worker_pool import ProgressCounter, WorkerPool

        first = plan.segments[0]
        size = (first.width, first.height)

        def probe() -> None:
            encoders.probe_encoder(plan.profile, width=size[0], height=size[1], fps=first.fps, workdir=workdir)

        pool = WorkerPool(
            missing,
            plan.profile,
            blobs,
            workdir,
            workers=workers or choose_worker_count(plan.profile, *size, count_cores(), measure_free_memory_mb()),
            progress=ProgressCounter(ready, progress).add,
            start_last_worker=start_last_worker,
        )
        pool.run(cancel, probe)
    return SegmentCounts(total=len(indices), reused=len(indices) - len(missing), encoded=len(missing))
