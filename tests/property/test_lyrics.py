"""Property tests: lyrics keep every word, their lines are in order, and no time is negative."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sutradhar.domain.assets.asset import Word
from sutradhar.domain.song.analysis import SongAnalysis
from sutradhar.domain.song.lyrics import Lyrics
from sutradhar.domain.song.parse_lyrics import parse_lyrics
from sutradhar.domain.song.write_lrc import write_lrc
from sutradhar.providers.listening.lyric_beats import lay_words
from sutradhar.providers.listening.lyric_voice import VOICE_RATE, SongVoice
from sutradhar.providers.listening.lyric_words import finish_words, read_targets

_TEXTS = st.one_of(
    st.text(st.characters(codec="ascii", categories=["L", "N", "P", "S"]), min_size=1, max_size=8),
    st.sampled_from(
        ["don't", "“yes”", "चाँद", "क्षत्रिय", "café", "[00:10]", "<00:10>", "(x2)", "Chorus", "<b>", "#1", "♪"]
    ),
)
_PLAIN_TEXTS = st.from_regex(r"[a-z']{1,3}[,!?]?|चाँद|रात", fullmatch=True).filter(lambda text: text[0].isalnum())
_LINES = st.lists(
    st.lists(_PLAIN_TEXTS, min_size=1, max_size=6).filter(lambda line: " ".join(line) != "bis"), max_size=8
)
_TIMES = st.one_of(st.integers(-5, 700), st.sampled_from([0, 10, 10, 20]))


def _list_words(lyrics: Lyrics) -> list[str]:
    return [word.text for line in lyrics.lines for word in line.words]


def _check(lyrics: Lyrics) -> None:
    starts = [line.start_sec for line in lyrics.lines if line.start_sec is not None]
    assert starts == sorted(starts)
    for line in lyrics.lines:
        assert line.words
        assert line.end_sec is None or line.start_sec is None or line.end_sec > line.start_sec
        times = [word.start_sec for word in line.words if word.start_sec is not None]
        assert all(a < b for a, b in pairwise(times))
        for word in line.words:
            assert word.text == word.text.strip() != ""
            assert (word.start_sec or 0) >= 0
            assert word.end_sec is None or word.end_sec >= (word.start_sec or 0)


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    if all(c.isascii() for c in text):
        _check(parse_lyrics(text))


@given(_LINES, st.data())
def test_lines_with_times_in_any_order_keep_their_words(lines: list[list[str]], data: st.DataObject) -> None:
    rows = []
    for line in lines:
        stamps = data.draw(st.lists(_TIMES, min_size=len(line) + 1, max_size=len(line) + 1))
        with_words = data.draw(st.booleans())
        words = [f"{_write(at, '<>') if with_words else ''}{word}" for at, word in zip(stamps[1:], line, strict=True)]
        rows.append(_write(stamps[0], "[]") + " ".join(words))
    lyrics = parse_lyrics("\n".join(rows))
    _check(lyrics)
    assert sorted(_list_words(lyrics)) == sorted(word for line in lines for word in line)


@given(_LINES, st.data())
def test_cues_in_any_order_keep_their_words(lines: list[list[str]], data: st.DataObject) -> None:
    cues = []
    for n, line in enumerate(lines, 1):
        start, end = (abs(data.draw(_TIMES)) for _ in range(2))
        cues.append(f"{n}\n00:{_clock(start)},000 --> 00:{_clock(end)},000\n{' '.join(line)}\n")
    lyrics = parse_lyrics("\n".join(cues))
    _check(lyrics)
    assert sorted(_list_words(lyrics)) == sorted(word for line in lines for word in line)


@given(st.lists(st.lists(st.tuples(_TEXTS, st.floats(0.02, 9), st.floats(0, 1)), min_size=1, max_size=6), max_size=8))
def test_written_lrc_is_read_back(drawn: list[list[tuple[str, float, float]]]) -> None:
    at, lines = 0.0, []
    for line in drawn:
        words = []
        for text, length, share in line:
            for part in [line.text for line in parse_lyrics(f"<00:00.00>{text}").lines]:
                words.append(Word(text=part, start=at, end=at + length * share))
                at += length
        if words:
            lines.append(words)
    read = parse_lyrics(write_lrc(lines))
    assert read.notices == ()
    assert [[word.text for word in line.words] for line in read.lines] == [
        [word.text for word in line] for line in lines
    ]
    for got_line, words in zip(read.lines, lines, strict=True):
        for got, word in zip(got_line.words, words, strict=True):
            assert got.start_sec is not None
            assert abs(got.start_sec - word.start) <= 0.0101
            assert got.end_sec is not None
            assert abs(got.end_sec - word.end) <= 0.0201 or word.end - word.start < 0.01


@given(_LINES, st.data(), st.integers(1, 700), st.booleans())
def test_words_of_any_times_come_out_in_order_inside_the_song(
    lines: list[list[str]], data: st.DataObject, seconds: int, has_beats: bool
) -> None:
    rows = []
    for line in lines:
        stamps = [data.draw(_TIMES) if data.draw(st.booleans()) else None for _ in range(len(line) + 1)]
        marks = ["" if at is None else _write(at, "<>") for at in stamps[1:]]
        start = "" if stamps[0] is None else _write(stamps[0], "[]")
        rows.append(start + " ".join(mark + word for mark, word in zip(marks, line, strict=True)))
    lyrics = parse_lyrics("\n".join(rows))
    beats = tuple(at / 2 for at in range(seconds * 2)) if has_beats else ()
    analysis = SongAnalysis(duration_sec=seconds, loudness_lufs=-14, tempo_bpm=None, beats=beats, downbeats=beats[::4])
    levels = np.zeros(seconds * 100, np.float32)
    voice = SongVoice(np.zeros(seconds * VOICE_RATE, np.float32), levels, levels == 0)
    targets = read_targets(lyrics, "en")
    lay_words(targets, voice, analysis)
    words = [word for line in finish_words(targets, seconds) for word in line]
    assert [word.text for word in words] == _list_words(lyrics)
    assert all(a.start < b.start and a.end <= b.start for a, b in pairwise(words))
    assert all(0 <= word.start <= word.end <= seconds for word in words)


def _write(seconds: int, brackets: str) -> str:
    sign = "-" if seconds < 0 else ""
    return f"{brackets[0]}{sign}{_clock(abs(seconds))}.00{brackets[1]}"


def _clock(seconds: int) -> str:
    return f"{seconds // 60:02d}:{seconds % 60:02d}"
