"""Find the words of a recorded voice, and say which of them were left out and where something else is said."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sutradhar.domain.assets.asset import Word
from sutradhar.domain.language.table import FACTS
from sutradhar.domain.language.tags import Language
from sutradhar.domain.text.number_speech import compile_pattern
from sutradhar.domain.text.speech_text import split_spoken_words
from sutradhar.domain.text.words import join_words, split_words
from sutradhar.dsp.resample import Samples
from sutradhar.media.containers import clock
from sutradhar.providers.alignment.long_speech import (
    FoundWords,
    Unwritten,
    estimate_word_sec,
    find_words,
    match_words,
)
from sutradhar.providers.alignment.whisper import Whisper
from sutradhar.providers.listening.recording_shares import share_out
from sutradhar.providers.listening.recording_voice import Voice
from sutradhar.providers.media.speech_postprocess import ESTIMATE_CONFIDENCE, place_words

_MOST_NAMED = 5
"""The most passages that one notice names."""
_LEAST_FOUND = 0.4
"""With a smaller share of found words the recording says something else."""
_OTHER_TEXT = (
    "does not seem to say the text that was given with it; the words are shared out over the recording by their length"
)
_ESTIMATED = (
    "has words whose times are estimated by their length: they are found in English, and in every language if"
    " WHISPER_MODEL is set (docs/voice.md)"
)

_WordsAndNotices = tuple[tuple[Word, ...], tuple[str, ...]]


def find_recorded_words(
    samples: Samples, text: str, language: Language, voice: Voice, whisper: Whisper | None
) -> _WordsAndNotices:
    """Return the words of a recording with their times, and notices.

    Args:
        samples: one channel at 16 kHz.
        text: the words that are spoken; empty: they are recognised by ``whisper``.
    """
    tokens = split_words(text)
    if whisper is not None:
        heard_pieces = _list_pieces(whisper.transcribe(samples, language))
        if not tokens:
            return _take_heard(heard_pieces, voice), ()
        result = _compare(tokens, heard_pieces, language)
    elif not tokens:
        return (), ()  # the notices of the plan say so
    elif language == "en":
        result = find_words(samples, tokens, voice.list_stretches(), voice.measure)
    else:
        return _estimate(tokens, voice), (_ESTIMATED,)
    if result is None:
        return _estimate(tokens, voice), (_OTHER_TEXT,)
    words = _place(tokens, result, voice)
    return words, tuple(_describe(tokens, words, result))


class _Piece(NamedTuple):
    """A word that a recogniser heard."""

    text: str
    start: float
    end: float
    confidence: float


def _list_pieces(words: Sequence[Any]) -> list[_Piece]:
    pieces = (_Piece(w.word.strip(), float(w.start), float(w.end), float(w.probability)) for w in words)
    return [piece for piece in pieces if piece.text]


def join_pieces(words: Sequence[Any]) -> str:
    """Return the text of the words that a recogniser heard."""
    return join_words(piece.text for piece in _list_pieces(words))


def _take_heard(heard_pieces: Sequence[_Piece], voice: Voice) -> tuple[Word, ...]:
    tokens = [token for piece in heard_pieces for token in piece.text.split()[:1]]
    if not tokens:
        return ()
    starts = [(piece.start, piece.confidence) for piece in heard_pieces]
    return _place(tokens, FoundWords(list(starts)), voice)


def _compare(tokens: Sequence[str], heard_pieces: Sequence[_Piece], language: Language) -> FoundWords | None:
    """Return the words of the text as a recogniser heard them; None if it heard something else."""
    sequence, owners = _spell(tokens, language)
    pieces, places = _spell([piece.text for piece in heard_pieces], language)
    pairs = match_words(sequence, pieces)
    if len(pairs) < _LEAST_FOUND * len(sequence):
        return None
    result = FoundWords([None] * len(tokens))
    for a, b in pairs:
        if result.starts[owners[a]] is None:
            result.starts[owners[a]] = (heard_pieces[places[b]].start, heard_pieces[places[b]].confidence)
    audible = set(owners)
    last_token, last_piece = -1, -1
    for a, b in [*pairs, (len(sequence), len(pieces))]:
        token = owners[a] if a < len(owners) else len(tokens)
        piece = places[b] if b < len(places) else len(heard_pieces)
        missing, extra = range(last_token + 1, token), heard_pieces[last_piece + 1 : piece]
        if any(i in audible for i in missing) and sum(estimate_word_sec(tokens[i]) for i in missing) > (
            2 * sum(one.end - one.start for one in extra)
        ):
            result.unsaid.append(missing)
        elif len(extra) > len(missing) + 1:
            phrase = join_words(one.text for one in extra)
            after = last_token if last_token >= 0 else None
            result.unwritten.append(Unwritten(extra[0].start, extra[-1].end, after, phrase))
        last_token, last_piece = token, piece
    return result


def _spell(tokens: Sequence[str], language: Language) -> tuple[list[str], list[int]]:
    """Return the spoken words of ``tokens`` in lower case without marks, and the index of the token of each.

    Where words have no spaces, a recogniser parts them in its own way, so these are single characters.
    """
    if FACTS[language].word_rule == "phrases":
        pairs = [(c, i) for i, token in enumerate(tokens) for c in token.lower() if c.isalnum()]
    else:
        forms: Sequence[str] = split_spoken_words(" ".join(tokens), language)
        forms = forms if len(forms) == len(tokens) else tokens  # a phrase of Japanese or Chinese amid words
        pattern = compile_pattern(r"[\p{L}\p{M}\p{N}_']+")
        pairs = [(word, i) for i, form in enumerate(forms) for word in pattern.findall(form.lower())]
    return [word for word, _ in pairs], [i for _, i in pairs]


def _place(tokens: Sequence[str], result: FoundWords, voice: Voice) -> tuple[Word, ...]:
    """Return the words with their times. A word that was left out takes no time, and its confidence is 0."""
    starts = [one and one[0] for one in result.starts]
    unsaid = {i for missing in result.unsaid for i in missing}
    placed = place_words(tokens, starts, voice.loud, voice.seconds)
    words = []
    for i, (word, one) in enumerate(zip(placed, result.starts, strict=True)):
        if i in unsaid:
            words.append(word.evolve(end=word.start, timing_source="estimate", confidence=0.0))
        elif one:
            words.append(word.evolve(timing_source="speech", confidence=round(one[1], 3)))
        else:
            words.append(word)
    return tuple(words)


def _estimate(tokens: Sequence[str], voice: Voice) -> tuple[Word, ...]:
    placed = place_words(tokens, share_out(tokens, voice), voice.loud, voice.seconds)
    return tuple(word.evolve(timing_source="estimate", confidence=ESTIMATE_CONFIDENCE) for word in placed)


def _describe(tokens: Sequence[str], words: Sequence[Word], result: FoundWords) -> Iterator[str]:
    if result.unsaid:
        passages = [f"{_quote(tokens, missing)} at {clock(words[missing.start].start)}" for missing in result.unsaid]
        yield f"does not say {_list_passages(passages)}; the captions leave these words out"
    if result.unwritten:
        passages = [_describe_unwritten(tokens, one) for one in result.unwritten]
        yield f"says more than its text: {_list_passages(passages)}; the captions do not show it"


def _describe_unwritten(tokens: Sequence[str], one: Unwritten) -> str:
    phrase = f"“{one.text}”" if one.text else f"about {one.end - one.start:.1f} s"
    where = "at its beginning" if one.after is None else f"after “{tokens[one.after]}” at {clock(one.start)}"
    return f"{phrase} {where}"


def _quote(tokens: Sequence[str], missing: range) -> str:
    if len(missing) <= 6:
        return f"“{join_words(tokens[i] for i in missing)}”"
    first, last = missing[:3], missing[-2:]
    head, tail = join_words(tokens[i] for i in first), join_words(tokens[i] for i in last)
    return f"“{head} … {tail}” ({len(missing)} words)"


def _list_passages(passages: Sequence[str]) -> str:
    rest = f" and {len(passages) - _MOST_NAMED} more" if len(passages) > _MOST_NAMED else ""
    return ", ".join(passages[:_MOST_NAMED]) + rest
