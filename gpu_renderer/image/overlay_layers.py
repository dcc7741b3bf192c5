"""What lies over the picture of a segment, frame by frame: captions, titles, the watermark."""

from bisect import bisect_right
from collections.abc import Callable

import cv2
import numpy as np

from gpu_renderer.core.frame import Bytes, Frame
from gpu_renderer.core.lru_cache import Recent
from gpu_renderer.core.segments import Segment
from gpu_renderer.image.still import to_planes
from gpu_renderer.text.captions import Caption, Overlay, draw_watermark_overlay
from gpu_renderer.text.titles import draw_title_overlay, title_opacity
from sutradhar.domain.plan.plan import Watermark
from sutradhar.domain.video.captions import Cue
from sutradhar.domain.video.timeline import Title

Layer = Callable[[int, Frame], None]
"""Blends into a Frame what lies over frame n of the segment."""

_OVERLAYS_KEPT = 4
"""Of each kind: neighbouring segments share them, and more would let memory grow with the film."""


class YuvOverlay:
    """An overlay as planes and their weights, blended on its own rectangle only."""

    def __init__(self, overlay: Overlay) -> None:
        high, wide = overlay.rgba.shape[:2]
        self._at = (overlay.x, overlay.y)
        y, u, v = to_planes(np.ascontiguousarray(overlay.rgba[:, :, :3]))
        alpha = overlay.rgba[:, :, 3].astype(np.float32) / 255
        half = (wide // 2, high // 2)
        coarse = cv2.resize(alpha, half, interpolation=cv2.INTER_AREA)

        def averaged(plane: Bytes) -> Bytes:
            # weighted by alpha: the colour of what is transparent must not bleed in
            weighed = cv2.resize(plane * alpha, half, interpolation=cv2.INTER_AREA)
            return np.rint(weighed / np.maximum(coarse, 1e-6)).astype(np.uint8)

        self._planes = (y, averaged(u), averaged(v))
        self._weights = (alpha, coarse, coarse)
        self._whole = self._at_opacity(1.0)

    def blend(self, frame: Frame, opacity: float = 1.0) -> None:
        x, y = self._at
        parts = self._whole if opacity == 1 else self._at_opacity(opacity)
        for i, (plane, (over, kept)) in enumerate(zip(frame.planes, parts, strict=True)):
            left, top = (x // 2, y // 2) if i else (x, y)
            high, wide = over.shape
            under = plane[top : top + high, left : left + wide]
            cv2.multiply(under, kept, dst=under, scale=1 / 255)
            cv2.add(under, over, dst=under)

    def _at_opacity(self, opacity: float) -> list[tuple[Bytes, Bytes]]:
        """What is added to each plane, and what of the plane stays, of 255: whole numbers, a tenth of a blend of
        floats' time."""
        found = []
        for source, weights in zip(self._planes, self._weights, strict=True):
            alpha = np.rint(weights * np.float32(255 * opacity))
            over = np.rint(source * (alpha / 255)).astype(np.uint8)
            found.append((over, (255 - alpha).astype(np.uint8)))
        return found


class _CaptionLayer:
    """A caption as a patch, and its words, one patch at a time: speech goes forward."""

    def __init__(self, caption: Caption) -> None:
        self._caption, self._plain = caption, YuvOverlay(caption.plain)
        self._words = Recent[int, YuvOverlay](1)

    def blend(self, frame: Frame, word: int) -> None:
        """``word`` is the number of the one that is spoken; below 0 there is none."""
        self._plain.blend(frame)
        if word >= 0:
            self._words.get(word, lambda: YuvOverlay(self._caption.highlight(word))).blend(frame)


class OverlayLayers:
    """The layers of segments of one film size."""

    def __init__(self, width: int, height: int) -> None:
        self._size = (width, height)
        self._subtitles = Recent[tuple[tuple[str, ...], bool], _CaptionLayer](_OVERLAYS_KEPT)
        self._patches = Recent[Title | Watermark, YuvOverlay](_OVERLAYS_KEPT)

    def open(self, segment: Segment) -> Layer:
        """A function that blends into a Frame what lies over frame n (0 ≤ n < ``segment.frames``).

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
        key = cue.lines, cue.keeps_lines
        subtitle = self._subtitles.get(
            key, lambda: _CaptionLayer(Caption(cue.lines, *self._size, keeps_lines=cue.keeps_lines))
        )
        starts = cue.word_starts if highlight else ()
        # the last word stays lit until the cue goes: viewers expect nothing to change in a pause
        return lambda n, frame: subtitle.blend(frame, bisect_right(starts, n) - 1)

    def _title(self, title: Title, fps: int) -> Layer:
        same = title.evolve(start=0, end=1)
        patch = self._patches.get(same, lambda: YuvOverlay(draw_title_overlay(title, *self._size)))
        return lambda n, frame: patch.blend(frame, title_opacity(title, n, fps))

    def _watermark(self, watermark: Watermark) -> Layer:
        patch = self._patches.get(watermark, lambda: YuvOverlay(draw_watermark_overlay(watermark, *self._size)))
        return lambda _n, frame: patch.blend(frame)
