"""The frames that may become the thumbnail, and the thumbnail of a film, made once."""

import hashlib
import threading
from pathlib import Path

import numpy as np
from PIL import Image

from gpu_renderer import ffmpeg
from gpu_renderer.camera import view
from gpu_renderer.compositor import Compositor
from gpu_renderer.frame import Bytes, Frame
from gpu_renderer.overlays import font_hashes
from gpu_renderer.picture import engine
from gpu_renderer.segments import ENGINE_VERSION, segment
from gpu_renderer.still import load, to_rgb
from gpu_renderer.task import Task
from gpu_renderer.thumbnail import HEIGHT, WIDTH, draw_thumbnail
from sutradhar.domain.timeline import Clip, Timeline


def poster(task: Task, stop: threading.Event) -> bytes:
    """PNG; the stored one if nothing that it shows has changed, else a new one.

    Raises:
        Cancelled: ``stop`` was set.
        RenderError: a picture cannot be used; names the scene.
    """
    request, timeline = task.request, task.request.timeline
    clips = [(clip.sha256, clip.camera, clip.frames, clip.footage) for clip in timeline.clips]
    fonts = sorted(font_hashes().items())
    shown = (ENGINE_VERSION, engine(), fonts, request.title, timeline.watermark, timeline.width, timeline.height, clips)
    name = f"thumbnails/{hashlib.sha256(repr(shown).encode()).hexdigest()}.png"
    if not task.blobs.exists(name):
        candidates = (_middle(task, clip, stop) for clip in timeline.clips)  # one at a time in memory
        task.blobs.put(name, draw_thumbnail(candidates, request.title, timeline.watermark))
    return task.blobs.get(name)


def _middle(task: Task, clip: Clip, stop: threading.Event) -> Bytes:
    """What the camera shows in the middle of ``clip``, without text: (h, w, 3) RGB that covers a thumbnail."""
    if stop.is_set():
        raise ffmpeg.Cancelled
    timeline = task.request.timeline
    path = task.blobs.fetch(clip.blob, task.workdir / f"poster-{clip.sha256}")
    if clip.footage is not None:
        return _filmed(timeline, clip, path)
    image = load(path, clip.sha256, clip.scene)
    shown = view(clip.camera, clip.frames // 2, clip.frames, image.size, timeline.width / timeline.height)
    scale = max(WIDTH / timeline.width, HEIGHT / timeline.height)
    size = (round(timeline.width * scale), round(timeline.height * scale))
    box = (shown.left, shown.top, min(shown.right, image.width), min(shown.bottom, image.height))
    return np.asarray(image.resize(size, Image.Resampling.LANCZOS, box=box, reducing_gap=3.0))


def _filmed(timeline: Timeline, clip: Clip, path: Path) -> Bytes:
    """The middle frame of a clip of footage, as the film shows it but for what is written over it."""
    alone = clip.evolve(start=0, fade_in=0)
    bare = timeline.evolve(clips=(alone,), frames=clip.frames, burned=(), titles=(), watermark=None)
    at = clip.frames // 2
    frame = Frame(timeline.width, timeline.height)
    with Compositor(timeline.width, timeline.height).open(segment(bare, at, at + 1), {clip.sha256: path}) as compose:
        compose(0, frame)
    return to_rgb(frame)
