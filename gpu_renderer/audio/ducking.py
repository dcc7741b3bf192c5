"""The looped bed and its gain over the film: ducked under speech, automated, faded; and where sounds are cut."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from gpu_renderer.audio.audio_source import AudioSource
from gpu_renderer.audio.loudness import BLOCK, HOP, Audio, Curve, Levels, integrated_loudness, measure_levels
from sutradhar.domain.assets.asset import SAMPLE_RATE
from sutradhar.domain.core.errors import RenderError
from sutradhar.domain.video.timeline import MusicTrack
from sutradhar.dsp.crossfade import crossfade

CROSSFADE_SAMPLES = SAMPLE_RATE // 50
"""Samples of crossfade where the bed starts again."""

_SPEECH_DB = -25.0  # against the narration's loudness; quieter than that is breath and room
_SOFT_DB = 6.0
_HOLD_MS = 600  # shorter pauses keep the bed down
_ATTACK_MS, _RELEASE_MS = 100, 300
_FADE_IN_MS, _FADE_OUT_MS = 1000, 2000
_CUT_FADE = SAMPLE_RATE // 100


class LoopedAudio:
    """A recording that repeats without end. It opens with its own start; each time that it ends, its last ``crossfade``
    samples fade into its first ones with equal power.

    Raises:
        RenderError: it is shorter than two crossfades.
    """

    def __init__(self, recording: AudioSource, crossfade: int = CROSSFADE_SAMPLES) -> None:
        self._recording, self._seam, self._period = recording, crossfade, recording.samples - crossfade
        if self._period < max(crossfade, 1):
            raise RenderError(
                f"the music is {recording.samples} samples long; it needs {2 * crossfade}",
                stage="sound",
                advice="use a longer piece of music",
            )

    def read(self, start: int, count: int) -> Audio:
        parts: list[Audio] = []
        end = start + count
        while start < end:
            turn, at = divmod(start, self._period)
            part = self._recording.read(at, min(end - start, self._period - at))
            if turn and at < self._seam:
                crossing = min(self._seam - at, len(part))
                ending = self._recording.read(self._period + at, crossing)
                part[:crossing] = crossfade(ending, part[:crossing], self._seam, at)
            parts.append(part)
            start += len(part)
        return np.concatenate(parts)

    def levels(self, count: int) -> Levels:
        """Return the levels of the first ``count`` milliseconds; only the first two repetitions are measured."""
        opening = self._turn(0)
        if len(opening.power) >= count:
            return Levels(opening.power[:count], opening.peak[:count])
        again = self._turn(self._period)
        at = np.arange(count) * HOP % self._period // HOP
        # a turn is not a whole number of milliseconds, so each may hold the peak of the next
        power, peak = again.power[at], np.maximum(again.peak, np.roll(again.peak, -1))[at]
        power[: len(opening.power)], peak[: len(opening.peak)] = opening.power, opening.peak
        return Levels(power, peak)

    def _turn(self, first: int) -> Levels:
        end = first + self._period
        return measure_levels(self.read(at, min(BLOCK, end - at)) for at in range(first, end, BLOCK))


def detect_speech(power: Curve) -> list[tuple[int, int]]:
    """Where a narration speaks, first and last-plus-one millisecond of each stretch; ``power`` as in Levels."""
    loudness = integrated_loudness(power)
    if not np.isfinite(loudness):
        return []
    level = np.convolve(power, np.full(21, 1 / 21), "same")
    active = np.concatenate([[0], level > 10 ** ((loudness + 0.691 + _SPEECH_DB) / 10), [0]])
    edges = np.flatnonzero(np.diff(active))
    return [(int(on), int(off)) for on, off in edges.reshape(-1, 2)]


def merge_intervals(speech: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Stretches of speech in the order of time, without the pauses that are too short to bring the bed back."""
    found: list[tuple[int, int]] = []
    for on, off in sorted(speech):
        if found and on - found[-1][1] < _HOLD_MS:
            found[-1] = (found[-1][0], max(off, found[-1][1]))
        else:
            found.append((on, off))
    return found


