"""Loop music, and compute gains over the video: ducked during speech, faded, and cut at the edges of the video."""

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from gpu_renderer.audio.audio_source import AudioSource
from gpu_renderer.audio.loudness import BLOCK, HOP, Audio, Curve, Levels, measure_levels, measure_loudness
from sutradhar.domain.assets.asset import SAMPLE_RATE
from sutradhar.domain.core.errors import RenderError
from sutradhar.domain.video.timeline import GainPoint, MusicTrack
from sutradhar.dsp.crossfade import crossfade

Interval = tuple[int, int]
"""First and last-plus-one millisecond of a part of the video, such as one in which a narration speaks."""

CROSSFADE_SAMPLES = SAMPLE_RATE // 50
"""Samples of crossfade where the music starts again."""

_SPEECH_DB = -25.0
"""Level relative to the narration's loudness below which it is breath and noise of the room."""
_SOFT_DB = 6.0
"""A voice this much below its mean is soft; music may come nearer to it."""
_HOLD_MS = 600
"""The music stays low in shorter pauses."""
_ATTACK_MS, _RELEASE_MS = 100, 300
_FADE_IN_MS, _FADE_OUT_MS = 1000, 2000
_CUT_FADE = SAMPLE_RATE // 100


class LoopedAudio:
    """Audio that repeats without end. It opens with its own start; at each repetition its last ``crossfade`` samples
    fade into its first ones with equal power.

    Args:
        start: the sample of the video at which it begins; before it there is silence.

    Raises:
        RenderError: it is shorter than two crossfades.
    """

    def __init__(self, source: AudioSource, crossfade: int = CROSSFADE_SAMPLES, start: int = 0) -> None:
        self._source, self._crossfade, self._period = source, crossfade, source.samples - crossfade
        self._start = start
        if self._period < max(crossfade, 1):
            raise RenderError(
                f"the music is {source.samples} samples long; it needs {2 * crossfade}",
                stage="sound",
                advice="use a longer piece of music",
            )

    def read(self, start: int, count: int) -> Audio:
        """Return ``count`` samples from sample ``start`` of the video on, (count, 2)."""
        start, end = start - self._start, start - self._start + count
        parts: list[Audio] = []
        if start < 0:
            parts.append(np.zeros((min(-start, count), 2), np.float32))
            start += len(parts[-1])
        while start < end:
            repetition, at = divmod(start, self._period)
            part = self._source.read(at, min(end - start, self._period - at))
            if repetition and at < self._crossfade:
                crossing = min(self._crossfade - at, len(part))
                ending = self._source.read(self._period + at, crossing)
                part[:crossing] = crossfade(ending, part[:crossing], self._crossfade, at)
            parts.append(part)
            start += len(part)
        return np.concatenate(parts)

    def levels(self, count: int) -> Levels:
        """Return the levels of its first ``count`` milliseconds; only the first two repetitions are measured."""
        opening = self._measure_repetition(0)
        if len(opening.power) >= count:
            return Levels(opening.power[:count], opening.peak[:count])
        again = self._measure_repetition(self._period)
        at = np.arange(count) * HOP % self._period // HOP
        # a repetition is not a whole number of milliseconds, so each millisecond may hold the peak of the next
        power, peak = again.power[at], np.maximum(again.peak, np.roll(again.peak, -1))[at]
        power[: len(opening.power)], peak[: len(opening.peak)] = opening.power, opening.peak
        return Levels(power, peak)

    def _measure_repetition(self, first: int) -> Levels:
        first += self._start
        end = first + self._period
        return measure_levels(self.read(at, min(BLOCK, end - at)) for at in range(first, end, BLOCK))


def detect_speech(power: Curve) -> list[Interval]:
    """Return the intervals in which a narration speaks; ``power`` as in Levels."""
    loudness = measure_loudness(power)
    if not np.isfinite(loudness):
        return []
    level = np.convolve(power, np.full(21, 1 / 21), "same")
    active = np.concatenate([[0], level > 10 ** ((loudness + 0.691 + _SPEECH_DB) / 10), [0]])
    edges = np.flatnonzero(np.diff(active))
    return [(int(on), int(off)) for on, off in edges.reshape(-1, 2)]


def merge_intervals(speech: Iterable[Interval]) -> list[Interval]:
    """Return the intervals of speech in the order of time; those with too short a pause between them are one."""
    merged: list[Interval] = []
    for on, off in sorted(speech):
        if merged and on - merged[-1][1] < _HOLD_MS:
            merged[-1] = (merged[-1][0], max(off, merged[-1][1]))
        else:
            merged.append((on, off))
    return merged


