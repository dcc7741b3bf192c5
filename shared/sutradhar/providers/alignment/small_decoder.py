"""Make a pocketsphinx decoder that knows the words of one text only.

To add a language model takes 8.7 s of CPU with the whole dictionary (134,000 words), and 1 ms with that of a text
(pocketsphinx 5.1.1, measured).
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sutradhar.providers.alignment.pocketsphinx import add_words
from sutradhar.providers.alignment.readings import Reading

_FRAMES_A_SEC = 100
"""Frames per second of the model."""


class RecognisedWord(NamedTuple):
    """A recognised word; times in seconds."""

    word: str
    start: float
    end: float
    confidence: float


def make_decoder(readings: Sequence[Sequence[Reading]], **options: Any) -> Any:
    """Return a decoder with the words of ``readings``, all their pronunciations, and no search yet.

    Args:
        options: pocketsphinx's own, such as ``bestpath=False``.
    """
    from pocketsphinx import Decoder, get_model_path

    words = {word for ways in readings for way in ways for word in way}
    with tempfile.TemporaryDirectory() as folder:
        dictionary = Path(folder) / "words.dict"
        with Path(get_model_path("en-us/cmudict-en-us.dict")).open(encoding="utf-8") as entries:
            lines = [entry for entry in entries if entry.partition(" ")[0].partition("(")[0] in words]
        dictionary.write_text("".join(lines), encoding="utf-8")
        decoder = Decoder(lm=None, dict=str(dictionary), loglevel="FATAL", **options)
    add_words(decoder, readings)
    return decoder


def recognise_words(decoder: Any, samples: NDArray[np.float32], offset: float) -> list[RecognisedWord]:
    """Return the words that the active search of ``decoder`` finds; empty if it finds none.

    Args:
        samples: one channel at 16 kHz.
        offset: the time of the first sample in seconds, which is added to all times.
    """
    pcm = np.round(np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes()
    try:
        decoder.start_utt()
        decoder.process_raw(pcm, full_utt=True)
        decoder.end_utt()
        segments = [segment for segment in decoder.seg() or () if segment.word[0] not in "<[("]
    except RuntimeError:
        return []
    return [
        RecognisedWord(
            segment.word.partition("(")[0],
            offset + segment.start_frame / _FRAMES_A_SEC,
            offset + (segment.end_frame + 1) / _FRAMES_A_SEC,
            min(float(segment.prob), 1.0),
        )
        for segment in segments
    ]
