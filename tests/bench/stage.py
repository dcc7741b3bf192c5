"""One stage of the renderer in a process of its own, so that it can be measured: ``python -m tests.bench.stage STAGE
ORDER.json``. The order says which timeline, which store, which encoder settings, where to put what is made."""

import json
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
from gpu_renderer.verify.measure import measure
from sutradhar.backends.local.blobs import FileBlobStore
from sutradhar.domain.core.base import Frozen
from sutradhar.domain.video.render_settings import RendererSettings
from sutradhar.domain.video.timeline import Timeline


class Order(Frozen):
    timeline: Timeline
    store: Path
    out: Path
    """A folder."""
    settings: RendererSettings = RendererSettings()


def sources(segment: Segment, store: Path) -> dict[str, Path]:
    return {shown.clip.media.sha256: store / shown.clip.media.blob for shown in segment.clips}


def picture(order: Order) -> None:
    """Compose, encode and join_segments, as a film without sound: out/picture.mp4, and the bytes of its segments."""
    timeline = order.timeline
    film = plan_segments(timeline, encoders.build_profile("libx264", "FINAL", order.settings))
    everything = range(len(film.segments))
    with tempfile.TemporaryDirectory(dir=order.out) as folder:
        made = FileBlobStore(Path(folder) / "made")
        for clip in timeline.clips:
            if not made.exists(clip.media.blob):
                made.put_file(clip.media.blob, order.store / clip.media.blob)
        never = threading.Event()
        encode_segments(film, everything, made, Path(folder), progress=lambda _frames: None, cancel=never)
        parts = [made.fetch(name, Path(folder) / name) for name in film.blobs]
        output = order.out / "picture.mp4"
        join_segments(parts, None, output, frames=timeline.frames, workdir=Path(folder), cancel=never)


def mix(order: Order) -> None:
    mixdown.mix_audio(order.timeline, FileBlobStore(order.store), order.out, threading.Event())


def gate(order: Order) -> None:
    """Measure out/gate.mp4 and out/gate.png, as is done with what was stored."""
    measure(order.out / "gate.mp4", order.out / "gate.png", threading.Event())


def compose(order: Order) -> None:
    """Compose every frame and drop it: out/compose.json has the seconds, pictures' preparation included."""
    timeline = order.timeline
    compositor, frame = Compositor(timeline.width, timeline.height), Frame(timeline.width, timeline.height)
    begun = time.process_time()
    for segment in split(timeline):
        with compositor.open(segment, sources(segment, order.store)) as draw:
            for n in range(segment.frames):
                draw(n, frame)
    seconds = time.process_time() - begun
    (order.out / "compose.json").write_text(json.dumps({"fps": timeline.frames / seconds}))


def dump(order: Order) -> None:
    """Composed frames as raw yuv420p in two halves, out/0.yuv and out/1.yuv."""
    timeline = order.timeline
    compositor, frame = Compositor(timeline.width, timeline.height), Frame(timeline.width, timeline.height)
    done = 0
    with (order.out / "0.yuv").open("wb") as first, (order.out / "1.yuv").open("wb") as second:
        for segment in split(timeline):
            with compositor.open(segment, sources(segment, order.store)) as draw:
                for n in range(segment.frames):
                    draw(n, frame)
                    (first if done < timeline.frames // 2 else second).write(frame.buffer.data)
                    done += 1


if __name__ == "__main__":
    stages = {"picture": picture, "mix": mix, "gate": gate, "compose": compose, "dump": dump}
    stages[sys.argv[1]](Order.model_validate_json(Path(sys.argv[2]).read_text()))
