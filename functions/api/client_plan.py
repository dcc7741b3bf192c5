"""Read the plans of clients that were written for other systems, which name some fields differently."""

from collections.abc import Mapping
from typing import Any

from functions.api.auth import caller
from sutradhar import bootstrap
from sutradhar.domain.core.errors import FieldError, InvalidRequest
from sutradhar.domain.plan.limits import PlanLimits
from sutradhar.domain.plan.plan import RenderPlan

_SAME_FIELDS: Mapping[str, str] = {
    "duration": "length_sec",
    "length": "length_sec",
    "script": "prompt",
    "mood": "music",
}
"""Our name of a field by the name that other clients send."""
_SLIDES_NOTICE = (
    "images: the video shows the images one after the other, without narration; send scenes with an image and a"
    " narration each to have text spoken"
)


class OrderedPlan(RenderPlan):
    """A plan as POST /render takes it. Clients of other systems may also send ``duration`` or ``length`` (length_sec),
    ``script`` (prompt), ``mood`` (music) and ``images``, the ids or file names of uploaded images."""

    @classmethod
    def parse(cls, body: object) -> Any:
        """Return the RenderPlan in ``body``. Raise InvalidRequest, which names every wrong field."""
        if not isinstance(body, Mapping):
            return RenderPlan.parse(body)
        plan = RenderPlan.parse(_translate(body))
        return plan.evolve(notices=(*plan.notices, _SLIDES_NOTICE)) if body.get("images") else plan


def _translate(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``body`` with our names of its fields. Raise InvalidRequest."""
    plan = dict(body)
    for theirs, ours in _SAME_FIELDS.items():
        if theirs in plan and ours not in plan:
            plan[ours] = plan.pop(theirs)
    if plan.get("type") == "video_generation":
        del plan["type"]
    if plan.get("enable_youtube_upload", False) is None:
        del plan["enable_youtube_upload"]
    if "images" in plan and "scenes" not in plan:
        names = plan.pop("images")
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise InvalidRequest([FieldError("images", "must be a list of the ids or file names of uploads")])
        if names:
            plan["scenes"] = _make_slides(names, plan.get("length_sec"))
    return plan


def _make_slides(names: list[str], length_sec: object) -> list[dict[str, Any]]:
    """Return a scene for each image. Raise InvalidRequest: an image was not uploaded."""
    from sutradhar.pipeline.upload_records import find_upload_ids

    limits = bootstrap.services().limits
    uploads = find_upload_ids(bootstrap.services(), names, caller())
    if missing := [name for name in names if name not in uploads]:
        advice = "send it first by POST /uploads, then name its upload_id or its file name here"
        raise InvalidRequest([FieldError("images", f"{name[:100]} is not uploaded; {advice}") for name in missing])
    seconds = _choose_slide_sec(length_sec, len(names), limits)
    return [{"image": {"upload": uploads[name]}, "duration_sec": seconds} for name in names]


def _choose_slide_sec(length_sec: object, count: int, limits: PlanLimits) -> float:
    total = length_sec if isinstance(length_sec, int | float) and length_sec > 0 else 5 * count
    return min(round(total / count, 3), limits.max_scene_sec)
