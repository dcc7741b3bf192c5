"""Define what the API asks of the function ``frame``: one frame of a timeline as an image."""

from typing import Literal

from pydantic import Field

from sutradhar.domain.core.base import Frozen
from sutradhar.domain.video.timeline import MediaRef, Timeline

FrameFormat = Literal["jpeg", "png"]
"""``jpeg``: quality 90, a twentieth of the time of PNG and a sixth of its bytes. ``png``: each pixel as it is drawn."""
MIN_FRAME_WIDTH = 64
"""The smallest width of a frame in pixels that a caller may ask for."""
CARD = MediaRef.constant(blob="card", sha256="")
"""Stands on a timeline for an image that is not made yet; a plain card is drawn in its place."""

UPLOADS = "uploads/"
"""A clip of a preview may show a blob below this, the file as its user sent it, before it is an asset."""


def refer_to_upload(upload_id: str) -> MediaRef:
    """Return the reference to the file of an upload, whose bytes never change."""
    return MediaRef(blob=f"{UPLOADS}{upload_id}", sha256=f"upload {upload_id}")


class FrameRequest(Frozen):
    """Frame number ``frame`` of ``timeline``, whose clips may be the ``CARD`` or show files of ``UPLOADS``."""

    timeline: Timeline
    frame: int = Field(ge=0)
    width: int | None = Field(default=None, ge=MIN_FRAME_WIDTH)
    """The width of the image in pixels; None, or a larger one: that of the video."""
    format: FrameFormat = "jpeg"


class FrameRefusal(Frozen):
    """The body of an answer without an image: the reason, and what to do about it."""

    reason: str
    advice: str
