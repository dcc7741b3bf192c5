"""Put captions into the video file as tracks (mov_text, which is 3GPP timed text) that players can switch on."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gpu_renderer.core.ffmpeg_command import open_file
from sutradhar.domain.language.table import FACTS
from sutradhar.domain.video.captions import Cue, format_srt
from sutradhar.domain.video.timeline import Timeline

_MARKUP = re.compile(r"[<{\\]")
WORD_JOINER = "\u2060"
"""An invisible character. After ``<``, ``{`` and a backslash it keeps ffmpeg's SubRip reader from taking text for
markup, for which there is no escape."""


@dataclass(frozen=True)
class SubtitleTrack:
    """A SubRip file and its language (ISO 639-2)."""

    path: Path
    language: str
    name: str = ""
    """The name that players show; empty: they name the language themselves."""


def write_tracks(timeline: Timeline, workdir: Path) -> tuple[SubtitleTrack, ...]:
    """Write one file for each language of ``timeline.captions`` that has cues, in their order."""
    tracks = []
    for language, cues in timeline.captions.items():
        if cues:
            path = workdir / f"track-{language}.srt"
            path.write_text(format_srt([_disarm_markup(cue) for cue in cues], timeline.fps), encoding="utf-8")
            name = FACTS[language].own_name if timeline.audio_languages else ""  # files of today stay as they are
            tracks.append(SubtitleTrack(path, FACTS[language].code, name))
    return tuple(tracks)


def _disarm_markup(cue: Cue) -> Cue:
    return cue.evolve(lines=tuple(_MARKUP.sub(lambda mark: mark.group() + WORD_JOINER, line) for line in cue.lines))


def open_tracks(tracks: Sequence[SubtitleTrack]) -> tuple[list[Any], dict[str, Any]]:
    """Return the caption streams, which ffmpeg-python's ``output`` gets after video and audio, and the keyword
    arguments that belong to them. Most players show none of them until the viewer asks for it.

    None is the default, but ffmpeg's muxer switches the first one on all the same
    (findings/ffmpeg_mp4_switches_the_first_caption_track_on.sh), and a player that heeds this shows it.
    """
    streams = [open_file(track.path, format="srt", sub_charenc="UTF-8")["s:0"] for track in tracks]
    options: dict[str, Any] = {"c:s": "mov_text"} if tracks else {}
    for i, track in enumerate(tracks):
        options[f"metadata:s:s:{i}"] = f"language={track.language}"
        options[f"disposition:s:{i}"] = "0"
    return streams, options
