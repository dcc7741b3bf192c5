"""The progress and the result of a render, as a job stores them."""

from collections.abc import Mapping

from sutradhar.domain.core.base import Frozen
from sutradhar.domain.language.tags import Language


class Progress(Frozen):
    """The running renderer has done ``done`` of ``total`` units of work."""

    stage: str
    done: int
    total: int


class CaptionFiles(Frozen):
    srt: str
    vtt: str
    cues: int
    lrc: str = ""
    """The words of a song with the time of each; empty for a video without a song, or of an earlier version."""


class Result(Frozen):
    """The files of the finished video, as names of blobs."""

    video: str
    thumbnail: str
    summary: str
    provenance: str = ""
    captions: Mapping[Language, CaptionFiles]
    audio: Mapping[Language, str] = {}
    """The whole sound in each language as a file of its own; none for a video with one audio track."""
    duration_sec: float
    size: int
    encoder: str = ""
    """The encoder that was used; empty in the results of earlier versions."""
    render_timings: Mapping[str, float] = {}
    """Seconds of wall time by stage of the render, as in ``job_summary.json``."""


def list_result_files(result: Result) -> Mapping[str, str]:
    """Return the blobs of a finished video by the names that its files have in a folder."""
    files = {
        "video.mp4": result.video,
        "thumbnail.png": result.thumbnail,
        "job_summary.json": result.summary,
        "provenance.json": result.provenance,
        **{f"audio.{language}.m4a": blob for language, blob in result.audio.items()},
        **{
            f"captions.{language}.{ending}": getattr(captions, ending)
            for language, captions in result.captions.items()
            for ending in ("srt", "vtt", "lrc")
        },
    }
    return {name: blob for name, blob in files.items() if blob}  # earlier versions made fewer
