"""Describe the user's own files in a plan: the part of a file that is used, and how it fits into the video."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from sutradhar.domain.core.base import Frozen

Fit = Literal["fill", "fit"]
"""The way to show a file of another shape: ``fill`` crops it to fill the frame; ``fit`` shows it whole, over a
blurred copy of itself."""
ClipAudioUse = Literal["keep", "duck", "drop"]
"""The use of the clip's own sound: ``keep`` plays it as loud as a narration, ``duck`` lowers it while a narration
speaks, ``drop`` leaves it out."""
WhenShort = Literal["loop", "hold", "trim"]
"""The action if a clip ends before its scene: ``loop`` starts it again, ``hold`` shows its last frame, ``trim`` ends
the scene with it, though never before the narration has ended."""

MIN_PART_SEC = 0.2
"""The shortest part of a clip that a scene can show."""
_UPLOAD_ID = re.compile(r"up-[0-9a-f]{16}")


class Point(Frozen):
    """A place in an image: ``x`` from the left, ``y`` from the top, both as fractions of its size."""

    x: float = Field(ge=0, le=1)
    y: float = Field(ge=0, le=1)


CENTER = Point.constant(x=0.5, y=0.5)
_ROWS, _COLUMNS = {"top": 0.0, "bottom": 1.0}, {"left": 0.0, "right": 1.0}
PLACES: Mapping[str, Point] = {
    "center": CENTER,
    **{name: Point.constant(x=0.5, y=y) for name, y in _ROWS.items()},
    **{name: Point.constant(x=x, y=0.5) for name, x in _COLUMNS.items()},
    **{f"{row}_{column}": Point.constant(x=x, y=y) for row, y in _ROWS.items() for column, x in _COLUMNS.items()},
}


def _read_place(value: object) -> object:
    if not isinstance(value, str):
        return value
    name = re.sub(r"[\s-]+", "_", value.strip().lower()).replace("centre", "center").replace("middle", "center")
    if name not in PLACES:
        raise ValueError(f'must be one of {", ".join(PLACES)}, or {{"x": 0 to 1, "y": 0 to 1}} (got {value[:40]!r})')
    return PLACES[name]


Focus = Annotated[Point, BeforeValidator(_read_place)]
"""The point of a file that stays as near to the middle of the frame as cropping allows: the name of a place, or a
Point."""


def is_upload_id(text: str) -> bool:
    return _UPLOAD_ID.fullmatch(text) is not None


def _check_upload_id(text: str) -> str:
    if not is_upload_id(text):
        raise ValueError(
            f"must be the id of an uploaded file, such as up-0123456789abcdef; send the file first (got {text[:60]!r})"
        )
    return text


UploadId = Annotated[str, AfterValidator(_check_upload_id)]


class UploadRef(Frozen):
    """A user's own file, named by the id of its upload. A bare id stands for ``{"upload": id}``."""

    upload: UploadId

    @model_validator(mode="before")
    @classmethod
    def _accept_bare_id(cls, value: Any) -> Any:
        return {"upload": value} if isinstance(value, str) else value


class ImageFile(UploadRef):
    """A user's own image that a scene shows."""

    fit: Fit = "fill"
    focus: Focus = CENTER


class ClipFile(UploadRef):
    """A user's own video clip that a scene shows, from ``start_sec`` to ``end_sec`` of the clip."""

    start_sec: float = Field(default=0.0, ge=0, le=86_400)
    end_sec: float | None = Field(default=None, gt=0, le=86_400)
    """End of the part; None: the end of the clip."""
    fit: Fit = "fill"
    focus: Focus = CENTER
    sound: ClipAudioUse | None = None
    """Use of the clip's sound; None: ``keep`` in a scene without a narration, else ``duck``."""
    volume_db: float = Field(default=0.0, ge=-40, le=6)
    """Level of the clip's sound relative to the voice, while no narration speaks."""
    when_short: WhenShort | None = None
    """Action if the clip is too short; None: ``hold`` if the clip's sound is kept, else ``loop``."""

    @model_validator(mode="after")
    def _has_a_part(self) -> Self:
        if self.end_sec is not None and self.end_sec < self.start_sec + MIN_PART_SEC:
            raise ValueError(
                f"end_sec must be at least {MIN_PART_SEC:g} s after start_sec"
                f" (got {self.start_sec:g} to {self.end_sec:g})"
            )
        return self

    def part_sec(self, duration_sec: float) -> float:
        """Return the seconds that are used of a clip of ``duration_sec``."""
        end = duration_sec if self.end_sec is None else min(self.end_sec, duration_sec)
        return max(end - self.start_sec, 0.0)


def measure_cropped_share(size: tuple[int, int], aspect: float) -> float:
    """Return the share of an image of ``size`` (width, height) that is cropped when it fills a frame of ``aspect``."""
    own = size[0] / size[1]
    return 1 - min(own, aspect) / max(own, aspect)
