"""Letters stand in the order in which readers of both directions read, as another implementation of UAX #9 says."""

from bidi import get_display
from hypothesis import given, settings
from hypothesis import strategies as st

from gpu_renderer.text.bidi import find_levels, find_line_levels, has_right_to_left, order_by_level, runs_right_to_left
from gpu_renderer.text.fonts import find_typeface
from gpu_renderer.text.line_layout import find_words, measure_line, split_runs
from sutradhar.domain.language.tags import Language

WORDS = st.one_of(
    st.text("ابتحمنيكهلسر", min_size=1, max_size=6),
    st.text("پٹچڈگےکں", min_size=1, max_size=5),
    st.text("abcXYZé", min_size=1, max_size=5),
    st.sampled_from(
        ["2026", "1,234.5", "50%", "٣٫٥", "۲۵", "$5", "-", "–", "C++", "a-b", "24/7", "राम", "नदी", "日本"]
    ),
)
MARKS = st.sampled_from(["", "", "", "،", ".", "!", "؟", ":", "…"])
BRACKETS = st.sampled_from(["{}", "{}", "{}", "({})", "“{}”", "«{}»", "[{}]"])
TEXTS = st.lists(st.builds(lambda w, m, b: b.format(w) + m, WORDS, MARKS, BRACKETS), min_size=1, max_size=8).map(
    " ".join
)


@given(TEXTS, st.booleans())
def test_characters_are_ordered_as_by_another_implementation(text: str, is_rtl: bool) -> None:
    levels = find_levels(text, is_rtl=is_rtl)
    shown = "".join(text[i] for i in order_by_level(levels))
    assert shown == get_display(text, base_dir="R" if is_rtl else "L")


@given(TEXTS, st.sampled_from(["ar", "ur", "en", "hi", None]))
def test_runs_hold_every_character_once_in_the_order_of_the_levels(text: str, language: Language | None) -> None:
    face = find_typeface().adapt_to_language(language)
    runs = split_runs(text, face)
    logical = sorted(runs, key=lambda run: run.start)
    assert "".join(run.text for run in logical) == text
    assert [run.start for run in logical] == [sum(len(r.text) for r in logical[:i]) for i in range(len(logical))]
    levels = find_levels(text, is_rtl=runs_right_to_left(text, language))
    shown = [i for run in runs for i in _order(run.start, len(run.text), levels[run.start])]
    assert shown == order_by_level(levels)


def _order(start: int, length: int, level: int) -> range:
    return range(start + length - 1, start - 1, -1) if level % 2 else range(start, start + length)


@settings(max_examples=25)
@given(TEXTS, st.sampled_from(["ar", "en"]))
def test_each_word_has_its_place_on_the_line(text: str, language: Language) -> None:
    face = find_typeface().adapt_to_language(language)
    width = measure_line(text, face, 40)
    words = find_words(text, face, 40)
    assert len(words) == len(text.split())
    assert all(-0.1 <= left <= right <= width + 0.1 for left, right in words)


@given(st.lists(TEXTS, min_size=1, max_size=3))
def test_a_line_has_the_levels_that_it_has_in_its_text(lines: list[str]) -> None:
    levels, whole = find_line_levels(lines, is_rtl=True), find_levels(" ".join(lines), is_rtl=True)
    if levels[0] is None:
        assert not has_right_to_left(" ".join(lines))
        return
    start = 0
    for line, own in zip(lines, levels, strict=True):
        assert own == whole[start : start + len(line)]
        start += len(line) + 1


def test_a_number_at_the_start_of_a_line_is_written_as_its_text_asks() -> None:
    """The percent sign stands to the left of a number after an Arabic letter, also if that is on the line before."""
    alone, after = find_levels("50% من", is_rtl=True), find_line_levels(["مضى", "50% من"], is_rtl=True)[1]
    assert alone[:3] == [2, 2, 2]
    assert after is not None
    assert after[:3] == [2, 2, 1]
