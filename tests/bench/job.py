"""Measure a whole job: a 60 s 1080p video from a topic, all stages, in a home of its own; then the same job again, when
everything is stored. Writes a table to ``folder``/job.md and the figures to job.json."""

import json
import tempfile
from pathlib import Path
from typing import Any

import psutil

from tests.bench import measure
from tests.bench.measure import Cost

TOPIC = "The story of Prahlad"


def measure_job(folder: Path, length: int = 60) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        home, out = Path(scratch) / "home", Path(scratch) / "out"
        cost, summary = _make(home, out, length)
        repeated, _ = _make(home, out, length)
    facts, seconds = summary["facts"], summary["duration_sec"]
    figures = {
        "film_sec": (seconds, "s"),
        "job_wall": (cost.wall, "s"),
        "job_wall_over_length": (cost.wall / seconds, "x"),
        "job_cpu": (cost.cpu, "s"),
        "render_wall": (summary["render_timings"]["total"], "s"),
        "peak_mb_one_process": (cost.largest_mb, f"MB ({cost.largest})"),
        "peak_mb_tree": (cost.peak_mb, "MB"),
        "again_wall": (repeated.wall, "s"),
        "integrated_lufs": (facts["integrated_lufs"], "LUFS"),
        "true_peak_dbtp": (facts["true_peak_dbtp"], "dBTP"),
    }
    rows = [f"| {name} | {value:.2f} {unit} |" for name, (value, unit) in figures.items()]
    rows += [f"| render: {stage} | {spent:.2f} s |" for stage, spent in summary["render_timings"].items()]
    title = f"A {length} s 1080p30 job, all stages, on {psutil.cpu_count()} cores"
    table = "\n".join([f"# {title}", "", "| what | figure |", "|---|---|", *rows, ""])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "job.md").write_text(table)
    values = {name: {"value": round(value, 3), "unit": unit.split()[0]} for name, (value, unit) in figures.items()}
    (folder / "job.json").write_text(json.dumps(values, indent=2) + "\n")
    print(f"    {cost.wall:.1f} s for {seconds:.1f} s of video; again {repeated.wall:.1f} s", flush=True)


def _make(home: Path, out: Path, length: int) -> tuple[Cost, dict[str, Any]]:
    argv = measure.module("functions.cli", "make", TOPIC, "--length", length, "--out", out)
    cost = measure.run(argv, env={"SUTRADHAR_HOME": str(home)}, log=home.parent / "job.log")
    summary: dict[str, Any] = json.loads((out / "job_summary.json").read_text())
    return cost, summary
