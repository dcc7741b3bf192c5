"""Load the texts of the package as values. The file of a story is ``stories/<its id>.toml``.

One file tells a story at any length from 5 to 600 s. Its parts are:

- ``[[breath]]``: the version of one breath, for 5 to 14 s. One to four scenes with one short sentence each. The first
  has no ``drop`` and tells the whole story by itself in 3 to 4.3 s; the others are left out in the order of ``drop``.
- ``[[beats]]`` without ``long``: the story in 15 to 120 s, an opening first and a close last. Shorter versions leave
  out beats with ``drop``, 1 first.
- ``[[beats]]`` with ``long = n``: further beats between those, for versions over two minutes. Versions add them in the
  order of ``long``, 1 first. So a beat may refer only to beats without ``long``, and to earlier beats with a smaller
  ``long``. Two beats that need each other have the same number.

Each sentence of a beat adds detail: its first sentences, however many, make sense alone in every version that tells the
beat. A beat with ``long`` is told with two sentences or more. ``en`` and ``hi`` have the same sentences one by one,
because they are each other's captions. A whole beat takes 12 to 20 s to say in each language.
"""

import tomllib
from functools import cache
from importlib import resources
from typing import Literal

from pydantic import Field

from sutradhar.domain.core.base import Frozen
from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.choices import CameraMove, Mood, TransitionKind

Role = Literal["opening", "development", "close"]


class Beat(Frozen):
    """The part of a story that one scene tells. Its first sentences, in any number, make sense alone."""

    role: Role = "development"
    image: str
    en: tuple[str, ...] = ()
    hi: tuple[str, ...] = ()
    drop: int | None = Field(default=None, ge=1)
    """Rank in which shorter versions leave the beat out, 1 first; None: the story needs it."""
    long: int | None = Field(default=None, ge=1)
    """Rank in which longer versions add the beat, 1 first; None: all versions tell it unless they drop it."""
    camera: CameraMove
    transition: TransitionKind = "crossfade"

    def get_sentences(self, language: Language) -> tuple[str, ...]:
        return self.hi if language == "hi" else self.en


class Story(Frozen):
    id: str
    title: dict[Language, str]
    description: dict[Language, str]
    tags: tuple[str, ...]
    mood: Mood
    keywords: tuple[str, ...]
    """A keyword names the story if all of its words occur in a topic."""
    related: tuple[str, ...]
    """Words that do not name the story but belong to it."""
    breath: tuple[Beat, ...] = ()
    """The version that takes one breath."""
    beats: tuple[Beat, ...]


class WordLists(Frozen):
    """The lists of ``words.toml``: words separated by white space."""

    auxiliary: str
    asking: str
    asking_hi: str
    small: str
    passing: str
    titles: str
    postpositions: str
    lower_inside: str
    doing: str
    kinds: dict[str, str]
    moods: dict[Mood, str]


@cache
def load_word_lists() -> WordLists:
    text = resources.files(__package__).joinpath("words.toml").read_text("utf-8")
    return WordLists.model_validate(tomllib.loads(text))


@cache
def load_stories() -> tuple[Story, ...]:
    """Return all stories, in the order of their ids."""
    files = (f for f in resources.files(__package__).joinpath("stories").iterdir() if f.name.endswith(".toml"))
    return tuple(
        Story.model_validate({"id": f.name.removesuffix(".toml"), **tomllib.loads(f.read_text("utf-8"))})
        for f in sorted(files, key=lambda f: f.name)
    )
