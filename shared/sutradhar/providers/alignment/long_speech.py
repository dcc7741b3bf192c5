"""Find the words of a text in a long English recording by pocketsphinx, also if the speaker left the text.

Each stretch between two pauses is recognised with a language model of the text (text_model.py), so memory does not grow
with the length. The recognised words are matched with the text; what lies between two matches is aligned by itself.
"""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import Path
from typing import NamedTuple

from sutradhar.providers.alignment.pocketsphinx import WordStart, find_word_starts
from sutradhar.providers.alignment.readings import Reading, list_readings
from sutradhar.providers.alignment.small_decoder import RecognisedWord, make_decoder, recognise_words
from sutradhar.providers.media.speech_postprocess import Samples

RATE = 16_000
"""Samples per second of the model."""
_LETTER_SEC, _WORD_SEC = 0.055, 0.05
"""The time that a letter takes, and a word besides, in fast but clear speech."""
_ROOM = 0.45
"""The share of their time, from which on words can have been said in a gap."""
_LEAST_UNSAID_SEC = 0.3
"""Seconds. Shorter words are swallowed by many a speaker, so they count as said."""
_MOST_GAP_WORDS, _MOST_GAP_SEC = 60, 30.0
"""A longer gap is not aligned word by word: the speaker said something else."""
_EXTRA_SEC = 0.6
"""Seconds of voice between two words of the text, from which on something is said that is not written."""
_MIN_SHARE = 0.4
"""With a smaller share of found words the recording says something else."""
_STRAY_LETTERS = 4

Span = tuple[float, float]


class Unwritten(NamedTuple):
    """A passage that is said and not written. ``after``: the index of the word before it; None: it is the beginning.
    ``text``: the words, if they are known."""

    start: float
    end: float
    after: int | None
    text: str = ""


@dataclass
class FoundWords:
    """``starts``: the start in seconds of each word and its probability; None: unknown, or the word has no sound."""

    starts: list[WordStart | None]
    unsaid: list[range] = field(default_factory=list)
    """Runs of words that the speaker left out."""
    unwritten: list[Unwritten] = field(default_factory=list)


def find_words(
    samples: Samples, tokens: Sequence[str], stretches: Sequence[Span], measure_voice: Callable[[float, float], float]
) -> FoundWords | None:
    """Return where the words of a text are said; None if the recording says something else.

    Args:
        samples: one channel at 16 kHz.
        tokens: the words of the text.
        stretches: the parts of the recording that are recognised by themselves, in seconds.
        measure_voice: returns the seconds of voice between two times.
    """
    readings = list_readings(tokens)
    sequence = [word for ways in readings if ways for word in ways[0]]
    owners = [i for i, ways in enumerate(readings) if ways for _ in ways[0]]
    if not sequence:
        return None
    heard_words = _recognise(samples, readings, stretches)
    pairs = match_words(sequence, [one.word for one in heard_words])
    if len(pairs) < _MIN_SHARE * len(sequence):
        return None
    result = FoundWords([None] * len(tokens))
    for place, at in pairs:
        if result.starts[owners[place]] is None and (place == 0 or owners[place - 1] != owners[place]):
            result.starts[owners[place]] = (heard_words[at].start, heard_words[at].confidence)
    known = [(owners[place], heard_words[at]) for place, at in pairs]
    silent = {i for i, ways in enumerate(readings) if not ways}
    _fill_gaps(result, known, tokens, silent, _Recording(samples, measure_voice))
    return result


class _Recording(NamedTuple):
    samples: Samples
    measure_voice: Callable[[float, float], float]

    @property
    def seconds(self) -> float:
        return len(self.samples) / RATE


def estimate_word_sec(token: str) -> float:
    """Return the time that ``token`` takes in fast speech."""
    letters = sum(c.isalnum() for c in token)
    return _WORD_SEC + _LETTER_SEC * letters if letters else 0.0


def _recognise(
    samples: Samples, readings: Sequence[Sequence[Reading]], stretches: Sequence[Span]
) -> list[RecognisedWord]:
    from pocketsphinx import NGramModel

    decoder = make_decoder(readings)
    with tempfile.TemporaryDirectory() as folder:
        model = Path(folder) / "text.lm"
        model.write_text(_write_model(readings), "utf-8")
        decoder.add_lm("text", NGramModel(decoder.config, decoder.logmath, str(model)))
    decoder.activate_search("text")
    heard_words: list[RecognisedWord] = []
    for start, end in stretches:
        part = samples[round(start * RATE) : round(end * RATE)]
        heard_words += recognise_words(decoder, part, start)
    return heard_words


def _write_model(readings: Sequence[Sequence[Reading]]) -> str:
    from sutradhar.providers.alignment.text_model import write_text_model

    words = [word for ways in readings if ways for word in ways[0]]
    others = []
    for i, ways in enumerate(readings):
        before = [word for one in readings[max(i - 2, 0) : i] if one for word in one[0]][-2:]
        after = [word for one in readings[i + 1 : i + 3] if one for word in one[0]][:2]
        others += [[*before, *way, *after] for way in ways[1:]]
    return write_text_model(words, others)


def match_words(sequence: Sequence[str], heard_words: Sequence[str]) -> list[tuple[int, int]]:
    """Return the pairs of equal words, in order. A short word by itself amid others that differ is chance."""
    blocks = SequenceMatcher(None, sequence, heard_words, autojunk=False).get_matching_blocks()
    pairs: list[tuple[int, int]] = []
    for i, (a, b, size) in enumerate(blocks):
        before = a - (blocks[i - 1].a + blocks[i - 1].size) if i else a
        after = blocks[i + 1].a - a - size if i + 1 < len(blocks) else 0
        letters = sum(map(len, sequence[a : a + size]))
        if letters < _STRAY_LETTERS and min(before, after) >= 3:
            continue
        pairs += [(a + k, b + k) for k in range(size)]
    return pairs


def _fill_gaps(
    result: FoundWords,
    known: Sequence[tuple[int, RecognisedWord]],
    tokens: Sequence[str],
    silent: set[int],
    recording: _Recording,
) -> None:
    """Look between every two words that were found for the words between them, and for words that are not written."""
    before: tuple[int | None, float] = (None, 0.0)
    for owner, word in [*known, (len(tokens), RecognisedWord("", recording.seconds, recording.seconds, 1.0))]:
        after, start = before
        missing = range(0 if after is None else after + 1, owner)
        if any(i not in silent for i in missing):
            _fill_gap(result, missing, (start, word.start), tokens, recording)
        elif recording.measure_voice(start, word.start) >= _EXTRA_SEC:
            result.unwritten.append(Unwritten(start, word.start, after))
        before = (owner, word.end)


def _fill_gap(result: FoundWords, missing: range, span: Span, tokens: Sequence[str], recording: _Recording) -> None:
    start, end = span
    needed = sum(estimate_word_sec(tokens[i]) for i in missing)
    voice = recording.measure_voice(start, end)
    if voice < _ROOM * needed:
        if needed >= _LEAST_UNSAID_SEC:
            result.unsaid.append(missing)
        if voice >= _EXTRA_SEC:
            result.unwritten.append(Unwritten(start, end, missing.start - 1 if missing.start else None))
        return
    if len(missing) > _MOST_GAP_WORDS or end - start > _MOST_GAP_SEC:
        return
    part = recording.samples[round(start * RATE) : round(end * RATE)]
    starts = find_word_starts(part, RATE, [tokens[i] for i in missing])
    for i, one in zip(missing, starts or (), strict=False):
        result.starts[i] = one and (one[0] + start, one[1])
