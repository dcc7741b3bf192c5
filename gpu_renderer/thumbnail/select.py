"""Return the thumbnail of a video; it is rendered once."""

import threading

from gpu_renderer.core.cache_keys import middle_frame_key, thumbnail_key
from gpu_renderer.core.task import RenderContext
from gpu_renderer.text.fonts import hash_fonts


def get_or_render_thumbnail(context: RenderContext, stop: threading.Event) -> bytes:
    """Return the PNG; the stored one if its content is the same, else a new one, which is stored.

    Raises:
        Cancelled: ``stop`` was set.
        RenderError: an image cannot be used; the error names the scene.
    """
    request, timeline = context.request, context.request.timeline
    keys = [middle_frame_key(timeline, index) for index in range(len(timeline.clips))]
    name = f"thumbnails/{thumbnail_key(hash_fonts(), request.title, timeline.watermark, keys)}.png"
    if not context.blobs.exists(name):
        from gpu_renderer.thumbnail.candidates import render_thumbnail

        context.blobs.put(name, render_thumbnail(context, keys, stop))
    return context.blobs.get(name)
