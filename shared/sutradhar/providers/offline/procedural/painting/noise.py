"""Make seeded noise fields by enlarging small random grids (value noise)."""

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

Field = npt.NDArray[np.float32]
"""A float32 array: images are (height, width, 3) RGB in 0..1, masks and noise (height, width)."""
Mask = npt.NDArray[Any]
Rng = np.random.Generator

_BAND = 32
"""Rows whose colours, with a copy or two of them, stay in the processor's cache."""


def to_colors(field: npt.NDArray[np.floating]) -> Field:
    """Return (height, width) as (height, width, 3). Numpy's own broadcast over the three colours is far slower."""
    return _merge([field, field, field])


def tint_field(field: npt.NDArray[np.floating], color: Field) -> Field:
    """Return (height, width) times ``color``, (3,) or (height, 3), as (height, width, 3)."""
    return _merge([field * color[..., c, None] for c in range(3)])


def _merge(planes: Sequence[npt.NDArray[np.floating]]) -> Field:
    if not planes[0].size:  # a shape beyond the edge of the image; OpenCV refuses it
        return np.zeros((*planes[0].shape, 3), np.float32)
    return np.asarray(cv2.merge(planes), np.float32)


def list_bands(rows: int) -> list[slice]:
    """Return slices that cover ``rows`` rows: work on one band after the other is quicker than all rows at once,
    and takes less memory."""
    return [slice(top, top + _BAND) for top in range(0, rows, _BAND)]


def make_cloud_noise(rng: Rng, width: int, height: int, cell: float, octaves: int = 4, stretch: float = 1.0) -> Field:
    """Return fractal noise in about -1..1 of shape (height, width).

    Its lumps are ``cell`` pixels high and ``stretch`` times as wide; each octave halves both.
    """
    total = np.zeros((height, width), np.float32)
    weight = 0.5
    for octave in range(octaves):
        step = cell / 2**octave
        if step < 1 and octave:
            break
        across, down = max(2, round(width / step / stretch) + 2), max(2, round(height / step) + 2)
        grid = rng.random((min(down, height + 2), min(across, width + 2)), np.float32) * 2 - 1
        total += cv2.resize(grid, (width, height), interpolation=cv2.INTER_CUBIC) * weight
        weight *= 0.55
    return total


def make_soft_noise(rng: Rng, width: int, height: int, cell: float, octaves: int = 4, stretch: float = 1.0) -> Field:
    """Return ``make_cloud_noise`` enlarged from a quarter of the size: an eighth of the time, for coarse detail."""
    small = make_cloud_noise(rng, max(2, width // 4), max(2, height // 4), max(cell / 4, 1.0), octaves, stretch)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)


def make_ridge(rng: Rng, count: int, bumps: float, octaves: int = 6, sharp: float = 0.0) -> Field:
    """Return a skyline of ``count`` heights in about -1..1 with ``bumps`` large hills, or peaks if ``sharp`` is 1."""
    line = np.zeros(count, np.float32)
    weight = 0.6
    for octave in range(octaves):
        knots = rng.random(max(4, round(bumps * 2**octave) + 3), np.float32) * 2 - 1
        at = np.linspace(1, len(knots) - 2, count)
        low = np.floor(at).astype(int)
        t = at - low
        t = t * (1 - sharp) + sharp * t if sharp >= 1 else t
        ease = t * t * (3 - 2 * t) * (1 - sharp) + t * sharp
        wave = knots[low] * (1 - ease) + knots[np.minimum(low + 1, len(knots) - 1)] * ease
        if sharp and octave < 2:
            wave = 1 - 2 * np.abs(wave) ** 0.8
        line += (wave * weight).astype(np.float32)
        weight *= 0.5
    return line
