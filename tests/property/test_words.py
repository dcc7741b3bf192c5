"""The words of a text are all of it, and are the same however the text is cut into lines or sentences."""

from hypothesis import given
from hypothesis import strategies as st

from sutradhar.domain.text.text import split_graphemes
from sutradhar.domain.text.words import join_words, split_words

_PIECES = (
    *(
        "昔々、",
        "おじいさん",
        "「はい！」",
        "と言った。",
        "東京",
        "2024年",
        "从前",
        "有座山，",
        "《红楼梦》",
        "“你好！”",
        "ーっ",
    ),
    *("\u3099", "か\u3099", "葛\U000e0100", "iPhone", "3.5", "the", "of", "hello!", "क्या", "है?", "தமிழ்", "سلام،"),
    *(
        "می\u200cخواهم",
        "안녕하세요",
        "大韓民國",
        "ﾊﾟ",
        "……",
        "！",
        "。",
        "—",
        "👩\u200d👧",
        "(",
        ")",
        '"',
        "'",
        "%",
        "\u3000",
    ),
)
texts = st.lists(st.sampled_from((*_PIECES, " ", " ", "\n")), max_size=30).map("".join)
any_texts = st.one_of(texts, st.text(max_size=60))


@given(any_texts)
def test_no_word_loses_text(text: str) -> None:
    assert join_words(split_words(text)) == " ".join(text.split())


@given(any_texts)
def test_no_word_ends_inside_a_character(text: str) -> None:
    line = " ".join(text.split())
    ends, at = {0}, 0
    for cluster in split_graphemes(line):
        at += len(cluster)
        ends.add(at)
    at = 0
    for word in split_words(line):
        at = line.index(word.rstrip(" "), at) + len(word.rstrip(" "))
        assert at in ends or line[at : at + 1] == " "


@given(st.lists(any_texts, max_size=4))
def test_the_words_of_a_text_are_those_of_its_lines(lines: list[str]) -> None:
    by_line = [word.rstrip() for line in lines for word in split_words(line)]
    assert [word.rstrip() for word in split_words("\n".join(lines))] == by_line


@given(st.text(alphabet=st.characters(max_codepoint=0x10FF), max_size=60))
def test_words_between_spaces_are_as_they_always_were(text: str) -> None:
    assert split_words(text) == text.split()
    assert join_words(text.split()) == " ".join(text.split())
