"""The words and choices with which a video is published, and a change of some of them."""

import unicodedata
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from sutradhar.domain.core.base import Frozen

Privacy = Literal["public", "unlisted", "private"]


def _check_characters(value: str) -> str:
    text = value.strip().replace("\r\n", "\n")
    for character in text:
        if unicodedata.category(character) in ("Cc", "Cs") and character not in "\n\t":
            raise ValueError(f"has the character U+{ord(character):04X}, which is no text; take it out")
    return text


def _check_line(value: str) -> str:
    if "\n" in value or "\t" in value:
        raise ValueError("must be one line, without tabs")
    return value


def _read_list(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value  # JSON has lists only


# the words are published as they are, so nothing is cleaned here; emoji are fine
Text = Annotated[str, AfterValidator(_check_characters)]
Line = Annotated[Text, AfterValidator(_check_line), Field(min_length=1)]
Title = Annotated[Line, Field(max_length=100)]
"""YouTube takes 100 characters (developers.google.com/youtube/v3/docs/videos, snippet.title)."""
Description = Annotated[Text, Field(max_length=5000)]
Tags = Annotated[tuple[Annotated[Line, Field(max_length=100)], ...], BeforeValidator(_read_list), Field(max_length=60)]
PlaylistId = Annotated[str, Field(min_length=2, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
Category = Annotated[str, Field(max_length=3, pattern=r"^[0-9]{1,3}$")]


class PublicationDetails(Frozen):
    """The words and choices of a publication. A destination uses those that it knows."""

    title: Title
    description: Description = ""
    tags: Tags = ()
    privacy: Privacy = "public"
    """The privacy from the time of the publication on; before it, the video is private."""
    playlist: PlaylistId | None = None
    category: Category = "22"
    """The number of a category of YouTube; 22 is "People & Blogs" (videoCategories.list)."""
    made_for_kids: bool = False
    synthetic_media: bool | None = None
    """True if the video shows realistic scenes that never took place; None: it follows from the providers of its
    images and voice (support.google.com/youtube/answer/14328491)."""


class DetailsPatch(Frozen):
    """The fields of the details that change. A field that the caller leaves out keeps its value."""

    title: Title | None = None
    description: Description | None = None
    tags: Tags | None = None
    privacy: Privacy | None = None
    playlist: PlaylistId | None = None
    category: Category | None = None
    made_for_kids: bool | None = None
    synthetic_media: bool | None = None

    def apply(self, details: PublicationDetails) -> PublicationDetails:
        """Return ``details`` with the fields that the caller named. Null removes a playlist; elsewhere it is the
        default value."""
        changes = {name: getattr(self, name) for name in self.model_fields_set}
        defaults = {name: field.default for name, field in PublicationDetails.model_fields.items() if name != "title"}
        cleared = {
            name: defaults.get(name, getattr(details, name)) if value is None else value
            for name, value in changes.items()
        }
        return details.evolve(**cleared)
