"""Set the level of the clips' own audio: as loud as a narration, or lowered while a narration speaks."""

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from gpu_renderer.audio.audio_source import AudioSource
from gpu_renderer.audio.ducking import Interval, ducking_depth
from gpu_renderer.audio.loudness import (
    BLOCK,
    HOP,
    Audio,
    Curve,
    Levels,
    levelling_gain,
    measure_levels,
    measure_loudness,
)
from sutradhar.domain.video.timeline import ClipAudio

_MOST_LEAD_MS = 1000
"""Milliseconds. If the narration begins this soon after the clip, the clip is low from its start; if no more than this
is left of the clip after the narration, it stays low to the end. Otherwise it would rise for a moment only."""


class RepeatedAudio:
    """Audio that starts again when its part has ended, as its clip does."""

    def __init__(self, source: AudioSource, clip: ClipAudio) -> None:
        self._source, self.samples = source, clip.samples

    def read(self, start: int, count: int) -> Audio:
        """Return ``count`` samples from sample ``start`` on, (count, 2)."""
        parts: list[Audio] = []
        end = start + count
        while start < end:
            at = start % self._source.samples
            parts.append(self._source.read(at, min(end - start, self._source.samples - at)))
            start += len(parts[-1])
        return np.concatenate(parts) if parts else np.zeros((0, 2), np.float32)

    def levels(self) -> Levels:
        """Measure all of it, repetitions included."""
        return measure_levels(self.read(at, min(BLOCK, self.samples - at)) for at in range(0, self.samples, BLOCK))


class ClipTrack:
    """The audio of one clip and its gain in each millisecond of the clip; ``base`` is the gain without ducking."""

    def __init__(self, clip: ClipAudio, audio: RepeatedAudio, levels: Levels, base: Curve) -> None:
        self.clip, self.audio, self.levels, self.base = clip, audio, levels, base

    @property
    def span(self) -> Interval:
        """First and last-plus-one millisecond of the video in which the clip is heard."""
        first = self.clip.start // HOP
        return first, first + len(self.levels.power)

    def gain_under_speech(self, speech: Iterable[tuple[Interval, float]]) -> Curve:
        """Return the gain with every interval of ``speech`` lowered by its dB."""
        first, end = self.span
        count = end - first
        widened = [
            ((_snap_to_edge(on - first, 0), _snap_to_edge(off - first, count)), depth)
            for (on, off), depth in speech
            if on < end and off > first
        ]
        return np.asarray(self.base * 10 ** (-ducking_depth(count, widened) / 20), np.float32)


def _snap_to_edge(at: int, edge: int) -> int:
    """Return ``edge`` if ``at`` lies beyond or close to it, else ``at``."""
    is_beyond = at < 0 if edge == 0 else at > edge
    return edge if is_beyond or abs(at - edge) <= _MOST_LEAD_MS else at


def open_clip_tracks(
    clips: Sequence[ClipAudio],
    open_source: Callable[[ClipAudio, int], AudioSource],
    loudness: float,
    most_gain_db: float,
    ceiling: float,
) -> list[ClipTrack]:
    """Bring the clips to ``loudness`` LUFS plus their own ``volume_db``.

    All parts of one file get the same gain, so that an interview that is cut into scenes keeps its level. No part is
    raised by more than ``most_gain_db``, and none goes over ``ceiling`` dBTP.

    Args:
        open_source: opens the audio of a clip, given the clip and its number.
    """
    audio = [RepeatedAudio(open_source(clip, number), clip) for number, clip in enumerate(clips)]
    levels = [one.levels() for one in audio]
    tracks = []
    for clip, one, level in zip(clips, audio, levels, strict=True):
        blob = clip.media.blob
        parts = [part.power for other, part in zip(clips, levels, strict=True) if other.media.blob == blob]
        whole = measure_loudness(np.concatenate(parts))
        gain_db = min(loudness - whole, most_gain_db) + clip.volume_db if np.isfinite(whole) else 0.0
        gain = levelling_gain(level, measure_loudness(level.power) + gain_db, ceiling)
        tracks.append(ClipTrack(clip, one, level, gain * _fade_gain(clip, len(gain))))
    return tracks


def _fade_gain(clip: ClipAudio, nodes: int) -> Curve:
    """Return the gain at each of ``nodes`` ms that fades ``clip`` in and out, and dips where it starts again."""
    at = np.arange(nodes) * HOP
    gain = np.sin(np.pi / 2 * np.clip(at / clip.fade_in, 0, 1))
    gain *= np.sin(np.pi / 2 * np.clip((clip.samples - at) / clip.fade_out, 0, 1))
    if clip.period < clip.samples:
        to_seam = np.abs((at + clip.period / 2) % clip.period - clip.period / 2)
        gain *= np.where(at < clip.period / 2, 1.0, np.clip(to_seam / (5 * HOP), 0, 1))
    return np.asarray(gain, np.float32)
