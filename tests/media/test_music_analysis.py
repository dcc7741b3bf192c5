"""Tests of the analysis of music, on short songs that are synthesised here and whose beats are known."""

import subprocess
import wave
from pathlib import Path

import numpy as np
import pytest

from sutradhar.domain.core.errors import InvalidRequest
from sutradhar.domain.plan.song import MIN_SONG_SEC
from sutradhar.domain.song.analysis import ENERGY_STEP_SEC, MAX_PEAKS, SongAnalysis
from sutradhar.providers.listening.listener import LocalListener
from tests.bench.song.instruments import RATE, Samples
from tests.bench.song.tracks import Recipe, Track, make_track

_NEAR_SEC = 0.035


def save(path: Path, samples: Samples) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1 if samples.ndim == 1 else samples.shape[1])
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return path


def analyze(folder: Path, track: Track) -> SongAnalysis:
    return LocalListener().analyze(save(folder / "song.wav", track.samples))


def share_near(times: tuple[float, ...], truth: list[float]) -> float:
    """Return the share of the true times that are met, or of the times that are true if that is less."""
    if not times or not truth:
        return 0.0
    gaps = np.abs(np.array(times)[:, None] - np.array(truth)[None, :])
    return min(float((gaps.min(axis=0) <= _NEAR_SEC).mean()), float((gaps.min(axis=1) <= _NEAR_SEC).mean()))


