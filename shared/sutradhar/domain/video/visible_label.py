"""Place the visible label which says that a machine made the video."""

from collections.abc import Mapping

from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.choices import Corner
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.video.timeline import LabelCue

USUAL_TEXTS: Mapping[Language, str] = {"en": "Made with AI", "hi": "एआई से निर्मित"}
"""The text of a label whose plan names none, by the language of the video."""
_CORNERS: Mapping[Corner, tuple[Corner, ...]] = {
    "tl": ("tl", "tr", "bl", "br"),
    "tr": ("tr", "tl", "br", "bl"),
    "bl": ("bl", "br", "tl", "tr"),
    "br": ("br", "bl", "tr", "tl"),
}
"""The corners that a label may have, by the one that was asked for, in the order in which they are tried."""


def place_label(plan: RenderPlan, frames: int) -> LabelCue | None:
    """Return the label of a video of ``frames``; None: its plan asks for none.

    A label gives way to a watermark or a logo in its corner, and moves to the other side.
    """
    label = plan.label
    if label is None:
        return None
    taken = {mark.position for mark in (plan.watermark, plan.brand_look and plan.brand_look.logo) if mark}
    return LabelCue(
        text=label.text or USUAL_TEXTS[plan.spoken_language],
        position=next(corner for corner in _CORNERS[label.position] if corner not in taken),
        start=0,
        end=frames if label.seconds is None else min(max(round(label.seconds * plan.render.fps), 1), frames),
    )
