"""Define what the pipeline and the renderer exchange: a request in, a summary out."""

from collections.abc import Mapping
from typing import Literal

from pydantic import ConfigDict, Field

from sutradhar.domain.assets.marks import MarkedPart, MarkFacts, SourceType
from sutradhar.domain.core.base import Frozen
from sutradhar.domain.core.record import History, Record, keep_fields, remove
from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.choices import EncoderName, RenderMode
from sutradhar.domain.video.check_result import CheckResult
from sutradhar.domain.video.file_facts import FileFacts
from sutradhar.domain.video.request_history import rename_tracks
from sutradhar.domain.video.timeline import MediaRef, Timeline

Stage = Literal["picture", "sound", "join", "thumbnail", "gate", "done"]


def request_blob(prefix: str) -> str:
    """Return the name of the stored request of the attempt whose files have ``prefix``."""
    return f"{prefix}/request.json"


def summary_blob(prefix: str) -> str:
    """Return the name of the summary that the renderer stores last, below ``prefix``."""
    return f"{prefix}/job_summary.json"


def small_thumbnail_blob(thumbnail: str) -> str:
    """Return the name of the small version of the blob ``thumbnail``. Videos of earlier versions have none."""
    return f"{thumbnail.removesuffix('.png')}-small.jpg"


class RenderRequest(Record):
    """A video to render. The renderer reads ``timeline``'s blobs and writes its files below ``prefix``."""

    history = History("render request", keep_fields, rename_tracks, remove("title_language"))

    render_id: str
    """The name of this attempt; every message of the renderer carries it."""
    job_id: str
    """Opaque to the renderer; every message of the renderer carries it."""
    prefix: str
    """``jobs/JOB/renders/1``: the files are ``PREFIX/video.mp4``, ``thumbnail.png``, ``thumbnail-small.jpg``
    and ``job_summary.json``."""
    title: str
    mode: RenderMode
    timeline: Timeline
    encoder: EncoderName | None = None
    """None: the encoder of the renderer's environment."""
    quality: int | None = None
    """CQ; None: the quality of the renderer's environment."""
    marks: MarkFacts | None = None
    """The facts for the marks in the finished files; None: an earlier version wrote the request, and the
    files get none."""
    soft_captions: bool = False
    """Also put the side captions into the video file (mov_text), for players to switch on."""

    @property
    def video_blob(self) -> str:
        return f"{self.prefix}/video.mp4"

    def audio_blob(self, language: Language) -> str:
        return f"{self.prefix}/audio.{language}.m4a"

    @property
    def thumbnail_blob(self) -> str:
        return f"{self.prefix}/thumbnail.png"

    @property
    def small_thumbnail_blob(self) -> str:
        return small_thumbnail_blob(self.thumbnail_blob)

    @property
    def summary_blob(self) -> str:
        return summary_blob(self.prefix)


class StoredFile(MediaRef):
    """A file that the renderer has stored, and its size in bytes."""

    size: int


class SegmentCounts(Frozen):
    """The numbers of segments that a render needed, found in the blob store, and encoded."""

    total: int
    reused: int
    encoded: int


class MarksSummary(Frozen):
    """The marks of the finished files."""

    state: Literal["signed", "xmp_only", "none"]
    """``xmp_only``: this installation has no certificate (`sutradhar marks setup` makes one)."""
    signer: str = ""
    """The name in the certificate that signed."""
    source_type: SourceType
    has_synthetic_media: bool
    parts: tuple[MarkedPart, ...] = ()


class RenderSummary(Record):
    """``job_summary.json``: the rendered files, how they were made, and what the finished file measures.

    Aliases are the names in the public JSON.
    """

    history = History("render summary", keep_fields)
    model_config = ConfigDict(validate_by_name=True, serialize_by_alias=True)

    render_id: str
    engine_version: str
    video: StoredFile
    thumbnail: StoredFile
    audio: Mapping[Language, StoredFile] = {}
    """The mix of each language as a file of its own (.m4a); none for a video with one audio track."""
    frames: int
    duration_sec: float
    encoder_asked: str
    encoder: str
    encoder_reason: str
    """The reason for this encoder: the error of a preferred encoder that was tried."""
    encoder_args: tuple[str, ...]
    ffmpeg_version: str
    segments: SegmentCounts
    tasks: int = 1
    render_timings: Mapping[str, float]
    """Seconds of wall time by stage, of the task that completed the video; stages overlap, so they add up to more than
    ``total``."""
    facts: FileFacts
    check_results: tuple[CheckResult, ...] = Field(alias="findings")
    """The quality gate, rule by rule, with the figure and the limit; judged once, against the rendered timeline."""
    gate_version: int = 0
    """Version of the rules that judged the file; 0 in the summaries of renderers that did not record it."""
    marks: MarksSummary | None = None
    """None: the request had no facts for marks."""

    @property
    def has_passed(self) -> bool:
        return all(result.ok for result in self.check_results)
