"""Show the fields of a plan that may be changed as JSON, and read what a user makes of it."""

import json
from typing import Any

from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.plan_patch import MusicPatch, PlanPatch, ScenePatch
from sutradhar.domain.plan.plan_text import parse_plan_text
from sutradhar.domain.plan.short_plan import shorten_plan

_ALWAYS, _ALWAYS_IN_SCENES = ("title", "voice"), ("narration", "image_prompt")
"""Fields that are shown even if the plan leaves them out."""


def write_fields(plan: RenderPlan) -> str:
    """Return the JSON of the fields of ``plan`` that may be changed, without empty ones; each scene has its index."""
    return json.dumps(_list_fields(plan), ensure_ascii=False, indent=2) + "\n"


def read_changes(plan: RenderPlan, text: str) -> PlanPatch:
    """Return the values in ``text`` that differ from ``write_fields(plan)``. A field that is left out keeps its value.

    Raises:
        PlanTextError: it is no JSON.
        InvalidRequest: names every wrong field.
    """
    before, after = _list_fields(plan), parse_plan_text(text.encode())
    if not isinstance(after, dict):
        return PlanPatch.parse(after)
    changed = _select_changed(before, after)
    scenes = changed.get("scenes")
    if isinstance(scenes, list):
        known = {scene["index"]: scene for scene in before["scenes"]}
        parts = [_select_scene_changes(known, scene) for scene in scenes]
        changed["scenes"] = [part for part in parts if not isinstance(part, dict) or part.keys() != {"index"}]
    return PlanPatch.parse(changed)


def _list_fields(plan: RenderPlan) -> dict[str, Any]:
    full, short = plan.model_dump(mode="json"), shorten_plan(plan)
    fields = {name: full[name] for name in PlanPatch.model_fields if name in short or name in _ALWAYS}
    if "music" in fields:
        fields["music"] = {name: full["music"][name] for name in MusicPatch.model_fields}
    fields["scenes"] = [
        {
            "index": index,
            **{name: scene[name] for name in ScenePatch.model_fields if name in shown or name in _ALWAYS_IN_SCENES},
        }
        for index, (scene, shown) in enumerate(zip(full["scenes"], short["scenes"], strict=True))
    ]
    return fields


def _select_changed(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in after.items() if name not in before or value != before[name]}


def _select_scene_changes(known: dict[Any, dict[str, Any]], scene: Any) -> Any:
    index = scene.get("index") if isinstance(scene, dict) else None
    if not isinstance(index, int) or index not in known:
        return scene
    return {"index": index, **_select_changed(known[index], scene)}
