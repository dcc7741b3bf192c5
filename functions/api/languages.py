"""List the languages of videos, and what works in each here."""

from typing import Literal

from functions.api.endpoint import endpoint
from sutradhar import bootstrap
from sutradhar.domain.core.base import Frozen
from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.choices import Voice
from sutradhar.pipeline.languages import LanguageSupport, list_languages


class LanguageItem(Frozen):
    tag: Language
    """The language as a plan names it (BCP 47)."""
    name: str
    """In English."""
    own_name: str
    """In the language itself."""
    script: str
    direction: Literal["ltr", "rtl"]
    narrators: tuple[str, ...]
    """The narrators that speak it, in the order in which they are asked; empty: it can have captions only."""
    voices: tuple[Voice, ...]
    word_timing: Literal["engine", "alignment", "length"] | None
    """The source of the words' times: the voice, an aligner, or each word's length. Null: no narrator speaks it."""
    stories: int
    """The templates that are told in it."""
    is_translated: bool
    """True if a translator is set up, which translates any plan into it."""
    problems: tuple[str, ...]
    """The parts that it lacks here, each with what would help."""


class LanguageList(Frozen):
    languages: tuple[LanguageItem, ...]


@endpoint(answers={200: LanguageList})
def show_languages() -> LanguageList:
    """List the languages of videos, and what works in each here. No provider is asked."""
    listed = list_languages(bootstrap.services())
    return LanguageList(languages=tuple(describe_language(one) for one in listed))


def describe_language(one: LanguageSupport) -> LanguageItem:
    facts = one.facts
    return LanguageItem(
        tag=facts.tag,
        name=facts.name,
        own_name=facts.own_name,
        script=facts.script_facts.name,
        direction=facts.direction,
        narrators=tuple(map(str, one.narrators)),
        voices=one.voices,
        word_timing=one.word_timing,
        stories=one.stories,
        is_translated=one.is_translated,
        problems=one.problems,
    )
