"""Find the moments of a video clip that are worth to be shown, by motion and sharpness."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sutradhar.media.containers import open_container
from sutradhar.media.video import main_track

_SAMPLES_A_SEC = 4.0
_SIZE = (64, 36)
"""Width and height in pixels at which frames are compared."""
_SHOWN_SEC = 3.0
"""Seconds that follow a moment and count for it: a shot of a song lasts about as long."""
_EDGE_SEC = 0.4
"""Seconds at both ends of a clip that do not count: the hand still finds the button."""
_MAX_MOMENTS = 8
_LONGEST_SEC = 600.0
_DARK, _BRIGHT = 20.0, 240.0
"""Mean luma, 0 to 255, beyond which a frame shows hardly anything."""


def find_moments(path: Path) -> tuple[float, ...]:
    """Return the seconds at which the video in ``path`` is worth to be shown from, the best first.

    A moment is good if the ``_SHOWN_SEC`` after it are sharp, neither dark nor bright, and in even motion: what stands
    still is dull, and a camera that is swung around is worse. At most ``_MAX_MOMENTS``, ``_SHOWN_SEC`` apart; (0.0,)
    for a clip that is shorter than two of them.

    Raises:
        MediaError: the file cannot be read.
    """
    samples = list(_sample_frames(path))
    if not samples or samples[-1][0] < 2 * _SHOWN_SEC:
        return (0.0,)
    times = np.array([at for at, _ in samples])
    scores = _rate_frames([luma for _, luma in samples])
    span = max(round(_SHOWN_SEC * _SAMPLES_A_SEC), 1)
    rated = np.convolve(scores, np.full(span, 1 / span), "valid")
    starts = times[: len(rated)]
    inside = (starts >= _EDGE_SEC) & (starts + _SHOWN_SEC <= times[-1] - _EDGE_SEC + 1e-6)
    moments: list[float] = []
    for i in np.argsort(-np.where(inside, rated, -np.inf), kind="stable"):
        if not inside[i] or len(moments) == _MAX_MOMENTS:
            break
        if all(abs(starts[i] - moment) >= _SHOWN_SEC for moment in moments):
            moments.append(round(float(starts[i]), 3))
    return tuple(moments) or (0.0,)


def _sample_frames(path: Path) -> Iterator[tuple[float, NDArray[np.float32]]]:
    """Yield (seconds, luma) of some four frames a second, of at most ``_LONGEST_SEC``."""
    with open_container(path) as container:
        track = main_track(container.streams.video)
        if track is None:
            return
        track.thread_type = "AUTO"
        due, first = 0.0, None
        for frame in container.decode(track):
            if frame.time is None:
                continue
            first = frame.time if first is None else first
            at = frame.time - first
            if at > _LONGEST_SEC:
                return
            if at + 1e-6 >= due:
                due = at + 1 / _SAMPLES_A_SEC
                small = frame.reformat(width=_SIZE[0], height=_SIZE[1], format="gray")
                yield at, small.to_ndarray().astype(np.float32)


def _rate_frames(lumas: list[NDArray[np.float32]]) -> NDArray[np.float64]:
    """Return a score of each frame: 0 for one that shows nothing, about 1 for a sharp one in even motion."""
    stack = np.stack(lumas)
    change = np.abs(np.diff(stack, axis=0)).mean(axis=(1, 2))
    change = np.append(change, change[-1:] if len(change) else [0.0])
    usual = max(float(np.median(change)), 0.5)
    # the most at twice the usual motion; a swing of the camera has many times that
    motion = change / (2 * usual) * np.exp(1 - change / (2 * usual))
    sharpness = np.abs(np.diff(stack, axis=2)).mean(axis=(1, 2)) + np.abs(np.diff(stack, axis=1)).mean(axis=(1, 2))
    sharpness /= max(float(sharpness.max()), 1e-6)
    level = stack.mean(axis=(1, 2))
    visible = (level > _DARK) & (level < _BRIGHT)
    return np.asarray(visible * (0.5 * motion + 0.5 * sharpness), np.float64)
