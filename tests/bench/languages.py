"""Measure what the second language of a video costs beside the first: wall time and CPU of whole jobs of `sutradhar
make`, each in a home of its own, and the payments by the price table. Writes languages.md and languages.json."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sutradhar import bootstrap
from sutradhar.config import Settings
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.pipeline.estimate import estimate
from tests.bench import measure
from tests.bench.measure import Cost
from tests.bench.parts_others import describe_machine

MOST_SHARE = 0.4
"""The most that the second language may cost, as a share of the first."""
_LANGUAGES = ("hi", "en")
_TOPIC = "Prahlad"
_SEC, _QUICK_SEC = 60, 15
_NEW_TOPIC = "The history of tea"
"""No story: a paid planner writes it, and a model translates it."""
_KEYS = {"OPENAI_API_KEY": "bench", "ELEVENLABS_API_KEY": "bench"}
"""No provider is called for an estimate."""


@dataclass(frozen=True)
class Way:
    """A way to make a video in two languages, and the video in one language that it is compared with."""

    name: str
    alone: Mapping[str, Any]
    both: Mapping[str, Any]


_FIRST = {"languages": list(_LANGUAGES[:1])}
_IN_FRAMES = {"burn_captions": None}
_IN_FILES = {"burn_captions": "none"}
WAYS = (
    Way("videos_captions_in_the_frames", {**_FIRST, "render": _IN_FRAMES}, {"render": _IN_FRAMES}),
    Way("videos_captions_in_files", {**_FIRST, "render": _IN_FILES}, {"render": _IN_FILES}),
    Way(
        "videos_longer_second_in_files",
        {"languages": ["en"], "render": _IN_FILES},
        {"languages": ["en", "hi"], "render": _IN_FILES},
    ),
    Way("tracks", {**_FIRST, "render": _IN_FILES}, {"language_output": "tracks", "render": _IN_FILES}),
)


def measure_languages(folder: Path, *, quick: bool) -> None:
    figures: dict[str, float] = {}
    seconds = _QUICK_SEC if quick else _SEC
    for way in WAYS:
        alone, both = _make(way.alone, seconds), _make(way.both, seconds)
        figures |= {
            f"{way.name}_first_sec": round(alone.wall, 1),
            f"{way.name}_both_sec": round(both.wall, 1),
            f"{way.name}_second_share_of_wall": round(both.wall / alone.wall - 1, 3),
            f"{way.name}_second_share_of_cpu": round(both.cpu / alone.cpu - 1, 3),
        }
        print(f"    {way.name}: {alone.wall:.0f} s, both {both.wall:.0f} s", flush=True)
    figures |= _measure_money(seconds)
    _write(folder, figures, seconds)


def _make(changes: Mapping[str, Any], seconds: int) -> Cost:
    """Return the cost of a whole job with nothing stored before it."""
    with TemporaryDirectory(prefix="languages-") as scratch:
        home = Path(scratch)
        body = {"topic": _TOPIC, "length_sec": seconds, "languages": list(_LANGUAGES), **changes}
        (home / "plan.json").write_text(json.dumps(body), encoding="utf-8")
        argv = measure.module("functions.cli", "make", "--plan", home / "plan.json", "--out", home / "out")
        return measure.run(argv, env={"SUTRADHAR_HOME": str(home / "home")}, log=home / "make.log")


def _measure_money(seconds: int) -> dict[str, float]:
    """Return what the price table says about a video of paid providers in one language and in two."""
    with TemporaryDirectory(prefix="languages-") as scratch:
        settings = Settings.from_env({"SUTRADHAR_HOME": scratch, **_KEYS})
        backend = bootstrap.local_backend(settings)
        services = bootstrap.services_on(backend, settings)
        first, both = (
            estimate(services, RenderPlan.parse({"topic": _NEW_TOPIC, "length_sec": seconds, "languages": codes}))
            for codes in (_LANGUAGES[:1], _LANGUAGES)
        )
        backend.close()
    of_both = [line for line in both.lines if line.language is None]
    return {
        "paid_first_usd": round(first.expected_cost / 1e6, 4),
        "paid_both_usd": round(both.expected_cost / 1e6, 4),
        "paid_second_share": round(both.expected_cost / first.expected_cost - 1, 3),
        "shared_lines_paid_twice": _count_more(of_both, first.lines),
    }


def _count_more(lines: Sequence[object], before: Sequence[object]) -> int:
    return len(lines) - len(before)


def _write(folder: Path, figures: Mapping[str, float], seconds: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "languages.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    title = f"The second language of a video of {seconds} s in 1080p30 ({describe_machine()})"
    limits = {name: f"at most {MOST_SHARE}" for name in figures if name.endswith(("_of_wall", "second_share"))}
    lines = [f"| {name} | {value} | {limits.get(name, '')} |" for name, value in figures.items()]
    table = "\n".join([f"# {title}", "", "| what | figure | limit |", "|---|---|---|", *lines, ""])
    (folder / "languages.md").write_text(table, encoding="utf-8")
