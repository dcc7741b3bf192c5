"""Words found in a recording by faster-whisper, in both languages: an optional extra, with the user's own model."""

import threading
from pathlib import Path
from typing import Any

import numpy as np

from sutradhar.domain.plan.plan import Language
from sutradhar.domain.text.speech_text import spoken_words
from sutradhar.dsp.resample import resample
from sutradhar.ports.providers import Speech
from sutradhar.providers.alignment.text_match import match_either_form
from sutradhar.providers.media.speech_postprocess import realigned
from sutradhar.providers.media.wav import from_wav
from sutradhar.telemetry import log

_RATE = 16_000
"""Of every Whisper model."""
FILES = ("model.bin", "config.json", "tokenizer.json")
"""Of a model in CTranslate2's format; without the last it would be fetched from the network."""


def find_problem(folder: Path) -> str:
    """What keeps the model in ``folder`` from being used, and what to do; empty: nothing."""
    from importlib.util import find_spec

    if find_spec("faster_whisper") is None:
        return "faster-whisper is not installed: pip install 'sutradhar[whisper]'"
    lacking = [name for name in FILES if not (folder / name).is_file()]
    if lacking:
        return f"{folder} has no {lacking[0]}: WHISPER_MODEL must be the folder of a model in CTranslate2's format"
    return ""


class Whisper:
    """The model is loaded for the first recording, once, and used by one thread at a time. It is never downloaded."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._lock = folder, threading.Lock()
        self._model: Any = None

    def align(self, speech: Speech, language: Language) -> Speech | None:
        """See ``Aligner``. What keeps it from working is logged: the next aligner is asked then."""
        if problem := find_problem(self._folder):
            log("aligner_left_out", level="warning", aligner="whisper", reason=problem)
            return None
        try:
            with self._lock:
                self._model = self._model or self._loaded()
                words = self._heard(speech, language)
        except (RuntimeError, ValueError) as exc:  # a broken model, or one for another version
            log("aligner_left_out", level="warning", aligner="whisper", reason=str(exc))
            return None
        written = [word.text for word in speech.words]
        said = spoken_words(" ".join(written), language)
        places = match_either_form(written, said, [word.word for word in words])
        if places is None:
            return None
        heard = [None if at is None else (float(words[at].start), float(words[at].probability)) for at in places]
        return realigned(speech, heard)

    def _loaded(self) -> Any:
        from faster_whisper import WhisperModel

        return WhisperModel(str(self._folder), device="auto", compute_type="default", local_files_only=True)

    def _heard(self, speech: Speech, language: Language) -> list[Any]:
        samples, rate = from_wav(speech.wav)
        text = " ".join(word.text for word in speech.words)
        # shown the text, it spells as the text does; what it is not sure of at first is not worth guessing again
        segments, _ = self._model.transcribe(
            np.ascontiguousarray(resample(samples, rate, _RATE)),
            language=language,
            initial_prompt=text,
            word_timestamps=True,
            condition_on_previous_text=False,
            temperature=0.0,
        )
        return [word for segment in segments for word in segment.words or ()]
