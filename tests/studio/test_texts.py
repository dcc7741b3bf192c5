"""The texts of the studio: complete in both languages, and all of them used."""

import re
from collections.abc import Iterator

from tests.studio.sources import read_sources, read_texts, remove_comments

FORMS = {"one", "other"}
"""The plural forms that English and Hindi have (CLDR)."""
_DEVANAGARI = re.compile(r"[\u0900-\u097f]")
_LATIN_WORD = re.compile(r"[A-Za-z]{2,}")
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def list_entries(language: str) -> Iterator[tuple[str, str | dict[str, str]]]:
    """Yield every key, as ``part.name``, and its text or plural forms."""
    for part, texts in read_texts()[language].items():
        for name, text in texts.items():
            yield f"{part}.{name}", text if isinstance(text, str) else dict(text)


def list_forms(text: str | dict[str, str]) -> list[str]:
    return [text] if isinstance(text, str) else list(text.values())


def read_placeholders(text: str | dict[str, str]) -> set[str]:
    return {name for form in list_forms(text) for name in _PLACEHOLDER.findall(form)}


def test_both_languages_have_the_same_texts_with_the_same_placeholders_and_plurals() -> None:
    english, hindi = dict(list_entries("en")), dict(list_entries("hi"))
    assert set(english) ^ set(hindi) == set()
    differing = [
        key
        for key in english
        if isinstance(english[key], str) != isinstance(hindi[key], str)
        # "one scene" may leave the number out in one of the forms
        or read_placeholders(english[key]) != read_placeholders(hindi[key])
    ]
    assert differing == []
    plurals = [(key, text) for texts in (english, hindi) for key, text in texts.items() if isinstance(text, dict)]
    assert [key for key, text in plurals if set(text) != FORMS] == []


def test_every_hindi_text_is_hindi() -> None:
    """A text of names and signs only, such as "YouTube" or "{done} / {all}", may be the same in both."""
    english = dict(list_entries("en"))
    same = [
        key
        for key, text in list_entries("hi")
        for form in list_forms(text)
        if not _DEVANAGARI.search(form) and any(word.islower() for word in _LATIN_WORD.findall(_remove_values(form)))
    ]
    assert [(key, english[key]) for key in same] == []


def _remove_values(text: str) -> str:
    return _PLACEHOLDER.sub("", re.sub(r"sk_\w*", "", text))


def test_every_text_that_a_module_asks_for_exists_and_every_text_is_asked_for() -> None:
    keys = dict(list_entries("en"))
    sources = {name: remove_comments(text) for name, text in read_sources().items() if "/text/" not in name}
    literal = {(name, key) for name, text in sources.items() for key in re.findall(r"[\"'`](\w+\.\w+)[\"'`]", text)}
    parts = set(read_texts()["en"])
    asked = {(name, key) for name, key in literal if key.split(".")[0] in parts}
    called = {(name, key) for name, text in sources.items() for key in re.findall(r"\bt\(\s*[\"'](\w+\.\w+)", text)}
    assert sorted(one for one in called | asked if one[1] not in keys and not one[1].endswith(".js")) == []
    patterns = [re.compile(one) for text in sources.values() for one in _list_patterns(text)]
    used = {key for _, key in asked} | {key for key in keys if any(one.fullmatch(key) for one in patterns)}
    assert sorted(set(keys) - used) == []


def _list_patterns(source: str) -> Iterator[str]:
    """Yield a regular expression for each key that a module puts together: `common.state_${state}`."""
    for part, rest in re.findall(r"`(\w+)\.((?:\w|\$\{[^`]*?\})*)`", source):
        if "${" in rest:
            yield rf"{part}\." + re.sub(r"\$\{[^`]*?\}", r"\\w+", rest)


def test_a_text_with_placeholders_gets_their_values() -> None:
    keys = dict(list_entries("en"))
    bare = [
        (name, key)
        for name, text in read_sources().items()
        for key in re.findall(r"\bt\(\s*[\"'](\w+\.\w+)[\"']\s*\)", text)
        if key in keys and read_placeholders(keys[key])
    ]
    assert bare == []
