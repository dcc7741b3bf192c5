"""Define the settings of the renderer for requests that do not name their own."""

from typing import Annotated, Literal

from pydantic import Field

from sutradhar.domain.core.base import Frozen
from sutradhar.domain.plan.choices import EncoderName

Bitrate = Annotated[str, Field(pattern=r"^\d+(\.\d+)?[kKM]?$")]
"""Bits per second as ffmpeg reads them: ``20M``, ``800k``."""


Upscaler = Literal["none", "zscale", "realesrgan"]


class RendererSettings(Frozen):
    """The settings of a render that the request does not name, from the renderer's environment."""

    encoder: EncoderName = "auto"
    fast_path: bool = True
    """With ``auto``: try the graphics card first."""
    cq: int = Field(default=18, ge=0, le=51)
    """Constant quality of FINAL; libx264 takes it as its CRF."""
    vbr_target: Bitrate = "20M"
    maxrate: Bitrate = "40M"
    bufsize: Bitrate = "80M"
    preset: str | None = None
    """The encoder's own name for its balance of speed and quality, with the fields that it stands for there; None: the
    fields that we choose for the render mode."""
    gop: int | None = Field(default=None, ge=1)
    """Frames from keyframe to keyframe at most; None: one keyframe for each segment."""
    upscale: Upscaler = "none"
    """The program that enlarges images that are smaller than the video; none: the compositor's own Lanczos."""
    debug: bool = False
    """Log every command, and preserve the work directory."""