def check_shape(analysis: SongAnalysis) -> None:
    """Check what holds for the analysis of any file."""
    assert list(analysis.beats) == sorted(set(analysis.beats))
    assert set(analysis.downbeats) <= set(analysis.beats)
    assert all(0 <= at < analysis.duration_sec for at in analysis.beats)
    edges = [section.start_sec for section in analysis.sections] + [analysis.sections[-1].end_sec]
    assert edges[0] == 0
    assert edges[-1] == pytest.approx(analysis.duration_sec, abs=1e-3)
    assert [section.end_sec for section in analysis.sections] == edges[1:]
    assert edges == sorted(set(edges))
    assert len(analysis.energy) == -int(-analysis.duration_sec // ENERGY_STEP_SEC)
    assert all(0 <= value <= 1 for value in (*analysis.energy, *analysis.peaks))
    assert 0 < len(analysis.peaks) <= MAX_PEAKS


@pytest.mark.parametrize(
    "recipe",
    [
        Recipe("clicks", 60, "click", 14),
        Recipe("fast clicks", 180, "click", 8),
        Recipe("rock", 92, "rock", 14, human_sec=0.004),
        Recipe("swing under a melody", 132, "pop", 14, swing=0.62, layers=("bass", "pad", "melody")),
        Recipe("house", 126, "house", 12, layers=("bass", "piano")),
    ],
    ids=lambda recipe: recipe.name,
)
def test_beats_lie_on_the_beats_of_the_song(recipe: Recipe, tmp_path: Path) -> None:
    track = make_track(recipe)
    analysis = analyze(tmp_path, track)
    assert analysis.tempo_bpm == pytest.approx(recipe.bpm, rel=0.01)
    assert share_near(analysis.beats, track.beats) >= 0.95
    assert analysis.tempo_confidence > 0.3
    assert analysis.notices == ()
    check_shape(analysis)


def test_beats_follow_a_change_of_tempo(tmp_path: Path) -> None:
    track = make_track(Recipe("faster", 100, "rock", 24, bend=lambda passed: 1.0 if passed < 0.6 else 1.15))
    analysis = analyze(tmp_path, track)
    assert analysis.tempo_bpm == pytest.approx(100, rel=0.01)
    assert share_near(analysis.beats, track.beats) >= 0.95


@pytest.mark.parametrize("meter", [3, 4])
def test_downbeats_begin_the_bars(meter: int, tmp_path: Path) -> None:
    pattern = "waltz2" if meter == 3 else "rock2"
    track = make_track(Recipe("bars", 110, pattern, 18, meter=meter, layers=("bass", "pad")))
    assert share_near(analyze(tmp_path, track).downbeats, track.downbeats) >= 0.9


def test_sections_and_key_are_those_of_the_song(tmp_path: Path) -> None:
    track = make_track(Recipe("form", 170, "pop", 46, layers=("bass", "pad", "melody"), form="ABAB", seed=4))
    analysis = analyze(tmp_path, track)
    assert [section.label for section in analysis.sections] == list("ABAB")
    starts = [start for start, _, _ in track.sections]
    assert [section.start_sec for section in analysis.sections] == pytest.approx(starts, abs=0.75)
    assert analysis.key == track.key


def test_speech_has_no_beat_and_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "speech.wav"
    text = "The farmer asked where his chickens were. Nobody knew, although the dog had an idea of its own. " * 2
    subprocess.run(["espeak-ng", "-w", str(path), text], check=True)
    analysis = LocalListener().analyze(path)
    assert (analysis.tempo_bpm, analysis.beats, analysis.key) == (None, (), None)
    assert analysis.notices == ("has no clear beat; the images change without following one",)
    check_shape(analysis)


def test_silence_is_named(tmp_path: Path) -> None:
    analysis = LocalListener().analyze(save(tmp_path / "silence.wav", np.zeros(RATE * 5, np.float32)))
    assert analysis.loudness_lufs is None
    assert set(analysis.energy) == {0.0}
    assert "is silent" in analysis.notices[0]
    check_shape(analysis)


@pytest.mark.parametrize("seconds", [0.1, 0.4, MIN_SONG_SEC])
def test_a_short_sound_gives_a_result(seconds: float, tmp_path: Path) -> None:
    samples = np.random.default_rng(1).normal(0, 0.1, round(RATE * seconds)).astype(np.float32)
    analysis = LocalListener().analyze(save(tmp_path / "short.wav", samples))
    assert analysis.duration_sec == pytest.approx(seconds, abs=0.01)
    check_shape(analysis)


def test_a_clipped_song_is_named_and_keeps_its_beat(tmp_path: Path) -> None:
    track = make_track(Recipe("clipped", 120, "rock", 12, layers=("bass", "pad")))
    track.samples *= 20
    analysis = analyze(tmp_path, track)
    assert "is clipped" in analysis.notices[0]
    assert share_near(analysis.beats, track.beats) >= 0.95


def test_opposite_channels_are_heard(tmp_path: Path) -> None:
    track = make_track(Recipe("opposite", 120, "rock", 10))
    stereo = np.stack([track.samples, -track.samples], axis=1)
    analysis = LocalListener().analyze(save(tmp_path / "opposite.wav", stereo))
    assert share_near(analysis.beats, track.beats) >= 0.95


_FORMS = {
    "8 kHz mono.wav": ("-ar", "8000", "-ac", "1"),
    "7.1.flac": ("-ac", "8"),
    "vbr without a header.mp3": ("-q:a", "5", "-write_xing", "0"),
    "96 kHz.wav": ("-ar", "96000", "-c:a", "pcm_s24le"),
    "voice memo.m4a": ("-ac", "1", "-b:a", "48k"),
}


@pytest.mark.parametrize("name", _FORMS)
def test_every_form_of_a_file_has_the_same_beats(name: str, tmp_path: Path) -> None:
    track = make_track(Recipe("form", 120, "rock", 10, intro_sec=0.5))
    source, path = save(tmp_path / "song.wav", track.samples), tmp_path / name
    subprocess.run(["ffmpeg", "-v", "error", "-i", str(source), *_FORMS[name], str(path)], check=True)
    analysis = LocalListener().analyze(path)
    assert analysis.tempo_bpm == pytest.approx(120, rel=0.01)
    assert share_near(analysis.beats, track.beats) >= 0.95
    check_shape(analysis)


def test_loudness_is_that_of_ffmpeg(tmp_path: Path) -> None:
    track = make_track(Recipe("loud", 120, "pop", 12, layers=("bass", "pad", "melody")))
    path = save(tmp_path / "song.wav", np.stack([track.samples, track.samples * 0.5], axis=1))
    command = ["ffmpeg", "-nostats", "-i", str(path), "-af", "ebur128=framelog=verbose", "-f", "null", "-"]
    report = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    measured = float(report.rsplit("I:", 1)[1].split("LUFS")[0])
    assert LocalListener().analyze(path).loudness_lufs == pytest.approx(measured, abs=0.1)


def test_a_file_without_sound_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "silent.mp4"
    subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "color=red:d=1:s=64x64", str(path)], check=True)
    with pytest.raises(InvalidRequest, match="has no sound"):
        LocalListener().analyze(path)
