"""Write a plan in its short form: without the fields that have their usual values."""

from typing import Any

from sutradhar.domain.plan.plan import RenderPlan


def shorten_plan(plan: RenderPlan) -> dict[str, Any]:
    """Return the fields of ``plan`` as JSON values, without those that a reader of the plan would set itself."""
    fields = plan.model_dump(mode="json", exclude_defaults=True, exclude={"notices", "brand_look"})
    # its usual value depends on the other fields, so pydantic takes each value for another one
    if plan.subtitle_languages == plan.usual_caption_languages:
        fields.pop("subtitle_languages", None)
    return fields
