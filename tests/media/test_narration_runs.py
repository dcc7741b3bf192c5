"""Several scenes play parts of one recording: nothing is heard where they follow each other, and cuts do not click."""

import tempfile
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gpu_renderer.audio.audio_meter import match_narrations, measure_audio, read_narrations
from gpu_renderer.audio.mixer import CEILING, Mixer
from gpu_renderer.audio.narration_runs import join_narrations
from sutradhar.domain.core.errors import RenderError
from sutradhar.domain.video.quality_gate import LOUDNESS_LUFS
from tests.media.audio_timeline import NEVER, RATE, AudioTimeline, Samples, loudness, speech

LENGTH = 4 * RATE
Parts = list[tuple[int, int, int]]


@pytest.fixture
def audio(tmp_path: Path) -> AudioTimeline:
    return AudioTimeline(tmp_path)


def recording() -> Samples:
    """Return speech that is 10 dB softer in its second half."""
    samples = speech(LENGTH / RATE)
    samples[LENGTH // 2 :] *= 10 ** (-10 / 20)
    return samples


def mix(audio: AudioTimeline, frames: int = 150) -> Samples:
    """Return the mix before it is encoded."""
    with ExitStack() as opened:
        mixer = Mixer(audio.timeline(frames), audio.blobs, audio.work, NEVER, opened)
        mixer.level(LOUDNESS_LUFS, CEILING)
        return np.concatenate(list(mixer.blocks())).astype(np.float64)


def mix_parts(parts: Parts) -> Samples:
    with tempfile.TemporaryDirectory() as folder:
        audio = AudioTimeline(Path(folder))
        audio.read_out(recording(), parts)
        return mix(audio)


@settings(max_examples=3, deadline=None)
@given(cuts=st.sets(st.integers(2, LENGTH - 1), min_size=1, max_size=8), start=st.integers(0, 40_000))
def test_parts_that_follow_each_other_are_the_recording(cuts: set[int], start: int) -> None:
    edges = [0, *sorted(cuts), LENGTH]
    joined = mix_parts([(start + a, a, b - a) for a, b in pairwise(edges)])
    whole = mix_parts([(start, 0, 1), (start + 1, 1, LENGTH - 1)])
    np.testing.assert_array_equal(joined, whole)
    # apart from its gain it has the samples of the recording
    played = joined[start : start + LENGTH, 0]
    is_clear = np.abs(recording()) > 0.1
    gains_db = 20 * np.log10(np.maximum(np.where(is_clear, played / np.where(is_clear, recording(), 1), 1), 1e-6))
    assert np.abs(np.diff(gains_db)[is_clear[1:] & is_clear[:-1]]).max() < 0.1


def test_a_cut_in_the_recording_does_not_click_and_keeps_its_level(audio: AudioTimeline) -> None:
    """Scene 1 plays the first second, scene 2 the third to the fourth, after a pause; the cuts are in vowels."""
    audio.read_out(recording(), [(0, 0, RATE), (2 * RATE, 5 * RATE // 2, RATE)])
    mixed = mix(audio)[:, 0]
    steepest = np.abs(np.diff(mixed[: RATE // 2])).max()
    for edge in (RATE, 2 * RATE, 3 * RATE):
        assert np.abs(np.diff(mixed[edge - 500 : edge + 500])).max() <= steepest
    assert np.abs(mixed[RATE : 2 * RATE]).max() == 0
    stereo = np.stack([mixed, mixed], axis=1)
    assert loudness(stereo[:RATE]) - loudness(stereo[2 * RATE : 3 * RATE]) == pytest.approx(10, abs=2.5)


def test_narrations_of_scenes_with_their_own_files_stay_apart(audio: AudioTimeline) -> None:
    audio.say(0, speech(1.0))
    audio.say(RATE, speech(1.0))
    runs = join_narrations(audio.narrations)
    assert [(run.start, run.samples, run.is_part) for run in runs] == [(0, RATE, False), (RATE, RATE, False)]


def test_the_same_file_in_two_scenes_is_two_narrations(audio: AudioTimeline) -> None:
    audio.read_out(recording(), [(0, 0, LENGTH), (LENGTH, 0, LENGTH)])
    assert [run.is_part for run in join_narrations(audio.narrations)] == [False, False]


def test_a_recording_that_is_too_short_is_named_with_its_scenes(audio: AudioTimeline) -> None:
    audio.read_out(recording(), [(0, 0, RATE), (RATE, RATE, LENGTH)])
    with pytest.raises(RenderError, match="cannot use the narration of scenes 1 to 2: recording has") as caught:
        mix(audio)
    assert caught.value.scene == 0


def test_the_gate_finds_every_part_in_its_place(audio: AudioTimeline) -> None:
    edges = [0, 70_001, 130_003, LENGTH]
    audio.read_out(np.asarray(speech(4.0)), [(9_000 + a, a, b - a) for a, b in pairwise(edges)])
    measurement = measure_audio(audio.mix(150), 5.0, NEVER)
    narrations = read_narrations(audio.timeline(150), audio.blobs, audio.work, NEVER)
    assert [narration.scene for narration in narrations] == [0, 1, 2]
    matches = match_narrations(measurement, narrations)
    assert {match.scene for match in matches} == {0, 1, 2}
    assert min(match.correlation for match in matches) > 0.9
    assert max(abs(match.offset_sec) for match in matches) <= 0.01
