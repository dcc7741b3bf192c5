"""Define the two recordings of the user's own that can carry a whole video: a song, and a spoken narration."""

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from sutradhar.domain.plan.own_media import UploadRef
from sutradhar.domain.song.lyrics import MAX_LYRICS_CHARS
from sutradhar.domain.text.text_fields import SingleLineText

LyricLook = Literal["clean", "bold", "handwritten", "karaoke", "brat"]
"""``clean``: a quiet line of text. ``bold``: large words, one after the other. ``handwritten``: as if written by hand.
``karaoke``: the line fills with colour as it is sung. ``brat``: lower case, narrow, black or white."""
Cut = Literal["auto", "beat", "bar", "two_bars", "section"]
MAX_SPOKEN_CHARS = 20_000
"""The longest text of a recording: ten minutes of fast speech."""
MIN_SONG_SEC = 3.0
"""The shortest part of a song that a video can have."""


def _check_color(value: str) -> str:
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", value):
        raise ValueError(f"must be a colour such as #8ACE00 (got {value[:20]!r})")
    return value.lower()


Color = Annotated[SingleLineText, AfterValidator(_check_color)]


class Song(UploadRef):
    """The song of a lyric video: it plays from ``start_sec`` to ``end_sec`` and is the sound of the video."""

    start_sec: float | None = Field(default=None, ge=0, le=86_400)
    """None: the start of the song, or of its best part."""
    end_sec: float | None = Field(default=None, gt=0, le=86_400)
    """None: the end of the song, or of its best part."""
    best: bool = False
    """True: the part of about ``length_sec`` that fits a short video best; it begins and ends with a bar."""
    lyrics: Annotated[str, Field(max_length=MAX_LYRICS_CHARS)] = ""
    """Plain text, LRC (also with a time for each word) or SRT. Empty: recognised if a model is set up, else no words
    are shown."""
    look: LyricLook = "clean"
    color: Color | None = None
    """The flat colour behind the words if the plan has neither scenes nor a prompt; None: the colour of the look."""
    cut: Cut = "auto"
    """The times at which the image may change; ``auto`` chooses by tempo and energy."""

    @model_validator(mode="after")
    def _has_a_part(self) -> Self:
        if self.best and (self.start_sec is not None or self.end_sec is not None):
            raise ValueError("give best, or start_sec and end_sec, not both")
        if self.end_sec is not None and self.end_sec < (self.start_sec or 0) + MIN_SONG_SEC:
            raise ValueError(
                f"end_sec must be at least {MIN_SONG_SEC:g} s after start_sec"
                f" (got {self.start_sec or 0:g} to {self.end_sec:g})"
            )
        return self


class OwnNarration(UploadRef):
    """A recorded voice that is the narration: of the whole video, or of one scene."""

    start_sec: float = Field(default=0.0, ge=0, le=86_400)
    end_sec: float | None = Field(default=None, gt=0, le=86_400)
    """None: the end of the recording."""
    text: Annotated[str, Field(max_length=MAX_SPOKEN_CHARS)] = ""
    """The words that are spoken, of a recording for the whole video. Empty: the narrations of the scenes, or recognised
    if a model is set up."""
    clean: bool = True
    """True: rumble and even noise are lowered. False: the recording stays as it is, but for its loudness."""

    @model_validator(mode="after")
    def _has_a_part(self) -> Self:
        if self.end_sec is not None and self.end_sec <= self.start_sec:
            raise ValueError(f"end_sec must be after start_sec (got {self.start_sec:g} to {self.end_sec:g})")
        return self
