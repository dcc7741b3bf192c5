"""Words found in speech whose word times are known from the voice engine itself."""

import io
import wave

import numpy as np

from sutradhar.providers.forced_alignment import word_starts
from sutradhar.providers.hibari import HibariNarrator

TEXT = (
    "Long ago, King Prahlad of Ayodhya had 12 brave sons — and they sailed to the far-away island of Lanka. Nobody knew"
    " what the winds would bring; still, they laughed."
)


def spoken(text: str) -> tuple[np.ndarray, list[str], list[float]]:
    speech = HibariNarrator().narrate(text, "en", "F")
    with wave.open(io.BytesIO(speech.wav)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float32) / 32768
    return samples, [word.text for word in speech.words], [word.start for word in speech.words]


def test_words_are_found_where_they_are_said_names_and_numbers_too() -> None:
    samples, tokens, truth = spoken(TEXT)
    found = word_starts(samples, 48_000, tokens)
    assert found
    assert found[tokens.index("—")] is None
    errors = [abs(at - true) for at, true in zip(found, truth, strict=True) if at is not None]
    assert len(errors) == len(tokens) - 1
    assert np.mean(errors) < 0.03
    assert max(errors) < 0.2


def test_what_the_recording_does_not_say_is_not_found() -> None:
    samples = np.zeros(48_000, np.float32)
    assert word_starts(samples, 48_000, TEXT.split()) is None
    assert word_starts(samples, 48_000, ["—", "..."]) is None
