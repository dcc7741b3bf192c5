"""Finish the samples of a voice: trim them, set the level, resample to 48 kHz, place the words, write a WAV file."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sutradhar.domain.assets.asset import SAMPLE_RATE, Word
from sutradhar.dsp.resample import resample
from sutradhar.ports.providers import Speech
from sutradhar.providers.media.wav import from_wav, to_wav

Samples = NDArray[np.float32]

FRAME_SEC = 0.005
QUIET_DB = -40.0
"""A frame that is quieter than the loud frames by this much counts as silence."""
LEVEL_DB, PEAK_DB = -20.0, -1.0
"""RMS of the spoken frames and the highest sample, in dB of full scale; the limit of the peak comes first."""
LEAD_SEC, TAIL_SEC = 0.010, 0.060
FADE_IN_SEC, FADE_OUT_SEC = 0.004, 0.020
PAUSE_SEC = 0.08
"""A silence this long is a pause between words; the closure of a plosive is mostly shorter."""
SNAP_SEC, SLACK_SEC = 0.1, 0.02
"""The first word that starts after a pause, at most this long after its end, starts at its end."""


ESTIMATE_CONFIDENCE = 0.33
"""The probability that a start by the length of words is within 0.1 s of the true one.

Measured with 3,250 English words of two voices that report their own times (hibari 0.2.1, piper 1.3 with joe)."""


def postprocess_speech(
    samples: Samples, rate: int, tokens: Sequence[str], starts: Sequence[float | None], provider: str
) -> Speech:
    """Return the engine's ``samples`` (mono, any level, at ``rate`` Hz) as a finished Speech.

    ``starts``: seconds into ``samples`` where each of ``tokens`` begins, None where the engine reports no time.

    Raises:
        ValueError: the samples are silent.
    """
    loud, level = find_loud_frames(samples, rate)
    first, last = np.flatnonzero(loud)[[0, -1]]
    frame = round(FRAME_SEC * rate)
    begin = max(0, first * frame - round(LEAD_SEC * rate))
    end = min(len(samples), (last + 1) * frame + round(TAIL_SEC * rate))
    trimmed = samples[begin:end].astype(np.float32)
    for edge, seconds in ((trimmed, FADE_IN_SEC), (trimmed[::-1], FADE_OUT_SEC)):
        ramp = np.linspace(0, 1, min(round(seconds * rate), len(trimmed)), dtype=np.float32)
        edge[: len(ramp)] *= ramp
    out = resample(trimmed, rate, SAMPLE_RATE)
    gain = min(10 ** (LEVEL_DB / 20) / level, 10 ** (PEAK_DB / 20) / float(np.abs(out).max()))
    pcm = np.round(out * (gain * 32767)).astype("<i2")
    offset = begin / rate
    placed = [None if s is None else s - offset for s in starts]
    words = place_words(tokens, placed, find_loud_frames(trimmed, rate)[0], len(pcm) / SAMPLE_RATE)
    return Speech(wav=to_wav(pcm), samples=len(pcm), words=words, alignment="engine", provider=provider)


def find_loud_frames(samples: Samples, rate: int) -> tuple[NDArray[np.bool_], float]:
    """Return for each frame of 5 ms whether it holds speech, and the RMS level of the frames that do.

    Raises:
        ValueError: the samples are silent.
    """
    frame = round(FRAME_SEC * rate)
    padded = np.pad(samples, (0, -len(samples) % frame)).astype(np.float32)
    power = np.square(padded).reshape(-1, frame).mean(axis=1)
    reference = float(np.quantile(power, 0.95)) if len(power) else 0.0
    if reference <= 1e-10:
        raise ValueError("the voice engine gave only silence")
    loud = power > reference * 10 ** (QUIET_DB / 10)
    return loud, float(np.sqrt(power[loud].mean()))


def realign_speech(speech: Speech, matches: Sequence[tuple[float, float] | None]) -> Speech:
    """Return ``speech`` with its words at the places where an aligner recognised them.

    ``matches`` has for each word the second at which it begins and the probability of that, 0 to 1; None for a word
    that was not recognised.
    """
    samples, rate = from_wav(speech.wav)
    tokens = [word.text for word in speech.words]
    loud, _ = find_loud_frames(samples, rate)
    placed = place_words(tokens, [match and match[0] for match in matches], loud, speech.samples / SAMPLE_RATE)
    words = (
        word.evolve(timing_source="speech", confidence=round(min(match[1], 1.0), 3)) if match else word
        for word, match in zip(placed, matches, strict=True)
    )
    return replace(speech, words=tuple(words), alignment="speech")


def place_words(
    tokens: Sequence[str], starts: Sequence[float | None], loud: NDArray[np.bool_], duration: float
) -> tuple[Word, ...]:
    """Return one Word for each token.

    The starts increase strictly. Unknown starts share out the time between their neighbours by the length of the words;
    a start next to a pause moves to the end of the pause. A word ends with its last loud frame.

    Args:
        tokens: the words.
        starts: the second at which each begins, None if it is unknown.
        loud: for each frame of 5 ms whether it holds speech.
        duration: the length of the audio in seconds.
    """
    sources: list[dict[str, Any]] = [
        {"timing_source": "estimate", "confidence": ESTIMATE_CONFIDENCE} if s is None else {} for s in starts
    ]
    known = _snap_to_pauses(_fill_gaps(tokens, starts, duration), loud)
    step = min(0.001, duration / (4 * len(tokens)))
    for i in range(len(known)):  # forwards: each after the one before
        known[i] = max(known[i], known[i - 1] + step if i else 0.0)
    for i in reversed(range(len(known))):  # backwards: the last ones still fit into the audio
        known[i] = min(known[i], (known[i + 1] if i + 1 < len(known) else duration) - step)
    words = []
    for text, start, following, source in zip(tokens, known, [*known[1:], duration], sources, strict=True):
        a, b = int(start / FRAME_SEC), int(following / FRAME_SEC)
        loud_frames = np.flatnonzero(loud[a:b])
        end = (a + int(loud_frames[-1]) + 1) * FRAME_SEC if len(loud_frames) else following
        end = round(min(max(end, start), following), 4)
        words.append(Word(text=text, start=round(start, 4), end=end, **source))
    return tuple(words)


def _fill_gaps(tokens: Sequence[str], starts: Sequence[float | None], duration: float) -> list[float]:
    """Return ``starts`` with the time of each gap shared out by the length of the tokens in it."""
    known = [0.0, *starts[1:], duration]  # the audio is trimmed to the first word
    filled: list[float] = []
    for i, start in enumerate(known[:-1]):
        if start is None:
            following, until = next((j, s) for j, s in enumerate(known[i:], i) if s is not None)
            weights = [len(t) for t in tokens[i - 1 : following]]
            filled.append(filled[-1] + (until - filled[-1]) * weights[0] / sum(weights))
        else:
            filled.append(max(start, 0.0))
    return filled


def _snap_to_pauses(starts: Sequence[float], loud: NDArray[np.bool_]) -> list[float]:
    """Return ``starts`` with those in a pause, and the first one after it, moved to the end of the pause."""
    edges = np.flatnonzero(np.diff(np.concatenate([[True], loud, [True]]).astype(np.int8)))
    snapped = list(starts)
    for begin, end in (edges.reshape(-1, 2) * FRAME_SEC).tolist():
        if end - begin < PAUSE_SEC:
            continue
        near = [i for i, s in enumerate(starts) if begin - SLACK_SEC < s <= end + SNAP_SEC]
        for i in near:
            if i == near[0] or starts[i] < end:
                snapped[i] = end
    return snapped
