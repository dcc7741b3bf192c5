"""Level the song of a lyric video: one gain from its first to its last sample, and fades at its ends."""

import numpy as np

from gpu_renderer.audio.loudness import HOP, Curve, Levels, limit_gain, measure_loudness
from gpu_renderer.audio.placed_audio import LevelCurve, PlacedAudio, Readable
from sutradhar.domain.video.timeline import SongTrack

_MAX_GAIN_DB = 20.0
_MAX_LIMITED_DB = 5.0
"""The most that the limiter takes from the peaks of a song, other than the highest ones; a song with so large dynamics
that it would take more stays softer than other videos."""
_HIGHEST_SHARE = 0.01
"""Share of the milliseconds with the highest peaks, such as those of clicks and of a few strokes of a drum."""
_START_FADE, _END_FADE = 2 * HOP, 10 * HOP
"""Samples of the shortest fades where the part begins or ends inside the song. A beat begins within the first."""


class SongAudio:
    """A song, placed at the start of the video. ``target`` LUFS is that of the song, faded as it is heard.

    Args:
        source: the part of the file that is heard.
    """

    def __init__(self, track: SongTrack, source: Readable, levels: Levels, count: int, target: float) -> None:
        faded = PlacedAudio(0, source, fade_song(track))
        total = LevelCurve(count)
        total.add(levels, faded)
        loudness = measure_loudness(total.power)
        self._gain_db = min(target - loudness, _MAX_GAIN_DB) if np.isfinite(loudness) else 0.0
        gain = np.float32(10 ** (self._gain_db / 20))
        self.placed = PlacedAudio(0, source, faded.gain * gain)
        self.power, self.peak = total.power * gain**2, total.peak * gain

    def limit_target(self, target: float, mix: Levels, ceiling: float) -> float:
        """Return ``target`` LUFS for ``mix``, the song and all beside it, or less if the song would be limited too hard
        or raised too much."""
        peaks = mix.peak[mix.peak > 0]
        if not len(peaks):
            return target
        usual_peak = 20 * float(np.log10(np.quantile(peaks, 1 - _HIGHEST_SHARE)))
        most_db = min(ceiling + _MAX_LIMITED_DB - usual_peak, _MAX_GAIN_DB - self._gain_db)
        limited = limit_gain(mix.peak, most_db, ceiling)
        return min(target, measure_loudness(mix.power * limited[:-1] * limited[1:]))


def fade_song(track: SongTrack) -> Curve:
    """Return the gain at the start of each millisecond of the song and one more: it fades with equal power."""
    at = np.arange(-(-track.samples // HOP) + 1) * HOP
    fade_in = max(track.fade_in, _START_FADE if track.source_start else 1)
    rising = np.sin(np.pi / 2 * np.clip(at / fade_in, 0, 1)) if fade_in > 1 else np.ones(len(at))
    falling = np.sin(np.pi / 2 * np.clip((track.samples - at) / max(track.fade_out, _END_FADE), 0, 1))
    return np.asarray(rising * falling, np.float32)
