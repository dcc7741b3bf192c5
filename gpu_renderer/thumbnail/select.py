"""Return the thumbnail of a video; it is rendered once."""

import threading
from typing import NamedTuple

from gpu_renderer.core.cache_keys import add_marks_to_key, middle_frame_key, thumbnail_key
from gpu_renderer.core.mark_errors import wrap_mark_errors
from gpu_renderer.core.task import RenderContext
from gpu_renderer.text.fonts import hash_fonts
from gpu_renderer.text.segment_fonts import hash_thumbnail_fonts
from sutradhar.domain.core.errors import NotFound
from sutradhar.domain.video.thumbnail_size import MAX_DRAWN_BYTES
from sutradhar.domain.video.timeline import Timeline
from sutradhar.ports.stores import BlobStore

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
    keys = _list_keys(context)
    full, small = _name_blobs(_name(context, keys))
    if not _is_usable(context.blobs, full):
        from gpu_renderer.thumbnail.candidates import render_thumbnail

        rendered = render_thumbnail(context, keys, stop)
        context.blobs.put(_source_blob(_name(context, keys)), rendered.source.encode())
        context.blobs.put(full, rendered.png)
    data = context.blobs.get(full)
    if not context.blobs.exists(small):
        context.blobs.put(small, _shrink(data))
    return Thumbnails(data, context.blobs.get(small))


def get_or_mark_thumbnails(context: RenderContext, stop: threading.Event) -> Thumbnails:
    """Return both sizes with their marks; without them if the request has no facts for any. A signature differs each
    time, so the marked files are stored too: the same video has the same thumbnail.

    Raises:
        Cancelled: ``stop`` was set.
        RenderError: an image cannot be used, or the marks cannot be signed.
    """
    facts, blobs = context.request.marks, context.blobs
    if facts is None:
        return get_or_render_thumbnails(context, stop)
    name = _name(context, _list_keys(context))
    key = add_marks_to_key(name, facts, context.signer.fingerprint if context.signer else "")
    names = _name_blobs(f"thumbnails/{key}")
    try:
        return Thumbnails(*(blobs.get(blob) for blob in names))
    except NotFound:
        plain = get_or_render_thumbnails(context, stop)
    from sutradhar.domain.assets.build_marks import select_part
    from sutradhar.marks.write import mark_image

    source = _read_source(context, name)
    with context.measure_time("marks"), wrap_mark_errors():
        marked = Thumbnails(*(mark_image(data, select_part(facts, source), context.signer) for data in plain))
    for blob, data in zip(names, marked, strict=True):
        blobs.put(blob, data)
    return marked


def _is_usable(blobs: BlobStore, full: str) -> bool:
    """Return False if there is no stored thumbnail, or if an earlier version left no room for marks in it."""
    try:
        return blobs.size(full) <= MAX_DRAWN_BYTES
    except NotFound:
        return False


def _list_keys(context: RenderContext) -> list[str]:
    timeline = context.request.timeline
    return [middle_frame_key(timeline, index) for index in _list_scenes(timeline)]


def _list_scenes(timeline: Timeline) -> list[int]:
    """Return the indexes of the clips that may become the thumbnail: all scenes, and neither intro nor outro."""
    return [index for index, clip in enumerate(timeline.clips) if clip.is_scene]


def _name(context: RenderContext, keys: list[str]) -> str:
    title, timeline = context.request.title, context.request.timeline
    texts = [title, *([timeline.watermark.text] if timeline.watermark else [])]
    fonts = hash_fonts() | hash_thumbnail_fonts(texts, timeline.language)
    return f"thumbnails/{thumbnail_key(fonts, title, timeline.watermark, keys, timeline.look)}"


def _name_blobs(name: str) -> tuple[str, str]:
    return f"{name}.png", f"{name}-{SMALL_SIDE}.jpg"


def _source_blob(name: str) -> str:
    return f"{name}-source.txt"


def _read_source(context: RenderContext, name: str) -> str:
    """Return the sha256 of the file that the thumbnail shows; empty if an earlier version rendered it."""
    try:
        return context.blobs.get(_source_blob(name)).decode()
    except NotFound:
        return ""


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
