"""Captions keep words together that belong together, and keep the lines of a poem."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutradhar.domain.assets.asset import Word
from sutradhar.domain.text.line_breaks import find_line_ends, is_bound
from sutradhar.domain.text.text import split_sentences
from sutradhar.domain.video.caption_lines import MAX_LINE, break_lines, count_characters
from sutradhar.domain.video.captions import Cue, build_cues, build_translated_cues

FPS = 30


def make_words(text: str, pace: float = 0.35) -> list[Word]:
    return [Word(text=w, start=i * pace, end=i * pace + pace * 0.9) for i, w in enumerate(text.split())]


def captions(text: str) -> list[Cue]:
    return build_cues(make_words(text), offset=0, fps=FPS, max_frame=100_000, line_ends=find_line_ends(text))


@pytest.mark.parametrize(
    ("first", "second", "together"),
    [
        ("Dr.", "Rao", True),
        ("डॉ.", "राव", True),
        ("(Mr.", "Shah", True),
        ("Rs.", "500", True),
        ("रु.", "500", True),
        ("₹", "500", True),
        ("No.", "5", True),
        ("No.", "He", False),
        ("10", "km", True),
        ("10", "किमी", True),
        ("37.5", "°C,", True),
        ("5", "लाख", True),
        ("₹5", "crore", True),
        ("million", "dollars", True),
        ("A.", "Kalam", True),
        ("5:30", "pm", True),
        ("5:30", "बजे", True),
        ("15", "August", True),
        ("अगस्त", "15", True),
        ("श्री", "राम", True),
        ("10,", "km", False),
        ("ten", "men", False),
        ("He", "ran", False),
        ("108", "boys", False),
        ("ran.", "He", False),
        ("ए.पी.जे.", "कलाम", True),
        ("2½", "kg", True),
        ("№", "7", True),
        ("p.", "10", True),
        ("the", "U.S.", False),
    ],
)
def test_what_belongs_together(first: str, second: str, together: bool) -> None:
    assert is_bound(first, second) is together


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Dr. Rao met Mr. Shah. They spoke.", 2),
        ("डॉ. राव आए। वे बोले।", 2),
        ("It cost Rs. 500. He paid.", 2),
        ("See No. 5. No. He left.", 3),
        ("ए.पी.जे. कलाम आए।", 1),
        ("“Go!” he said. “Now.”", 3),
        ("10 कि.मी. दूर।", 1),
        ("1. Silk moved. 2. Horses moved.", 2),
        ("१. पानी लें। २. उबालें।", 2),
        ("He was 12. She was 9.", 2),
        ("3. Mix it", 1),
        ("In 1947. Then.", 2),
    ],
)
def test_an_abbreviation_does_not_end_a_sentence(text: str, count: int) -> None:
    assert len(split_sentences(text)) == count
    assert " ".join(split_sentences(text)) == text


@pytest.mark.parametrize(
    "text", ["1. Silk moved west. 2. Horses moved east.", "We need: 1. Two cups of rice.", "१. पानी लें। २. उसे उबालें।"]
)
def test_the_number_of_an_item_stands_beside_its_item(text: str) -> None:
    for cue in captions(text):
        assert not cue.lines[-1].split()[-1].rstrip(".").isdecimal(), cue.lines


PAIRS = ["Dr. Rao", "डॉ. सिंह", "Rs. 500", "10 km", "₹5 लाख", "5:30 pm", "15 August", "37.5 °C", "Prof. Iyer"]
LOOSE = ["and", "the", "mountain", "नदी", "extraordinary", "was,", "है।", "then.", "गाँव"]


@given(st.lists(st.sampled_from(PAIRS + LOOSE + LOOSE), min_size=1, max_size=40), st.integers(20, MAX_LINE))
def test_words_that_belong_together_share_a_line_and_a_caption(chosen: list[str], limit: int) -> None:
    # pairs beside each other may bind into a chain that is longer than a line: "15 August 15 August 5:30 pm"
    apart = [part for one in chosen for part in ([one, "and"] if one in PAIRS else [one])]
    text = " ".join(apart)
    lines = [line for cue in captions(text) for line in cue.lines]
    assert " ".join(lines) == text
    assert all(count_characters(line) <= MAX_LINE for line in lines)
    for broken in (lines, break_lines(text, limit)):
        assert not any(is_bound(above.split()[-1], below.split()[0]) for above, below in pairwise(broken))


POEM = "Twinkle, twinkle, little star,\nHow I wonder what you are!\nUp above the world so high,\nLike a gem."
DOHA = "बुरा जो देखन मैं चला,\nबुरा न मिलिया कोय।\nजो दिल खोजा आपना,\nमुझसे बुरा न कोय॥"


@pytest.mark.parametrize("poem", [POEM, DOHA])
def test_the_lines_of_a_poem_are_lines_of_captions(poem: str) -> None:
    assert [line for cue in captions(poem) for line in cue.lines] == poem.split("\n")
    words = make_words("one two three four five six seven eight nine ten.")
    translated = build_translated_cues(poem, words, offset=0, fps=FPS, max_frame=10_000)
    assert [line for cue in translated for line in cue.lines] == poem.split("\n")


def test_a_line_of_a_poem_that_is_too_long_is_broken_in_its_own_caption() -> None:
    long = "Though the night be dark and the river be wide and deep,\nI shall cross."
    cues = captions(long)
    assert [" ".join(cue.lines) for cue in cues] == long.split("\n")


@given(st.lists(st.lists(st.sampled_from(LOOSE), min_size=1, max_size=6), min_size=1, max_size=12))
def test_a_caption_holds_whole_lines_of_a_poem(verses: list[list[str]]) -> None:
    text = "\n".join(" ".join(verse) for verse in verses)
    cues = captions(text)
    assert " ".join(" ".join(cue.lines) for cue in cues) == " ".join(text.split())
    assert all(len(cue.lines) <= 2 and all(count_characters(line) <= MAX_LINE for line in cue.lines) for cue in cues)
    for cue in cues:
        if cue.keeps_lines:
            ends = [line for verse in verses for line in [" ".join(verse)]]
            assert any(verse.endswith(cue.lines[0]) for verse in ends)
            assert any(verse.startswith(cue.lines[-1]) for verse in ends)
