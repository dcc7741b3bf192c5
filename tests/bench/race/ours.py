"""Make our entries of the race: the renderer, at its settings and at medium, and the whole job."""

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

from sutradhar.domain.video.timeline import Timeline
from tests.bench import measure
from tests.bench.measure import Cost
from tests.bench.videos import Bench
from tests.bench.workload import NARRATION

_KEPT = ("bench", ".unfinished")
"""Folders of a store: the material, and that of files that are being written."""
_SENTENCE_WORDS = 12
"""The number of words of a narration that fit into a scene of the race."""


def empty_cache(store: Path) -> None:
    """Remove all that renders have stored; the material stays."""
    for path in store.iterdir():
        if path.name not in _KEPT:
            shutil.rmtree(path)


def render_timeline(bench: Bench, timeline: Timeline, env: dict[str, str] | None = None) -> tuple[Cost, Path]:
    """Render into an empty cache; return the cost and the video."""
    empty_cache(bench.store)
    done = bench.render(bench.request(timeline), env)
    assert done.summary is not None
    return done.cost, bench.store / done.summary.video.blob


def make_job(bench: Bench, timeline: Timeline) -> tuple[Cost, Path]:
    """Make the same video from a plan with ``sutradhar make``, in a home of its own: voices, music, checks and delivery
    included. The camera's moves are chosen by the job."""
    folder = Path(tempfile.mkdtemp(dir=bench.folder, prefix="job-"))
    home, out = folder / "home", folder / "out"
    scenes: list[dict[str, Any]] = []
    for i, clip in enumerate(timeline.clips):
        image = folder / f"still-{i}.png"
        image.write_bytes((bench.store / clip.media.blob).read_bytes())
        words = NARRATION[i % len(NARRATION)].split()[:_SENTENCE_WORDS]
        length = clip.frames / timeline.fps
        scenes.append({"image": {"upload": str(image)}, "duration_sec": length, "narration": " ".join(words) + "."})
    plan = {"title": "The race", "language": "en", "subtitle_languages": "en", "music": "calm", "scenes": scenes}
    (folder / "plan.json").write_text(json.dumps(plan))
    argv = measure.module("functions.cli", "make", "--plan", folder / "plan.json", "--out", out, "--json")
    cost = measure.run(argv, env={"SUTRADHAR_HOME": str(home)}, log=folder / "job.log")
    videos = sorted(out.rglob("*.mp4"))
    return cost, videos[0]
