"""The side captions as tracks of the film itself (mov_text, which is 3GPP timed text), for players to switch on."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gpu_renderer.core.ffmpeg_command import open_file
from sutradhar.domain.plan.choices import Language
from sutradhar.domain.video.captions import Cue, format_srt
from sutradhar.domain.video.timeline import Timeline

_CODES: Mapping[Language, str] = {"en": "eng", "hi": "hin"}
"""ISO 639-2/T, as MP4 asks (ISO/IEC 14496-12, 8.4.2)."""
_MARKUP = re.compile(r"[<{\\]")
WORD_JOINER = "\u2060"
"""Invisible. After ``<``, ``{`` and a backslash it keeps ffmpeg's SubRip reader from taking text for markup, for which
there is no escape."""


@dataclass(frozen=True)
class Track:
    """A SubRip file and its language (ISO 639-2)."""

    path: Path
    language: str


def write_tracks(timeline: Timeline, workdir: Path) -> tuple[Track, ...]:
    """One file for each language of ``timeline.captions`` that has cues, in their order."""
    found = []
    for language, cues in timeline.captions.items():
        if cues:
            path = workdir / f"track-{language}.srt"
            path.write_text(format_srt([_plain(cue) for cue in cues], timeline.fps), encoding="utf-8")
            found.append(Track(path, _CODES[language]))
    return tuple(found)


def _plain(cue: Cue) -> Cue:
    return cue.evolve(lines=tuple(_MARKUP.sub(lambda mark: mark.group() + WORD_JOINER, line) for line in cue.lines))


def streams(tracks: Sequence[Track]) -> tuple[list[Any], dict[str, Any]]:
    """What ffmpeg-python's ``output`` needs beside picture and sound: the streams, to be named after those, and the
    keyword arguments. None of them is shown until the viewer asks for it."""
    inputs = [open_file(track.path, format="srt", sub_charenc="UTF-8")["s:0"] for track in tracks]
    options: dict[str, Any] = {"c:s": "mov_text"} if tracks else {}
    for i, track in enumerate(tracks):
        options[f"metadata:s:s:{i}"] = f"language={track.language}"
        options[f"disposition:s:{i}"] = "0"
    return inputs, options
