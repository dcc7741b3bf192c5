"""The tools for plans: write one, estimate it, change it, and list the templates."""

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from functions.agents.tool import Answer, read_arguments
from sutradhar import bootstrap
from sutradhar.domain.core.base import Frozen
from sutradhar.domain.core.errors import FieldError, InvalidRequest
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.plan_patch import CHANGEABLE, PlanPatch, change_fields, list_changes
from sutradhar.domain.plan.short_plan import shorten_plan

_OF_SCENE = "scenes[]."
PLAN_HELP = "A plan of a video as JSON; its schema is the resource sutradhar://schema/plan."


class PlanArguments(Frozen):
    topic: str | None = Field(default=None, description="What the video is about, in any of the languages.")
    prompt: str | None = Field(default=None, description="A story or script of your own, from which scenes are made.")
    template_id: str | None = Field(default=None, description="A story that list_templates shows, in place of a topic.")
    language: str | None = Field(default=None, description="The language of the narration, as a code or a name.")
    length_sec: int | None = Field(default=None, description="The length of the video in seconds.")
    voice: str | None = Field(default=None, description="F, M, or a voice of a provider, such as elevenlabs/ID.")
    style: str | None = Field(default=None, description="The look of the images, such as watercolor.")
    aspect: str | None = Field(default=None, description="16:9, 9:16 or 1:1.")
    plan: dict[str, Any] | None = Field(default=None, description=f"{PLAN_HELP} The other arguments change its fields.")


class EstimateArguments(Frozen):
    plan: dict[str, Any] = Field(description=PLAN_HELP)


class ChangeArguments(Frozen):
    changes: dict[str, Any] = Field(
        description="The new values by field. Of a scene: "
        + ", ".join(name.removeprefix(_OF_SCENE) for name in CHANGEABLE if name.startswith(_OF_SCENE))
        + ". Of the plan: "
        + ", ".join(name for name in CHANGEABLE if not name.startswith(_OF_SCENE))
        + "."
    )
    scene: int | None = Field(default=None, ge=0, description="The index of the scene, from 0. Without it, the plan.")
    plan: dict[str, Any] | None = Field(default=None, description=PLAN_HELP)
    job_id: str | None = Field(default=None, description="A job whose plan is changed, in place of plan.")


class TemplateArguments(Frozen):
    language: str = Field(default="en", description="The language of the titles, a code such as en, hi or ta.")


def plan(arguments: PlanArguments) -> Answer:
    """Write the plan of a video with its scenes, from a topic, a prompt, a template or a plan, and tell its cost and
    length. Nothing is made, stored or paid for. Change the plan as you like and give it to estimate, show_frame and
    render."""
    fields = arguments.model_dump(exclude_none=True)
    body: dict[str, Any] = fields.pop("plan", {})
    if template_id := fields.pop("template_id", None):
        body = _write_template(template_id, fields) | body
        fields = {name: value for name, value in fields.items() if name in ("style", "aspect")}
    return Answer(_preview({**body, **fields}, with_plan=True))


def estimate(arguments: EstimateArguments) -> Answer:
    """Tell what a plan would cost and how long it would take, and every reason for which it would be refused. Nothing
    is made, stored or paid for."""
    return Answer(_preview(arguments.plan, with_plan=False))


def change_scene(arguments: ChangeArguments) -> Answer:
    """Return a plan with one scene changed, or with fields of the plan itself. The plan is that of the argument or that
    of a job; nothing is stored, and a job stays as it is. What does not change is not made or paid for again when you
    render the new plan."""
    before = read_plan(arguments.plan, arguments.job_id)
    if arguments.scene is None:
        patch = PlanPatch.parse(arguments.changes)
    else:
        patch = PlanPatch.parse({"scenes": [{**arguments.changes, "index": arguments.scene}]})
    after = change_fields(before, patch, ())
    changed = [change.model_dump(mode="json") for change in list_changes(before, after)]
    return Answer({"plan": shorten_plan(after), "changed": changed, "notices": list(after.notices)})


def list_templates(arguments: TemplateArguments) -> Answer:
    """List the stories that need no planner, with their languages and lengths; give the id of one to plan."""
    from functions.api import templates

    return Answer(templates.show_templates(read_arguments(templates.TemplateQuery, arguments.model_dump())))


def read_plan(plan: Mapping[str, Any] | None, job_id: str | None) -> RenderPlan:
    """Return the plan that is given, or that of a job. Raise InvalidRequest: neither or both are named."""
    from functions.api.auth import caller
    from sutradhar.pipeline.library import duplicate_plan

    if (plan is None) == (job_id is None):
        raise InvalidRequest([FieldError("plan", "give a plan or a job_id, and not both")])
    if job_id is not None:
        return duplicate_plan(bootstrap.services(), job_id, caller())
    return RenderPlan.parse(plan)


def _write_template(template_id: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    from sutradhar.pipeline.templates import make_template_plan

    if other := [name for name in ("topic", "prompt") if name in fields]:
        raise InvalidRequest([FieldError(name, "leave it out beside a template_id") for name in other])
    options = {name: fields[name] for name in ("language", "length_sec", "voice") if name in fields}
    return shorten_plan(make_template_plan(bootstrap.services(), template_id, **options))


def _preview(body: Mapping[str, Any], *, with_plan: bool) -> dict[str, Any]:
    from functions.api.client_plan import OrderedPlan
    from functions.api.plan_preview import preview_plan

    shown = preview_plan(OrderedPlan.parse(dict(body)))
    facts = shown.model_dump(mode="json", exclude={"plan"}, exclude_none=True)
    return {"plan": shorten_plan(shown.plan), **facts} if with_plan else facts
