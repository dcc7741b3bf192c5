"""Lines and cues of random text in each script: within the width, no character cut in two, nothing lost."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sutradhar.domain.assets.asset import Word
from sutradhar.domain.language.table import FACTS
from sutradhar.domain.language.tags import LANGUAGES, Language
from sutradhar.domain.text.phrases import CLOSING, has_phrases
from sutradhar.domain.text.text import clean_text, make_drawable, split_graphemes, split_sentences
from sutradhar.domain.text.words import join_words, locate_words, split_words
from sutradhar.domain.video.caption_lines import break_lines, find_limits
from sutradhar.domain.video.captions import build_cues, build_translated_cues

FPS = 30
_RANGES = {
    "Latn": ("az", "AZ", "ßÿ"), "Deva": ("अह", "ऀः", "ा्"), "Beng": ("অহ", "া্"), "Taml": ("அஹ", "ா்"), "Telu": ("అహ", "ా్"),
    "Gujr": ("અહ", "ા્"), "Knda": ("ಅಹ", "ಾ್"), "Mlym": ("അഹ", "ാ്"), "Guru": ("ਅਹ", "ਾ੍"), "Arab": ("ءي", "ًْ"),
    "Aran": ("ءي", "ًْ", "ٹھ"), "Cyrl": ("ая", "АЯ"), "Jpan": ("ぁん", "ァヺ", "一龠"), "Kore": ("가힣",),
    "Hans": ("一龠",),
}  # fmt: skip
"""First and last letter of the ranges from which the letters of each script are drawn."""


@st.composite
def texts(draw: st.DrawFn, language: Language) -> str:
    """A text of letters, digits, Latin words, punctuation, joiners and odd words that are longer than a line."""
    facts = FACTS[language]
    letters = [
        st.characters(min_codepoint=ord(ends[0]), max_codepoint=ord(ends[-1]), exclude_categories=["Cn", "Zs"])
        for ends in _RANGES[facts.script]
    ]
    word = st.text(st.one_of(letters), min_size=1, max_size=draw(st.sampled_from([6, 6, 6, 60])))
    marks = st.sampled_from(
        ["", "", "", ",", "،", "、", "。", "」", "）", "!", facts.sentence_ends[-1], "\u200d", "\u200c"]
    )
    other = st.sampled_from(["iPhone", "3.5", "(", "「", "“", "10 km", facts.digits[3:6], "https", "—", "……"])
    gap = "" if facts.word_rule == "phrases" else " "
    pieces = st.one_of(st.tuples(word, marks).map("".join), other, st.just(" "))
    return clean_text(make_drawable(gap.join(draw(st.lists(pieces, min_size=1, max_size=25)))))


def list_clusters(text: str) -> list[str]:
    return [cluster for word in text.split() for cluster in split_graphemes(word)]


@pytest.mark.parametrize("language", LANGUAGES)
@settings(max_examples=8)
@given(data=st.data())
def test_lines(language: Language, data: st.DataObject) -> None:
    text = data.draw(texts(language))
    limits = find_limits(text)
    lines = break_lines(text)
    assert list_clusters(" ".join(lines)) == list_clusters(text)
    assert all(limits.measure(line) <= limits.chars for line in lines)
    assert all(line == line.strip() for line in lines)
    # a line begins with a closing mark only if a word of the text does, or a row of marks is longer than a line
    for line in lines[1:]:
        if has_phrases(line) and line[0] in CLOSING:
            assert any(word[0] in CLOSING for word in split_words(text)) or set(line[:4]) <= CLOSING
    words = [lines[line][start:end] for line, start, end in locate_words(lines)]
    assert len(words) == len(split_words(join_words(lines)))


@pytest.mark.parametrize("language", LANGUAGES)
@settings(max_examples=6)
@given(data=st.data())
def test_cues(language: Language, data: st.DataObject) -> None:
    text = data.draw(texts(language).filter(str.strip))
    limits, at, words = find_limits(text), 0.0, list[Word]()
    for word in split_words(text):
        length = max(len(word) * data.draw(st.floats(0.02, 0.2)), 0.05)
        words.append(Word(text=word, start=at, end=at + length))
        at += length
    frames = math.ceil((at + 1) * FPS)
    cues = build_cues(words, offset=0.5, fps=FPS, max_frame=frames)
    assert list_clusters(" ".join(" ".join(cue.lines) for cue in cues)) == list_clusters(text)
    for cue in cues:
        assert len(cue.lines) <= 2
        assert all(limits.measure(line) <= limits.chars for line in cue.lines)
        assert list(cue.word_starts) == sorted(cue.word_starts)
        if cue.word_starts:
            assert len(cue.word_starts) == len(locate_words(cue.lines))
            assert cue.start <= cue.word_starts[0] <= cue.word_starts[-1] < cue.end
    translated = build_translated_cues(text, words[: len(words) // 2 + 1], offset=0, fps=FPS, max_frame=frames)
    assert list_clusters(" ".join(" ".join(cue.lines) for cue in translated)) == list_clusters(text)


@pytest.mark.parametrize("language", LANGUAGES)
@settings(max_examples=6)
@given(data=st.data())
def test_sentences(language: Language, data: st.DataObject) -> None:
    text = data.draw(texts(language))
    sentences = split_sentences(text)
    assert list_clusters(" ".join(sentences)) == list_clusters(text)
    assert [word.rstrip() for one in sentences for word in split_words(one)] == [w.rstrip() for w in split_words(text)]
