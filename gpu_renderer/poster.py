"""The frames that may become the thumbnail, and the thumbnail of a film, made once."""

import hashlib
import threading

import numpy as np
from PIL import Image

from gpu_renderer import ffmpeg
from gpu_renderer.camera import view
from gpu_renderer.frame import Bytes
from gpu_renderer.overlays import font_hashes
from gpu_renderer.picture import engine
from gpu_renderer.segments import ENGINE_VERSION
from gpu_renderer.still import load
from gpu_renderer.task import Task
from gpu_renderer.thumbnail import HEIGHT, WIDTH, draw_thumbnail
from sutradhar.domain.timeline import Clip


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
        candidates = []
        for clip in timeline.clips:
            if stop.is_set():
                raise ffmpeg.Cancelled
            candidates.append(_middle(task, clip))
        task.blobs.put(name, draw_thumbnail(candidates, request.title, timeline.watermark))
    return task.blobs.get(name)


def _middle(task: Task, clip: Clip) -> Bytes:
    """What the camera shows in the middle of ``clip``, without text: (h, w, 3) RGB that covers a thumbnail."""
    timeline = task.request.timeline
    path = task.blobs.fetch(clip.blob, task.workdir / f"poster-{clip.sha256}")
    image = load(path, clip.sha256, clip.scene)
    shown = view(clip.camera, clip.frames // 2, clip.frames, image.size, timeline.width / timeline.height)
    scale = max(WIDTH / timeline.width, HEIGHT / timeline.height)
    size = (round(timeline.width * scale), round(timeline.height * scale))
    box = (shown.left, shown.top, min(shown.right, image.width), min(shown.bottom, image.height))
    return np.asarray(image.resize(size, Image.Resampling.LANCZOS, box=box, reducing_gap=3.0))
