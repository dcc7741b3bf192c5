"""Put several audio tracks into the video file, one for each language, among which a player lets its viewer choose."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from gpu_renderer.core.ffmpeg_command import open_file
from sutradhar.domain.language.table import FACTS
from sutradhar.domain.video.timeline import Timeline


@dataclass(frozen=True)
class AudioTrack:
    """An audio file (AAC), its language (ISO 639-2), and the name that players show."""

    path: Path
    language: str
    name: str


def name_audio_tracks(timeline: Timeline, mixes: Sequence[Path]) -> tuple[AudioTrack, ...]:
    """Return the tracks with the files ``mixes``; none for a video with one audio track, which has no name."""
    if not timeline.audio_languages:
        return ()
    languages = [track.language for track in timeline.list_audio_tracks()]
    return tuple(
        AudioTrack(path, FACTS[language].code, FACTS[language].own_name)
        for language, path in zip(languages, mixes, strict=True)
        if language
    )


def open_audio_tracks(tracks: Sequence[AudioTrack], **demuxer: Any) -> tuple[list[Any], dict[str, Any]]:
    """Return the audio streams, which ffmpeg-python's ``output`` gets after the video, and the keyword arguments that
    belong to them. The first track plays until the viewer chooses another.

    Args:
        demuxer: options for opening the files.
    """
    streams = [open_file(track.path, **demuxer)["a:0"] for track in tracks]
    options: dict[str, Any] = {}
    for i, track in enumerate(tracks):
        options[f"metadata:s:a:{i}"] = f"language={track.language}"
        options[f"disposition:a:{i}"] = "default" if i == 0 else "0"
    return streams, options


def list_names(kind: Literal["a", "s"], names: Sequence[str]) -> list[str]:
    """Return ffmpeg's arguments that name the audio (``a``) or caption (``s``) tracks; an empty name is left out.

    Some players show the title of a track (``udta/name``, which ffprobe does not read back), others the name of its
    handler. ffmpeg-python sets each option once, and the language of a track is one already.
    """
    return [
        part
        for i, name in enumerate(names)
        for key in ("title", "handler_name")
        if name
        for part in (f"-metadata:s:{kind}:{i}", f"{key}={name}")
    ]
