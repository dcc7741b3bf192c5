from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutradhar.domain.asset import Word
from sutradhar.domain.captions import MAX_LINE, Cue, break_lines, cues, srt, translated_cues, webvtt, width
from sutradhar.domain.text import graphemes

FPS = 30
TEXT = (
    "Long ago a child named Prahlad loved the lord of all, and nothing could frighten him. His father, the king, was"
    " furious. Fire, serpents, elephants: each was sent against the boy!"
)
HINDI = "बहुत समय पहले प्रह्लाद नाम का एक बालक था। उसके पिता राजा हिरण्यकशिपु बहुत क्रोधित थे।"


def spoken(text: str, pace: float = 0.35) -> list[Word]:
    return [Word(text=w, start=i * pace, end=i * pace + pace * 0.9) for i, w in enumerate(text.split())]


@pytest.mark.parametrize("text", [TEXT, HINDI])
def test_every_word_is_shown_once_in_order_on_at_most_two_short_lines(text: str) -> None:
    made = cues(spoken(text), offset=1.0, fps=FPS, not_after=10_000)
    assert " ".join(" ".join(c.lines) for c in made).split() == text.split()
    assert all(len(c.lines) <= 2 and all(width(line) <= MAX_LINE for line in c.lines) for c in made)


def test_a_cue_starts_with_its_first_word() -> None:
    words = spoken(TEXT)
    made = cues(words, offset=1.0, fps=FPS, not_after=10_000)
    at = 0
    for cue in made:
        assert abs(cue.start / FPS - (1.0 + words[at].start)) <= 0.5 / FPS + 1e-9
        at += len(cue.text.split())


def test_a_sentence_never_shares_a_cue_with_the_next() -> None:
    for cue in cues(spoken(TEXT), offset=0, fps=FPS, not_after=10_000):
        assert not any(mark in cue.text[:-1].replace("\n", " ") for mark in (". ", "! "))


@given(st.text(alphabet="ab .,!?। कि्षप्र"), st.floats(0.05, 2))
def test_cues_never_overlap_and_end_inside(text: str, pace: float) -> None:
    words = spoken(text, pace)
    end = int((len(words) + 2) * pace * FPS) + 10
    made = cues(words, offset=0.2, fps=FPS, not_after=end)
    for a, b in pairwise(made):
        assert a.start < a.end <= b.start or b.start == a.start  # words within one frame of each other
    assert all(c.end <= max(end, c.start + 1) and c.end - c.start <= 7 * FPS for c in made)


@given(st.text(alphabet="क्षत्रज्ञिीुेैोौंँः॥ abc", min_size=1), st.integers(5, 42))
def test_lines_break_between_grapheme_clusters_only(text: str, limit: int) -> None:
    whole = [g for word in text.split() for g in graphemes(word)]
    lines = break_lines(text, limit)
    assert [g for line in lines for word in line.split() for g in graphemes(word)] == whole
    assert all(width(line) <= limit for line in lines)


def test_a_conjunct_counts_as_one_character() -> None:
    assert width("क्षत्रिय") == 3


def test_translated_sentences_keep_the_time_of_their_own() -> None:
    words = spoken("One two three four. Five six.")
    made = translated_cues("एक दो तीन चार। पाँच छह।", words, offset=0, fps=FPS, not_after=1000)
    assert [c.lines for c in made] == [("एक दो तीन चार।",), ("पाँच छह।",)]
    assert made[1].start == round(words[4].start * FPS)


def test_subrip() -> None:
    made = [Cue(start=0, end=45, lines=("Hello",)), Cue(start=109_815, end=109_860, lines=("One", "two & <three>"))]
    assert srt(made, FPS) == (
        "1\n00:00:00,000 --> 00:00:01,500\nHello\n\n2\n01:01:00,500 --> 01:01:02,000\nOne\ntwo & <three>\n"
    )


def test_webvtt_escapes_what_is_markup_there() -> None:
    made = [Cue(start=0, end=30, lines=("a < b & c",))]
    assert webvtt(made, FPS, "en") == ("WEBVTT\nLanguage: en\n\n00:00:00.000 --> 00:00:01.000\na &lt; b &amp; c\n")
