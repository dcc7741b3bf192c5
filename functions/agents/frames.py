"""The tool that shows one frame of a video as the renderer draws it."""

import base64
from typing import Any

from mcp_types import ImageContent
from pydantic import Field

from functions.agents.plans import PLAN_HELP
from functions.agents.tool import Answer
from sutradhar.domain.core.base import Frozen
from sutradhar.domain.core.errors import FieldError, InvalidRequest

_WIDTH = 640
"""Pixels: an agent sees titles and captions well in it, and pays for few of them."""


class FrameArguments(Frozen):
    plan: dict[str, Any] | None = Field(default=None, description=PLAN_HELP)
    job_id: str | None = Field(default=None, description="A job whose video is shown, in place of plan.")
    scene: int | None = Field(default=None, description="The index of a scene, from 0: its frame that shows the most.")
    at: float | None = Field(default=None, description="Seconds of the video; with scene, of the scene.")
    width: int = Field(default=_WIDTH, description="The width of the image in pixels.")
    language: str | None = Field(default=None, description="The captions' language: en, hi or none.")


def show_frame(arguments: FrameArguments) -> Answer:
    """Show one frame of a video as an image, exactly as the renderer draws it, before anything is rendered or paid for.
    An image that is not made yet is a plain card under the real titles and captions; `missing` names it."""
    from functions.agents.caller import prepare_frames
    from functions.api import frames
    from functions.api.frame_models import FrameBody, PlanFrameBody

    if (arguments.plan is None) == (arguments.job_id is None):
        raise InvalidRequest([FieldError("plan", "give a plan or a job_id, and not both")])
    prepare_frames()
    body = arguments.model_dump(exclude_none=True, exclude={"job_id"})
    if arguments.job_id is not None:
        response = frames.preview_frame(arguments.job_id, FrameBody.parse(body))
    else:
        response = frames.preview_plan_frame(PlanFrameBody.parse(body))
    headers = response.headers
    image = ImageContent(data=base64.b64encode(response.get_data()).decode(), mime_type=response.mimetype or "")
    facts = {
        "frame": int(headers["Frame-Number"]),
        "at_sec": float(headers["Frame-Time"]),
        "scene": int(headers["Frame-Scene"]),
        "scene_start_sec": float(headers["Scene-Start"]),
        "scene_end_sec": float(headers["Scene-End"]),
        "video_sec": float(headers["Video-Length"]),
        "missing": [slot for slot in headers.get("Frame-Missing", "").split(", ") if slot],
    }
    return Answer(facts, (image,))
