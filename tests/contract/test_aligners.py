"""Find words in speech whose word times are known from the voice engine itself."""

import inspect
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sutradhar.domain.assets.asset import Word
from sutradhar.domain.billing.provider_id import ProviderId
from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.options import VoiceOptions
from sutradhar.ports.providers import NarratorCapabilities, Speech
from sutradhar.providers.alignment.pocketsphinx import PocketSphinx, find_word_starts
from sutradhar.providers.alignment.text_match import match_either_form, match_tokens
from sutradhar.providers.alignment.whisper import Whisper, find_problem
from sutradhar.providers.chain import NarratorChain
from sutradhar.providers.media.speech_postprocess import ESTIMATE_CONFIDENCE, place_words
from sutradhar.providers.media.wav import from_wav
from sutradhar.providers.offline.espeak_ng import EspeakNarrator
from sutradhar.providers.offline.hibari import HibariNarrator

TEXT = (
    "Long ago, King Prahlad of Ayodhya had 12 brave sons — and they sailed to the far-away island of Lanka. Nobody knew"
    " what the winds would bring; still, they laughed."
)
HINDI = "बहुत समय पहले, एक राजा था। उसका बेटा प्रह्लाद रोज़ प्रार्थना करता था।"


@pytest.fixture(scope="module")
def truth() -> Speech:
    return HibariNarrator().narrate(TEXT, "en", "F")


def drop_times(speech: Speech) -> Speech:
    """Return ``speech`` as if the voice had reported no word times."""
    tokens = [word.text for word in speech.words]
    loud = np.ones(speech.samples // 240, np.bool_)
    words = place_words(tokens, [None] * len(tokens), loud, speech.samples / 48_000)
    return replace(speech, words=words, alignment="estimate")


def measure_errors(aligned: Speech, true: Speech) -> list[float]:
    """Return the seconds between the true start of each recognised word and the start that the aligner gave it."""
    pairs = zip(aligned.words, true.words, strict=True)
    return [abs(a.start - b.start) for a, b in pairs if a.timing_source == "speech"]


def test_words_names_and_numbers_are_found_at_their_times(truth: Speech) -> None:
    aligned = PocketSphinx().align(drop_times(truth), "en")
    assert aligned
    assert aligned.wav == truth.wav
    assert aligned.alignment == "speech"
    (dash,) = [word for word in aligned.words if word.text == "—"]
    assert (dash.timing_source, dash.confidence) == ("estimate", ESTIMATE_CONFIDENCE)
    assert len(measure_errors(aligned, truth)) == len(truth.words) - 1
    assert np.mean(measure_errors(aligned, truth)) < 0.03
    assert max(measure_errors(aligned, truth)) < 0.2
    assert all(0.3 < word.confidence <= 1 for word in aligned.words)


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("It began in 2014 and grew.", "It began in two thousand and fourteen and grew."),
        ("Dial 108 for help now.", "Dial one zero eight for help now."),
        ("Dr. Rao paid ₹5,00,000 for it.", "Doctor Rao paid five hundred thousand rupees for it."),
        ("About 12.5% more people came.", "About twelve and a half per cent more people came."),
        ("It cost $43,000 here, they say.", "It cost a fortune here, they say."),
    ],
)
def test_a_number_is_found_in_every_reading_and_other_words_keep_their_times(text: str, reading: str) -> None:
    speech = HibariNarrator().narrate(reading, "en", "F")
    true = {word.text: word.start for word in speech.words}
    tokens = text.split()
    starts = find_word_starts(*from_wav(speech.wav), tokens)
    assert starts
    same = [(token, at) for token, at in zip(tokens, starts, strict=True) if token in true]
    assert len(same) >= 4
    assert all(at and abs(at[0] - true[token]) < 0.2 for token, at in same)


def test_a_recogniser_may_write_numbers_as_words_or_as_digits() -> None:
    forms = ["Rs.", "500", "in", "2014."], ["", "five hundred rupees", "in", "twenty fourteen."]
    assert match_either_form(*forms, ["five", "hundred", "rupees", "in", "2014"]) == [None, 0, 3, 4]
    assert match_either_form(*forms, ["Rs", "500", "in", "twenty", "fourteen"]) == [0, 1, 2, 3]


def test_words_that_the_recording_does_not_say_are_not_found() -> None:
    samples = np.zeros(48_000, np.float32)
    assert find_word_starts(samples, 48_000, TEXT.split()) is None
    assert find_word_starts(samples, 48_000, ["—", "..."]) is None


