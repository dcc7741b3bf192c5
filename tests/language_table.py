"""Make a short video in each language, and write the table of languages.

``python -m tests.language_table FOLDER [TAG ...]``

FOLDER gets the video and a frame of each, the frames on one sheet (``sheet.jpg``) and ``table.md``. A language without
an offline voice gets its captions as a translation of the English narration.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sutradhar import bootstrap
from sutradhar.domain.language.table import FACTS
from sutradhar.domain.language.tags import Language
from sutradhar.pipeline.languages import LanguageSupport, list_languages
from tests.language_samples import NARRATIONS

_COLOURS = ("#23395b", "#5b2333")
_COLUMNS, _WIDTH, _HEIGHT = 3, 640, 108
"""The captions on the sheet: videos in a row, and the size of the lower part of each frame in pixels."""


def write_plan(language: Language, *, is_spoken: bool) -> dict[str, Any]:
    """Return the plan of a language; the narration is English if no narrator speaks it."""
    own = language if is_spoken else "en"
    scenes = [
        {
            "narration": narration,
            "color": colour,
            **({} if is_spoken else {"translations": {language: NARRATIONS[language][i]}}),
        }
        for i, (narration, colour) in enumerate(zip(NARRATIONS[own], _COLOURS, strict=True))
    ]
    scenes[0]["title"] = FACTS[language].own_name
    render = {"mode": "PROXY", "burn_captions": language, "caption_style": "highlight"}
    shared = {"render": render, "subtitle_languages": [language], "music": False, "watermark": False}
    return {"title": FACTS[language].own_name, "language": own, "scenes": scenes, **shared}


def make_video(language: Language, folder: Path, *, is_spoken: bool) -> dict[str, Any]:
    """Make the video of ``language`` in ``folder`` by the command line, and return its job."""
    folder.mkdir(parents=True, exist_ok=True)
    plan = folder / "plan.json"
    plan.write_text(json.dumps(write_plan(language, is_spoken=is_spoken), ensure_ascii=False))
    command = ["sutradhar", "make", "--plan", str(plan), "--out", str(folder)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    summary: dict[str, Any] = json.loads((folder / "job_summary.json").read_text())
    _take_frame(folder, language)
    return summary


def _take_frame(folder: Path, language: Language) -> None:
    """Write the frame in the middle of the last caption: it has a number and Latin letters."""
    start, _, end = (folder / f"captions.{language}.vtt").read_text().rpartition(" --> ")
    first, last = (_read_seconds(text) for text in (start.split()[-1], end.split()[0]))
    argv = ["ffmpeg", "-v", "error", "-y", "-ss", f"{(first + last) / 2:.2f}", "-i", str(folder / "video.mp4")]
    subprocess.run([*argv, "-frames:v", "1", str(folder / "frame.png")], check=True)


def _read_seconds(text: str) -> float:
    hours, minutes, seconds = text.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)


def list_rows(rows: Sequence[tuple[LanguageSupport, dict[str, Any]]]) -> Iterator[str]:
    """Yield the rows of the table."""
    yield "| Tag | Language | Script | Voice offline | Words timed | Stories | Lacks offline |"
    yield "|---|---|---|---|---|---|---|"
    for support, _ in rows:
        facts = support.facts
        voices = ", ".join(map(str, support.narrators)) or "–"
        timing = {"engine": "by the voice", "alignment": "by an aligner", "length": "by length", None: "–"}
        lacks = "; ".join(support.problems) or "–"
        yield (
            f"| `{facts.tag}` | {facts.name} ({facts.own_name}) | {facts.script_facts.name} | {voices} |"
            f" {timing[support.word_timing]} | {support.stories or '–'} | {lacks} |"
        )


def main(folder: Path, tags: Sequence[str]) -> None:
    supported = [one for one in list_languages(bootstrap.services()) if not tags or one.facts.tag in tags]
    rows = []
    for support in supported:
        tag = support.facts.tag
        print(tag, flush=True)
        rows.append((support, make_video(tag, folder / tag, is_spoken=bool(support.voices))))
    (folder / "table.md").write_text("\n".join([*list_rows(rows), ""]))
    _join_frames(folder, [one.facts.tag for one in supported])


def _join_frames(folder: Path, tags: Sequence[Language]) -> None:
    """Write the sheet: the lower part of each frame, row by row."""
    inputs = [argument for tag in tags for argument in ("-i", str(folder / tag / "frame.png"))]
    cut = f"crop=iw:iw*{_HEIGHT}/{_WIDTH}:0:ih-oh-24,scale={_WIDTH}:{_HEIGHT}"
    parts = [f"[{i}]{cut}[s{i}]" for i in range(len(tags))]
    places = "|".join(f"{i % _COLUMNS * _WIDTH}_{i // _COLUMNS * _HEIGHT}" for i in range(len(tags)))
    joined = "".join(f"[s{i}]" for i in range(len(tags)))
    graph = ";".join([*parts, f"{joined}xstack=inputs={len(tags)}:layout={places}:fill=black"])
    argv = ["ffmpeg", "-v", "error", "-y", *inputs, "-filter_complex", graph, "-q:v", "3", str(folder / "sheet.jpg")]
    subprocess.run(argv, check=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