def speech_to_music_ratio(voice: Curve, bed: Curve, gain: Curve, on: int, off: int) -> float:
    """How far the bed is under the voice in LU, from millisecond ``on`` to ``off``, where that is least.

    The bed's loudest 400 ms count against the 3 s of voice around them (momentary and short-term loudness of EBU Tech
    3341), and against the very same 400 ms of voice unless that is ``_SOFT_DB`` softer than the rest. ``voice`` and
    ``bed`` are powers, both still to be changed by ``gain``.
    """
    heard = gain[on:off] * gain[on + 1 : off + 1]
    step = min(100, off - on)
    whole = (off - on) // step * step
    said, played = ((power[on:off] * heard)[:whole].reshape(-1, step).mean(axis=1) for power in (voice, bed))
    momentary, short_term = min(4, len(said)), min(30, len(said))
    voices = [np.convolve(said, np.full(length, 1 / length), "valid") for length in (momentary, short_term)]
    beds = np.convolve(played, np.full(momentary, 1 / momentary), "valid")
    loudest = np.lib.stride_tricks.sliding_window_view(beds, short_term - momentary + 1).max(axis=1)
    spoken_ = voices[0] > voices[0].mean() * 10 ** (-_SOFT_DB / 10)
    ratios = np.concatenate([voices[0][spoken_] / (beds[spoken_] + 1e-12), voices[1] / (loudest + 1e-12)])
    return float(10 * np.log10(ratios.min()))


def ducking_depth(count: int, speech: Iterable[tuple[tuple[int, int], float]]) -> Curve:
    """Return by how many dB a sound is lowered at the start of each of ``count`` milliseconds and one more. ``speech``
    holds stretches of milliseconds and the depth in each: the sound is low *when* a word starts, and rises after the
    last word."""
    down = np.zeros(count + 1, np.float32)
    attack, release = _ease_in(_ATTACK_MS), _ease_in(_RELEASE_MS)[::-1]
    for (on, off), depth in speech:
        shape = depth * np.concatenate([attack, np.ones(off - on), release])
        start = on - len(attack)
        a, b = max(start, 0), min(start + len(shape), count + 1)
        if a < b:
            np.maximum(down[a:b], shape[a - start : b - start], out=down[a:b])
    return down


def ducking_gain(samples: int, speech: Iterable[tuple[tuple[int, int], float]], bed: MusicTrack) -> Curve:
    """Gain of the bed, at the start of every millisecond and one more, against a bed as loud as the voice.

    ``speech`` is milliseconds of the film, and how many dB the bed goes down there. We know where the voices are, so it
    is down *when* a word starts and comes back after the last one.
    """
    last = -(-samples // HOP)
    down = ducking_depth(last, speech)
    curve = np.subtract(np.float32(bed.volume_db), down, out=down)
    np.power(10, np.divide(curve, 20, out=curve), out=curve)
    # a film shorter than both fades gives each its share
    share = min(1.0, last / (_FADE_IN_MS + _FADE_OUT_MS))
    curve[: round(_FADE_IN_MS * share)] *= _fade_in(round(_FADE_IN_MS * share))
    curve[last - round(_FADE_OUT_MS * share) + 1 :] *= _fade_in(round(_FADE_OUT_MS * share))[::-1]
    return curve


def edge_fades(start: int, samples: int, end: int) -> Curve:
    """Gain of a sound that starts at sample ``start`` of a film of ``end`` samples: 1 at each of its milliseconds and
    one more, with a short fade where the film's beginning or end cuts it."""
    at = np.arange(-(-samples // HOP) + 1) * HOP + start
    gain = np.ones(len(at), np.float32)
    if start < 0:
        gain *= np.clip(at / _CUT_FADE, 0, 1)
    if start + samples > end:
        gain *= np.clip((end - at) / _CUT_FADE, 0, 1)
    return gain


def interpolate(curve: Curve, start: int, count: int) -> npt.NDArray[np.float32]:
    """(count, 1): ``curve`` from sample ``start``, straight between milliseconds."""
    nodes = curve[start // HOP : -(-(start + count) // HOP) + 1]
    step = (np.arange(HOP, dtype=np.float32) / HOP)[None, :]
    between = nodes[:-1, None] * (1 - step) + nodes[1:, None] * step
    return np.asarray(between.reshape(-1, 1)[start % HOP :][:count], np.float32)


def _fade_in(ms: int) -> Curve:
    """From nothing upwards, with equal power."""
    return np.asarray(np.sin(np.pi / 2 * np.arange(ms) / max(ms, 1)), np.float32)


def _ease_in(ms: int) -> Curve:
    return np.asarray(0.5 - 0.5 * np.cos(np.pi * (np.arange(ms) + 0.5) / ms), np.float32)
