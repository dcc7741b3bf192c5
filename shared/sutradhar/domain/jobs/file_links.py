"""Build the URLs of a job's files."""

from collections.abc import Mapping

from sutradhar.domain.assets.slot import Slot
from sutradhar.domain.core.base import Frozen
from sutradhar.domain.jobs.job import Job
from sutradhar.domain.jobs.keeping import get_kept_result
from sutradhar.domain.jobs.publication_note import YOUTUBE
from sutradhar.domain.language.tags import Language


class CaptionLinks(Frozen):
    """The URLs of the captions in one language."""

    srt: str
    vtt: str
    lrc: str | None
    """The words of a song with the time of each; None for a video without a song."""


class DualSubtitles(Frozen):
    """The URLs of the SubRip captions; None for a language that the video has no captions in."""

    hi_url: str | None
    en_url: str | None


class FileLinks(Frozen):
    """The URLs of the files of a job; None until the video is finished, and when its files are deleted."""

    final_video_url: str | None
    thumbnail_url: str | None
    youtube_url: str | None
    """The video on YouTube; None until it is there."""
    captions: Mapping[Language, CaptionLinks]
    dual_subtitles: DualSubtitles
    audio_tracks: Mapping[Language, str]
    """The whole sound in each language as a file of its own (.m4a); empty for a video with one audio track. The video
    itself has all of them too."""


def make_file_links(job: Job, file: str) -> FileLinks:
    """Return the URLs of the files of ``job``. ``file``: the URL at which all of them are."""
    result = get_kept_result(job)
    captions = result.captions if result else {}
    subtitles = {
        f"{language}_url": f"{file}?kind=captions&lang={language}&format=srt" if language in captions else None
        for language in ("hi", "en")
    }
    return FileLinks(
        final_video_url=f"{file}?kind=video" if result else None,
        thumbnail_url=f"{file}?kind=thumbnail" if result else None,
        youtube_url=find_youtube_url(job),
        captions={
            language: _make_caption_links(f"{file}?kind=captions&lang={language}&format=", has_lrc=bool(files.lrc))
            for language, files in captions.items()
        },
        dual_subtitles=DualSubtitles(**subtitles),
        audio_tracks={language: f"{file}?kind=audio&lang={language}" for language in (result.audio if result else {})},
    )


def _make_caption_links(query: str, *, has_lrc: bool) -> CaptionLinks:
    return CaptionLinks(srt=f"{query}srt", vtt=f"{query}vtt", lrc=f"{query}lrc" if has_lrc else None)


def find_youtube_url(job: Job) -> str | None:
    """Return the URL of the video on YouTube; None if it is not there. Before its time, only the channel sees it."""
    note = job.publications.get(YOUTUBE)
    return note.url or None if note else None


def make_asset_url(file: str, slot: Slot) -> str:
    """Return the URL of one asset. ``file``: the URL at which all files of its job are."""
    return f"{file}?kind=asset&slot={slot}"
