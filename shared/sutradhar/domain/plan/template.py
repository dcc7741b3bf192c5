"""Define a template: a story that is told at any length, in each of its languages."""

from collections.abc import Mapping

from sutradhar.domain.core.base import Frozen
from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.choices import MAX_TOTAL_SEC, MIN_TOTAL_SEC

ORIGIN = "template/"
"""The field ``based_on`` of a plan that began as a template is this and the id of the template."""


class Template(Frozen):
    id: str
    titles: Mapping[Language, str]
    descriptions: Mapping[Language, str]
    tags: tuple[str, ...]
    length_sec: int = 60
    """The length that suits the story, in seconds."""
    min_length_sec: int = MIN_TOTAL_SEC
    max_length_sec: int = MAX_TOTAL_SEC

    @property
    def languages(self) -> tuple[Language, ...]:
        return tuple(self.titles)
