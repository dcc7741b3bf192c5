"""The interface to the templates: stories whose plans are written without a provider."""

from collections.abc import Sequence
from typing import Protocol

from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.template import Template


class TemplateCatalog(Protocol):
    def list_templates(self) -> Sequence[Template]:
        """Return all templates, in the order of their ids."""
        ...

    def write_plan(self, template_id: str, requested_plan: RenderPlan) -> RenderPlan:
        """Return ``requested_plan`` with the template's title, description, tags, mood and scenes. The scenes add up to
        ``length_sec`` as nearly as the story allows, and have translations.

        Raises:
            NotFound: there is no such template.
            InvalidRequest: it is not told in the language of the plan.
        """
        ...
