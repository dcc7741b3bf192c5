"""Measure the CPU time of each stage of a frame, by the very functions that render."""

import resource
import time
from collections.abc import Mapping
from pathlib import Path

from gpu_renderer.core import segments
from gpu_renderer.core.ffmpeg_process import Process
from gpu_renderer.encode import encoders
from gpu_renderer.encode.encoders import Profile
from gpu_renderer.encode.worker import SegmentWriter
from gpu_renderer.image.compositor import Compositor
from gpu_renderer.verify.measure import measure_segment
from sutradhar.domain.core.base import Frozen
from sutradhar.domain.video.timeline import Timeline

_LEAST_MS = 0.01
"""A stage costs something, even where the clock of the system shows none."""


class StageCosts(Frozen):
    """The CPU seconds of a video; each of its images was prepared once."""

    frames: int
    segments: int
    images: int
    prepare_sec: float
    compose_sec: float
    """With the writing to the pipe of the encoder."""
    encode_sec: float
    check_sec: float


class FrameCosts(Frozen):
    """CPU milliseconds a frame, with its shares of the starts of processes and of the preparation of images."""

    compose_ms: float
    encode_ms: float
    check_ms: float


class Sample(Frozen):
    """The costs of a short video and of a longer one with as many segments: their difference is that of the frames."""

    short: StageCosts
    long: StageCosts

    def compute_frame_costs(self, usual: Timeline) -> FrameCosts:
        """Return the costs of a frame of ``usual``, a video with scenes as long as they usually are."""
        segments_share = len(segments.split(usual)) / usual.frames
        images_share = len(usual.clips) / usual.frames

        def compute_ms(short_sec: float, long_sec: float) -> float:
            frame_sec = max(long_sec - short_sec, 0.0) / (self.long.frames - self.short.frames)
            segment_sec = max(short_sec - frame_sec * self.short.frames, 0.0) / self.short.segments
            return max(1000 * (frame_sec + segment_sec * segments_share), _LEAST_MS)

        short, long = self.short, self.long
        prepare_ms = 1000 * (short.prepare_sec + long.prepare_sec) / (short.images + long.images) * images_share
        return FrameCosts(
            compose_ms=compute_ms(short.compose_sec, long.compose_sec) + prepare_ms,
            encode_ms=compute_ms(short.encode_sec, long.encode_sec),
            check_ms=compute_ms(short.check_sec, long.check_sec),
        )


def measure_sample(
    short: Timeline, long: Timeline, sources: Mapping[str, Path], profile: Profile, folder: Path
) -> Sample:
    """Measure two videos of the same images and the same size; each prepares its images.

    Raises:
        RenderError: the encoder failed.
    """
    costs = [_measure_stages(one, sources, profile, folder) for one in (short, long)]
    return Sample(short=costs[0], long=costs[1])


def _measure_stages(timeline: Timeline, sources: Mapping[str, Path], profile: Profile, folder: Path) -> StageCosts:
    """Compose, encode and check every segment of ``timeline`` in this process, as a worker and its parent do."""
    size, output = (timeline.width, timeline.height), folder / "segment.mp4"
    compositor = Compositor(*size)
    spent = dict.fromkeys(("prepare", "compose", "encode", "check"), 0.0)
    parts = segments.split(timeline)
    for segment in parts:
        command = encoders.encode_command(profile, width=size[0], height=size[1], fps=segment.fps, output=output)
        own_at, children_at = time.process_time(), _measure_children_sec()
        with compositor.open(segment, sources) as compose, Process(command, stage="picture", pipe=True) as process:
            opened_at = time.process_time()
            writer = SegmentWriter(process, *size)
            for n in range(segment.frames):
                frame = writer.take_empty()
                compose(n, frame)
                writer.put(frame)
                if writer.broken:
                    break  # finish() raises the error of the encoder
            writer.close()
            process.finish()
        composed_at, encoded_at = time.process_time(), _measure_children_sec()
        measure_segment(output, segment.fps)
        spent["prepare"] += opened_at - own_at
        spent["compose"] += composed_at - opened_at
        spent["encode"] += encoded_at - children_at
        spent["check"] += time.process_time() - composed_at + _measure_children_sec() - encoded_at
    seconds = {f"{name}_sec": value for name, value in spent.items()}
    return StageCosts(frames=timeline.frames, segments=len(parts), images=len(timeline.clips), **seconds)


def _measure_children_sec() -> float:
    """Return the CPU seconds of the child processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
