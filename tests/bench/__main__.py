"""`make bench`: what a whole job costs, measured on this machine in one run.

A 60 s 1080p film from a topic, all stages, in a home of its own; then the same again, when everything is there.
Prints a table and writes it to docs/bench/job.md, the figures to docs/bench/job.json.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import psutil

TOPIC, LENGTH = "The story of Prahlad", 60
_BENCH = Path(__file__).parents[2] / "docs" / "bench"


class Peaks(threading.Thread):
    """Samples the memory of a process tree ten times a second: the largest process, and the largest sum."""

    def __init__(self, root: psutil.Process) -> None:
        super().__init__(daemon=True)
        self._root, self._over = root, threading.Event()
        self.one_mb = self.tree_mb = 0.0
        self.largest = ""

    def run(self) -> None:
        while not self._over.wait(0.1):
            total = 0.0
            for process in [self._root, *self._children()]:
                try:
                    used = process.memory_info().rss / 1e6
                    if used > self.one_mb:
                        self.one_mb, self.largest = used, Path(process.name()).name
                except psutil.Error:
                    continue
                total += used
            self.tree_mb = max(self.tree_mb, total)

    def _children(self) -> list[psutil.Process]:
        try:
            return self._root.children(recursive=True)
        except psutil.Error:
            return []

    def end(self) -> None:
        self._over.set()
        self.join()


def timed_make(home: Path, out: Path) -> dict[str, Any]:
    argv = [sys.executable, "-m", "functions.cli", "make", TOPIC, "--length", str(LENGTH), "--out", str(out)]
    begun = time.perf_counter()
    before = os.times()
    with subprocess.Popen(argv, env={**os.environ, "SUTRADHAR_HOME": str(home)}) as process:
        peaks = Peaks(psutil.Process(process.pid))
        peaks.start()
        code = process.wait()
    wall, after = time.perf_counter() - begun, os.times()
    peaks.end()
    if code != 0:
        sys.exit(f"the job failed with exit code {code}")
    summary = json.loads((out / "job_summary.json").read_text())
    cpu = after.children_user - before.children_user + after.children_system - before.children_system
    return {"wall": wall, "cpu": cpu, "peaks": peaks, "summary": summary, "film": summary["duration_sec"]}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        home, out = Path(folder) / "home", Path(folder) / "out"
        first, again = timed_make(home, out), timed_make(home, out)
    facts = first["summary"]["facts"]
    figures = {
        "film_sec": (first["film"], "s"),
        "job_wall": (first["wall"], "s"),
        "job_wall_over_length": (first["wall"] / first["film"], "x"),
        "job_cpu": (first["cpu"], "s"),
        "render_wall": (first["summary"]["render_timings"]["total"], "s"),
        "peak_mb_one_process": (first["peaks"].one_mb, f"MB ({first['peaks'].largest})"),
        "peak_mb_tree": (first["peaks"].tree_mb, "MB"),
        "again_wall": (again["wall"], "s"),
        "integrated_lufs": (facts["integrated_lufs"], "LUFS"),
        "true_peak_dbtp": (facts["true_peak_dbtp"], "dBTP"),
    }
    rows = [f"| {name} | {value:.2f} {unit} |" for name, (value, unit) in figures.items()]
    rows += [f"| render: {stage} | {seconds:.2f} s |" for stage, seconds in first["summary"]["render_timings"].items()]
    title = f"A {LENGTH} s 1080p30 job, all stages, on {psutil.cpu_count()} cores"
    table = "\n".join([f"# {title}", "", "| what | figure |", "|---|---|", *rows, ""])
    _BENCH.mkdir(parents=True, exist_ok=True)
    (_BENCH / "job.md").write_text(table)
    written = {name: {"value": round(value, 3), "unit": unit.split()[0]} for name, (value, unit) in figures.items()}
    (_BENCH / "job.json").write_text(json.dumps(written, indent=2) + "\n")
    print(table)


if __name__ == "__main__":
    main()
