"""Blend the image of one scene into that of the next: weights by frame, and their use on frames of yuv420p.

A transition has ``fade_in`` frames; frame ``n`` counts from 0. Neither its first nor its last frame repeats one that
shows a single image, so that the change is even over ``fade_in`` + 1 steps.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from gpu_renderer.core.frame import Bytes, Frame
from sutradhar.domain.plan.choices import TransitionKind

SOFT_EDGE = 0.05
"""Width of the edge of a wipe, as a share of the frame's width."""

_BLACK = (16, 128, 128)
"""Y', C'b, C'r in limited range (ITU-R BT.709-6, item 4.6)."""

Weights = NDArray[np.float32]


def progress(n: int, fade_in: int) -> float:
    """Return the share of the transition that is done in frame ``n``: above 0 and below 1."""
    return (n + 1) / (fade_in + 1)


def dip_levels(n: int, fade_in: int) -> tuple[float, float]:
    """Return the weights of the old and of the new image over black; one of them is always 0."""
    done = progress(n, fade_in)
    return max(1 - 2 * done, 0.0), max(2 * done - 1, 0.0)


def wipe_weights(n: int, fade_in: int, width: int, *, chroma: bool = False) -> Weights:
    """Return the weight of the new image in each of ``width`` columns; with ``chroma`` in half as many.

    The edge is a ramp that enters from beyond the left side and leaves beyond the right one. A chroma sample has the
    weight of the luma column that it sits on, the left one of its pair (ITU-T H.264 figure 6-1).
    """
    soft = SOFT_EDGE * width
    middle = (width + soft) * progress(n, fade_in) - soft / 2
    columns = np.arange(0, width, 2 if chroma else 1, dtype=np.float32) + 0.5
    weights: Weights = np.clip((middle - columns) / soft + 0.5, 0, 1).astype(np.float32)
    return weights


def find_shown(kind: TransitionKind, n: int, fade_in: int) -> tuple[bool, bool]:
    """Return whether frame ``n`` shows the old image and whether the new one, so that hidden images are not drawn."""
    if kind != "dip":
        return True, True
    old, new = dip_levels(n, fade_in)
    return old > 0, new > 0


def blend_transition(kind: TransitionKind, n: int, fade_in: int, old: Frame, new: Frame) -> None:
    """Blend frame ``n`` of the transition into ``old``, which holds the old image; ``new`` holds the new one."""
    match kind:
        case "dip":
            before, after = dip_levels(n, fade_in)
            _dim(new if after else old, max(before, after), old)
        case "wipe":
            for i, (under, over) in enumerate(zip(old.planes, new.planes, strict=True)):
                _reveal(under, over, wipe_weights(n, fade_in, old.planes[0].shape[1], chroma=i > 0))
        case _:
            share = progress(n, fade_in)
            cv2.addWeighted(new.buffer, share, old.buffer, 1 - share, 0, dst=old.buffer)


def _dim(source: Frame, level: float, into: Frame) -> None:
    """Write ``source`` times ``level`` (0 to 1) over black into ``into``, which may be the same frame."""
    if not level:
        for plane, black in zip(into.planes, _BLACK, strict=True):
            plane.fill(black)
        return
    for plane, out, black in zip(source.planes, into.planes, _BLACK, strict=True):
        cv2.convertScaleAbs(plane, dst=out, alpha=level, beta=black * (1 - level))


def _reveal(under: Bytes, over: Bytes, weights: Weights) -> None:
    """Blend ``over`` into ``under`` in place by the ``weights`` of the columns: first 1, then the edge, then 0."""
    whole = int(np.count_nonzero(weights == 1))
    touched = int(np.count_nonzero(weights))
    under[:, :whole] = over[:, :whole]
    if touched > whole:
        edge = np.ascontiguousarray(np.broadcast_to(weights[whole:touched], (under.shape[0], touched - whole)))
        shown_over, shown_under = (np.ascontiguousarray(plane[:, whole:touched]) for plane in (over, under))
        under[:, whole:touched] = cv2.blendLinear(shown_over, shown_under, edge, 1 - edge)
