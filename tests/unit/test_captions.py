import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutradhar.domain.assets.asset import Word
from sutradhar.domain.text.text import split_graphemes
from sutradhar.domain.video.caption_lines import MAX_LINE, break_lines, count_characters
from sutradhar.domain.video.captions import Cue, build_cues, build_translated_cues, format_srt, format_webvtt

FPS = 30
TEXT = (
    "Long ago a child named Prahlad loved the lord of all, and nothing could frighten him. His father, the king, was"
    " furious. Fire, serpents, elephants: each was sent against the boy!"
)
HINDI = "बहुत समय पहले प्रह्लाद नाम का एक बालक था। उसके पिता राजा हिरण्यकशिपु बहुत क्रोधित थे।"


def make_words(text: str, pace: float = 0.35) -> list[Word]:
    return [Word(text=w, start=i * pace, end=i * pace + pace * 0.9) for i, w in enumerate(text.split())]


@pytest.mark.parametrize("text", [TEXT, HINDI])
def test_every_word_is_shown_once_in_order_on_at_most_two_short_lines(text: str) -> None:
    cues = build_cues(make_words(text), offset=1.0, fps=FPS, max_frame=10_000)
    assert " ".join(" ".join(c.lines) for c in cues).split() == text.split()
    assert all(len(c.lines) <= 2 and all(count_characters(line) <= MAX_LINE for line in c.lines) for c in cues)


def test_a_cue_starts_with_its_first_word() -> None:
    words = make_words(TEXT)
    cues = build_cues(words, offset=1.0, fps=FPS, max_frame=10_000)
    at = 0
    for cue in cues:
        assert abs(cue.start / FPS - (1.0 + words[at].start)) <= 0.5 / FPS + 1e-9
        at += len(cue.text.split())


def test_a_sentence_never_shares_a_cue_with_the_next() -> None:
    for cue in build_cues(make_words(TEXT), offset=0, fps=FPS, max_frame=10_000):
        assert not any(mark in cue.text[:-1].replace("\n", " ") for mark in (". ", "! "))


_WORDS = {
    "en": [
        "a",
        "I",
        "the",
        "boy",
        "Prahlad",
        "elephants",
        "extraordinarily",
        "“never”",
        "o'clock",
        "counter-revolution",
    ],
    "hi": ["है", "का", "एक", "प्रह्लाद", "क्षत्रिय", "हिरण्यकशिपु", "श्री", "विष्णु", "ज्ञान", "कर्तव्यपरायणता"],
}
_MARKS = {"en": ["", "", "", ",", ".", "!", "?", ":", "…”"], "hi": ["", "", "", ",", "।", "?", "॥"]}


@st.composite
def narrations(draw: st.DrawFn) -> list[Word]:
    """Words at the pace of speech, in either script, with pauses; now and then one that is longer than a line."""
    language = draw(st.sampled_from(["en", "hi"]))
    long = draw(st.sampled_from(["", "", "", "x" * 50, "क्षि" * 90]))
    word = st.tuples(st.sampled_from(_WORDS[language] + [long] * bool(long)), st.sampled_from(_MARKS[language]))
    chosen = draw(st.lists(st.tuples(word, st.floats(0.03, 0.12), st.sampled_from([0, 0, 0.1, 0.6, 3.0])), min_size=1))
    shown, at = [], 0.0
    for (text, mark), pace, pause in chosen:
        spoken_for = max(count_characters(text) * pace, 0.1)
        shown.append(Word(text=text + mark, start=at, end=at + spoken_for))
        at += spoken_for + pause
    return shown


@given(narrations(), st.sampled_from([24, 30, 60]), st.floats(0.2, 20), st.floats(0.2, 2))
def test_cues_keep_every_rule_of_captions(words: list[Word], fps: int, offset: float, air: float) -> None:
    end = math.ceil((offset + words[-1].end + air) * fps)
    cues = build_cues(words, offset=offset, fps=fps, max_frame=end)
    letters = [g for word in words for g in split_graphemes(word.text)]
    assert [g for cue in cues for word in cue.text.split() for g in split_graphemes(word)] == letters
    assert all(a.end <= b.start for a, b in pairwise(cues))
    limits = [cue.start for cue in cues[1:]] + [end]
    for cue, limit in zip(cues, limits, strict=True):
        assert 0 <= cue.start < cue.end <= limit
        assert cue.end - cue.start <= 7 * fps
        assert len(cue.lines) <= 2
        assert all(count_characters(line) <= MAX_LINE for line in cue.lines)
        needed = max(1.0, sum(map(count_characters, cue.lines)) / 17)
        assert cue.end >= min(cue.start + needed * fps, limit, cue.start + 7 * fps)
        if cue.word_starts:
            assert len(cue.word_starts) == len(" ".join(cue.lines).split())
            assert list(cue.word_starts) == sorted(cue.word_starts)
            assert cue.start == cue.word_starts[0]
            assert cue.word_starts[-1] < cue.end
    # one that is gone in less than a second could share with neither neighbour
    for a, b in pairwise(cues):
        if min(a.end - a.start, b.end - b.start) < fps:
            together = break_lines(f"{' '.join(a.lines)} {' '.join(b.lines)}")
            assert len(together) > 2 or b.end - a.start > 7 * fps - 0.3 * fps - 2