def speech_to_music_ratio(voice: Curve, music: Curve, gain: Curve, on: int, off: int) -> float:
    """Return how far the music is below the voice in LU, where it is nearest between milliseconds ``on`` and ``off``.

    The loudest 400 ms of the music are compared with the 3 s of voice around them (momentary and short-term loudness of
    EBU Tech 3341), and with the very same 400 ms of voice unless these are ``_SOFT_DB`` softer than the rest.

    Args:
        voice: power, and ``music`` likewise, both before ``gain`` (linear) is applied.
    """
    squared_gain = gain[on:off] * gain[on + 1 : off + 1]
    step = min(100, off - on)
    whole = (off - on) // step * step
    speech, under = ((power[on:off] * squared_gain)[:whole].reshape(-1, step).mean(axis=1) for power in (voice, music))
    momentary, short_term = min(4, len(speech)), min(30, len(speech))
    voices = [np.convolve(speech, np.full(length, 1 / length), "valid") for length in (momentary, short_term)]
    momentary_music = np.convolve(under, np.full(momentary, 1 / momentary), "valid")
    loudest = np.lib.stride_tricks.sliding_window_view(momentary_music, short_term - momentary + 1).max(axis=1)
    is_loud = voices[0] > voices[0].mean() * 10 ** (-_SOFT_DB / 10)
    ratios = np.concatenate([voices[0][is_loud] / (momentary_music[is_loud] + 1e-12), voices[1] / (loudest + 1e-12)])
    return float(10 * np.log10(ratios.min()))


def ducking_depth(count: int, speech: Iterable[tuple[Interval, float]]) -> Curve:
    """Return by how many dB audio is lowered at the start of each of ``count`` milliseconds and one more.

    Args:
        speech: intervals and the depth in each: the audio is low *when* a word starts, and rises after the last word.
    """
    down = np.zeros(count + 1, np.float32)
    attack, release = _ease_in(_ATTACK_MS), _ease_in(_RELEASE_MS)[::-1]
    for (on, off), depth in speech:
        shape = depth * np.concatenate([attack, np.ones(off - on), release])
        start = on - len(attack)
        a, b = max(start, 0), min(start + len(shape), count + 1)
        if a < b:
            np.maximum(down[a:b], shape[a - start : b - start], out=down[a:b])
    return down


def ducking_gain(samples: int, speech: Iterable[tuple[Interval, float]], music: MusicTrack) -> Curve:
    """Return the gain of music as loud as the voice, at the start of each millisecond of the video and one more.

    Args:
        speech: intervals of the video and by how many dB the music is lowered in each. All places of the voice are
        known, so the music is low *when* a word starts and comes back after the last one.
    """
    last = -(-samples // HOP)
    down = ducking_depth(last, speech)
    curve = np.subtract(np.float32(music.volume_db), down, out=down)
    if music.automation:
        curve += automation_gain_db(music.automation, last)
    np.power(10, np.divide(curve, 20, out=curve), out=curve)
    first = min(music.start // HOP, last)
    last = last if music.end is None else max(min(-(-music.end // HOP), last), first)
    curve[:first], curve[last + 1 :] = 0, 0
    # in music shorter than both fades, each gets its share
    share = min(1.0, (last - first) / (_FADE_IN_MS + _FADE_OUT_MS))
    curve[first : first + round(_FADE_IN_MS * share)] *= _fade_in(round(_FADE_IN_MS * share))
    curve[last - round(_FADE_OUT_MS * share) + 1 : last + 1] *= _fade_in(round(_FADE_OUT_MS * share))[::-1]
    return curve


def automation_gain_db(points: Sequence[GainPoint], count: int) -> Curve:
    """Return the level in dB at the start of each of ``count`` milliseconds and one more: it changes in a straight line
    from point to point, and stays before the first and after the last one."""
    at = np.arange(count + 1) * HOP
    return np.interp(at, [point.at for point in points], [point.gain_db for point in points]).astype(np.float32)


def edge_fades(start: int, samples: int, end: int) -> Curve:
    """Return the gain of audio that starts at sample ``start`` of a video of ``end`` samples.

    It is 1 at each of the audio's milliseconds and one more, with a short fade where the beginning or the end of the
    video cuts it.
    """
    at = np.arange(-(-samples // HOP) + 1) * HOP + start
    gain = np.ones(len(at), np.float32)
    if start < 0:
        gain *= np.clip(at / _CUT_FADE, 0, 1)
    if start + samples > end:
        gain *= np.clip((end - at) / _CUT_FADE, 0, 1)
    return gain


def interpolate(curve: Curve, start: int, count: int) -> npt.NDArray[np.float32]:
    """Return ``curve`` at ``count`` samples from sample ``start`` on, (count, 1), linear between milliseconds."""
    nodes = curve[start // HOP : -(-(start + count) // HOP) + 1]
    step = (np.arange(HOP, dtype=np.float32) / HOP)[None, :]
    between = nodes[:-1, None] * (1 - step) + nodes[1:, None] * step
    return np.asarray(between.reshape(-1, 1)[start % HOP :][:count], np.float32)


def _fade_in(ms: int) -> Curve:
    """Return a gain that rises from 0 over ``ms`` with equal power."""
    return np.asarray(np.sin(np.pi / 2 * np.arange(ms) / max(ms, 1)), np.float32)


def _ease_in(ms: int) -> Curve:
    """Return a share that rises from 0 to 1 over ``ms`` by half a cosine."""
    return np.asarray(0.5 - 0.5 * np.cos(np.pi * (np.arange(ms) + 0.5) / ms), np.float32)
