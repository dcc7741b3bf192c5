"""Define the text fields of a plan. A text is cleaned, and refused with a reason if no word of it can be used."""

from collections.abc import Callable
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, ValidationInfo

from sutradhar.domain.core.record import STORED
from sutradhar.domain.text.pasted_text import read_line, read_narration
from sutradhar.domain.text.text import (
    clean_text,
    describe_character,
    explain_undrawable,
    find_undrawable_character,
    make_drawable,
    plain_characters,
)

MAX_NARRATION = 2000
"""The most spoken characters in one scene; text that is left out does not count."""
_MAX_PASTED = 20_000
"""The most characters of a text to check: far more than any field takes, and few enough to read in a moment."""


def require_text(value: str) -> str:
    if not value:
        raise ValueError("must have some text (symbols and emoji do not count)")
    return value


def _check_glyphs(value: str) -> str:
    if foreign := find_undrawable_character(value):
        raise ValueError(f"has the character {describe_character(foreign)}, {explain_undrawable(foreign)}")
    return value


def _check_unicode(value: object) -> object:
    if isinstance(value, str) and not value.isascii() and any("\ud800" <= c <= "\udfff" for c in value):
        raise ValueError("has half of a surrogate pair, which is no character; send valid Unicode")
    return value


def _check_pasted_length(value: object) -> object:
    if isinstance(value, str) and len(value) > _MAX_PASTED:
        raise ValueError(f"must be a short text (got {len(value)} characters)")
    return _check_unicode(value)


def _clean_new(clean: Callable[[str], str]) -> AfterValidator:
    """Return the validator that gives each text of a caller to ``clean``. A stored text was cleaned before it was
    stored, and stays as it is: to clean it again takes five sixths of the time in which a job is read."""

    def clean_if_new(value: str, info: ValidationInfo) -> str:
        return value if info.context is STORED else clean(value)

    return AfterValidator(clean_if_new)


def _read_display(value: str) -> str:
    return _check_glyphs(require_text(clean_text(make_drawable(read_line(value)))))


SingleLineText = Annotated[str, BeforeValidator(_check_pasted_length), _clean_new(clean_text)]
DisplayText = Annotated[str, BeforeValidator(_check_pasted_length), _clean_new(_read_display)]


def _read_prompt(value: str) -> str:
    text = plain_characters(value).strip()
    require_text(make_drawable(text).strip())
    return _check_glyphs(text)


PromptText = Annotated[str, BeforeValidator(_check_pasted_length), _clean_new(_read_prompt)]
"""An idea or a whole script. It keeps its line breaks, which tell the spoken text of a script from its labels."""


def _read_narration(value: str) -> str:
    narration = read_narration(value).text if len(value) <= _MAX_PASTED else value
    if len(narration) > MAX_NARRATION:
        raise ValueError(
            f"has too much to say for one scene: at most {MAX_NARRATION} characters (got {len(narration)})"
        )
    if value.strip() and not narration:
        raise ValueError("has nothing to say once stage directions and symbols are taken out; write a sentence")
    return _check_glyphs(narration) if narration else ""


NarrationText = Annotated[str, BeforeValidator(_check_unicode), _clean_new(_read_narration)]
