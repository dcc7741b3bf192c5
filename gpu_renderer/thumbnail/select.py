"""The frames that may become the thumbnail, and the thumbnail of a film, made once."""

import json
import threading
from pathlib import Path

import numpy as np
from PIL import Image

from gpu_renderer.core import ffmpeg_process
from gpu_renderer.core.cache_keys import middle_frame_key, thumbnail_key
from gpu_renderer.core.frame import Bytes, Frame
from gpu_renderer.core.segments import build_segment
from gpu_renderer.core.task import Task
from gpu_renderer.image.backdrop import place_on_backdrop
from gpu_renderer.image.camera import crop_at
from gpu_renderer.image.compositor import Compositor
from gpu_renderer.image.still import load_image, to_rgb
from gpu_renderer.text.captions import hash_fonts
from gpu_renderer.thumbnail.draw import attractiveness, draw_thumbnail
from sutradhar.domain.video.thumbnail_size import thumbnail_size
from sutradhar.domain.video.timeline import CUT, Clip, Timeline


def poster(task: Task, stop: threading.Event) -> bytes:
    """PNG; the stored one if nothing that it shows has changed, else a new one.

    Raises:
        Cancelled: ``stop`` was set.
        RenderError: a picture cannot be used; names the scene.
    """
    request, timeline = task.request, task.request.timeline
    keys = [middle_frame_key(timeline, index) for index in range(len(timeline.clips))]
    name = f"thumbnails/{thumbnail_key(hash_fonts(), request.title, timeline.watermark, keys)}.png"
    if not task.blobs.exists(name):
        # each picture is judged once, whatever film it is in; of all of them one is in memory
        scores = [_score(task, key, clip, stop) for key, clip in zip(keys, timeline.clips, strict=True)]
        best = timeline.clips[scores.index(max(scores))]
        size = thumbnail_size(timeline.width, timeline.height)
        picture = _middle(task, best, stop)
        task.blobs.put(name, draw_thumbnail(picture, request.title, timeline.watermark, size))
    return task.blobs.get(name)


def _score(task: Task, key: str, clip: Clip, stop: threading.Event) -> float:
    name = f"thumbnails/{key}.json"
    if not task.blobs.exists(name):
        score = attractiveness(_middle(task, clip, stop))
        task.blobs.put(name, json.dumps({"score": score}).encode())
    return float(json.loads(task.blobs.get(name))["score"])


def _middle(task: Task, clip: Clip, stop: threading.Event) -> Bytes:
    """What the camera shows in the middle of ``clip``, without text: (h, w, 3) RGB that covers a thumbnail."""
    if stop.is_set():
        raise ffmpeg_process.Cancelled
    timeline = task.request.timeline
    path = task.blobs.fetch(clip.media.blob, task.workdir / f"poster-{clip.media.sha256}")
    if clip.footage is not None:
        return _filmed(timeline, clip, path)
    image = load_image(path, clip.media.sha256, clip.scene)
    if clip.fit == "fit":
        image = place_on_backdrop(image, (timeline.width, timeline.height))
    shown = crop_at(clip.camera, clip.frames // 2, clip.frames, image.size, timeline.width / timeline.height)
    size = thumbnail_size(timeline.width, timeline.height)
    box = (shown.left, shown.top, min(shown.right, image.width), min(shown.bottom, image.height))
    return np.asarray(image.resize(size, Image.Resampling.LANCZOS, box=box, reducing_gap=3.0))


def _filmed(timeline: Timeline, clip: Clip, path: Path) -> Bytes:
    """The middle frame of a clip of footage, as the film shows it but for what is written over it."""
    alone = clip.evolve(start=0, transition=CUT)
    bare = timeline.evolve(clips=(alone,), frames=clip.frames, burned_captions=(), titles=(), watermark=None)
    at = clip.frames // 2
    frame = Frame(timeline.width, timeline.height)
    with Compositor(timeline.width, timeline.height).open(
        build_segment(bare, at, at + 1), {clip.media.sha256: path}
    ) as compose:
        compose(0, frame)
    return to_rgb(frame)
