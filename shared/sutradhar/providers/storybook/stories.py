"""The texts of the package as values. A story is ``stories/<its id>.toml``."""

import tomllib
from functools import cache
from importlib import resources
from typing import Literal

from pydantic import Field

from sutradhar.domain.base import Frozen
from sutradhar.domain.plan import CameraMove, Language, Mood, TransitionKind

Role = Literal["opening", "development", "close"]


class Beat(Frozen):
    """One scene's worth of story. Any leading part of its sentences can stand alone; the rest elaborates."""

    role: Role
    image: str
    en: tuple[str, ...] = ()
    hi: tuple[str, ...] = ()
    drop: int | None = Field(default=None, ge=1)
    """Left out of shorter versions, 1 first; None: the story is not a story without it."""
    camera: CameraMove
    transition: TransitionKind = "crossfade"

    def sentences(self, language: Language) -> tuple[str, ...]:
        return self.hi if language == "hi" else self.en


class Story(Frozen):
    id: str
    title: dict[Language, str]
    description: dict[Language, str]
    tags: tuple[str, ...]
    mood: Mood
    keywords: tuple[str, ...]
    """Each names the story when all of its words occur."""
    related: tuple[str, ...]
    """Words that do not name the story but belong to it."""
    beats: tuple[Beat, ...]


class WordLists(Frozen):
    """``words.toml``: words separated by white space."""

    auxiliary: str
    asking: str
    asking_hi: str
    small: str
    passing: str
    moods: dict[Mood, str]


@cache
def word_lists() -> WordLists:
    text = resources.files(__package__).joinpath("words.toml").read_text("utf-8")
    return WordLists.model_validate(tomllib.loads(text))


@cache
def stories() -> tuple[Story, ...]:
    """All stories, by id."""
    files = (f for f in resources.files(__package__).joinpath("stories").iterdir() if f.name.endswith(".toml"))
    return tuple(
        Story.model_validate({"id": f.name.removesuffix(".toml"), **tomllib.loads(f.read_text("utf-8"))})
        for f in sorted(files, key=lambda f: f.name)
    )
