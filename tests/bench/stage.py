"""Run one stage of the renderer in a process of its own, so that it can be measured.

``python -m tests.bench.stage STAGE REQUEST.json``: the request names the timeline, the store, the encoder settings and
the folder for the results.
"""

import json
import resource
import sys
import tempfile
import threading
import time
from pathlib import Path

from gpu_renderer.audio import mixdown
from gpu_renderer.core.frame import Frame
from gpu_renderer.core.segments import Segment, split
from gpu_renderer.encode import encoders
from gpu_renderer.encode.segment_store import encode_segments, plan_segments
from gpu_renderer.image.compositor import Compositor
from gpu_renderer.mux.concat import join_segments
from gpu_renderer.verify.measure import measure, measure_segment
from sutradhar.backends.local.blobs import FileBlobStore
from sutradhar.domain.core.base import Frozen
from sutradhar.domain.video.render_settings import RendererSettings
from sutradhar.domain.video.timeline import Timeline


class StageRequest(Frozen):
    """The input of one stage."""

    timeline: Timeline
    store: Path
    out: Path
    """A folder for the results."""
    settings: RendererSettings = RendererSettings()


def find_sources(segment: Segment, store: Path) -> dict[str, Path]:
    return {shown.clip.media.sha256: store / shown.clip.media.blob for shown in segment.clips}


def encode_video(request: StageRequest) -> None:
    """Compose, encode and join a video without audio: out/video.mp4."""
    timeline = request.timeline
    plan = plan_segments(timeline, encoders.build_profile("libx264", "FINAL", request.settings))
    everything = range(len(plan.segments))
    with tempfile.TemporaryDirectory(dir=request.out) as folder:
        blobs = FileBlobStore(Path(folder) / "blobs")
        for clip in timeline.clips:
            if not blobs.exists(clip.media.blob):
                blobs.put_file(clip.media.blob, request.store / clip.media.blob)
        never = threading.Event()
        encode_segments(plan, everything, blobs, Path(folder), progress=lambda _frames: None, cancel=never)
        parts = [blobs.fetch(name, Path(folder) / name) for name in plan.blobs]
        output = request.out / "video.mp4"
        join_segments(parts, None, output, frames=timeline.frames, workdir=Path(folder), cancel=never)


def mix_audio(request: StageRequest) -> None:
    mixdown.mix_audio(request.timeline, FileBlobStore(request.store), request.out, threading.Event())


def measure_file(request: StageRequest) -> None:
    """Measure out/gate.mp4 and out/gate.png as the renderer measures the stored files."""
    measure(request.out / "gate.mp4", request.out / "gate.png", threading.Event())


def decode_segments(request: StageRequest) -> None:
    """Measure the stored segments that out/segments.json names: out/decode.json has the CPU seconds and the frames."""
    names = json.loads((request.out / "segments.json").read_text())
    frames, started = 0, _measure_cpu()
    for name in names:
        frames += measure_segment(request.store / name, request.timeline.fps).samples.frames
    cpu = _measure_cpu() - started
    (request.out / "decode.json").write_text(json.dumps({"cpu_sec": cpu, "frames": frames}))


def _measure_cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def compose_frames(request: StageRequest) -> None:
    """Compose every frame and drop it: out/compose.json has the pace, with the preparation of the images."""
    timeline = request.timeline
    compositor, frame = Compositor(timeline.width, timeline.height), Frame(timeline.width, timeline.height)
    started = time.process_time()
    for segment in split(timeline):
        with compositor.open(segment, find_sources(segment, request.store)) as draw:
            for n in range(segment.frames):
                draw(n, frame)
    seconds = time.process_time() - started
    (request.out / "compose.json").write_text(json.dumps({"fps": timeline.frames / seconds}))


def dump_frames(request: StageRequest) -> None:
    """Write the composed frames as raw yuv420p in two halves, out/0.yuv and out/1.yuv."""
    timeline = request.timeline
    compositor, frame = Compositor(timeline.width, timeline.height), Frame(timeline.width, timeline.height)
    done = 0
    with (request.out / "0.yuv").open("wb") as first, (request.out / "1.yuv").open("wb") as second:
        for segment in split(timeline):
            with compositor.open(segment, find_sources(segment, request.store)) as draw:
                for n in range(segment.frames):
                    draw(n, frame)
                    (first if done < timeline.frames // 2 else second).write(frame.buffer.data)
                    done += 1


if __name__ == "__main__":
    stages = {
        "encode": encode_video,
        "mix": mix_audio,
        "gate": measure_file,
        "decode": decode_segments,
        "compose": compose_frames,
        "dump": dump_frames,
    }
    stages[sys.argv[1]](StageRequest.model_validate_json(Path(sys.argv[2]).read_text()))
