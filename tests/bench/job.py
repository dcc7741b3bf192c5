"""Measure a whole job: a 60 s 1080p video from a topic, all stages, in a home of its own; then its render alone, and
the same job again when everything is stored. Writes a table to job.md and the figures to job.json."""

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import psutil

from tests.bench import measure
from tests.bench.figures import Figures
from tests.bench.measure import Cost

TOPIC = "The story of Prahlad"


def measure_job(figures: Figures, length: int = 60) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        home, out = Path(scratch) / "home", Path(scratch) / "out"
        cost, summary = _make(home, out, length)
        alone = _render_alone(home, Path(scratch) / "alone")
        repeated, _ = _make(home, out, length)
    facts, seconds = summary["facts"], summary["duration_sec"]
    rows = {
        "film_sec": (seconds, "s"),
        "job_wall": (cost.wall, "s"),
        "job_wall_over_length": (cost.wall / seconds, "x"),
        "job_cpu": (cost.cpu, "s"),
        "render_alone_wall": (alone.wall, "s"),
        "render_alone_cpu": (alone.cpu, "s"),
        "render_alone_peak_mb": (alone.peak_mb, "MB"),
        "render_wall": (summary["render_timings"]["total"], "s"),
        "peak_mb_one_process": (cost.largest_mb, f"MB ({cost.largest})"),
        "peak_mb_tree": (cost.peak_mb, "MB"),
        "again_wall": (repeated.wall, "s"),
        "integrated_lufs": (facts["integrated_lufs"], "LUFS"),
        "true_peak_dbtp": (facts["true_peak_dbtp"], "dBTP"),
    }
    figures.set("job_wall_over_length", cost.wall / seconds, f"{cost.wall:.1f} s for {seconds:.1f} s of video")
    figures.set("job_wall_over_renderer", cost.wall / alone.wall, f"{cost.wall:.1f} against {alone.wall:.1f} s")
    figures.set("job_cpu_over_renderer", cost.cpu / alone.cpu, f"{cost.cpu:.1f} against {alone.cpu:.1f} s")
    figures.set("peak_mb_job", cost.peak_mb, f"its render alone {alone.peak_mb:.0f} MB; {cost.largest_text}")
    lines = [f"| {name} | {value:.2f} {unit} |" for name, (value, unit) in rows.items()]
    lines += [f"| render: {stage} | {spent:.2f} s |" for stage, spent in summary["render_timings"].items()]
    title = f"A {length} s 1080p30 job, all stages, on {psutil.cpu_count()} cores"
    table = "\n".join([f"# {title}", "", "| what | figure |", "|---|---|", *lines, ""])
    figures.folder.mkdir(parents=True, exist_ok=True)
    (figures.folder / "job.md").write_text(table)
    values = {name: {"value": round(value, 3), "unit": unit.split()[0]} for name, (value, unit) in rows.items()}
    (figures.folder / "job.json").write_text(json.dumps(values, indent=2) + "\n")
    print(f"    {cost.wall:.1f} s for {seconds:.1f} s of video; again {repeated.wall:.1f} s", flush=True)


def _make(home: Path, out: Path, length: int) -> tuple[Cost, dict[str, Any]]:
    argv = measure.module("functions.cli", "make", TOPIC, "--length", length, "--out", out)
    cost = measure.run(argv, env={"SUTRADHAR_HOME": str(home)}, log=home.parent / "job.log")
    summary: dict[str, Any] = json.loads((out / "job_summary.json").read_text())
    return cost, summary


def _render_alone(first_home: Path, home: Path) -> Cost:
    """Render the request of the job in ``first_home`` once more, in a home that holds nothing but the request and its
    assets."""
    (request,) = first_home.glob("blobs/jobs/*/renders/*/request.json")
    name = request.relative_to(first_home / "blobs")
    (home / "blobs" / name).parent.mkdir(parents=True)
    shutil.copy(request, home / "blobs" / name)
    shutil.copytree(first_home / "blobs/assets", home / "blobs/assets")
    env = {"SUTRADHAR_HOME": str(home), "RENDER_REQUEST": str(name), "TMP_WORKDIR": str(home / "tmp")}
    cost = measure.run(measure.module("gpu_renderer"), env=env, log=first_home.parent / "alone.log")
    if not (home / "blobs" / name).with_name("job_summary.json").exists():
        raise RuntimeError(f"the render failed: {(first_home.parent / 'alone.log').read_text()[-2000:]}")
    return cost
