"""Blend an overlay over frames, as planes of yuv420p."""

from collections.abc import Sequence

import cv2
import numpy as np

from gpu_renderer.core.frame import Bytes, Frame
from gpu_renderer.image.still import to_planes
from gpu_renderer.text.captions import Overlay


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
        self._lay(frame, self._opaque if opacity == 1 else self._apply_opacity(opacity), 0)

    def fade(self, frame: Frame, opacity: float, drop: int = 0) -> None:
        """Blend the overlay as ``blend`` does, but with whole numbers, which takes a fifth of the time; ``drop`` is
        the even number of pixels by which it is moved down."""
        layers = self._opaque if opacity >= 1 else [_weaken(over, kept, opacity) for over, kept in self._opaque]
        self._lay(frame, layers, drop)

    def reveal(self, frame: Frame, mask: Bytes, opacity: float = 1.0) -> None:
        """Blend the overlay by the weights ``mask``, 0-255, which has its size."""
        if opacity < 1:
            mask = np.asarray(cv2.convertScaleAbs(mask, alpha=opacity), np.uint8)
        rows, columns = mask.shape
        half = np.asarray(cv2.resize(mask, (columns // 2, rows // 2), interpolation=cv2.INTER_AREA), np.uint8)
        masks = (mask, half, half)
        self._lay(frame, [_mask(over, kept, m) for (over, kept), m in zip(self._opaque, masks, strict=True)], 0)

    def _lay(self, frame: Frame, layers: Sequence[tuple[Bytes, Bytes]], drop: int) -> None:
        x, y = self._at
        for i, (plane, (over, kept)) in enumerate(zip(frame.planes, layers, strict=True)):
            left, top = (x // 2, (y + drop) // 2) if i else (x, y + drop)
            high, wide = over.shape
            under = plane[top : top + high, left : left + wide]
            cv2.multiply(under, kept[: len(under)], dst=under, scale=1 / 255)
            cv2.add(under, over[: len(under)], dst=under)

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


def _weaken(over: Bytes, kept: Bytes, opacity: float) -> tuple[Bytes, Bytes]:
    """Return a premultiplied plane and the weights below it for the overlay at ``opacity``."""
    weaker = (
        cv2.convertScaleAbs(over, alpha=opacity),
        cv2.convertScaleAbs(kept, alpha=opacity, beta=255 * (1 - opacity)),
    )
    return np.asarray(weaker[0], np.uint8), np.asarray(weaker[1], np.uint8)


def _mask(over: Bytes, kept: Bytes, mask: Bytes) -> tuple[Bytes, Bytes]:
    hidden = cv2.multiply(cv2.bitwise_not(kept), mask, scale=1 / 255)
    return np.asarray(cv2.multiply(over, mask, scale=1 / 255), np.uint8), np.asarray(cv2.bitwise_not(hidden), np.uint8)
