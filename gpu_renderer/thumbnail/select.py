"""Return the thumbnail of a video; it is rendered once."""

import threading
from typing import NamedTuple

from gpu_renderer.core.cache_keys import middle_frame_key, thumbnail_key
from gpu_renderer.core.task import RenderContext
from gpu_renderer.text.fonts import hash_fonts

SMALL_SIDE = 480
"""Pixels of the longer side of the small thumbnail: a card of the library is at most this wide on most screens."""
_JPEG_QUALITY = 82


class Thumbnails(NamedTuple):
    full: bytes
    """A PNG of the size of the video."""
    small: bytes
    """A JPEG for lists of videos; its longer side has at most ``SMALL_SIDE`` pixels."""


def get_or_render_thumbnails(context: RenderContext, stop: threading.Event) -> Thumbnails:
    """Return both sizes; the stored ones if their content is the same, else new ones, which are stored.

    Raises:
        Cancelled: ``stop`` was set.
        RenderError: an image cannot be used; the error names the scene.
    """
    request, timeline = context.request, context.request.timeline
    keys = [middle_frame_key(timeline, index) for index in range(len(timeline.clips))]
    name = f"thumbnails/{thumbnail_key(hash_fonts(), request.title, timeline.watermark, keys)}"
    full, small = f"{name}.png", f"{name}-{SMALL_SIDE}.jpg"
    if not context.blobs.exists(full):
        from gpu_renderer.thumbnail.candidates import render_thumbnail

        context.blobs.put(full, render_thumbnail(context, keys, stop))
    data = context.blobs.get(full)
    if not context.blobs.exists(small):
        context.blobs.put(small, _shrink(data))
    return Thumbnails(data, context.blobs.get(small))


def _shrink(data: bytes) -> bytes:
    """Return the PNG ``data`` as a small JPEG."""
    import cv2
    import numpy as np

    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None  # it is our own PNG
    height, width = image.shape[:2]
    share = min(1.0, SMALL_SIDE / max(width, height))
    small = cv2.resize(image, (round(width * share), round(height * share)), interpolation=cv2.INTER_AREA)
    _, encoded = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    return encoded.tobytes()
