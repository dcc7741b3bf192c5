"""Analyse the music of a file: tempo, beats, bars, sections, key, loudness, energy and peaks."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from sutradhar.domain.song.analysis import ENERGY_STEP_SEC, MAX_PEAKS, Section, SongAnalysis
from sutradhar.providers.listening.music_bars import find_downbeats
from sutradhar.providers.listening.music_beats import Times, measure_tempo, place_beats
from sutradhar.providers.listening.music_decode import AudioLevels, Floats
from sutradhar.providers.listening.music_features import MAX_ANALYSED_SEC, read_features
from sutradhar.providers.listening.music_octave import choose_reading
from sutradhar.providers.listening.music_onsets import Onsets, find_onsets
from sutradhar.providers.listening.music_sections import find_sections
from sutradhar.providers.listening.music_slips import mend_slips
from sutradhar.providers.listening.music_tones import find_key, fold_tones

_UNCLEAR_REPETITION, _CLEAR_REPETITION = 0.14, 0.5
"""Repetition of the onsets: below the first there is no beat, from the second on it is clear (speech has up to 0.1)."""
_QUIET_EXPONENT = 0.3
"""Loudness in sones grows with this power of the sound's power (ISO 532): 10 dB less is half as loud."""
_CLIPPED_PER_SEC = 480.0
"""Samples at full scale a second from which a song is heard to be distorted: 1 %. A loud MP3 has some."""
_NO_BEAT = "has no clear beat; the images change without following one"
_SILENT = "is silent; choose another file if music is in it"
_CLIPPED = "is clipped: its loudest moments are distorted; use a file with lower level if you have one"


def analyze_music(path: Path) -> SongAnalysis:
    """Return the music that is heard in ``path``.

    Raises:
        MediaError: the file has no sound that can be decoded.
    """
    features = read_features(path)
    levels, duration = features.levels, features.levels.duration_sec
    loudness = levels.loudness_lufs
    energy = _measure_energy(levels)
    notices: list[str] = []
    if loudness is None:
        sections = (Section(start_sec=0.0, end_sec=duration, label="A", energy=0.0),)
        return SongAnalysis(
            duration_sec=duration,
            loudness_lufs=None,
            tempo_bpm=None,
            sections=sections,
            energy=tuple(energy.tolist()),
            peaks=_take_peaks(levels.peaks),
            notices=(_SILENT,),
        )
    onsets = find_onsets(features)
    beats, tempo, confidence = _find_beats(onsets)
    chords, bass = fold_tones(features)
    downbeats = find_downbeats(onsets, chords, bass, beats) if len(beats) else beats
    if tempo is None:
        notices.append(_NO_BEAT)
    if duration > MAX_ANALYSED_SEC:
        notices.append(f"is longer than {MAX_ANALYSED_SEC / 60:.0f} minutes; the beats of the rest are not found")
    if levels.clipped > _CLIPPED_PER_SEC * duration:
        notices.append(_CLIPPED)
    parts = find_sections(features, onsets, chords, bass, downbeats, duration)
    return SongAnalysis(
        duration_sec=duration,
        loudness_lufs=round(loudness, 2),
        tempo_bpm=tempo,
        tempo_confidence=confidence,
        beats=_to_times(beats, duration),
        downbeats=_to_times(downbeats, duration),
        sections=tuple(_rate_section(energy, start, end, label) for start, end, label in parts),
        key=find_key(chords, bass),
        energy=tuple(energy.tolist()),
        peaks=_take_peaks(levels.peaks),
        notices=tuple(notices),
    )


def _find_beats(onsets: Onsets) -> tuple[Times, float | None, float]:
    """Return the beats, the tempo, and how clear the beat is. There are no beats if it is not clear."""
    reading = choose_reading(onsets)
    none: Times = np.zeros(0)
    if reading is None:
        return none, None, 0.0
    confidence = (reading.repetition - _UNCLEAR_REPETITION) / (_CLEAR_REPETITION - _UNCLEAR_REPETITION)
    if confidence <= 0:
        return none, None, 0.0
    beats = place_beats(onsets, mend_slips(onsets, reading.beats))
    return beats, measure_tempo(beats), round(min(confidence, 1.0), 3)


def _to_times(beats: Times, duration: float) -> tuple[float, ...]:
    return tuple(round(float(at), 4) for at in beats if 0 <= at < duration)


def _measure_energy(levels: AudioLevels) -> Floats:
    """Return the loudness of each ``ENERGY_STEP_SEC``, 0 to 1 for the loudest."""
    powers = levels.list_powers(ENERGY_STEP_SEC)
    most = float(powers.max()) if len(powers) else 0.0
    if levels.loudness_lufs is None or most <= 0:
        return np.zeros(len(powers), np.float32)
    return np.round((powers / most) ** _QUIET_EXPONENT, 4)


def _rate_section(energy: Floats, start: float, end: float, label: str) -> Section:
    first = min(int(start / ENERGY_STEP_SEC), max(len(energy) - 1, 0))
    last = max(round(end / ENERGY_STEP_SEC), first + 1)
    mean = float(energy[first:last].mean()) if len(energy) else 0.0
    return Section(start_sec=round(start, 4), end_sec=round(end, 4), label=label, energy=round(mean, 4))


def _take_peaks(peaks: Floats) -> tuple[float, ...]:
    """Return the highest sample of each of at most ``MAX_PEAKS`` equal parts."""
    count = min(len(peaks), MAX_PEAKS)
    if not count:
        return ()
    starts = np.arange(count) * len(peaks) // count
    highest: Sequence[float] = np.minimum(np.maximum.reduceat(peaks, starts), 1.0).tolist()
    return tuple(round(peak, 4) for peak in highest)