@given(narrations())
def test_each_word_is_lit_in_the_frame_in_which_it_is_spoken(words: list[Word]) -> None:
    cues = build_cues(words, offset=0.5, fps=FPS, max_frame=100_000)
    if all(count_characters(word.text) <= MAX_LINE for word in words):
        starts = [start for cue in cues for start in cue.word_starts]
        assert starts == [round((0.5 + word.start) * FPS) for word in words]


def test_short_sentences_share_a_cue_instead_of_flickering() -> None:
    cues = build_cues(make_words("Yes. No. He ran. Nobody knows why he ran away."), offset=0, fps=FPS, max_frame=300)
    assert [cue.lines for cue in cues] == [("Yes. No. He ran.",), ("Nobody knows why he ran away.",)]


def test_a_word_longer_than_a_line_is_cut_and_its_cue_has_no_word_times() -> None:
    cues = build_cues(make_words("A " + "क्षि" * 100), offset=0, fps=FPS, max_frame=300)
    assert "".join("".join(cue.lines) for cue in cues) == "A" + "क्षि" * 100
    assert all(cue.word_starts == () for cue in cues if "क्षि" in cue.text)


def test_a_short_gap_between_two_cues_is_closed() -> None:
    words = [
        *make_words("One two three four."),
        *(
            w.model_copy(update={"start": w.start + 2.0, "end": w.end + 2.0})
            for w in make_words("Five six seven eight.")
        ),
    ]
    first, second = build_cues(words, offset=0, fps=FPS, max_frame=300)
    assert first.end == second.start


@given(st.text(alphabet="क्षत्रज्ञिीुेैोौंँः॥ abc", min_size=1), st.integers(5, 42))
def test_lines_break_between_grapheme_clusters_only(text: str, limit: int) -> None:
    whole = [g for word in text.split() for g in split_graphemes(word)]
    lines = break_lines(text, limit)
    assert [g for line in lines for word in line.split() for g in split_graphemes(word)] == whole
    assert all(count_characters(line) <= limit for line in lines)


def test_a_conjunct_counts_as_one_character() -> None:
    assert count_characters("क्षत्रिय") == 3


def test_translated_sentences_keep_the_time_of_their_own() -> None:
    words = make_words("One two three four. Five six.")
    cues = build_translated_cues("एक दो तीन चार। पाँच छह।", words, offset=0, fps=FPS, max_frame=1000)
    assert [c.lines for c in cues] == [("एक दो तीन चार।",), ("पाँच छह।",)]
    assert cues[1].start == round(words[4].start * FPS)


@given(narrations(), narrations())
def test_a_translation_keeps_the_rules_and_has_no_word_times(words: list[Word], other: list[Word]) -> None:
    end = math.ceil((words[-1].end + 1) * FPS)
    text = " ".join(word.text for word in other)
    cues = build_translated_cues(text, words, offset=0.2, fps=FPS, max_frame=end)
    assert [g for cue in cues for word in cue.text.split() for g in split_graphemes(word)] == split_graphemes(
        text.replace(" ", "")
    )
    assert all(a.end <= b.start for a, b in pairwise(cues))
    assert all(len(cue.lines) <= 2 and cue.word_starts == () for cue in cues)


def test_subrip() -> None:
    cues = [Cue(start=0, end=45, lines=("Hello",)), Cue(start=109_815, end=109_860, lines=("One", "two & <three>"))]
    assert format_srt(cues, FPS) == (
        "1\n00:00:00,000 --> 00:00:01,500\nHello\n\n2\n01:01:00,500 --> 01:01:02,000\nOne\ntwo & <three>\n"
    )


def test_webvtt_escapes_what_is_markup_there() -> None:
    cues = [Cue(start=0, end=30, lines=("a < b & c",))]
    assert format_webvtt(cues, FPS, "en") == (
        "WEBVTT\nLanguage: en\n\n00:00:00.000 --> 00:00:01.000\na &lt; b &amp; c\n"
    )
