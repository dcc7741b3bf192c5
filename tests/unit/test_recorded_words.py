"""Compare what a Whisper model hears with the text of a recording."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import pytest

from sutradhar.providers.alignment.whisper import Whisper
from sutradhar.providers.listening.recording_voice import Voice
from sutradhar.providers.listening.recording_words import find_recorded_words

VOICE = Voice(seconds=20.0, silences=())
SAMPLES = np.zeros(20 * 16_000, np.float32)


@dataclass
class HeardWord:
    """A word as faster-whisper returns it."""

    word: str
    start: float
    end: float
    probability: float = 0.9


class FakeWhisper:
    """Hears the words that it is given, one each half second."""

    def __init__(self, text: str) -> None:
        self.words = [HeardWord(f" {word}", i / 2, i / 2 + 0.4) for i, word in enumerate(text.split())]

    def transcribe(self, _samples: Any, _language: str) -> Sequence[HeardWord]:
        return self.words


def hear(spoken_text: str, text: str, language: str = "en") -> tuple[list[str], list[float], str]:
    whisper = cast("Whisper", FakeWhisper(spoken_text))
    words, notices = find_recorded_words(SAMPLES, text, cast("Any", language), VOICE, whisper)
    return [word.text for word in words], [word.confidence for word in words], " ".join(notices)


def test_words_get_the_times_at_which_they_are_heard() -> None:
    whisper = cast("Whisper", FakeWhisper("the river runs to the sea"))
    words, notices = find_recorded_words(SAMPLES, "The river runs to the sea.", "en", VOICE, whisper)
    assert [word.start for word in words] == pytest.approx([0, 0.5, 1, 1.5, 2, 2.5])
    assert {word.timing_source for word in words} == {"speech"}
    assert notices == ()


def test_numbers_match_in_figures_and_in_words() -> None:
    assert hear("one hundred and eight steps lead up", "108 steps lead up.")[2] == ""
    assert hear("108 steps lead up", "One hundred and eight steps lead up.")[2] == ""


def test_words_that_are_left_out_are_named_and_get_no_time() -> None:
    texts, confidences, notices = hear("the river runs to the sea", "The long and winding river runs to the sea.")
    assert "“long and winding”" in notices
    assert [text for text, sure in zip(texts, confidences, strict=True) if not sure] == ["long", "and", "winding"]


def test_words_that_are_not_written_are_quoted() -> None:
    notices = hear("the river well you know runs to the sea", "The river runs to the sea.")[2]
    assert "“well you know” after “river”" in notices


def test_hindi_is_compared_too() -> None:
    assert hear("नदी समुद्र की ओर बहती है", "नदी समुद्र की ओर बहती है।", "hi")[2] == ""


def test_without_a_text_the_heard_words_are_the_text() -> None:
    texts, _, notices = hear("the river runs", "")
    assert texts == ["the", "river", "runs"]
    assert notices == ""


def test_another_text_is_told() -> None:
    assert "does not seem to say" in hear("tea grows on cool hills", "The river runs down to the sea at night.")[2]
