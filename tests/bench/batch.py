"""Measure a batch of 1,000 rows on the emulated cloud, whose providers take no time: none may be lost or made twice,
its budget must hold, and single jobs must begin within ten seconds. Writes batch.md and batch.json to ``folder``."""

import json
import statistics
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.parts_others import describe_machine
from tests.emulators.batch_run import BatchRun, run_batch
from tests.emulators.instant_cloud import open_instant_cloud

_ROWS, _QUICK_ROWS, _ACTIVE_JOBS = 1000, 40, 20
_SINGLE_EVERY_SEC = 15.0
_LIMIT_SEC = 3000.0
MOST_FIRST_STEP_SEC = 10.0


def measure_batch(folder: Path, *, quick: bool) -> None:
    """Raise AssertionError if a row is lost or made twice, or if the budget does not hold."""
    rows = _QUICK_ROWS if quick else _ROWS
    with (
        TemporaryDirectory(prefix="batch-") as scratch,
        open_instant_cloud(Path(scratch), {"BATCH_ACTIVE_JOBS": str(_ACTIVE_JOBS)}) as cloud,
    ):
        run = run_batch(cloud, rows, _SINGLE_EVERY_SEC, _LIMIT_SEC)
    figures = _list_figures(run)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "batch.json").write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    title = f"A batch of {rows} rows on the emulated cloud, {_ACTIVE_JOBS} in progress at a time ({describe_machine()})"
    lines = [f"| {name} | {value} |" for name, value in figures.items()]
    table = "\n".join([f"# {title}", "", "| what | figure |", "|---|---|", *lines, ""])
    (folder / "batch.md").write_text(table, encoding="utf-8")
    print(f"    {rows} rows in {run.seconds:.0f} s; single jobs began after {max(run.first_steps_sec):.1f} s at most")
    assert (figures["rows_lost"], figures["rows_made_twice"], figures["jobs_too_many"]) == (0, 0, 0), figures
    assert run.most_over_budget <= 0, figures


def _list_figures(run: BatchRun) -> dict[str, float | int]:
    offers = {prompt: count for prompt, count in run.drawn.items() if "offer" in prompt}
    return {
        "rows": run.rows,
        "rows_lost": run.rows - run.states["succeeded"],
        "images_of_rows": len(offers),
        "rows_made_twice": sum(count - 1 for count in offers.values()),
        "jobs_too_many": run.jobs - run.rows,
        "rows_made_when_the_first_budget_was_spent": run.waited_with["succeeded"],
        "most_usd_over_budget": run.most_over_budget / 1e6,
        "looks_at_the_budget": len(run.budgets),
        "most_rows_in_progress": run.most_active,
        "seconds": round(run.seconds, 1),
        "seconds_of_the_order": round(run.order_sec, 1),
        "single_jobs": len(run.first_steps_sec),
        "single_first_step_sec_max": round(max(run.first_steps_sec), 2),
        "single_first_step_sec_median": round(statistics.median(run.first_steps_sec), 2),
        "single_video_sec_median": round(statistics.median(run.ends_sec), 2),
        "single_within_10_sec": sum(one <= MOST_FIRST_STEP_SEC for one in run.first_steps_sec),
    }
