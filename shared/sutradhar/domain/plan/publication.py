"""Define what a caller sends to have a video published: in a plan, or for a job that exists."""

import unicodedata
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from sutradhar.domain.core.base import Frozen

Privacy = Literal["public", "unlisted", "private"]

_UNSEEN = ("Cf", "Zs", "Zl", "Zp")
"""The categories of characters that show nothing; beside others, Indian scripts and emoji need some of them."""


def _check_characters(value: str) -> str:
    text = value.strip().replace("\r\n", "\n")
    for character in text:
        if unicodedata.category(character) in ("Cc", "Cs") and character not in "\n\t":
            raise ValueError(f"has the character U+{ord(character):04X}, which is no text; take it out")
    return text


def _check_line(value: str) -> str:
    if "\n" in value or "\t" in value:
        raise ValueError("must be one line, without tabs")
    if all(unicodedata.category(character) in _UNSEEN for character in value):
        raise ValueError("must have a character that can be seen")
    return value


def read_list(value: object) -> object:
    """Return ``value`` as a tuple if it is a list."""
    return tuple(value) if isinstance(value, list) else value  # JSON has lists only


# the words are published as they are, so nothing is cleaned here; emoji are fine
Text = Annotated[str, AfterValidator(_check_characters)]
Line = Annotated[Text, AfterValidator(_check_line)]
Title = Annotated[Line, Field(max_length=100)]
"""YouTube takes 100 characters (developers.google.com/youtube/v3/docs/videos, snippet.title)."""
Description = Annotated[Text, Field(max_length=5000)]
Tags = Annotated[tuple[Annotated[Line, Field(max_length=100)], ...], BeforeValidator(read_list), Field(max_length=60)]
PlaylistId = Annotated[str, Field(min_length=2, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
Category = Annotated[str, Field(max_length=3, pattern=r"^[0-9]{1,3}$")]
TimeText = Annotated[str, Field(min_length=1, max_length=60)]
Zone = Annotated[str, Field(min_length=1, max_length=60)]
_NO_WORDS = frozenset({"destination", "priority", "iso_datetime", "timezone"})


class PublishNow(Frozen):
    """The words of a publication. What is left out comes from the plan of the job."""

    destination: Annotated[str, Field(min_length=1, max_length=40)] = "youtube"
    title: Title | None = None
    description: Description | None = None
    tags: Tags | None = None
    privacy: Privacy = "public"
    playlist: PlaylistId | None = None
    category: Category = "22"
    made_for_kids: bool = False
    synthetic_media: bool | None = None
    """True: the video shows realistic scenes that never took place; null: it follows from what made its images."""
    priority: int = Field(default=0, ge=-100, le=100)
    """If a day's quota does not suffice, a higher priority goes first."""

    @property
    def words(self) -> Mapping[str, Any]:
        """The words and choices that are given, by name."""
        return {name: value for name, value in self if name not in _NO_WORDS and value is not None}


class PlannedPublication(PublishNow):
    """A publication that a plan asks for."""

    iso_datetime: TimeText | None = None
    """ISO 8601. Without an offset it is a local time of ``timezone``; null: as soon as the video is finished."""
    timezone: Zone | None = None
    """An IANA zone such as Asia/Kolkata; null: the setting SCHEDULE_TZ."""


def read_publications(value: object) -> object:
    """Return ``value``, which may be one publication or null, as a list."""
    if value is None or value is False:
        return ()
    return (value,) if isinstance(value, Mapping | PublishNow) else read_list(value)


def check_destinations(publications: tuple[PlannedPublication, ...]) -> tuple[PlannedPublication, ...]:
    names = [one.destination for one in publications]
    if twice := [name for name in names if names.count(name) > 1]:
        raise ValueError(f"names the destination {twice[0]} twice; a job has one publication to each")
    return publications


Publications = Annotated[
    tuple[PlannedPublication, ...],
    BeforeValidator(read_publications),
    AfterValidator(check_destinations),
    Field(max_length=10),
]
