"""What lies over the picture of a segment, frame by frame: captions, the watermark."""

from collections.abc import Callable

import cv2
import numpy as np

from gpu_renderer.frame import Bytes, Frame
from gpu_renderer.overlays import Overlay, caption_overlay, watermark_overlay
from gpu_renderer.recent import Recent
from gpu_renderer.segments import Segment
from gpu_renderer.still import to_planes
from sutradhar.domain.captions import Cue
from sutradhar.domain.plan import Watermark

_PATCHES_KEPT = 4


class Patch:
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

    def blend(self, frame: Frame) -> None:
        x, y = self._at
        for i, (plane, source, alpha) in enumerate(zip(frame.planes, self._planes, self._weights, strict=True)):
            left, top = (x // 2, y // 2) if i else (x, y)
            high, wide = source.shape
            under = plane[top : top + high, left : left + wide]
            under[:] = cv2.blendLinear(np.ascontiguousarray(under), source, 1 - alpha, alpha)


class Layers:
    """The layers of segments of one film size."""

    def __init__(self, width: int, height: int) -> None:
        self._size = (width, height)
        self._patches = Recent[Cue | Watermark, Patch](_PATCHES_KEPT)

    def open(self, segment: Segment) -> Callable[[int, Frame], None]:
        """A function that blends into a Frame what lies over frame n (0 ≤ n < ``segment.frames``)."""
        patches = [(cue.start, cue.end, self._caption(cue)) for cue in segment.cues]
        if segment.watermark is not None:
            patches.append((0, segment.frames, self._watermark(segment.watermark)))

        def blend(n: int, frame: Frame) -> None:
            for start, end, patch in patches:
                if start <= n < end:
                    patch.blend(frame)

        return blend

    def _caption(self, cue: Cue) -> Patch:
        return self._patches.get(cue.evolve(start=0, end=1), lambda: Patch(caption_overlay(cue, *self._size)))

    def _watermark(self, watermark: Watermark) -> Patch:
        return self._patches.get(watermark, lambda: Patch(watermark_overlay(watermark, *self._size)))
