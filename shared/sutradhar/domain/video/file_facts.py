"""Define what is measured on a finished file, for the quality gate and for the public summary of a render."""

from typing import Literal

from pydantic import ConfigDict, Field

from sutradhar.domain.core.base import Frozen


class Span(Frozen):
    """A stretch of time in seconds from the start of the file."""

    start: float
    end: float


class NarrationMatch(Frozen):
    """A stretch of a narration, ``start`` to ``end`` seconds on the timeline, compared with the file's audio.

    Aliases are the names in the public JSON.
    """

    model_config = ConfigDict(validate_by_name=True, serialize_by_alias=True)

    scene: int
    start: float
    end: float
    correlation: float = Field(alias="likeness")
    """-1 to 1."""
    offset_sec: float = Field(alias="late_sec")
    """Seconds by which the file's audio is late; below 0 it is early."""


class SongMatch(Frozen):
    """A stretch of a lyric video's song, compared with the file's audio as in NarrationMatch."""

    start: float
    end: float
    correlation: float
    offset_sec: float


class CheckedMarks(Frozen):
    """The marks of a stored file, read as any other program reads them."""

    has_xmp: bool
    """True: its XMP says in short how the file was made."""
    credentials: Literal["none", "valid", "invalid"]
    """``invalid``: the content credentials do not belong to these bytes."""
    problems: tuple[str, ...] = ()
    """The codes of C2PA."""
    signer: str = ""
    """The name in the certificate."""
    states_facts: bool = False
    """True: the content credentials list the parts of this video."""


class AudioTrackFacts(Frozen):
    """The measurements of one audio track of a file with several, each as in FileFacts."""

    audio_language: str = ""
    is_default_audio: bool = False
    audio_codec: str
    sample_rate: int
    channels: int
    audio_sec: float
    integrated_lufs: float
    planned_lufs: float | None = None
    true_peak_dbtp: float
    silences: tuple[Span, ...]
    narrations: tuple[NarrationMatch, ...]


class FileFacts(Frozen):
    """The measurements of the stored file, as players will get it."""

    container: str
    video_codec: str
    video_tag: str
    """The container's name of the codec, four letters."""
    width: int
    height: int
    fps: float
    pixel_format: str
    color_space: str
    color_primaries: str
    color_transfer: str
    color_range: str
    frames: int
    """Number of frames that decoding the file to its end gives; the header is not trusted."""
    duration_sec: float
    moov_first: bool
    audio_codec: str
    """Empty when there is no audio track."""
    sample_rate: int
    channels: int
    audio_sec: float
    audio_language: str = ""
    """The language that the first audio track states (ISO 639-2); empty: none."""
    is_default_audio: bool = False
    """True: players begin with this audio track."""
    further_audio: tuple[AudioTrackFacts, ...] = ()
    """The audio tracks after the first."""
    caption_languages: tuple[str, ...] = ()
    """The languages of the caption tracks (ISO 639-2)."""
    integrated_lufs: float
    planned_lufs: float | None = None
    """Loudness in LUFS that the mixer could reach with these sources; None: not known."""
    true_peak_dbtp: float
    silences: tuple[Span, ...]
    narrations: tuple[NarrationMatch, ...]
    """The stretches whose shape can be recognized; none without recordings to compare with."""
    song: tuple[SongMatch, ...] = ()
    """As ``narrations``, of the song."""
    source_silent: tuple[Span, ...] = ()
    """Spans in which the song itself is silent."""
    black: tuple[Span, ...]
    frozen: tuple[Span, ...]
    source_black: tuple[Span, ...] = ()
    """Spans in which the files that the video was made of are black themselves."""
    source_frozen: tuple[Span, ...] = ()
    """Spans in which those files, moved by their cameras, do not change."""
    decode_errors: tuple[str, ...]
    thumbnail_width: int
    thumbnail_height: int
    thumbnail_bytes: int
    marks: CheckedMarks | None = None
    """None: the file was to have no marks."""
    thumbnail_marks: CheckedMarks | None = None
