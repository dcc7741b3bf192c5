"""Find words in a recording by faster-whisper, in any language: an optional extra, with the user's own model."""

import threading
from pathlib import Path
from typing import Any

import numpy as np

from sutradhar.domain.language.tags import LANGUAGES, Language
from sutradhar.domain.text.speech_text import split_spoken_words
from sutradhar.domain.text.words import join_words
from sutradhar.dsp.resample import Samples, resample
from sutradhar.ports.providers import Speech
from sutradhar.providers.alignment.text_match import match_either_form
from sutradhar.providers.media.speech_postprocess import realign_speech
from sutradhar.providers.media.wav import from_wav
from sutradhar.telemetry import log

RATE = 16_000
"""Samples per second that every Whisper model expects."""
FILES = ("model.bin", "config.json", "tokenizer.json")
"""The files of a model in CTranslate2's format; without the last, the package would fetch it from the network."""


def find_problem(folder: Path) -> str:
    """Return why the model in ``folder`` cannot be used, and what to do; empty if it can."""
    from importlib.util import find_spec

    if find_spec("faster_whisper") is None:
        return "faster-whisper is not installed: pip install 'sutradhar[whisper]'"
    lacking = [name for name in FILES if not (folder / name).is_file()]
    if lacking:
        return f"{folder} has no {lacking[0]}: WHISPER_MODEL must be the folder of a model in CTranslate2's format"
    return ""


class Whisper:
    """An Aligner that loads its model for the first recording, keeps it until ``release``, and lets one thread at a
    time use it.

    It never downloads a model.
    """

    languages: frozenset[Language] = frozenset(LANGUAGES)

    def __init__(self, folder: Path) -> None:
        self._folder, self._lock = folder, threading.Lock()
        self._model: Any = None

    def align(self, speech: Speech, language: Language) -> Speech | None:
        """See ``Aligner``. A failure is logged, and the caller asks the next aligner."""
        if problem := find_problem(self._folder):
            log("aligner_left_out", level="warning", aligner="whisper", reason=problem)
            return None
        try:
            words = self.recognise_words(speech, language)
        except (RuntimeError, ValueError) as exc:  # a broken model, or one for another version
            log("aligner_left_out", level="warning", aligner="whisper", reason=str(exc))
            return None
        tokens = [word.text for word in speech.words]
        spoken_forms = split_spoken_words(join_words(tokens), language)
        places = match_either_form(tokens, spoken_forms, [word.word for word in words])
        if places is None:
            return None
        starts = [None if at is None else (float(words[at].start), float(words[at].probability)) for at in places]
        return realign_speech(speech, starts)

    def release(self) -> None:
        """Drop the model unless a thread uses it now; the next recording loads it again."""
        if self._lock.acquire(blocking=False):
            self._model = None
            self._lock.release()

    def recognise_words(self, speech: Speech, language: Language) -> list[Any]:
        """Return the words that the model hears, as faster-whisper's ``Word`` (``word``, ``start``, ``probability``).

        Raises:
            RuntimeError, ValueError: the model cannot be loaded or does not fit this version.
        """
        samples, rate = from_wav(speech.wav)
        # the model sees the text, so it spells as the text does
        prompt = join_words(word.text for word in speech.words)
        return self.transcribe(resample(samples, rate, RATE), language, prompt)

    def transcribe(self, samples: Samples, language: Language, prompt: str | None = None) -> list[Any]:
        """Return the words that the model hears in ``samples`` (one channel at 16 kHz). ``prompt``: a text whose
        spelling it follows.

        Raises:
            RuntimeError, ValueError: see ``recognise_words``.
        """
        with self._lock:
            self._model = self._model or self._load_model()
            # a second guess at unsure words is not worthwhile
            segments, _ = self._model.transcribe(
                np.ascontiguousarray(samples),
                language=language,
                initial_prompt=prompt,
                word_timestamps=True,
                condition_on_previous_text=False,
                temperature=0.0,
            )
            return [word for segment in segments for word in segment.words or ()]

    def _load_model(self) -> Any:
        from faster_whisper import WhisperModel

        return WhisperModel(str(self._folder), device="auto", compute_type="default", local_files_only=True)
