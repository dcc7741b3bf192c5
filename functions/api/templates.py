"""List the templates, and write plans of them."""

from pydantic import Field

from functions.api.endpoint import endpoint
from functions.api.library import PlanCopy, copy_plan
from sutradhar import bootstrap
from sutradhar.domain.core.base import Frozen
from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.choices import MAX_TOTAL_SEC, MIN_TOTAL_SEC, LanguageCode


class TemplateQuery(Frozen):
    language: LanguageCode = "en"
    """The language of the titles and descriptions; a story that is not told in it has English ones."""


class TemplateItem(Frozen):
    id: str
    title: str
    description: str
    tags: tuple[str, ...]
    languages: tuple[Language, ...]
    length_sec: int
    """The length that suits the story, in seconds."""
    min_length_sec: int
    max_length_sec: int


class TemplateList(Frozen):
    templates: tuple[TemplateItem, ...]


class TemplateRequest(Frozen):
    template_id: str = Field(max_length=200)
    language: str = "en"
    """The tag or the name of a language in which the template is told."""
    length_sec: int = Field(default=60, ge=MIN_TOTAL_SEC, le=MAX_TOTAL_SEC)
    voice: str = "F"
    """F, M, or a provider's own voice."""


@endpoint(answers={200: TemplateList})
def show_templates(query: TemplateQuery) -> TemplateList:
    """List the stories that can be told without a planner's help."""
    from sutradhar.pipeline.templates import list_templates

    return TemplateList(
        templates=tuple(
            TemplateItem(
                id=template.id,
                title=template.titles.get(query.language, template.titles["en"]),
                description=template.descriptions.get(query.language, template.descriptions["en"]),
                tags=template.tags,
                languages=template.languages,
                length_sec=template.length_sec,
                min_length_sec=template.min_length_sec,
                max_length_sec=template.max_length_sec,
            )
            for template in list_templates(bootstrap.services())
        )
    )


@endpoint(answers={200: PlanCopy}, errors=(404,))
def make_plan(body: TemplateRequest) -> PlanCopy:
    """Write the plan of a template: its scenes add up to the length within 5 % (from 30 s on), in the language.

    It can be sent to `POST /render` as it is, or changed. Nothing is made, and no provider is asked.
    """
    from sutradhar.pipeline.templates import make_template_plan

    plan = make_template_plan(bootstrap.services(), body.template_id, body.language, body.length_sec, body.voice)
    return copy_plan(plan)
