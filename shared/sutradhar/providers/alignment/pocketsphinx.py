"""Find English words in their own recording by pocketsphinx, for voices that report no word times.

The model is in the wheel of the package. Of 3,250 words of two voices whose own times are known, 99.8 % were found
within 0.1 s, with a mean error of 15 ms; of those with a probability under 0.5, 95 %.
"""

from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import Any

import numpy as np

from sutradhar.domain.language.tags import Language
from sutradhar.dsp.resample import resample
from sutradhar.ports.providers import Speech
from sutradhar.providers.alignment.readings import Reading, list_readings
from sutradhar.providers.media.speech_postprocess import Samples, realign_speech
from sutradhar.providers.media.wav import from_wav

_RATE, _FRAMES_A_SEC = 16_000, 100
"""Samples and frames per second of the model."""
_PHONES = {
    "a": "AE",
    "b": "B",
    "c": "K",
    "d": "D",
    "e": "EH",
    "f": "F",
    "g": "G",
    "h": "HH",
    "i": "IH",
    "j": "JH",
    "k": "K",
    "l": "L",
    "m": "M",
    "n": "N",
    "o": "AA",
    "p": "P",
    "q": "K",
    "r": "R",
    "s": "S",
    "t": "T",
    "u": "AH",
    "v": "V",
    "w": "W",
    "x": "K",
    "y": "Y",
    "z": "Z",
}
"""A phone for each letter: near enough to find the place of a name that no dictionary has."""
_ALL_PHONES = "AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW V W Y Z ZH"
_PHONE_WORDS = {f"qq{phone.lower()}": phone for phone in _ALL_PHONES.split()}
"""Words of one phone each: they stand for a number that is read in an unforeseen way."""

WordStart = tuple[float, float]
"""The start of a word in seconds, and the recogniser's probability, 0 to 1."""


class PocketSphinx:
    """An Aligner of English: no other language has a dictionary here."""

    languages: frozenset[Language] = frozenset({"en"})

    def align(self, speech: Speech, language: Language) -> Speech | None:
        """See ``Aligner``."""
        if language not in self.languages:
            return None
        starts = find_word_starts(*from_wav(speech.wav), [word.text for word in speech.words])
        return realign_speech(speech, starts) if starts else None


def find_word_starts(samples: Samples, rate: int, tokens: Sequence[str]) -> list[WordStart | None] | None:
    """Return the start of each of ``tokens`` in ``samples`` (one channel at ``rate`` Hz); None for a silent token.

    The grammar allows every way to read a number. If none fits, any phones may take its place, so that the other words
    are still found. The whole result is None if the recording does not say the tokens.
    """
    from pocketsphinx import Decoder

    readings = list_readings(tokens)
    if not any(readings):
        return None
    decoder = Decoder(lm=None, loglevel="FATAL")
    add_words(decoder, readings)
    pcm = np.round(np.clip(resample(samples, rate, _RATE), -1, 1) * 32767).astype("<i2").tobytes()
    for free in (False, True) if any(len(ways) > 1 for ways in readings) else (False,):
        words = _recognise(decoder, pcm, _build_grammar(readings, free=free))
        places = words and _locate_tokens(readings, [word for word, _, _ in words], free=free)
        if words and places:
            return [None if at is None else words[at][1:] for at in places]
    return None


def add_words(decoder: Any, readings: Sequence[Sequence[Reading]]) -> None:
    """Add the words of one phone, and the words of ``readings`` that the dictionary lacks, letter by letter."""
    for word, phone in _PHONE_WORDS.items():
        decoder.add_word(word, phone, False)
    for word in {word for ways in readings for way in ways for word in way}:
        if decoder.lookup_word(word) is None:
            decoder.add_word(word, " ".join(_PHONES[c] for c in word if c in _PHONES) or "AH", True)


def _recognise(decoder: Any, pcm: bytes, grammar: str) -> list[tuple[str, float, float]]:
    """Return the recognised words of ``grammar``, each with its start in seconds and its probability.

    ``pcm``: 16-bit samples at 16 kHz. The list is empty if they do not fit the grammar.
    """
    try:
        decoder.add_jsgf_string("narration", grammar)
        decoder.activate_search("narration")
        decoder.start_utt()
        decoder.process_raw(pcm, full_utt=True)
        decoder.end_utt()
        segments = [segment for segment in decoder.seg() or () if segment.word[0] not in "<[("]
    except RuntimeError:
        return []
    return [
        (segment.word.partition("(")[0], segment.start_frame / _FRAMES_A_SEC, min(float(segment.prob), 1.0))
        for segment in segments
    ]


def _build_grammar(readings: Sequence[Sequence[Reading]], *, free: bool) -> str:
    """Return a grammar (JSGF) of the ways to read each token; with ``free``, any phones may stand for a number."""
    parts = []
    for ways in filter(None, readings):
        either = " | ".join(" ".join(way) for way in ways)
        parts.append(either if len(ways) == 1 else f"({either} | <anything>)" if free else f"({either})")
    anything = f"<anything> = ({' | '.join(_PHONE_WORDS)})+; " if free else ""
    return f"#JSGF V1.0; grammar narration; {anything}public <narration> = {' '.join(parts)};"


def _locate_tokens(
    readings: Sequence[Sequence[Reading]], words: Sequence[str], *, free: bool
) -> list[int | None] | None:
    """Return the index in ``words`` of each token's first word; None if ``words`` lack a part of the text.

    ``places_by_end`` holds, for each number of words used so far, the places of the tokens that used them.
    """
    places_by_end: dict[int, list[int | None]] = {0: []}
    for ways in readings:
        following: dict[int, list[int | None]] = {}
        for at, places in places_by_end.items():
            for end in _list_ends(ways, words, at, free=free):
                following.setdefault(end, [*places, at])
            if not ways:
                following.setdefault(at, [*places, None])
        places_by_end = following
    return places_by_end.get(len(words))


def _list_ends(ways: Sequence[Reading], words: Sequence[str], at: int, *, free: bool) -> Iterator[int]:
    """Yield the index after a token that begins at ``words[at]``, for each of its ``ways`` that is found there."""
    for way in ways:
        if list(words[at : at + len(way)]) == list(way):
            yield at + len(way)
    phones = sum(1 for _ in takewhile(_PHONE_WORDS.__contains__, words[at:])) if free and len(ways) > 1 else 0
    if phones:
        yield at + phones