def test_the_chain_asks_the_aligners_if_the_voice_reports_no_times(truth: Speech) -> None:
    class Mute:
        provider_id = ProviderId("mute", "1")
        capabilities = NarratorCapabilities(voices=frozenset({("en", "F"), ("hi", "F")}))
        speech = truth

        def narrate(self, *_args: Any) -> Speech:
            return self.speech

    voice: Any = Mute()
    chain = NarratorChain([voice], aligners=[Whisper(Path("nowhere")), PocketSphinx()])
    assert chain.narrate(TEXT, "en", "F") == truth
    Mute.speech = drop_times(truth)
    assert chain.narrate(TEXT, "en", "F", VoiceOptions()).alignment == "speech"
    assert chain.narrate(TEXT, "hi", "F") == Mute.speech


def test_shares_by_length_are_as_reliable_as_their_confidence_says(truth: Speech) -> None:
    estimated = drop_times(truth)
    assert {(word.timing_source, word.confidence) for word in estimated.words} == {("estimate", ESTIMATE_CONFIDENCE)}
    near = [abs(a.start - b.start) < 0.1 for a, b in zip(estimated.words, truth.words, strict=True)]
    assert 0.1 < np.mean(near) < 0.7


def test_default_fields_of_a_word_are_not_written_out() -> None:
    default_word, aligned_word = (
        Word(text="a", start=0, end=1),
        Word(text="a", start=0, end=1, timing_source="speech", confidence=0.8),
    )
    assert default_word.model_dump_json() == '{"text":"a","start":0.0,"end":1.0}'
    assert aligned_word.model_dump()["timing_source"] == "speech"
    for word in (default_word, aligned_word):
        assert Word.model_validate_json(word.model_dump_json()) == word


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not os.environ.get("CI"):
        pytest.importorskip("faster_whisper")
    from tests.contract.tiny_whisper import build_model

    return build_model(tmp_path_factory.mktemp("whisper") / "model")


@pytest.mark.parametrize(("language", "text"), [("en", TEXT), ("hi", HINDI)])
def test_whisper_loads_the_model_and_listens_and_invented_words_match_no_text(
    model: Path, language: Language, text: str
) -> None:
    assert find_problem(model) == ""
    speech = drop_times(EspeakNarrator().narrate(text, language, "F"))
    words = Whisper(model).recognise_words(speech, language)
    assert all(0 <= word.probability <= 1 for word in words)
    assert match_tokens([word.text for word in speech.words], [word.word for word in words]) is None
    assert Whisper(model).align(speech, language) is None


def test_words_of_whisper_are_matched_to_the_text(model: Path, truth: Speech, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer of the real class's shape, with what a recogniser does: other spellings, case, a word left out."""
    from faster_whisper import WhisperModel
    from faster_whisper.transcribe import Segment
    from faster_whisper.transcribe import Word as RecognisedWord

    spellings = {"12": "twelve", "Prahlad": "prahlaad", "—": ""}
    words = [
        RecognisedWord(word.start + 0.02, word.end, f" {spellings.get(word.text, word.text.lower().strip('.,;'))}", 0.9)
        for word in truth.words
        if spellings.get(word.text) != "" and word.text != "still,"
    ]
    segment = Segment(**(dict.fromkeys(inspect.signature(Segment).parameters) | {"words": words}))
    request: dict[str, Any] = {}
    signature = inspect.signature(WhisperModel.transcribe)

    def transcribe(*args: Any, **options: Any) -> tuple[Iterator[Any], None]:
        request.update(signature.bind(*args, **options).arguments)
        return iter([segment]), None

    monkeypatch.setattr(WhisperModel, "transcribe", transcribe)
    aligned = Whisper(model).align(drop_times(truth), "en")
    assert aligned
    assert (request["language"], request["word_timestamps"], request["initial_prompt"]) == (
        "en",
        True,
        " ".join(TEXT.split()),
    )
    assert len(request["audio"]) == pytest.approx(len(from_wav(truth.wav)[0]) / 3, abs=1)
    estimated = {word.text for word in aligned.words if word.timing_source == "estimate"}
    assert {"—", "still,", "12"} >= estimated
    assert {word.confidence for word in aligned.words if word.timing_source == "speech"} == {0.9}
    assert max(measure_errors(aligned, truth)) < 0.11


def test_a_model_that_cannot_be_used_is_explained_and_left_out(model: Path, truth: Speech, tmp_path: Path) -> None:
    assert "has no model.bin: WHISPER_MODEL must be the folder of a model" in find_problem(tmp_path)
    assert Whisper(tmp_path).align(drop_times(truth), "en") is None
    for name in ("config.json", "tokenizer.json"):
        (tmp_path / name).write_bytes((model / name).read_bytes())
    (tmp_path / "model.bin").write_bytes(b"not a model")
    assert Whisper(tmp_path).align(drop_times(truth), "en") is None
