"""Measure on this machine what rendering costs and how good it is: `make bench`, or `make bench-quick` on a short cut.

``python -m tests.bench [--quick] [--out FOLDER] [PART ...]`` runs the named parts, or else all; the race
only if its peers are installed.

Writes bench.md, bench.json and bench.png (and job.*, languages.*, batch.*, library.*, studio.*, scroll.*, song.*,
voice.*, cloud.*) to docs/bench, quick runs to out/bench, after every part. A part that fails does not stop the others;
the exit code is 1 then. A limit that is missed is no failure.
"""

import argparse
import contextlib
import shutil
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from tests.bench import (
    batch,
    cloud,
    first_page,
    job,
    languages,
    library,
    library_scroll,
    lyric_looks,
    marks,
    months,
    parts_exact,
    parts_others,
    parts_video,
    plot,
    preview_frames,
    voice,
)
from tests.bench.figures import Figures
from tests.bench.race import baseline, race
from tests.bench.song import measure_song
from tests.bench.videos import FULL, QUICK, Bench

_ROOT = Path(__file__).parents[2]
PARTS: dict[str, Callable[[Bench, Figures], None]] = {
    "jitter": parts_exact.measure_jitter,
    "compose": parts_exact.measure_composition,
    "looks": lambda bench, figures: lyric_looks.measure_looks(figures, quick=bench.scale.quick),
    "final": parts_video.measure_final,
    "again": parts_video.measure_rerenders,
    "shares": parts_video.measure_shares,
    "proxy": parts_video.measure_proxy,
    "marks": marks.measure_marks,
    "limits": parts_others.measure_against_limits,
    "vmaf": parts_exact.measure_vmaf,
    "moviepy": parts_others.measure_against_moviepy,
    "race": race.measure_race,
    "baseline": baseline.measure_against_baseline,
    "tasks": parts_video.measure_tasks,
    "uhd": parts_video.measure_uhd,
    "memory": parts_video.measure_memory,
    "job": lambda bench, figures: job.measure_job(figures, 10 if bench.scale.quick else 60),
    "library": lambda bench, figures: library.measure_library(figures.folder, quick=bench.scale.quick),
    "months": lambda bench, figures: months.measure_months(figures.folder, quick=bench.scale.quick),
    "frames": lambda bench, figures: preview_frames.measure_preview_frames(figures.folder, quick=bench.scale.quick),
    "studio": lambda bench, figures: first_page.measure_first_page(figures.folder, quick=bench.scale.quick),
    "scroll": lambda bench, figures: library_scroll.measure_scroll(figures.folder, quick=bench.scale.quick),
    "languages": lambda bench, figures: languages.measure_languages(figures.folder, quick=bench.scale.quick),
    "batch": lambda bench, figures: batch.measure_batch(figures.folder, quick=bench.scale.quick),
    "voice": lambda bench, figures: voice.measure_voices(figures.folder, quick=bench.scale.quick),
    "song": lambda bench, figures: measure_song.measure_songs(figures.folder, quick=bench.scale.quick),
    "cloud": lambda bench, figures: cloud.measure_cloud(figures.folder, quick=bench.scale.quick),
}


def _choose_parts() -> list[str]:
    """Return all parts, without the race if its peers are not installed: it would replace their figures by gaps."""
    if race.has_all_peers():
        return list(PARTS)
    print("without the race: tests/bench/race/install has not been run")
    return [name for name in PARTS if name != "race"]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a short cut of the workload")
    parser.add_argument("--out", type=Path, help="folder for the figures")
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    arguments = parser.parse_args()
    if unknown := set(arguments.parts) - set(PARTS):
        parser.error(f"no part {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    scale = QUICK if arguments.quick else FULL
    seconds = scale.scenes * scale.scene_sec
    title = f"Rendering, {seconds:g} s of video in 1080p30 ({parts_others.describe_machine()})"
    if scale.quick:
        title += " - QUICK run on a short cut: its ratios are not those of the workload"
    figures = Figures(arguments.out or _ROOT / ("out/bench" if scale.quick else "docs/bench"), title)
    failed, started = [], time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="sutradhar-bench-") as folder:
        bench = Bench(scale, Path(folder))
        for name in arguments.parts or _choose_parts():
            print(f"[{time.perf_counter() - started:5.0f} s] {name}", flush=True)
            part_started = time.perf_counter()
            try:
                PARTS[name](bench, figures)
            except Exception:  # the figures of the other parts still count
                traceback.print_exc()
                failed.append(name)
            if figures.values:
                figures.write()
                plot.draw(figures, figures.folder / "bench.png")
            print(f"    {name} took {time.perf_counter() - part_started:.0f} s", flush=True)
            with contextlib.suppress(FileNotFoundError):
                shutil.rmtree(bench.folder / "work")
    print(f"[{time.perf_counter() - started:5.0f} s] done: {figures.folder / 'bench.md'}")
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
