"""Test word times: tokens are found in a sentence's phonemes, and placed where the audio is loud."""

import numpy as np
import pytest
from numpy.typing import NDArray

from sutradhar.providers.media.speech_postprocess import find_loud_frames, place_words, postprocess_speech
from sutradhar.providers.offline.neural_voice import MAX_PHONEMES, split_phonemes
from sutradhar.providers.offline.onnx_model import add_output
from sutradhar.providers.offline.phoneme_alignment import find_token_starts
from sutradhar.providers.offline.transliteration import transliterate_devanagari

RATE = 24_000


def test_tokens_are_found_in_a_sentence_that_reduces_their_phonemes() -> None:
    alone = ["ðˈi", "kˈɪŋ", "ʌv", "θɹˈi", "pˌiˈɛm"]
    phonemes = "ðə kˈɪŋ əv θɹˈi θˈɜɹTi pˌiˈɛm."
    starts = find_token_starts(alone, phonemes)
    assert [phonemes[i:].split(maxsplit=1)[0] for i in starts if i is not None] == [
        "ðə",
        "kˈɪŋ",
        "əv",
        "θɹˈi",
        "pˌiˈɛm.",
    ]


def test_a_token_without_sound_is_unknown_and_moves_no_other() -> None:
    phonemes = "hˈi, — ʃˈi sˈɛd"
    starts = find_token_starts(["hˈi,", "—", "", "ʃˈi", "sˈɛd"], phonemes)
    assert starts == [0, None, None, phonemes.index("ʃ"), phonemes.index("sˈɛd")]


def test_a_word_said_ten_times_is_found_ten_times() -> None:
    phonemes = " ".join(["nˈO"] * 10)
    assert find_token_starts(["nˈO"] * 10, phonemes) == [4 * i for i in range(10)]


def make_babble(onsets: list[float], length: float, duration: float) -> NDArray[np.float32]:
    """Return ``duration`` seconds of silence with bursts of noise of ``length`` seconds at ``onsets`` (seconds)."""
    rng = np.random.default_rng(1)
    samples = np.zeros(round(duration * RATE), np.float32)
    for onset in onsets:
        a, b = round(onset * RATE), round((onset + length) * RATE)
        samples[a:b] = rng.normal(0, 0.1, b - a)
    return samples


@pytest.mark.parametrize("shift", [-0.08, 0.0, 0.08])
def test_words_after_pauses_start_where_the_sound_comes_back(shift: float) -> None:
    onsets = [0.0, 0.5, 1.1, 1.7]
    loud, _ = find_loud_frames(make_babble(onsets, 0.3, 2.0), RATE)
    words = place_words(["a", "b", "c", "d"], [0.0, *(o + shift for o in onsets[1:])], loud, 2.0)
    assert [w.start for w in words] == pytest.approx(onsets, abs=0.006)
    assert [w.end for w in words] == pytest.approx([o + 0.3 for o in onsets], abs=0.006)


def test_only_the_first_of_two_short_words_is_drawn_to_the_pause() -> None:
    loud, _ = find_loud_frames(make_babble([0.0, 0.6], 0.4, 1.0), RATE)
    words = place_words(["go", "a", "boy"], [0.0, 0.62, 0.68], loud, 1.0)
    assert [w.start for w in words] == pytest.approx([0.0, 0.6, 0.68], abs=0.006)


def test_unknown_starts_are_shared_out_by_length() -> None:
    loud = np.ones(200, np.bool_)
    words = place_words(["ab", "of", "the", "x"], [0.0, None, None, 0.7], loud, 1.0)
    assert [w.start for w in words] == pytest.approx([0.0, 0.2, 0.4, 0.7])


def test_starts_increase_and_fit_even_when_the_engine_gives_nonsense() -> None:
    loud = np.ones(20, np.bool_)
    words = place_words(["a", "b", "c", "d"], [5.0, 4.0, 4.0, None], loud, 0.1)
    starts = [w.start for w in words]
    assert sorted(set(starts)) == starts
    assert words[-1].end <= 0.1


def test_silence_around_the_speech_is_cut_and_the_level_set() -> None:
    quiet = np.pad(make_babble([0.0], 1.0, 1.0) * 0.01, (RATE // 3, RATE // 2))
    loud = postprocess_speech(quiet, RATE, ["shh"], [0.3], "test")
    assert loud.samples / 48_000 == pytest.approx(1.07, abs=0.02)
    pcm = np.frombuffer(loud.wav[44:], "<i2") / 32768
    assert 20 * np.log10(np.sqrt(np.square(pcm[4800:43_200]).mean())) == pytest.approx(-20, abs=0.5)


def test_silence_is_refused() -> None:
    with pytest.raises(ValueError, match="silence"):
        postprocess_speech(np.zeros(RATE, np.float32), RATE, ["a"], [0.0], "test")


@pytest.mark.parametrize(
    ("hindi", "latin"),
    [
        ("प्रह्लाद", "prahlaad"),
        ("राम", "raam"),
        ("(श्री", "(shree"),
        ("नारायण।", "naaraayan."),
        ("बढ़ा", "barhaa"),
        ("न", "na"),
        ("१९४७", "1947"),
        ("Vishnu's", "Vishnu's"),
    ],
)
def test_hindi_words_are_spelled_in_latin_letters(hindi: str, latin: str) -> None:
    assert transliterate_devanagari(hindi) == latin


@pytest.mark.parametrize("sentence", ["a" * 1000, "word " * 300, "some words, " * 100, "x " + "a" * 900 + ", end."])
def test_a_very_long_sentence_is_said_in_parts_and_loses_nothing(sentence: str) -> None:
    parts = split_phonemes(sentence)
    assert all(0 < len(p) <= MAX_PHONEMES for p in parts)
    assert "".join(parts).replace(" ", "") == sentence.replace(" ", "")
    if ", " in sentence[:MAX_PHONEMES]:
        assert parts[0].endswith(",")


def test_a_tensor_name_too_long_for_one_byte_is_refused() -> None:
    with pytest.raises(ValueError, match="120"):
        add_output(b"", "x" * 126)
