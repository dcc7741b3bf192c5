"""Define a brand: how all videos of a channel look and sound, under one name."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)

from sutradhar.domain.core.base import Frozen
from sutradhar.domain.core.errors import FieldError, InvalidRequest
from sutradhar.domain.core.path_words import PATH_WORDS
from sutradhar.domain.core.record import History, Record, keep_fields
from sutradhar.domain.plan.choices import CaptionStyle, Corner, Mood
from sutradhar.domain.plan.field_messages import describe_error, join_path
from sutradhar.domain.plan.options import Delivery, VoiceName
from sutradhar.domain.plan.own_media import ClipFile, UploadId, UploadRef
from sutradhar.domain.plan.publication import PublishNow, read_list
from sutradhar.domain.text.text_fields import DisplayText, SingleLineText


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


def _allow_empty(value: object, check: ValidatorFunctionWrapHandler) -> Any:
    """Return "" for an empty text and for false, which ``check`` would refuse."""
    return "" if value is False or (isinstance(value, str) and not value.strip()) else check(value)


def _check_destinations(words: tuple[PublishNow, ...]) -> tuple[PublishNow, ...]:
    names = [one.destination for one in words]
    if twice := [name for name in names if names.count(name) > 1]:
        raise ValueError(f"names the destination {twice[0]} twice")
    return words


def _refuse_word(name: str) -> str:
    if name in PATH_WORDS:
        raise ValueError(f"cannot be {name}, which is a word of the API; choose another name")
    return name


BrandName = Annotated[
    str, Field(min_length=1, max_length=40, pattern=r"^[a-z0-9][a-z0-9-]*$"), AfterValidator(_refuse_word)
]
"""Small letters, digits and hyphens: a brand is part of a URL and of a file name."""
HexColor = Annotated[str, Field(pattern=r"^#[0-9a-f]{6}$"), BeforeValidator(_lower)]
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


class BrandLogo(UploadRef):
    """An image in a corner of the video, instead of the text of the watermark."""

    position: Corner = "tr"
    opacity: float = Field(default=0.9, gt=0, le=1)
    width: float = Field(default=0.12, ge=0.02, le=0.4)
    """Its width as a share of the shorter side of the video."""


class BrandFields(Frozen):
    """The fields of a brand that its owner decides. A plan that names the brand takes from it every field
    that it leaves out."""

    title: Annotated[DisplayText, Field(max_length=80), WrapValidator(_allow_empty)] = ""
    """The name of the channel, as people read it."""
    fonts: Mapping[Script, BrandFont] = {}
    colors: BrandColors = BrandColors.constant()
    caption_style: CaptionStyle | None = None
    caption_place: CaptionPlace | None = None
    watermark: Annotated[DisplayText, Field(max_length=40), WrapValidator(_allow_empty)] | None = None
    """The text of the watermark; None: as without a brand. An empty text, or false: no watermark."""
    logo: BrandLogo | None = None
    intro: ClipFile | None = None
    """A clip before the first scene."""
    outro: ClipFile | None = None
    """A clip after the last scene."""
    voice: VoiceName | None = None
    delivery: Delivery | None = None
    music: Mood | None = None
    style: Annotated[SingleLineText, Field(max_length=200)] | None = None
    """Words about the images, as in the plan."""
    publish: Annotated[
        tuple[PublishNow, ...],
        BeforeValidator(read_list),
        AfterValidator(_check_destinations),
        Field(max_length=10),
    ] = ()
    """The words of publications by destination: a publication to one of these takes what it leaves out."""

    @model_validator(mode="after")
    def _has_one_mark(self) -> Self:
        if self.logo and self.watermark:
            raise ValueError("give a logo or the text of a watermark, not both: the logo is shown instead of the text")
        return self

    @classmethod
    def parse(cls, body: object) -> Self:
        """Return the fields in ``body`` (decoded JSON). Raise InvalidRequest: every wrong field, by name."""
        if not isinstance(body, Mapping):
            raise InvalidRequest([FieldError("", 'the body must be a JSON object, such as {"caption_place": "top"}')])
        try:
            return cls.model_validate(body)
        except ValidationError as exc:
            raise InvalidRequest([_make_error(error) for error in exc.errors(include_url=False)]) from exc


def _make_error(error: Any) -> FieldError:
    path = join_path(error["loc"])
    if error["type"] == "extra_forbidden":
        fields = BrandFields.model_fields if len(error["loc"]) == 1 else ()
        names = f"; the fields are {', '.join(fields)}" if fields else ""
        return FieldError(path, f"is not a field of a brand{names}")
    return FieldError(path, describe_error(error, path))


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
    upload: str = ""
    """The upload whose file it is, which is kept while a job needs it."""


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

    @property
    def is_plain(self) -> bool:
        """Return whether it changes no pixel."""
        return self.describe() == BrandLook().describe()

    def describe(self) -> dict[str, Any]:
        """Return what the look changes in the pixels of a video, for the keys of what is drawn: the names of blobs and
        uploads are no part of it."""
        names = {"blob", "upload"}
        return self.model_dump(mode="json", exclude={"fonts": {"__all__": names}, "logo": {"file": names}})
