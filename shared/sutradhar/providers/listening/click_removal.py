"""Remove clicks from a recorded voice: digital dropouts, crackle of a cable, and the smack of lips.

A voice is predicted from the samples before each sample (linear prediction). A click cannot be predicted, and it
stands alone, other than the pulses of the vocal cords and the burst of a plosive.
"""

from collections.abc import Iterator

import numpy as np

from sutradhar.providers.listening.spectra import Samples, Values

_ORDER = 24
"""Samples from which the next one is predicted."""
_FRAME = 2048
"""Samples with one set of coefficients."""
_FRAMES_AT_ONCE = 256
_PART = 48
"""Samples (1 ms) whose largest error is one value."""
_AROUND = 30
"""Milliseconds on each side with which an error is compared: two periods of the lowest voice."""
_NEIGHBOUR = 1
_RANK = 4
"""An error is compared with the fourth largest around it, so that a few clicks near each other are found too."""
_STANDS_OUT = 8.0
"""A click is this many times (18 dB) as large as the errors around it."""
_EDGE = 2.5
"""A click lasts while the errors are this many times as large as those around it."""
_SOFTEST = 10 ** (-55 / 20)
"""The largest sample of a click that no listener hears."""
_LONGEST = 96
"""Samples (2 ms). A longer click is a sound of the voice."""
_MOST_A_SECOND = 20
"""With more clicks in each second the errors are the sound itself, such as rain or keys."""


def remove_clicks(samples: Samples, rate: int) -> Samples:
    """Return ``samples`` with their clicks replaced by what the samples around them predict, of the same length."""
    clicks = [click for part in _iterate_clicks(samples) for click in part]
    if not clicks or len(clicks) > max(_MOST_A_SECOND * len(samples) / rate, 3):
        return samples
    repaired = samples.copy()
    for start, end in clicks:
        _repair(repaired, start, end)
    return repaired


def _iterate_clicks(samples: Samples) -> Iterator[list[tuple[int, int]]]:
    """Yield the clicks of the recording, block by block, as their first sample and the one after the last."""
    step = _FRAMES_AT_ONCE * _FRAME
    margin = (_AROUND + 2) * _PART  # a multiple of the parts
    for at in range(0, len(samples), step):
        first = max(at - margin, 0)
        block = samples[first : at + step + margin]
        if len(block) < 2 * _FRAME:
            continue
        yield [(first + start, first + end) for start, end in _find_clicks(block) if at <= first + start < at + step]


def _find_clicks(block: Samples) -> list[tuple[int, int]]:
    errors = np.abs(_predict_errors(block))
    parts = len(errors) // _PART
    largest = errors[: parts * _PART].reshape(parts, _PART).max(axis=1)
    usual = _usual_errors(largest)
    clicks: list[tuple[int, int]] = []
    for part in map(int, np.flatnonzero(largest > _STANDS_OUT * usual)):
        peak = part * _PART + int(errors[part * _PART : (part + 1) * _PART].argmax())
        span = _click_span(errors, peak, _EDGE * float(usual[part]))
        if span and (not clicks or span[0] >= clicks[-1][1]):
            clicks.append(span)
    return [(start, end) for start, end in clicks if np.abs(block[start:end]).max() > _SOFTEST]


def _usual_errors(largest: Values) -> Values:
    """Return the ``_RANK``-th largest value around each value, itself and its neighbours left out."""
    padded = np.pad(largest, _AROUND)
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * _AROUND + 1).copy()
    windows[:, _AROUND - _NEIGHBOUR : _AROUND + _NEIGHBOUR + 1] = 0
    return np.maximum(np.partition(windows, -_RANK, axis=1)[:, -_RANK], 1e-6)


def _click_span(errors: Values, peak: int, limit: float) -> tuple[int, int] | None:
    """Return the samples around ``peak`` in which the errors are large; None if they are too many or at an edge."""
    first, end = peak - _LONGEST, peak + _LONGEST + 1
    if first < _FRAME // 4 or end > len(errors) - _FRAME // 4:
        return None
    large = np.flatnonzero(errors[first:end] > limit)
    start, stop = first + int(large[0]) - 2, first + int(large[-1]) + 3
    # the errors after a click last as long as the prediction remembers it
    return (start, stop) if stop - start <= _LONGEST else None


def _predict_errors(block: Samples) -> Samples:
    """Return the error of the prediction of each sample."""
    frames = -(-len(block) // _FRAME)
    padded = np.pad(block, (_ORDER, frames * _FRAME - len(block)))
    coefficients = _fit_prediction(padded[_ORDER:].reshape(frames, _FRAME))
    errors = padded[_ORDER:].reshape(frames, _FRAME).copy()
    for back in range(1, _ORDER + 1):
        earlier = padded[_ORDER - back : len(padded) - back].reshape(frames, _FRAME)
        errors -= coefficients[:, back - 1 : back] * earlier
    return errors.reshape(-1)[: len(block)]


def _fit_prediction(frames: Samples) -> Values:
    """Return the coefficients of the best prediction for each frame, (frames, _ORDER)."""
    windowed = frames * np.hanning(frames.shape[1]).astype(np.float32)
    power = np.abs(np.fft.rfft(windowed, 2 * frames.shape[1], axis=1)) ** 2
    correlation = np.fft.irfft(power, axis=1)[:, : _ORDER + 1].astype(np.float64)
    lags = np.abs(np.subtract.outer(np.arange(_ORDER), np.arange(_ORDER)))
    matrices = correlation[:, lags]
    matrices[:, np.arange(_ORDER), np.arange(_ORDER)] += (correlation[:, :1] * 1e-6) + 1e-9
    solved = np.linalg.solve(matrices, correlation[:, 1:, None])[:, :, 0]
    return np.asarray(solved, np.float32)


def _repair(samples: Samples, start: int, end: int) -> None:
    """Replace samples ``start`` to ``end`` by those with the least errors of prediction (Janssen, IEEE TASSP 34,
    1986), fitted to the samples around, the click left out."""
    around = samples[max(start - _FRAME, 0) : end + _FRAME].astype(np.float64)
    at, count = min(start, _FRAME), end - start
    known = around.copy()
    known[at : at + count] = np.linspace(around[at - 1], around[at + count], count + 2)[1:-1]
    coefficients = _fit_prediction(known[None, :].astype(np.float32))[0].astype(np.float64)
    taps = np.concatenate([[1.0], -coefficients])
    span = np.arange(count)
    lags = np.array([taps[: len(taps) - lag] @ taps[lag:] for lag in range(len(taps))])
    distance = np.abs(np.subtract.outer(span, span))
    matrix = np.where(distance < len(lags), lags[np.minimum(distance, len(lags) - 1)], 0.0)
    known[at : at + count] = 0
    errors = np.convolve(known, taps)
    right = np.array([-(taps @ errors[at + i : at + i + len(taps)]) for i in span])
    samples[start:end] = np.linalg.solve(matrix + np.eye(count) * 1e-9, right)
