"""What every offline voice does with the samples its engine gives: trim, level, 48 kHz, word times, WAV."""

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
"""Below the level of the loud frames by this much, a frame is taken for silence."""
LEVEL_DB, PEAK_DB = -20.0, -1.0
"""RMS of the spoken frames and the highest sample, in dB of full scale; the peak wins."""
LEAD_SEC, TAIL_SEC = 0.010, 0.060
FADE_IN_SEC, FADE_OUT_SEC = 0.004, 0.020
PAUSE_SEC = 0.08
"""A silence this long is a pause between words; the closure of a plosive is mostly shorter."""
SNAP_SEC, SLACK_SEC = 0.1, 0.02
"""The first word that starts after a pause, at most this long after its end, starts at its end."""


ESTIMATE_CONFIDENCE = 0.33
"""How likely a word's share by length is within 0.1 s of the truth: so many of 3,250 English words were, of two voices
that tell their own times (hibari 0.2.1, piper 1.3 with joe)."""


def postprocess_speech(
    samples: Samples, rate: int, tokens: Sequence[str], starts: Sequence[float | None], provider: str
) -> Speech:
    """The engine's ``samples`` (mono, any level, at ``rate`` Hz) as a finished Speech.

    ``starts``: seconds into ``samples`` where each of ``tokens`` begins, None where the engine does not say.

    Raises:
        ValueError: the samples are silent.
    """
    loud, level = find_loud_frames(samples, rate)
    first, last = np.flatnonzero(loud)[[0, -1]]
    frame = round(FRAME_SEC * rate)
    begin = max(0, first * frame - round(LEAD_SEC * rate))
    end = min(len(samples), (last + 1) * frame + round(TAIL_SEC * rate))
    cut = samples[begin:end].astype(np.float32)
    for edge, seconds in ((cut, FADE_IN_SEC), (cut[::-1], FADE_OUT_SEC)):
        ramp = np.linspace(0, 1, min(round(seconds * rate), len(cut)), dtype=np.float32)
        edge[: len(ramp)] *= ramp
    out = resample(cut, rate, SAMPLE_RATE)
    gain = min(10 ** (LEVEL_DB / 20) / level, 10 ** (PEAK_DB / 20) / float(np.abs(out).max()))
    pcm = np.round(out * (gain * 32767)).astype("<i2")
    offset = begin / rate
    placed = [None if s is None else s - offset for s in starts]
    words = place_words(tokens, placed, find_loud_frames(cut, rate)[0], len(pcm) / SAMPLE_RATE)
    return Speech(wav=to_wav(pcm), samples=len(pcm), words=words, alignment="engine", provider=provider)


def find_loud_frames(samples: Samples, rate: int) -> tuple[NDArray[np.bool_], float]:
    """For each frame of 5 ms whether anything is said in it, and the RMS level of the frames in which it is.

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


def realign_speech(made: Speech, heard: Sequence[tuple[float, float] | None]) -> Speech:
    """``made`` with its words where they were found in its sound: ``heard`` has for each of them the second at which it
    begins and how sure that is, 0 to 1; None where it was not found."""
    samples, rate = from_wav(made.wav)
    tokens = [word.text for word in made.words]
    loud, _ = find_loud_frames(samples, rate)
    placed = place_words(tokens, [at and at[0] for at in heard], loud, made.samples / SAMPLE_RATE)
    words = (
        word.evolve(timing_source="speech", confidence=round(min(at[1], 1.0), 3)) if at else word
        for word, at in zip(placed, heard, strict=True)
    )
    return replace(made, words=tuple(words), alignment="speech")


def place_words(
    tokens: Sequence[str], starts: Sequence[float | None], loud: NDArray[np.bool_], duration: float
) -> tuple[Word, ...]:
    """One Word for each token: starts strictly increasing, unknown ones shared out between their neighbours by length,
    those next to a pause moved to where the sound comes back; a word ends with its last sound."""
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
        heard = np.flatnonzero(loud[a:b])
        end = (a + int(heard[-1]) + 1) * FRAME_SEC if len(heard) else following
        end = round(min(max(end, start), following), 4)
        words.append(Word(text=text, start=round(start, 4), end=end, **source))
    return tuple(words)


def _fill_gaps(tokens: Sequence[str], starts: Sequence[float | None], duration: float) -> list[float]:
    """``starts`` with each gap shared out by the length of the tokens that lie in it."""
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
    """``starts`` with those in a pause, and the first one after it, moved to where the sound comes back."""
    edges = np.flatnonzero(np.diff(np.concatenate([[True], loud, [True]]).astype(np.int8)))
    found = list(starts)
    for begin, end in (edges.reshape(-1, 2) * FRAME_SEC).tolist():
        if end - begin < PAUSE_SEC:
            continue
        near = [i for i, s in enumerate(starts) if begin - SLACK_SEC < s <= end + SNAP_SEC]
        for i in near:
            if i == near[0] or starts[i] < end:
                found[i] = end
    return found
