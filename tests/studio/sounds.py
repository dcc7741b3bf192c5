"""A song with known beats and words, and the answers of the API about it as they are for this song."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Route

from sutradhar.domain.assets.asset import Word
from tests.media.songs import HINDI_LINES, LINES, MadeSong, make_song

_COLUMNS = 720


@cache
def get_song(language: str = "en") -> MadeSong:
    """Return a song of 36 seconds."""
    return make_song(120, HINDI_LINES, language="hi") if language == "hi" else make_song(120, LINES)


def describe_analysis(song: MadeSong, upload_id: str = "up-0") -> dict[str, Any]:
    """Return what GET /audio/analyses/ID answers about the song."""
    size = len(song.samples) // _COLUMNS
    peaks = abs(song.samples[: size * _COLUMNS]).reshape(_COLUMNS, size).max(axis=1)
    return {
        "analysis_id": "an-1",
        "upload_id": upload_id,
        "state": "ready",
        "duration_sec": song.seconds,
        "loudness_lufs": -14.2,
        "tempo_bpm": song.tempo_bpm,
        "tempo_confidence": 0.9,
        "key": "A minor",
        "beats": list(song.beats),
        "downbeats": list(song.downbeats),
        "sections": [one.model_dump() for one in song.sections],
        "energy": list(song.facts.energy),
        "peaks": [round(float(one), 3) for one in peaks],
        "notices": [],
        "best": [
            {"start_sec": 12.0, "end_sec": 28.0, "score": 0.9, "reason": "the loudest part, which is heard twice"},
            {"start_sec": 4.0, "end_sec": 20.0, "score": 0.6, "reason": "the first verse and the refrain"},
        ],
        "problem": "",
    }


def describe_alignment(song: MadeSong) -> dict[str, Any]:
    """Return what GET /lyrics/alignments/ID answers about the song: one of its words is unsure, and one is a guess."""
    lines = [_describe_line(line) for line in song.lines]
    lines[0]["words"][1].update(how="speech", confidence=0.3)
    lines[1]["words"][0].update(how="beats", confidence=0.2)
    return {"alignment_id": "al-1", "state": "ready", "lines": lines, "lrc": "", "notices": [], "problem": ""}


def _describe_line(line: Sequence[Word]) -> dict[str, Any]:
    words = [
        {"text": one.text, "start_sec": one.start, "end_sec": one.end, "how": "speech", "confidence": 0.9}
        for one in line
    ]
    text = " ".join(one.text for one in line)
    return {"text": text, "start_sec": line[0].start, "end_sec": line[-1].end, "words": words}


def answer_about_song(page: Page, song: MadeSong) -> None:
    """Let the page get these answers instead of the server's, which takes seconds to listen."""

    def answer(body: Mapping[str, Any]) -> Any:
        def fulfill(route: Route) -> None:
            route.fulfill(json=body)

        return fulfill

    page.route("**/audio/analyze", answer(describe_analysis(song)))
    page.route("**/audio/analyses/**", answer(describe_analysis(song)))
    page.route("**/lyrics/align", answer(describe_alignment(song)))
    page.route("**/lyrics/alignments/**", answer(describe_alignment(song)))


def write_song(folder: Path, language: str = "en") -> Path:
    """Write the song as an MP3."""
    return get_song(language).write_mp3(folder / "river-tonight.mp3")
