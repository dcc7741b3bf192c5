"""Print the check of a batch, show its progress, and deliver its videos as they are finished."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.live import Live
from rich.text import Text

from functions.cli.console import console, print_line, print_note
from functions.cli.out_folder import choose_folder, deliver_files, find_earlier, require_free_disk
from functions.cli.output import add_row, format_time, make_table
from sutradhar import bootstrap
from sutradhar.domain.billing.ledger import batch_account
from sutradhar.domain.billing.price import usd
from sutradhar.domain.jobs.batch import Batch
from sutradhar.domain.jobs.batch_index import INDEX_NAME, name_folder
from sutradhar.pipeline.batches.check import BatchCheck
from sutradhar.pipeline.batches.results import RowResult, make_index, make_result, read_results
from sutradhar.pipeline.batches.rows import get_batch, read_rows

_MOST_SHOWN = 100
_LOOK_SEC = 0.5
"""Seconds between two looks at the batch."""


def print_check(check: BatchCheck) -> None:
    """Print every wrong row with its column, the notices, and the cost of the whole."""
    if check.problems:
        table = make_table("row", "column", "field", "problem")
        for one in check.problems[:_MOST_SHOWN]:
            add_row(table, "" if one.row is None else str(one.row), one.column, one.field, one.message)
        console.print(table)
        if more := len(check.problems) - _MOST_SHOWN:
            print_line(f"{more} more values are wrong.") if more > 0 else None
        print_line(f"Nothing begins: {len(check.problems)} values in {check.row_count} rows are wrong.")
        return
    for text in check.notices:
        print_note(text)
    cost = check.estimate
    money = f"about {usd(cost.expected_cost):.2f} USD, at most {usd(cost.max_cost):.2f}"
    price = money if cost.lines else "nothing is paid to providers"
    print_line(f"{check.row_count} videos of {_format_length(check.video_sec)} in all: {price}.")


def watch_batch(batch: Batch, folder: Path) -> tuple[Batch, list[Path]]:
    """Show the progress of ``batch`` and deliver each video when it is finished, until all rows have ended or no row
    can go on. Return the batch as it is then, and the folders and the index that were written."""
    delivered: dict[int, Path] = {}
    with Live(Text(""), console=console, transient=True) as live:
        while True:
            current = get_batch(bootstrap.services(), batch.id)
            delivered |= _deliver_new(current, folder, delivered)
            live.update(Text(_describe_progress(current)))
            if _has_stopped(current):
                break
            require_free_disk(bootstrap.settings().home)
            time.sleep(_LOOK_SEC)
    index = write_results_index(current, folder)
    _print_end(current)
    return current, [*(delivered[number] for number in sorted(delivered)), index]


def deliver_row(result: RowResult, folder: Path) -> Path:
    """Copy the files of a finished row into its own folder below ``folder``, unless they are there, and return it."""
    assert result.job
    own = folder / name_folder(result.row)
    for job in result.jobs:
        folder_of_job = choose_folder(own, job, result.job)
        earlier = find_earlier(folder_of_job)
        if earlier is None or earlier.job_id != job.id or not (folder_of_job / "video.mp4").exists():
            for note in deliver_files(job, bootstrap.backend(), folder_of_job)[1]:
                print_note(note)
    return own


def write_results_index(batch: Batch, folder: Path) -> Path:
    """Write the index of all rows into ``folder``, and return its path."""
    services = bootstrap.services()
    folder.mkdir(parents=True, exist_ok=True)
    path, half = folder / INDEX_NAME, folder / f".{INDEX_NAME}.new"
    half.write_bytes(make_index(services, read_results(services, batch)))
    half.replace(path)
    return path


def show_batch(batch: Batch) -> Mapping[str, Any]:
    """Return ``batch`` as a JSON document shows it."""
    account = bootstrap.services().providers.call_gate.accounts.read(batch_account(batch.id))
    return {
        "batch_id": batch.id,
        "name": batch.name,
        "state": batch.state,
        "reason": batch.reason,
        "waits_until": batch.waits_until,
        "rows": batch.rows,
        "counts": dict(batch.counts),
        "budget_usd": None if batch.budget_micros is None else usd(batch.budget_micros),
        "spent_usd": usd(account.spent),
        "expected_usd": usd(batch.expected_micros),
        "created_at": batch.created_at,
    }


def _deliver_new(batch: Batch, folder: Path, delivered: Mapping[int, Path]) -> dict[int, Path]:
    """Deliver the finished rows that are not among ``delivered``, and return their folders by number."""
    services = bootstrap.services()
    new: dict[int, Path] = {}
    for row in read_rows(services, batch):
        if row.state == "succeeded" and row.number not in delivered:
            result = make_result(services, row, services.jobs.get(row.job_id))
            if result.files:
                new[row.number] = deliver_row(result, folder)
    return new


def _has_stopped(batch: Batch) -> bool:
    """Return whether no row goes on by itself: all have ended, or the batch is paused or waits, and none is running."""
    return batch.is_terminal or (batch.state in ("paused", "waiting") and not batch.counts.get("running"))


def _describe_progress(batch: Batch) -> str:
    counts = batch.counts
    parts = [f"{counts.get('succeeded', 0)} of {batch.rows} videos finished"]
    parts += [f"{counts[state]} {state}" for state in ("running", "failed", "cancelled") if counts.get(state)]
    return f"{batch.name or batch.id}: {', '.join(parts)}"


def _print_end(batch: Batch) -> None:
    print_line(f"{_describe_progress(batch)}.")
    if batch.state in ("paused", "waiting"):
        until = f" until {format_time(batch.waits_until)}" if batch.waits_until else ""
        reason = f": {batch.reason}" if batch.reason else ""
        print_line(f"{batch.id} is {batch.state}{until}{reason}. The same command goes on.")
    if batch.counts.get("failed"):
        services = bootstrap.services()
        failed = [row for row in read_rows(services, batch) if row.state == "failed"]
        table = make_table("row", "id", "problem")
        for row in failed[:_MOST_SHOWN]:
            add_row(table, str(row.number), row.row_id, row.error)
        console.print(table)
        print_line("The same command starts the failed rows again, each from what it has finished.")


def _format_length(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
