"""Blend an overlay over frames, as planes of yuv420p."""

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from gpu_renderer.core.frame import Bytes, Frame
from gpu_renderer.image.still import to_planes
from gpu_renderer.text.overlay import Overlay

Change = Callable[[Bytes, Bytes, int], tuple["cv2.typing.MatLike", ...]]
"""Makes other planes of a plane times alpha, of 255 - alpha, and of the number of the plane."""


@dataclass(frozen=True, eq=False)
class Premultiplied:
    """The planes Y, U and V of an overlay times alpha, each with 255 - alpha; the first pixel lies at ``x``, ``y``.

    All are uint8: blending them takes a tenth of the time of floats.
    """

    x: int
    y: int
    planes: tuple[tuple[Bytes, Bytes], ...]

    def lay(self, frame: Frame, drop: int = 0) -> None:
        """Blend the planes into ``frame`` in place, moved down by the even number ``drop``. What lies outside the frame
        is cut off."""
        for i, (plane, (over, kept)) in enumerate(zip(frame.planes, self.planes, strict=True)):
            left, top = (self.x // 2, (self.y + drop) // 2) if i else (self.x, self.y + drop)
            high, wide = over.shape
            under = plane[max(top, 0) : max(top + high, 0), max(left, 0) : max(left + wide, 0)]
            rows, columns = slice(max(-top, 0), high), slice(max(-left, 0), wide)
            shown, below = (one[rows, columns][: under.shape[0], : under.shape[1]] for one in (over, kept))
            cv2.multiply(under, below, dst=under, scale=1 / 255)
            cv2.add(under, shown, dst=under)

    def weaken(self, opacity: float) -> "Premultiplied":
        """Return the planes at ``opacity``, 0 to 1, within one level of what floats would give."""
        if opacity >= 1:
            return self
        return self._change(
            lambda over, kept, _: (
                cv2.convertScaleAbs(over, alpha=opacity),
                cv2.convertScaleAbs(kept, alpha=opacity, beta=255 * (1 - opacity)),
            )
        )

    def blacken(self) -> "Premultiplied":
        """Return the planes of a white overlay in black: only luma differs."""
        (luma, kept), *chroma = self.planes
        black = np.asarray(cv2.convertScaleAbs(luma, alpha=16 / 235), np.uint8)
        return Premultiplied(self.x, self.y, ((black, kept), *chroma))

    def mask(self, weights: Bytes) -> "Premultiplied":
        """Return the planes with alpha times ``weights``, 0-255, which have the size of the overlay."""
        rows, columns = weights.shape
        half = cv2.resize(weights, (columns // 2, rows // 2), interpolation=cv2.INTER_AREA)

        def apply(over: Bytes, kept: Bytes, i: int) -> tuple[cv2.typing.MatLike, cv2.typing.MatLike]:
            share = half if i else weights
            hidden = cv2.multiply(cv2.bitwise_not(kept), share, scale=1 / 255)
            return cv2.multiply(over, share, scale=1 / 255), cv2.bitwise_not(hidden)

        return self._change(apply)

    def scale(self, scale: float, middle: tuple[float, float]) -> "Premultiplied":
        """Return the planes in another size, resized around the point ``middle`` of the frame."""
        rows, columns = self.planes[0][0].shape
        half = round(columns * scale / 2), round(rows * scale / 2)
        whole = half[0] * 2, half[1] * 2
        x, y = (
            round((point - (point - edge) * scale) / 2) * 2
            for point, edge in zip(middle, (self.x, self.y), strict=True)
        )
        return self._change(
            lambda over, kept, i: tuple(cv2.resize(one, half if i else whole) for one in (over, kept)), x, y
        )

    def _change(self, change: Change, x: int | None = None, y: int | None = None) -> "Premultiplied":
        planes = (change(over, kept, i) for i, (over, kept) in enumerate(self.planes))
        as_bytes = tuple((np.asarray(over, np.uint8), np.asarray(kept, np.uint8)) for over, kept in planes)
        return Premultiplied(self.x if x is None else x, self.y if y is None else y, as_bytes)


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
        self.opaque = self._apply_opacity(1.0)

    def blend(self, frame: Frame, opacity: float = 1.0) -> None:
        """Blend the overlay into ``frame`` in place; ``opacity`` is 0 to 1."""
        (self.opaque if opacity == 1 else self._apply_opacity(opacity)).lay(frame)

    def _apply_opacity(self, opacity: float) -> Premultiplied:
        planes = []
        for source, weights in zip(self._planes, self._weights, strict=True):
            alpha = np.rint(weights * np.float32(255 * opacity))
            over = np.rint(source * (alpha / 255)).astype(np.uint8)
            planes.append((over, (255 - alpha).astype(np.uint8)))
        return Premultiplied(*self._at, tuple(planes))


def make_premultiplied(overlay: Overlay) -> Premultiplied:
    """Return the planes of ``overlay``, for blending at changing opacities."""
    return YuvOverlay(overlay).opaque
