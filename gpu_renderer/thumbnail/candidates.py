"""Choose the frame of a video that becomes its thumbnail, and draw the thumbnail."""

import json
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from gpu_renderer.core import ffmpeg_process
from gpu_renderer.core.frame import Bytes, Frame
from gpu_renderer.core.segment_look import list_look_files
from gpu_renderer.core.segments import build_segment
from gpu_renderer.core.task import RenderContext
from gpu_renderer.image.backdrop import place_on_backdrop
from gpu_renderer.image.camera import crop_at
from gpu_renderer.image.compositor import Compositor
from gpu_renderer.image.still import load_image, to_rgb
from gpu_renderer.text.look import make_look
from gpu_renderer.thumbnail.draw import draw_thumbnail, score_frame
from sutradhar.domain.video.thumbnail_size import choose_thumbnail_size
from sutradhar.domain.video.timeline import CUT, Clip, Timeline


class RenderedThumbnail(NamedTuple):
    png: bytes
    source: str
    """The sha256 of the image or clip that it shows."""


def render_thumbnail(context: RenderContext, keys: Sequence[str], stop: threading.Event) -> RenderedThumbnail:
    """Return the thumbnail. It shows the clip whose middle has the highest score; each middle is scored once, whatever
    video it is in.

    Args:
        keys: the key of the middle of each scene's clip.

    Raises:
        Cancelled: ``stop`` was set.
        RenderError: an image cannot be used; the error names the scene.
    """
    request, timeline = context.request, context.request.timeline
    clips = [clip for clip in timeline.clips if clip.is_scene]
    best, highest, frame = clips[0], -1.0, None
    for key, clip in zip(keys, clips, strict=True):
        name = f"thumbnails/{key}.json"
        drawn = None if context.blobs.exists(name) else _draw_middle(context, clip, stop)
        if drawn is not None:
            context.blobs.put(name, json.dumps({"score": score_frame(drawn)}).encode())
        score = float(json.loads(context.blobs.get(name))["score"])
        if score > highest:  # the only frame that stays in memory
            best, highest, frame = clip, score, drawn
    if frame is None:
        frame = _draw_middle(context, best, stop)
    size = choose_thumbnail_size(timeline.width, timeline.height)
    files = {
        media.sha256: context.blobs.fetch(media.blob, context.workdir / f"look-{media.sha256}")
        for media in list_look_files(timeline.look)
    }
    look = make_look(timeline.look, files).adapt_to_language(timeline.language)
    png = draw_thumbnail(frame, request.title, timeline.watermark, size, look)
    return RenderedThumbnail(png, best.media.sha256)


def _draw_middle(context: RenderContext, clip: Clip, stop: threading.Event) -> Bytes:
    """Return what the camera shows in the middle of ``clip``, without text: (h, w, 3) RGB that covers a thumbnail."""
    if stop.is_set():
        raise ffmpeg_process.Cancelled
    timeline = context.request.timeline
    path = context.blobs.fetch(clip.media.blob, context.workdir / f"thumbnail-{clip.media.sha256}")
    if clip.footage is not None:
        return _draw_footage(timeline, clip, path)
    image = load_image(path, clip.media.sha256, clip.scene)
    if clip.fit == "fit":
        image = place_on_backdrop(image, (timeline.width, timeline.height))
    crop = crop_at(clip.camera, clip.frames // 2, clip.frames, image.size, timeline.width / timeline.height)
    size = choose_thumbnail_size(timeline.width, timeline.height)
    box = (crop.left, crop.top, min(crop.right, image.width), min(crop.bottom, image.height))
    return np.asarray(image.resize(size, Image.Resampling.LANCZOS, box=box, reducing_gap=3.0))


def _draw_footage(timeline: Timeline, clip: Clip, path: Path) -> Bytes:
    """Return the middle frame of a clip of footage as the video shows it, but without the text over it."""
    alone = clip.evolve(start=0, transition=CUT)
    bare = timeline.evolve(
        clips=(alone,),
        frames=clip.frames,
        burned_captions=(),
        titles=(),
        watermark=None,
        lyrics=None,
        label=None,
        look=None,
        language=None,
        caption_language=None,
    )
    middle = clip.frames // 2
    segment = build_segment(bare, middle, middle + 1)
    frame = Frame(timeline.width, timeline.height)
    with Compositor(timeline.width, timeline.height).open(segment, {clip.media.sha256: path}) as compose:
        compose(0, frame)
    return to_rgb(frame)
