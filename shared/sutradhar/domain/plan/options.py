"""Define the parts of a plan that say how the whole video sounds and is rendered."""

import re
from itertools import pairwise
from typing import Annotated, Any, Self, get_args

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from sutradhar.domain.core.base import Frozen
from sutradhar.domain.plan.choices import (
    CaptionStyle,
    Corner,
    EncoderName,
    FrameRate,
    LanguageOrNone,
    Mood,
    RenderMode,
    Resolution,
    Voice,
)
from sutradhar.domain.plan.own_media import UploadId
from sutradhar.domain.plan.shorthand import read_mode, read_resolution, read_voice
from sutradhar.domain.text.text_fields import DisplayText, SingleLineText


def check_voice(value: str) -> str:
    if value not in get_args(Voice) and not re.fullmatch(r"[a-z_]{1,30}/[A-Za-z0-9_.-]{1,100}", value):
        raise ValueError(f"must be F, M, or a provider and its own voice (elevenlabs/ID) (got {value[:60]!r})")
    return value


VoiceName = Annotated[SingleLineText, BeforeValidator(read_voice), AfterValidator(check_voice)]
"""F (a woman's voice), M (a man's) or a provider's own voice."""


class Delivery(Frozen):
    """The way in which the voice speaks the narration."""

    speed: float = Field(default=1.0, ge=0.7, le=1.2)
    """Factor on the voice's own speed; some hosted voices accept only this range (elevenlabs.io/docs, voice
    settings)."""
    emotion: Annotated[SingleLineText, Field(max_length=60)] = ""
    """One or two English words (warm, whispering), for voices that support emotions."""


class VoiceOptions(Delivery):
    """The delivery, and the voice if the plan names one."""

    named: str = ""
    """The text form of a VoiceId, such as ``elevenlabs/ID``; empty: the plan names only a gender."""


DEFAULT_VOICE = VoiceOptions.constant()


def choose_gender(voice: str) -> Voice:
    """Return M for M, and else F: a woman's voice replaces a provider's own one that cannot speak."""
    return "M" if voice == "M" else "F"


def make_voice_options(delivery: Delivery, voice: str) -> VoiceOptions:
    """Return the options of ``voice``: F, M, or a provider's own."""
    return VoiceOptions(**dict(delivery), named=voice if "/" in voice else "")


class MusicLevel(Frozen):
    """The level of the music at a time of the video."""

    at_sec: float = Field(ge=0, le=86_400)
    gain_db: float = Field(ge=-48, le=24)
    """Relative to ``volume_db``, in dB."""


def _check_order(levels: tuple[MusicLevel, ...]) -> tuple[MusicLevel, ...]:
    for number, (before, level) in enumerate(pairwise(levels), 1):
        if level.at_sec <= before.at_sec:
            raise ValueError(
                f"must be in the order of time: [{number}] is at {level.at_sec:g} s and [{number - 1}] at"
                f" {before.at_sec:g} s"
            )
    return levels


MusicAutomation = Annotated[tuple[MusicLevel, ...], Field(max_length=256), AfterValidator(_check_order)]


class Music(Frozen):
    """The music under the voice."""

    mood: Mood | None = None
    """None: the planner chooses a mood from the text. ``enabled=False``: the video has no music."""
    enabled: bool = True
    upload: UploadId | None = None
    """A user's own file whose sound is played instead of composed music. The video opens with the start of the file; if
    the file is shorter than the video, it starts again with a crossfade."""
    start_sec: float = Field(default=0.0, ge=0, le=86_400)
    """Start of the music within that file, in seconds."""
    volume_db: float = Field(default=-12.0, ge=-40, le=0)
    """Level of the music relative to the voice while no narration speaks, in dB."""
    automation: MusicAutomation = ()
    """Changes of that level: it moves in a straight line, in dB, from each time to the next, and stays before the first
    and after the last. Narrations still lower the music: it stays at least 12 dB below a voice."""

    @model_validator(mode="before")
    @classmethod
    def _accept_bare_id(cls, value: Any) -> Any:
        return {"upload": value} if isinstance(value, str) else value

    @model_validator(mode="after")
    def _starts_in_a_file(self) -> Self:
        if self.start_sec and not self.upload:
            raise ValueError("start_sec is the start of a file of your own: give upload too")
        return self


class Watermark(Frozen):
    text: Annotated[DisplayText, Field(max_length=40)] = "Sutradhar"
    position: Corner = "tr"
    opacity: float = Field(default=0.6, gt=0, le=1)


class VisibleLabel(Frozen):
    """A visible label in the video which says that a machine made it."""

    text: Annotated[DisplayText, Field(max_length=60)] | None = None
    """None: "Made with AI" in the language of the video."""
    position: Corner = "bl"
    seconds: float | None = Field(default=None, ge=1, le=86_400)
    """It is shown for so long from the start; None: throughout."""


class RenderSettings(Frozen):
    """``mode`` PROXY makes a quick preview in 720p; FINAL makes the finished video."""

    mode: Annotated[RenderMode, BeforeValidator(read_mode)] = "FINAL"
    resolution: Annotated[Resolution, BeforeValidator(read_resolution)] = "1080p"
    fps: FrameRate = 30
    encoder: EncoderName | None = None
    """None: the encoder of the renderer's setting ``ENCODER``, or else the first one that works there."""
    quality: int | None = Field(default=None, ge=0, le=51)
    """Constant quality on the encoder's scale, lower is better; None: the value of the setting ``CQ``, or else 18."""
    burn_captions: LanguageOrNone | None = None
    """The language of the captions that are drawn into the frames; None: the language of the narration, and none in a
    video with several audio tracks."""
    caption_style: CaptionStyle = "plain"
    soft_captions: bool = False
    """True if the video file also has the captions of every language as tracks that a player can switch on."""


def _read_number(value: object) -> object:
    """Return the number that ``value`` spells: the value of an environment variable is text."""
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else value


class PlanDefaults(Frozen):
    """The operator's values for fields that a plan leaves out."""

    mode: Annotated[RenderMode, BeforeValidator(read_mode)] | None = None
    resolution: Annotated[Resolution, BeforeValidator(read_resolution)] | None = None
    fps: Annotated[FrameRate, BeforeValidator(_read_number)] | None = None
    music_db: float | None = Field(default=None, ge=-40, le=0)
    watermark_position: Corner | None = None
    zone: str = "UTC"
    """The IANA zone of times without an offset."""
