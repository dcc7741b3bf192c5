"""Texts that people send: cleaned, and refused with a reason where nothing can be done with them."""

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from sutradhar.domain.text import clean, drawable, named, speakable, undrawable


def some(value: str) -> str:
    if not value:
        raise ValueError("must have some text (symbols and emoji do not count)")
    return value


def _visible(value: str) -> str:
    if foreign := undrawable(value):
        raise ValueError(
            f"has the character {named(foreign)}, which the caption fonts cannot draw; take it out or spell it"
        )
    return value


def _encodable(value: object) -> object:
    if isinstance(value, str) and any("\ud800" <= c <= "\udfff" for c in value):
        raise ValueError("has half of a surrogate pair, which is no character; send valid Unicode")
    return value


Line = Annotated[str, BeforeValidator(_encodable), AfterValidator(clean)]
Shown = Annotated[Line, AfterValidator(drawable), AfterValidator(clean), AfterValidator(some), AfterValidator(_visible)]


def _narration(value: str) -> str:
    spoken = speakable(value)
    if value.strip() and not spoken:
        raise ValueError("has nothing to say once stage directions and symbols are taken out; write a sentence")
    return _visible(spoken) if spoken else ""


Narration = Annotated[str, Field(max_length=2000), BeforeValidator(_encodable), AfterValidator(_narration)]
