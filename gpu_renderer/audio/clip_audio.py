"""Set the level of the clips' own sound: as loud as a narration, or lowered while a narration speaks."""

from collections.abc import Callable, Iterable, Sequence

import numpy as np

from gpu_renderer.audio.audio_source import AudioSource
from gpu_renderer.audio.ducking import ducking_depth
from gpu_renderer.audio.loudness import (
    BLOCK,
    HOP,
    Audio,
    Curve,
    Levels,
    integrated_loudness,
    levelling_gain,
    measure_levels,
)
from sutradhar.domain.video.timeline import ClipAudio

_MOST_LEAD_MS = 1000
"""Milliseconds. If the narration begins this soon after the clip, the clip's sound is low from the clip's start; if no
more than this is left of the clip after the narration, it stays low to the end. Otherwise it would rise for a moment
only."""

Interval = tuple[int, int]
"""First and last-plus-one millisecond of a stretch of the video, such as one in which a narration speaks."""


class RepeatedAudio:
    """A recording that starts again when its part has ended, as its clip does."""

    def __init__(self, recording: AudioSource, sound: ClipAudio) -> None:
        self._recording, self.samples = recording, sound.samples

    def read(self, start: int, count: int) -> Audio:
        """Return ``count`` samples from sample ``start`` on, (count, 2)."""
        parts: list[Audio] = []
        end = start + count
        while start < end:
            at = start % self._recording.samples
            parts.append(self._recording.read(at, min(end - start, self._recording.samples - at)))
            start += len(parts[-1])
        return np.concatenate(parts) if parts else np.zeros((0, 2), np.float32)

    def levels(self) -> Levels:
        return measure_levels(self.read(at, min(BLOCK, self.samples - at)) for at in range(0, self.samples, BLOCK))


class ClipTrack:
    """The sound of one clip and its gain in each millisecond of the clip; ``base`` is the gain without ducking."""

    def __init__(self, sound: ClipAudio, heard: RepeatedAudio, levels: Levels, base: Curve) -> None:
        self.sound, self.heard, self.levels, self.base = sound, heard, levels, base

    @property
    def span(self) -> Interval:
        first = self.sound.start // HOP
        return first, first + len(self.levels.power)

    def ducked(self, speech: Iterable[tuple[Interval, float]]) -> Curve:
        """Return the gain with every stretch of ``speech`` lowered by its dB."""
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
    sounds: Sequence[ClipAudio],
    opened: Callable[[ClipAudio, int], AudioSource],
    loudness: float,
    most_gain_db: float,
    ceiling: float,
) -> list[ClipTrack]:
    """Bring the sounds to ``loudness`` LUFS plus their own ``volume_db``.

    All parts of one file get the same gain, so that an interview that is cut into scenes keeps its level. No part is
    raised by more than ``most_gain_db``, and none goes over ``ceiling`` dBTP.

    Args:
        opened: opens the recording of a sound and its number.
    """
    heard = [RepeatedAudio(opened(sound, number), sound) for number, sound in enumerate(sounds)]
    levels = [one.levels() for one in heard]
    found = []
    for sound, one, level in zip(sounds, heard, levels, strict=True):
        whole = integrated_loudness(
            np.concatenate(
                [part.power for other, part in zip(sounds, levels, strict=True) if other.media.blob == sound.media.blob]
            )
        )
        gain_db = min(loudness - whole, most_gain_db) + sound.volume_db if np.isfinite(whole) else 0.0
        gain = levelling_gain(level, integrated_loudness(level.power) + gain_db, ceiling)
        found.append(ClipTrack(sound, one, level, gain * _fade_gain(sound, len(gain))))
    return found


def _fade_gain(sound: ClipAudio, nodes: int) -> Curve:
    """Return the gain that lets ``sound`` come and go, and dips where it starts again, at each of ``nodes`` ms."""
    at = np.arange(nodes) * HOP
    gain = np.sin(np.pi / 2 * np.clip(at / sound.fade_in, 0, 1))
    gain *= np.sin(np.pi / 2 * np.clip((sound.samples - at) / sound.fade_out, 0, 1))
    if sound.period < sound.samples:
        to_seam = np.abs((at + sound.period / 2) % sound.period - sound.period / 2)
        gain *= np.where(at < sound.period / 2, 1.0, np.clip(to_seam / (5 * HOP), 0, 1))
    return np.asarray(gain, np.float32)
