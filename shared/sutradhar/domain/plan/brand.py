"""Define a brand: how all videos of a channel look and sound, under one name."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from sutradhar.domain.core.base import Frozen
from sutradhar.domain.core.record import History, Record, keep_fields
from sutradhar.domain.plan.choices import CaptionStyle, Corner, Mood
from sutradhar.domain.plan.options import Delivery
from sutradhar.domain.plan.own_media import ClipFile, UploadId
from sutradhar.domain.plan.publication import PublishNow
from sutradhar.domain.text.text_fields import DisplayText, SingleLineText

BrandName = Annotated[str, Field(min_length=1, max_length=40, pattern=r"^[a-z0-9][a-z0-9-]*$")]
"""Small letters, digits and hyphens: a brand is part of a URL and of a file name."""
HexColor = Annotated[str, Field(pattern=r"^#[0-9a-f]{6}$")]
CaptionPlace = Literal["bottom", "middle", "top"]
Script = Literal["latin", "devanagari"]


class BrandFont(Frozen):
    """A font file of the user's."""

    upload: UploadId
    licence: Annotated[SingleLineText, Field(min_length=3, max_length=200)]
    """The licence under which the user may draw videos with it, such as ``OFL 1.1``."""


class BrandColors(Frozen):
    """Colours such as ``#ffd400``; None: the usual one."""

    text: HexColor | None = None
    outline: HexColor | None = None
    highlight: HexColor | None = None
    """The word that is being spoken, and the lines of lower thirds."""


class BrandLogo(Frozen):
    """An image in a corner of the video, instead of the text of the watermark."""

    upload: UploadId
    position: Corner = "tr"
    opacity: float = Field(default=0.9, gt=0, le=1)
    width: float = Field(default=0.12, ge=0.02, le=0.4)
    """Its width as a share of the shorter side of the video."""


class BrandFields(Frozen):
    """The fields of a brand that its owner decides. A plan that names the brand takes from it every field
    that it leaves out."""

    title: Annotated[DisplayText, Field(max_length=80)] = ""
    """The name of the channel, as people read it."""
    fonts: Mapping[Script, BrandFont] = {}
    colors: BrandColors = BrandColors.constant()
    caption_style: CaptionStyle | None = None
    caption_place: CaptionPlace | None = None
    watermark: Annotated[DisplayText, Field(max_length=40)] | None = None
    """The text of the watermark; None: as without a brand. An empty text: no watermark."""
    logo: BrandLogo | None = None
    intro: ClipFile | None = None
    """A clip before the first scene."""
    outro: ClipFile | None = None
    """A clip after the last scene."""
    voice: SingleLineText | None = None
    delivery: Delivery | None = None
    music: Mood | None = None
    style: Annotated[SingleLineText, Field(max_length=200)] | None = None
    """Words about the images, as in the plan."""
    publish: tuple[PublishNow, ...] = Field(default=(), max_length=10)
    """The words of publications by destination: a publication to one of these takes what it leaves out."""


class Brand(Record):
    """A stored brand of one API key."""

    history = History("brand", keep_fields)

    name: BrandName
    owner: str = ""
    fields: BrandFields
    created_at: datetime
    changed_at: datetime
    version: int = 1
    """The number of its changes."""


class LookFile(Frozen):
    """A file that the renderer draws with, and the hash of its bytes."""

    blob: str
    sha256: str


class LookLogo(Frozen):
    """The image of a logo and its place."""

    file: LookFile
    position: Corner
    opacity: float
    width: float


class BrandLook(Frozen):
    """The part of a brand that the renderer draws with. A job keeps it as it was when the job began."""

    fonts: Mapping[Script, LookFile] = {}
    colors: BrandColors = BrandColors.constant()
    caption_place: CaptionPlace = "bottom"
    logo: LookLogo | None = None

    def describe(self) -> dict[str, Any]:
        """Return what the look changes in the pixels of a video, for the keys of what is drawn: a blob's name is not
        part of it."""
        return self.model_dump(mode="json", exclude={"fonts": {"__all__": {"blob"}}, "logo": {"file": {"blob"}}})
