"""Blend captions, titles and the watermark over the frames of a segment."""

from bisect import bisect_right
from collections.abc import Callable

import cv2
import numpy as np
from cachetools import LRUCache

from gpu_renderer.core.frame import Bytes, Frame
from gpu_renderer.core.lru_cache import get_or_make
from gpu_renderer.core.segments import Segment
from gpu_renderer.image.still import to_planes
from gpu_renderer.text.captions import Caption, Overlay, draw_watermark_overlay
from gpu_renderer.text.titles import draw_title_overlay, title_opacity
from sutradhar.domain.plan.options import Watermark
from sutradhar.domain.video.captions import Cue
from sutradhar.domain.video.timeline import Title

Layer = Callable[[int, Frame], None]
"""Blends its overlay into a Frame, which shows frame n of the segment."""

_OVERLAYS_KEPT = 4
"""Overlays of each kind that are kept. Neighbouring segments share them; more would let memory grow with the video."""


class YuvOverlay:
    """An overlay as planes and their weights, blended on its own rectangle only."""

    def __init__(self, overlay: Overlay) -> None:
        high, wide = overlay.rgba.shape[:2]
        self._at = (overlay.x, overlay.y)
        y, u, v = to_planes(np.ascontiguousarray(overlay.rgba[:, :, :3]))
        alpha = overlay.rgba[:, :, 3].astype(np.float32) / 255
        half = (wide // 2, high // 2)
        coarse = cv2.resize(alpha, half, interpolation=cv2.INTER_AREA)

        def halve(plane: Bytes) -> Bytes:
            # weighted by alpha, or the colour of transparent pixels would bleed in
            weighted = cv2.resize(plane * alpha, half, interpolation=cv2.INTER_AREA)
            return np.rint(weighted / np.maximum(coarse, 1e-6)).astype(np.uint8)

        self._planes = (y, halve(u), halve(v))
        self._weights = (alpha, coarse, coarse)
        self._opaque = self._apply_opacity(1.0)

    def blend(self, frame: Frame, opacity: float = 1.0) -> None:
        """Blend the overlay into ``frame`` in place; ``opacity`` is 0 to 1."""
        x, y = self._at
        premultiplied = self._opaque if opacity == 1 else self._apply_opacity(opacity)
        for i, (plane, (over, kept)) in enumerate(zip(frame.planes, premultiplied, strict=True)):
            left, top = (x // 2, y // 2) if i else (x, y)
            high, wide = over.shape
            under = plane[top : top + high, left : left + wide]
            cv2.multiply(under, kept, dst=under, scale=1 / 255)
            cv2.add(under, over, dst=under)

    def _apply_opacity(self, opacity: float) -> list[tuple[Bytes, Bytes]]:
        """Return for each plane the overlay times alpha, and 255 - alpha.

        Both are uint8: blending them takes a tenth of the time of floats.
        """
        premultiplied = []
        for source, weights in zip(self._planes, self._weights, strict=True):
            alpha = np.rint(weights * np.float32(255 * opacity))
            over = np.rint(source * (alpha / 255)).astype(np.uint8)
            premultiplied.append((over, (255 - alpha).astype(np.uint8)))
        return premultiplied


class _CaptionLayer:
    """A caption and its highlighted words as overlays. One word is kept at a time, since speech goes forward."""

    def __init__(self, caption: Caption) -> None:
        self._caption, self._plain = caption, YuvOverlay(caption.plain)
        self._words = LRUCache[int, YuvOverlay](1)

    def blend(self, frame: Frame, word: int) -> None:
        """Blend the caption into ``frame`` with word number ``word`` highlighted, or none if it is below 0."""
        self._plain.blend(frame)
        if word >= 0:
            get_or_make(self._words, word, lambda: YuvOverlay(self._caption.highlight(word))).blend(frame)


class OverlayLayers:
    """Make the layers of segments of one frame size (width, height)."""

    def __init__(self, width: int, height: int) -> None:
        self._size = (width, height)
        self._captions = LRUCache[tuple[tuple[str, ...], bool], _CaptionLayer](_OVERLAYS_KEPT)
        self._overlays = LRUCache[Title | Watermark, YuvOverlay](_OVERLAYS_KEPT)

    def open(self, segment: Segment) -> Layer:
        """Return a function that blends all layers of frame n (0 ≤ n < ``segment.frames``) into a Frame.

        Raises:
            RenderError: a text has a character that the fonts cannot draw.
        """
        layers = [(title.start, title.end, self._title(title, segment.fps)) for title in segment.titles]
        highlight = segment.caption_style == "highlight"
        layers += [(cue.start, cue.end, self._caption(cue, highlight)) for cue in segment.cues]
        if segment.watermark is not None:
            layers.append((0, segment.frames, self._watermark(segment.watermark)))

        def blend(n: int, frame: Frame) -> None:
            for start, end, layer in layers:
                if start <= n < end:
                    layer(n, frame)

        return blend

    def _caption(self, cue: Cue, highlight: bool) -> Layer:
        def make() -> _CaptionLayer:
            return _CaptionLayer(Caption(cue.lines, *self._size, keeps_lines=cue.keeps_lines))

        caption = get_or_make(self._captions, (cue.lines, cue.keeps_lines), make)
        starts = cue.word_starts if highlight else ()
        # the last word stays highlighted until the cue ends: viewers expect no change in a pause
        return lambda n, frame: caption.blend(frame, bisect_right(starts, n) - 1)

    def _title(self, title: Title, fps: int) -> Layer:
        key = title.evolve(start=0, end=1)
        overlay = get_or_make(self._overlays, key, lambda: YuvOverlay(draw_title_overlay(title, *self._size)))
        return lambda n, frame: overlay.blend(frame, title_opacity(title, n, fps))

    def _watermark(self, watermark: Watermark) -> Layer:
        overlay = get_or_make(
            self._overlays, watermark, lambda: YuvOverlay(draw_watermark_overlay(watermark, *self._size))
        )
        return lambda _n, frame: overlay.blend(frame)
