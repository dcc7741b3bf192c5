"""Draw the ideal frame of a move, and measure how far a frame is displaced against it.

The reference is a rendering of the ideal crop by Pillow's separable Lanczos resampler in floats, which shares no code
with the compositor. Displacement against it is found by Lucas and Kanade's method (1981) on patches: the least-squares
solution of gradient · shift = difference. One step of it with central differences says about a tenth too much at these
sizes; no shift at all is measured as 0.0002 px.
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gpu_renderer.image.camera import Box

Floats = NDArray[np.float64]

PATCH_SIZE = 320
PATCHES = 5


def read_luma(path: Path) -> NDArray[np.float32]:
    """Return Y' of BT.709 in limited range, not rounded."""
    with Image.open(path) as opened:
        rgb = np.asarray(opened.convert("RGB"), np.float32)
    return np.asarray(16 + 219 / 255 * (rgb @ np.array([0.2126, 0.7152, 0.0722], np.float32)), np.float32)


def draw_reference(luma: NDArray[np.float32], shown: Box, size: tuple[int, int]) -> Floats:
    """Return a frame of ``size`` (width, height) that shows ``shown``."""
    box = (max(shown.left, 0), max(shown.top, 0), min(shown.right, luma.shape[1]), min(shown.bottom, luma.shape[0]))
    return np.asarray(Image.fromarray(luma).resize(size, Image.Resampling.LANCZOS, box=box), np.float64)


def _compute_slopes(patch: Floats) -> Floats:
    """Return (pixels, 2): how fast the patch changes to the right and down."""
    down, across = np.gradient(patch)
    return np.stack([across.ravel(), down.ravel()], axis=1)


def find_textured_patches(frame: Floats) -> list[tuple[int, int]]:
    """Return left and top of the patches whose place can be measured best: by the smaller eigenvalue of the structure
    tensor (Shi and Tomasi 1994). In a plain patch, the rounding to 8 bits alone looks like a shift of hundredths of a
    pixel."""
    values = []
    for top in range(20, frame.shape[0] - PATCH_SIZE, PATCH_SIZE):
        for left in range(20, frame.shape[1] - PATCH_SIZE, PATCH_SIZE):
            slopes = _compute_slopes(frame[top : top + PATCH_SIZE, left : left + PATCH_SIZE])
            values.append((float(np.linalg.eigvalsh(slopes.T @ slopes)[0]), (left, top)))
    return [corner for _, corner in sorted(values, reverse=True)[:PATCHES]]


def measure_shift(frame: Floats, ideal: Floats, corner: tuple[int, int]) -> Floats:
    """Return how far right and down of its place the patch of ``frame`` is, in pixels."""
    x, y = corner
    rows, columns = slice(y, y + PATCH_SIZE), slice(x, x + PATCH_SIZE)
    difference = (ideal[rows, columns] - frame[rows, columns]).ravel()
    return np.asarray(np.linalg.lstsq(_compute_slopes(ideal[rows, columns]), difference, rcond=None)[0], np.float64)
