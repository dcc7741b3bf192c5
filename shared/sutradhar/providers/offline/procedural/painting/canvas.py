"""Paint an image: washes, layers with an edge, glows, and figures made of shapes."""

from collections.abc import Sequence

import cv2
import numpy as np

from sutradhar.providers.offline.procedural.painting.finish import Finish
from sutradhar.providers.offline.procedural.painting.noise import (
    Field,
    Mask,
    Rng,
    list_bands,
    make_cloud_noise,
    make_soft_noise,
    tint_field,
    to_colors,
)
from sutradhar.providers.offline.procedural.painting.object_colors import OBJECT_COLORS
from sutradhar.providers.offline.procedural.painting.palette import Light, mix_colors, parse_rgb
from sutradhar.providers.offline.procedural.painting.shapes import Shapes

_SHIFT = 4  # fractional bits of cv2's polygon coordinates


class Canvas:
    """An image that is being painted.

    ``image`` is (height, width, 3) float32 RGB in 0..1. Positions are pixels, y down; ``unit`` is a thousandth of a
    typical side, so that the same numbers serve every size.
    """

    def __init__(self, width: int, height: int, light: Light, finish: Finish, rng: Rng) -> None:
        self.width, self.height, self.light, self.finish, self.rng = width, height, light, finish, rng
        self.unit = float(np.sqrt(width * height)) / 1000
        self.image: Field = np.zeros((height, width, 3), np.float32)
        self.sun: tuple[float, float] = (width * 0.5, height * 0.3)
        """The source of light (x, y)."""
        strokes = make_soft_noise(rng, width, height, 60 * self.unit, 4, stretch=2.5)
        self.brush: Field = strokes + 0.45 * make_cloud_noise(rng, width, height, 5 * self.unit, 2, stretch=3.0)
        """Texture in about -1..1 that makes layers uneven."""
        self._wide_brush: Field = np.concatenate([self.brush, self.brush[:, ::-1]], 1)

    def get_land_color(self, depth: float, tint: str = "") -> Field:
        """Return the colour of land of material ``tint`` at ``depth`` (0 farthest, 1 nearest), in light and haze."""
        near = self.light.near
        if tint:
            near = mix_colors(near, parse_rgb(tint) * self.light.ambient, 0.62)
        return mix_colors(self.light.far, near, 0.06 + 0.94 * depth)

    def get_object_color(self, color: str, depth: float = 1.0) -> Field:
        """Return a colour of object_colors.py in this light, ``depth`` as for land; a flame shines by itself."""
        if color.startswith("flame"):
            return parse_rgb(OBJECT_COLORS[color])
        base = parse_rgb(OBJECT_COLORS.get(color, color)) * mix_colors(self.light.ambient, np.ones(3, np.float32), 0.2)
        return mix_colors(self.light.far, mix_colors(base, self.light.near, 0.1), 0.25 + 0.75 * depth)

    def paint_layer(self, outline: Field, top: Field, bottom: Field, texture: float = 0.12, rim: float = 0.25) -> Mask:
        """Paint a sheet and return its mask (uint8, full width, rows from y0).

        ``outline`` is (n, 2) pixels. The colour runs from ``top`` to ``bottom``. The sheet casts a soft shadow on what
        is behind it, and its edge catches light.
        """
        low, high = outline[:, 1].min(), outline[:, 1].max()
        spread = round(14 * self.unit) + 2
        y0, y1 = max(int(low) - 2 * spread, 0), min(int(high) + spread, self.height)
        mask = np.zeros((max(y1 - y0, 1), self.width), np.uint8)
        if y1 <= y0:
            return mask
        cv2.fillPoly(mask, [_to_fixed_point(outline - np.array([0, y0], np.float32))], 255, cv2.LINE_AA, _SHIFT)
        here = self.image[y0:y1]
        if self.finish.edge:
            small = cv2.resize(mask, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
            shade = cv2.resize(cv2.GaussianBlur(small, (0, 0), 1 + spread / 6), (self.width, y1 - y0))
            for band in list_bands(y1 - y0):
                here[band] *= to_colors(1 - shade[band].astype(np.float32) * (self.finish.edge * 0.42 / 255))
        step = max(round(3 * self.unit), 1)
        moved = np.zeros_like(mask)
        moved[step:] = mask[:-step]
        edge = cv2.subtract(mask, moved)
        span = np.clip((np.arange(y0, y1, dtype=np.float32) - low) / max(min(high, self.height) - low, 1), 0, 1)
        ramp = top + (bottom - top) * span[:, None]
        # each layer takes another part of the texture; mirrored, the texture has no seam
        row, column = self.rng.integers(0, self.height - (y1 - y0) + 1), self.rng.integers(0, self.width + 1)
        texture_of_layer = self._wide_brush[row : row + y1 - y0, column : column + self.width]
        for band in list_bands(y1 - y0):
            paint = tint_field(1 + texture * texture_of_layer[band], ramp[band])
            if edge[band].any():
                paint += tint_field(edge[band].astype(np.float32) * (rim / 255), self.light.sun)
            paint -= here[band]
            paint *= to_colors(mask[band].astype(np.float32) / 255)
            here[band] += paint
        return mask

    def blend_color(self, alpha: Field, color: Field, y0: int = 0) -> None:
        """Blend ``color`` over the rows from ``y0`` by ``alpha`` (rows, width) in 0..1."""
        here = self.image[y0 : y0 + alpha.shape[0]]
        for band in list_bands(len(here)):
            here[band] += (color - here[band]) * to_colors(alpha[band])

    def add_glow(self, x: float, y: float, radius: float, color: Field, strength: float, squash: float = 1.0) -> None:
        """Add light around (x, y), fading out at ``radius``; ``squash`` below 1 flattens it."""
        window, fall = self._compute_falloff(x, y, radius, squash)
        here = self.image[window]
        for band in list_bands(len(here)):
            part = here[band]
            part += (1 - part).clip(0, 1) * tint_field(fall[band] * strength, color)

    def darken_around(self, x: float, y: float, radius: float, strength: float, squash: float = 1.0) -> None:
        """Darken around (x, y), fading out at ``radius``."""
        window, fall = self._compute_falloff(x, y, radius, squash)
        self.image[window] *= to_colors(1 - fall * strength)

    def _compute_falloff(self, x: float, y: float, radius: float, squash: float) -> tuple[tuple[slice, slice], Field]:
        x0, x1 = (int(np.clip(v, 0, self.width)) for v in (x - radius, x + radius + 1))
        y0, y1 = (int(np.clip(v, 0, self.height)) for v in (y - radius * squash, y + radius * squash + 1))
        across = (np.arange(x0, x1, dtype=np.float32) - np.float32(x)) / np.float32(radius)
        down = (np.arange(y0, y1, dtype=np.float32) - np.float32(y)) / np.float32(radius * squash)
        fall = np.clip(1 - np.sqrt(across[None, :] ** 2 + down[:, None] ** 2), 0, 1) ** 2
        return (slice(y0, y1), slice(x0, x1)), np.asarray(fall, np.float32)

    def paint_shapes(
        self,
        parts: Shapes,
        x: float,
        y: float,
        size: float,
        *,
        depth: float = 1.0,
        flip: bool = False,
        rim: float = 0.6,
        shadow: bool = True,
    ) -> None:
        """Paint figure ``parts`` with their origin at (x, y) and a unit of ``size`` pixels."""
        if not parts:
            return
        factor = np.array([-size if flip else size, -size], np.float32)
        outlines = [p.points * factor + np.array([x, y], np.float32) for p in parts]
        every = np.concatenate(outlines)
        margin = max(size * 0.03, 2)
        x0, y0 = (int(max(v - margin, 0)) for v in every.min(0))
        x1 = int(min(every[:, 0].max() + margin, self.width))
        y1 = int(min(every[:, 1].max() + margin, self.height))
        if x1 - x0 < 2 or y1 - y0 < 2:
            return
        if shadow:
            self._paint_contact_shadow(x, y, every, size)
        here = self.image[y0:y1, x0:x1]
        painted = (here.clip(0, 1) * 255).astype(np.uint8)
        mask = np.zeros(painted.shape[:2], np.uint8)
        corner = np.array([x0, y0], np.float32)
        line = max(round(size * 0.0035), 1)
        for part, outline in zip(parts, outlines, strict=True):
            points = [_to_fixed_point(outline - corner)]
            color = self.get_object_color(part.color, depth)
            cv2.fillPoly(painted, points, _to_bytes(color), cv2.LINE_AA, _SHIFT)
            cv2.polylines(painted, points, True, _to_bytes(color * 0.72), line, cv2.LINE_AA, _SHIFT)
            cv2.fillPoly(mask, points, 255, cv2.LINE_AA, _SHIFT)
        light = self._compute_edge_light(mask, x, (y0 + y1) / 2, size)
        texture = self.brush[y0:y1, x0:x1] * 0.1 + 1
        solid = cv2.dilate(mask, np.ones((2 * line + 1, 2 * line + 1), np.uint8)) if line > 1 else mask
        inside = (solid > 0)[..., None]
        shaded = painted.astype(np.float32) / 255 * to_colors(texture * (0.86 + 0.22 * light))
        shaded += tint_field(rim * light * light * (mask / np.float32(255)), self.light.sun) * 0.8
        np.copyto(here, shaded, where=inside)

    def fill_outlines(self, outlines: Sequence[Field], color: Field, alpha: float = 1.0) -> None:
        """Fill many small outlines (pixels) with one flat colour: leaves, ripples, windows."""
        if not outlines:
            return
        every = np.concatenate(list(outlines))
        x0, y0 = (int(max(v - 2, 0)) for v in every.min(0))
        x1, y1 = int(min(every[:, 0].max() + 3, self.width)), int(min(every[:, 1].max() + 3, self.height))
        if x1 <= x0 or y1 <= y0:
            return
        mask = np.zeros((y1 - y0, x1 - x0), np.uint8)
        corner = np.array([x0, y0], np.float32)
        for outline in outlines:
            cv2.fillPoly(mask, [_to_fixed_point(outline - corner)], 255, cv2.LINE_AA, _SHIFT)
        here = self.image[y0:y1, x0:x1]
        uneven = 1 + 0.12 * self.brush[y0:y1, x0:x1]
        for band in list_bands(y1 - y0):
            opacity = to_colors(mask[band].astype(np.float32) * (alpha / 255))
            here[band] += (tint_field(uneven[band], color) - here[band]) * opacity

    def _paint_contact_shadow(self, x: float, y: float, outline: Field, size: float) -> None:
        feet = outline[outline[:, 1] > y - size * 0.12]
        if not len(feet):
            return
        left, right = float(feet[:, 0].min()), float(feet[:, 0].max())
        lean = np.clip((x - self.sun[0]) / self.width, -0.5, 0.5) * size * 0.3
        radius = (right - left) / 2 + size * 0.14
        self.darken_around((left + right) / 2 + lean, y, radius, 0.8, squash=0.16)

    def _compute_edge_light(self, mask: Mask, x: float, y: float, size: float) -> Field:
        """Return 0..1: how far a rounded body of this outline turns to the sun, strongest at its edge."""
        away = np.array([x - self.sun[0], y - self.sun[1]], np.float32)
        away /= max(float(np.linalg.norm(away)), 1.0)
        reach = max(size * 0.022, 1.5)
        shift = np.array([[1, 0, away[0] * reach], [0, 1, away[1] * reach]], np.float32)
        soft = cv2.GaussianBlur(mask, (0, 0), max(reach * 0.55, 0.6))
        moved = cv2.warpAffine(soft, shift, (mask.shape[1], mask.shape[0]))
        return np.asarray(cv2.subtract(mask, moved).astype(np.float32) / 255, np.float32)


def _to_fixed_point(outline: Field) -> Mask:
    return np.round(outline.clip(-8000, 16000) * (1 << _SHIFT)).astype(np.int32)


def _to_bytes(color: Field) -> tuple[int, int, int]:
    r, g, b = (int(np.clip(c * 255, 0, 255)) for c in color)
    return r, g, b
