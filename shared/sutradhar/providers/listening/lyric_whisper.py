"""Find the words of lyrics by the user's own Whisper model, in any language that it knows; also without lyrics."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sutradhar.domain.language.tags import Language
from sutradhar.domain.song.lyrics import LyricLine, Lyrics, LyricWord
from sutradhar.domain.text.text import clean_text, find_undrawable_character, make_drawable
from sutradhar.providers.alignment.text_match import match_tokens
from sutradhar.providers.alignment.whisper import Whisper, find_problem
from sutradhar.providers.listening.lyric_voice import SongVoice
from sutradhar.providers.listening.lyric_words import LyricTargets
from sutradhar.telemetry import log

_PART_SEC, _SHORTEST_PART_SEC = 120.0, 90.0
_LINE_GAP_SEC, _LINE_WORDS = 0.7, 8


def search_by_whisper(targets: LyricTargets, voice: SongVoice, language: Language, model: Path) -> bool:
    """Give a start to each word of ``targets`` that the model hears; return False if it hears other words."""
    text = " ".join(word.text for word in targets.words)
    hits = _recognise(voice, language, model, text)
    if hits is None:  # nothing is known of the song's words
        return True
    places = match_tokens([word.text for word in targets.words], [word.word for word in hits])
    latest = 0.0
    for word, at in zip(targets.words, places or (), strict=False):
        if word.start is not None:
            latest = max(latest, word.start)
        elif at is not None and hits[at].start >= latest:
            word.place(hits[at].start, "speech", hits[at].probability, hits[at].end)
            latest = hits[at].start
    return places is not None


def recognise_lyrics(voice: SongVoice, language: Language, model: Path) -> Lyrics | None:
    """Return the words that the model hears, in lines that end at pauses; None if the model cannot be used."""
    hits = _recognise(voice, language, model, "")
    if hits is None:
        return None
    words: list[LyricWord] = []
    latest = -1.0
    for one in hits:
        text = clean_text(make_drawable(one.word)).replace(" ", "")
        start = max(float(one.start), latest + 0.01)
        if text and find_undrawable_character(text) is None:
            words.append(LyricWord(text=text, start_sec=start, end_sec=max(float(one.end), start)))
            latest = start
    return Lyrics(lines=tuple(_split_lines(words)))


def _split_lines(words: Sequence[LyricWord]) -> Iterator[LyricLine]:
    line: list[LyricWord] = []
    for word in words:
        start, end = word.start_sec or 0.0, (line[-1].end_sec or 0.0) if line else 0.0
        if line and (start - end >= _LINE_GAP_SEC or len(line) >= _LINE_WORDS):
            yield _make_line(line)
            line = []
        line.append(word)
    if line:
        yield _make_line(line)


def _make_line(words: Sequence[LyricWord]) -> LyricLine:
    return LyricLine(words=tuple(words), start_sec=words[0].start_sec, end_sec=words[-1].end_sec)


class _HeardWord:
    """A word of the model, with times from the start of the song."""

    def __init__(self, word: Any, offset: float) -> None:
        self.word: str = word.word
        self.start, self.end = float(word.start) + offset, float(word.end) + offset
        self.probability = float(word.probability)


def _recognise(voice: SongVoice, language: Language, model: Path, text: str) -> list[_HeardWord] | None:
    """Return the words of the whole song, a part at a time, so that memory does not grow with the song."""
    if problem := find_problem(model):
        log("aligner_left_out", level="warning", aligner="whisper", reason=problem)
        return None
    whisper = Whisper(model)
    try:
        hits: list[_HeardWord] = []
        at = 0.0
        while at < voice.seconds:
            end = voice.seconds
            if end - at > _PART_SEC:
                end = voice.find_quietest(at + _SHORTEST_PART_SEC, at + _PART_SEC)
            words = whisper.transcribe(voice.cut(at, end), language, text[:400] or None)
            hits += [_HeardWord(word, at) for word in words]
            at = end
    except (RuntimeError, ValueError) as exc:  # a broken model, or one for another version
        log("aligner_left_out", level="warning", aligner="whisper", reason=str(exc))
        return None
    return hits
