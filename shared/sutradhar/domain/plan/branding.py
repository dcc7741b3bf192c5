"""Fill in what a plan leaves out from the brand that it names."""

from collections.abc import Iterator
from typing import Any

from sutradhar.domain.plan.brand import BrandFields
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.publication import PlannedPublication

_SAME_FIELDS = ("voice", "style", "intro", "outro")
"""The fields that a plan takes as they are."""
_PLAN_WORDS = ("title", "description", "tags")
"""The words that a publication takes from its plan."""
_NO_CLIPS = "intro and outro: a video with a song has none, because the song is its sound from the first frame on"


def fill_plan(plan: RenderPlan, fields: BrandFields) -> RenderPlan:
    """Return ``plan`` with the values of a brand in every field that its caller left out."""
    from_caller = plan.model_fields_set
    changes: dict[str, Any] = {
        name: value for name in _SAME_FIELDS if name not in from_caller and (value := getattr(fields, name)) is not None
    }
    if fields.delivery:
        left_out = {name: value for name, value in fields.delivery if name not in plan.delivery.model_fields_set}
        changes["delivery"] = plan.delivery.evolve(**left_out)
    music = plan.music
    if fields.music and music.enabled and not music.upload and "mood" not in music.model_fields_set:
        changes["music"] = music.evolve(mood=fields.music)
    if fields.caption_style and "caption_style" not in plan.render.model_fields_set:
        changes["render"] = plan.render.evolve(caption_style=fields.caption_style)
    if publications := tuple(_fill_publications(plan, fields)):
        changes["publish"] = publications
    return plan.evolve(**changes, **_fill_watermark(plan, fields))


def _fill_watermark(plan: RenderPlan, fields: BrandFields) -> dict[str, Any]:
    watermark = plan.watermark
    if "watermark" not in plan.model_fields_set and (fields.logo or fields.watermark == ""):
        return {"watermark": None}
    if watermark and fields.watermark and "text" not in watermark.model_fields_set:
        return {"watermark": watermark.evolve(text=fields.watermark)}
    return {}


def shows_logo(plan: RenderPlan) -> bool:
    """Return whether a brand's logo is shown in the video of ``plan``: a text of the plan's own replaces it."""
    watermark = plan.watermark
    return not ("watermark" in plan.model_fields_set and watermark and "text" in watermark.model_fields_set)


def drop_clips_of_song(plan: RenderPlan) -> RenderPlan:
    """Return ``plan`` without an intro and an outro if it has a song, with a notice about it."""
    if not plan.song or not (plan.intro or plan.outro):
        return plan
    return plan.evolve(intro=None, outro=None, notices=(*plan.notices, _NO_CLIPS))


def _fill_publications(plan: RenderPlan, fields: BrandFields) -> Iterator[PlannedPublication]:
    """Yield the publications of ``plan``, also that of ``enable_youtube_upload``, with the words of the brand."""
    for publication in plan.publications:
        words = list_words(plan, fields, publication.destination)
        left_out = {name: value for name, value in words.items() if name not in publication.model_fields_set}
        yield publication.evolve(**left_out)


def list_words(plan: RenderPlan, fields: BrandFields, destination: str) -> dict[str, Any]:
    """Return the words of a brand for a publication of ``plan`` to ``destination``, without those that ``plan``, as its
    caller sent it, has itself."""
    own = next((one for one in fields.publish if one.destination == destination), None)
    if own is None:
        return {}
    from_plan = [name for name in _PLAN_WORDS if getattr(plan, name)]
    return {name: value for name, value in own if value is not None and name not in from_plan and name != "destination"}
