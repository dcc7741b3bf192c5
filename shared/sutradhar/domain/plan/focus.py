"""Read the place of an image that stays visible when the image is cropped."""

import re
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag

from sutradhar.domain.core.base import Frozen


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
    if not isinstance(value, str) or value == "face":
        return value
    name = re.sub(r"[\s-]+", "_", value.strip().lower()).replace("centre", "center").replace("middle", "center")
    if name not in PLACES:
        names = ", ".join(PLACES)
        raise ValueError(f'must be face, one of {names}, or {{"x": 0 to 1, "y": 0 to 1}} (got {value[:40]!r})')
    return PLACES[name]


def _choose_tag(value: object) -> str:
    return _FACE if value == "face" else _POINT


# the paths of errors leave out what begins with "function-"
_POINT, _FACE = "function-point", "function-face"
Focus = Annotated[
    Annotated[Point, Tag(_POINT)] | Annotated[Literal["face"], Tag(_FACE)],
    Discriminator(_choose_tag),
    BeforeValidator(_read_place),
]
"""The point of a file that stays as near to the middle of the frame as cropping allows: the name of a place, a Point,
or ``face``: the faces in it, or the centre if there is none."""
