"""Describe the user's own files in a plan: the part of a file that is used, and how it fits into the video."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from sutradhar.domain.core.base import Frozen
from sutradhar.domain.plan.focus import CENTER, Focus

Fit = Literal["fill", "fit"]
"""The way to show a file of another shape: ``fill`` crops it to fill the frame; ``fit`` shows it whole, over a
blurred copy of itself."""
ClipAudioUse = Literal["keep", "duck", "drop"]
"""The use of the clip's own sound: ``keep`` plays it as loud as a narration, ``duck`` lowers it while a narration
speaks, ``drop`` leaves it out. ``on``, ``under`` and ``off`` are other names of the three."""
_AUDIO_USES: Mapping[object, ClipAudioUse] = {
    "on": "keep",
    "under": "duck",
    "off": "drop",
    "none": "drop",
    "mute": "drop",
    True: "keep",
    False: "drop",
}
WhenShort = Literal["loop", "hold", "trim", "slow"]
"""The action if a clip ends before its scene: ``loop`` starts it again, ``hold`` shows its last frame, ``trim`` ends
the scene with it, though never before the narration has ended, ``slow`` plays it slower, at half its speed at least,
and then holds its last frame."""
MIN_SPEED = 0.5
"""The lowest speed of a clip that is slowed to fill its scene: below it a viewer sees single frames."""

MIN_PART_SEC = 0.2
"""The shortest part of a clip that a scene can show."""
_UPLOAD_ID = re.compile(r"up-[0-9a-f]{16}")


def _read_audio_use(value: object) -> object:
    name = value.strip().lower() if isinstance(value, str) else value
    return _AUDIO_USES.get(name, value) if isinstance(name, str | bool) else value


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
    sound: Annotated[ClipAudioUse | None, BeforeValidator(_read_audio_use)] = None
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

    @model_validator(mode="after")
    def _is_silent_if_slow(self) -> Self:
        if self.when_short == "slow" and self.sound in ("keep", "duck"):
            raise ValueError('a slowed clip has no sound: give "sound": "drop", or another when_short')
        return self

    def part_sec(self, duration_sec: float) -> float:
        """Return the seconds that are used of a clip of ``duration_sec``."""
        end = duration_sec if self.end_sec is None else min(self.end_sec, duration_sec)
        return max(end - self.start_sec, 0.0)


def measure_cropped_share(size: tuple[int, int], aspect: float) -> float:
    """Return the share of an image of ``size`` (width, height) that is cropped when it fills a frame of ``aspect``."""
    own = size[0] / size[1]
    return 1 - min(own, aspect) / max(own, aspect)
