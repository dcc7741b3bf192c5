"""The resources of the MCP server: templates, the schema of plans, the voices, and pages that explain."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mcp_types import Resource, ResourceTemplate

from sutradhar.domain.core.errors import NotFound

_PAGES = Path(__file__).parent / "pages"
_JSON, _MARKDOWN = "application/json", "text/markdown"
_TEMPLATE = "sutradhar://templates/"
_PLAN = "sutradhar://jobs/"


@dataclass(frozen=True)
class Content:
    text: str
    mime_type: str


def list_resources() -> Sequence[Resource]:
    """Return the resources that have one URI each."""
    return [
        Resource(uri=uri, name=name, title=title, mime_type=_MARKDOWN if uri in _LIST_PAGES else _JSON)
        for uri, (name, title) in _RESOURCES.items()
    ]


def list_resource_templates() -> Sequence[ResourceTemplate]:
    """Return the resources that are named by an id."""
    return [
        ResourceTemplate(
            uri_template=f"{_TEMPLATE}{{template_id}}",
            name="template-plan",
            title="The plan of a template, in English, of 60 seconds",
            mime_type=_JSON,
        ),
        ResourceTemplate(
            uri_template=f"{_PLAN}{{job_id}}/plan", name="job-plan", title="The plan of a job", mime_type=_JSON
        ),
    ]


def read_resource(uri: str) -> Content:
    """Return the content of a resource, for the caller of the request. Raise NotFound: there is none."""
    if uri in _LIST_PAGES:
        return Content((_PAGES / f"{_LIST_PAGES[uri]}.md").read_text("utf-8"), _MARKDOWN)
    if reader := _READERS.get(uri):
        return _as_json(reader())
    if uri.startswith(_TEMPLATE):
        from functions.agents.plans import PlanArguments, plan

        return _as_json(plan(PlanArguments(template_id=uri.removeprefix(_TEMPLATE))).facts)
    if uri.startswith(_PLAN) and uri.endswith("/plan"):
        from functions.agents.plans import read_plan
        from sutradhar.domain.plan.short_plan import shorten_plan

        return _as_json(shorten_plan(read_plan(None, uri.removeprefix(_PLAN).removesuffix("/plan"))))
    raise NotFound(f"there is no resource {uri[:200]}; resources/list names all")


def _read_templates() -> Any:
    from functions.agents.plans import TemplateArguments, list_templates

    return list_templates(TemplateArguments()).facts


def _read_plan_schema() -> Any:
    from sutradhar.domain.plan.plan import RenderPlan

    return RenderPlan.model_json_schema()


def _read_voices() -> Any:
    from functions.api.voices import VoiceQuery, show_voices
    from sutradhar.domain.language.tags import LANGUAGES

    return {language: _dump(show_voices(VoiceQuery(language=language))) for language in LANGUAGES}


def _read_destinations() -> Any:
    from functions.api.publications import show_destinations

    return show_destinations()


def _read_brands() -> Any:
    from functions.api.brands import list_brands

    return list_brands()


def _dump(model: Any) -> Any:
    return model.model_dump(mode="json", exclude_none=True) if hasattr(model, "model_dump") else model


def _as_json(facts: Any) -> Content:
    return Content(json.dumps(_dump(facts), ensure_ascii=False), _JSON)


_READERS: Mapping[str, Callable[[], Any]] = {
    "sutradhar://templates": _read_templates,
    "sutradhar://schema/plan": _read_plan_schema,
    "sutradhar://voices": _read_voices,
    "sutradhar://brands": _read_brands,
    "sutradhar://destinations": _read_destinations,
}
_LIST_PAGES: Mapping[str, str] = {
    "sutradhar://docs/plans": "plans",
    "sutradhar://docs/approvals": "approvals",
}
_RESOURCES: Mapping[str, tuple[str, str]] = {
    "sutradhar://docs/plans": ("docs-plans", "How to write a plan"),
    "sutradhar://docs/approvals": ("docs-approvals", "How spending and publishing are approved"),
    "sutradhar://schema/plan": ("plan-schema", "The JSON schema of a plan"),
    "sutradhar://templates": ("templates", "The stories that need no planner"),
    "sutradhar://voices": ("voices", "The voices by language, with their prices"),
    "sutradhar://brands": ("brands", "The brands that a plan may name"),
    "sutradhar://destinations": ("destinations", "The places where videos can be published"),
}
"""Name and title of each resource."""
