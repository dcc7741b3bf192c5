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

``stories/LANGUAGE`` has the stories in a further language: ``titles.toml`` has a table for each story with its title,
description and keywords, and a file for each story has ``breath`` and ``beats``, lists of as many lists of sentences as
the story has beats.
"""

import tomllib
from collections.abc import Collection, Mapping
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Literal

from pydantic import Field

from sutradhar.domain.core.base import Frozen
from sutradhar.domain.language.tags import LANGUAGES, Language
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

    translations: Mapping[Language, tuple[str, ...]] = {}
    """The sentences in further languages, as far as ``add_languages`` has added them."""

    def get_sentences(self, language: Language) -> tuple[str, ...]:
        own = {"en": self.en, "hi": self.hi}
        return own[language] if language in own else self.translations[language]


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

    @property
    def languages(self) -> tuple[Language, ...]:
        """The languages in which the story is told."""
        return tuple(self.title)


class _Heading(Frozen):
    """A story's table in ``titles.toml``."""

    title: str
    description: str
    keywords: tuple[str, ...]


class _Texts(Frozen):
    """The sentences of a story in a further language, beat by beat."""

    breath: tuple[tuple[str, ...], ...]
    beats: tuple[tuple[str, ...], ...]


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
    """Return all stories, in the order of their ids, with the sentences in English and Hindi."""
    files = (f for f in _open_folder().iterdir() if f.name.endswith(".toml"))
    return tuple(_load_story(file) for file in sorted(files, key=lambda file: file.name))


def add_languages(story: Story, languages: Collection[Language]) -> Story:
    """Return ``story`` with its sentences in those of ``languages`` in which it is told."""
    further = [one for one in story.languages if one in languages and one not in ("en", "hi")]
    texts = {language: _load_texts(story.id, language) for language in further}

    def add(beats: tuple[Beat, ...], part: Literal["breath", "beats"]) -> tuple[Beat, ...]:
        return tuple(
            beat.evolve(translations={language: getattr(own, part)[i] for language, own in texts.items()})
            for i, beat in enumerate(beats)
        )

    return story.evolve(breath=add(story.breath, "breath"), beats=add(story.beats, "beats")) if texts else story


def _open_folder() -> Traversable:
    return resources.files(__package__).joinpath("stories")


def _load_story(file: Traversable) -> Story:
    story = Story.model_validate({"id": file.name.removesuffix(".toml"), **tomllib.loads(file.read_text("utf-8"))})
    headings = {tag: own[story.id] for tag, own in _load_headings().items() if story.id in own}
    return story.evolve(
        title={**story.title, **{tag: heading.title for tag, heading in headings.items()}},
        description={**story.description, **{tag: heading.description for tag, heading in headings.items()}},
        keywords=(*story.keywords, *(word for heading in headings.values() for word in heading.keywords)),
    )


@cache
def _load_headings() -> Mapping[Language, Mapping[str, _Heading]]:
    files = {tag: _open_folder().joinpath(tag, "titles.toml") for tag in LANGUAGES}
    tables = {tag: tomllib.loads(file.read_text("utf-8")) for tag, file in files.items() if file.is_file()}
    return {tag: {name: _Heading.model_validate(one) for name, one in table.items()} for tag, table in tables.items()}


@cache
def _load_texts(story_id: str, language: Language) -> _Texts:
    text = _open_folder().joinpath(language, f"{story_id}.toml").read_text("utf-8")
    return _Texts.model_validate(tomllib.loads(text))
