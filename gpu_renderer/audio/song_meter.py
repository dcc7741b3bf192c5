"""Compare the audio of a finished lyric video with the song's own file, for the quality gate."""

import threading
from pathlib import Path

import numpy as np

from gpu_renderer.audio.audio_meter import (
    HOP_SEC,
    SILENCE_DB,
    AudioMeasurement,
    Envelope,
    match_envelope,
    measure_envelope,
)
from gpu_renderer.audio.audio_stream import AudioStream
from gpu_renderer.audio.loudness import HOP
from gpu_renderer.audio.song_audio import fade_song
from sutradhar.domain.assets.asset import SAMPLE_RATE
from sutradhar.domain.video.file_facts import SongMatch, Span
from sutradhar.domain.video.timeline import Timeline
from sutradhar.ports.stores import BlobStore

_FLOOR_DB = 25.0
"""dB below the song's loudest value; what is softer says little of its shape."""
_FLOOR_OVER_CLIPS_DB = 12.0
"""The same if clips lie under the song: softer passages have their shape."""
_LOUD_DB = 15.0
_LOWEST_GAIN_DB = -20.0
"""The mix lowers no song by more; a file that seems to is not the song."""
_SLACK_DB = 2.0
_SLACK_SEC = 0.05


class ExpectedSong:
    """The song that should be heard in ``timeline``, read from its own file: the mix may be what is wrong."""

    def __init__(self, levels: Envelope, timeline: Timeline) -> None:
        self._levels, self._video_sec = levels, timeline.duration_sec
        has_clips = any(clip.ducked for clip in timeline.clip_audio)
        self._floor_db = _FLOOR_OVER_CLIPS_DB if has_clips else _FLOOR_DB

    def match(self, measurement: AudioMeasurement) -> tuple[SongMatch, ...]:
        """Return how well, and how late, each part of some seconds of the song is heard in the measured audio."""
        matches = match_envelope(measurement.levels(), self._levels, 0.0, self._floor_db)
        return tuple(SongMatch(**match._asdict()) for match in matches)

    def find_silences(self, measurement: AudioMeasurement) -> tuple[Span, ...]:
        """Return the spans in which the song is silent at the level that it has in the video, and that after its
        end."""
        count = len(self._levels)
        silent = np.ones(max(round(self._video_sec / HOP_SEC), count) + 2, bool)
        silent[0] = silent[-1] = False
        silent[1 : count + 1] = self._levels + self._measure_gain(measurement.levels()) < SILENCE_DB + _SLACK_DB
        edges = np.flatnonzero(np.diff(silent.astype(np.int8))).reshape(-1, 2) * HOP_SEC
        return tuple(
            Span(start=max(float(start) - _SLACK_SEC, 0.0), end=min(float(end) + _SLACK_SEC, self._video_sec))
            for start, end in edges
            if start < self._video_sec
        )

    def _measure_gain(self, measured: Envelope) -> float:
        """Return by how many dB the loud passages of the song are louder in the measured audio than in their file."""
        count = min(len(measured), len(self._levels))
        if not count:
            return 0.0
        song = self._levels[:count]
        loud = song >= song.max() - _LOUD_DB
        return max(float(np.median(measured[:count][loud] - song[loud])), _LOWEST_GAIN_DB)


def read_song(
    timeline: Timeline, blobs: BlobStore, workdir: Path, cancel: threading.Event | None = None
) -> ExpectedSong | None:
    """Return the song of ``timeline``, faded as it is heard; None if the video has no song.

    Raises:
        RenderError: the song is missing or cannot be used.
        Cancelled: ``cancel`` was set.
    """
    track = timeline.song
    if track is None:
        return None
    path, stop = workdir / f"heard-{track.media.sha256}", cancel or threading.Event()
    with AudioStream(blobs, track.media.blob, track.source_start, track.samples, path, "the song", stop) as source:
        levels = measure_envelope(source)
    hop = round(HOP_SEC * SAMPLE_RATE)
    middles = (np.arange(len(levels)) * hop + hop // 2).clip(max=track.samples) // HOP
    fades = np.maximum(fade_song(track)[middles], 1e-6)
    return ExpectedSong(np.maximum(levels + 20 * np.log10(fades), -120.0), timeline)
