"""Define what is translated of a plan, and the fixed translations of words."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from sutradhar.domain.core.base import Frozen
from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.choices import LanguageCode
from sutradhar.domain.plan.options import VoiceName
from sutradhar.domain.plan.shorthand import refuse_double_languages
from sutradhar.domain.text.text_fields import DisplayText, SingleLineText, require_text


class Localization(Frozen):
    """The words around the video in another language, for the page that shows it."""

    title: Annotated[DisplayText, Field(max_length=120)] | None = None
    description: Annotated[SingleLineText, Field(max_length=5000)] = ""
    tags: tuple[Annotated[SingleLineText, Field(max_length=100)], ...] = Field(default=(), max_length=30)


LanguageVoices = Annotated[Mapping[LanguageCode, VoiceName], BeforeValidator(refuse_double_languages)]
Localizations = Annotated[Mapping[LanguageCode, Localization], BeforeValidator(refuse_double_languages)]
Term = Annotated[SingleLineText, AfterValidator(require_text), Field(max_length=80)]
Glossary = Annotated[
    Mapping[Term, Annotated[Mapping[LanguageCode, Term], BeforeValidator(refuse_double_languages)]],
    Field(max_length=100),
]
"""Words of the plan, each with its fixed translations by language."""


class TranslationRequest(Frozen):
    """Texts to translate from the language ``source`` into ``target``."""

    source: Language
    target: Language
    narrations: tuple[str, ...]
    """The narration of each scene; an empty one stays empty."""
    seconds: tuple[float, ...]
    """The longest time in seconds in which each narration may be spoken; 0: any."""
    phrases: tuple[str, ...] = ()
    """Other texts: the title, the description, tags and words on the screen."""
    glossary: Mapping[str, str] = {}
    """Fixed translations of words into ``target``."""
    previous: tuple[str, ...] = ()
    """An earlier translation of the narrations, some lines of which are too long; empty: this is the first request."""
    too_long: tuple[int, ...] = ()
    """The indices of these lines."""


class TranslatedTexts(Frozen):
    """The answer to a request: as many narrations and phrases as that has."""

    narrations: tuple[str, ...]
    phrases: tuple[str, ...] = ()
