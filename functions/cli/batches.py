"""Run `sutradhar batches`: list batches, and pause, resume, retry, cancel and deliver them."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from functions.cli.audit import note_terminal_act
from functions.cli.batch_view import deliver_row, show_batch, write_results_index
from functions.cli.console import print_line, report_errors
from functions.cli.options import Out, read_amount
from functions.cli.out_folder import prepare_out
from functions.cli.output import AsJson, add_row, format_time, make_table, print_json, print_table
from functions.cli.start import begin_command
from sutradhar import bootstrap
from sutradhar.domain.billing.price import micros
from sutradhar.domain.core.errors import FieldError, InvalidRequest
from sutradhar.domain.jobs.batch import Batch
from sutradhar.pipeline.batches import control
from sutradhar.pipeline.batches.results import read_results
from sutradhar.pipeline.batches.rows import get_batch, list_batches, read_rows
from sutradhar.pipeline.services import Services

app = typer.Typer(help="Batches of videos: their progress, and what is done with them.", no_args_is_help=True)
BatchId = Annotated[str, typer.Argument(help="The id that `list` shows.")]


@app.command("list")
def show_all(as_json: AsJson = False) -> None:
    """List the batches, the newest first."""
    with report_errors():
        begin_command()
        batches = list_batches(bootstrap.services(), limit=100).records
    if as_json:
        print_json({"batches": [show_batch(one) for one in batches]})
        return
    table = make_table("id", "name", "state", "finished", "failed", "rows", "ordered")
    for one in batches:
        ended = [str(one.counts.get("succeeded", 0)), str(one.counts.get("failed", 0)), str(one.rows)]
        add_row(table, one.id, one.name, one.state, *ended, format_time(one.created_at))
    print_table(table, "There are no batches. `sutradhar batch rows.csv --plan plan.json` makes one.")


@app.command()
def show(batch_id: BatchId, as_json: AsJson = False) -> None:
    """Show the rows of a batch."""
    with report_errors():
        begin_command()
        services = bootstrap.services()
        batch = get_batch(services, batch_id)
        rows = read_rows(services, batch)
    if as_json:
        print_json({**show_batch(batch), "row_list": rows})
        return
    table = make_table("row", "id", "state", "job", "problem")
    for row in rows:
        add_row(table, str(row.number), row.row_id, row.state, row.job_id, row.error)
    print_table(table, "The batch has no rows.")
    print_line(f"{batch.id} is {batch.state}{f': {batch.reason}' if batch.reason else ''}.")


@app.command()
def pause(batch_id: BatchId, as_json: AsJson = False) -> None:
    """Let a batch start no further rows. Those in progress go on."""
    _move("pause_batch", batch_id, control.pause, as_json=as_json)


@app.command()
def resume(batch_id: BatchId, as_json: AsJson = False) -> None:
    """Let a paused or waiting batch go on."""
    _move("resume_batch", batch_id, control.resume, as_json=as_json)


@app.command()
def retry(batch_id: BatchId, as_json: AsJson = False) -> None:
    """Start the failed rows of a batch again, each from what it has finished."""
    _move("retry_batch", batch_id, control.retry_failed, as_json=as_json)


@app.command()
def cancel(batch_id: BatchId, as_json: AsJson = False) -> None:
    """Cancel a batch with all rows that have not ended. Finished videos stay."""
    _move("cancel_batch", batch_id, control.cancel, as_json=as_json)


@app.command()
def budget(
    batch_id: BatchId,
    amount: Annotated[str, typer.Argument(metavar="USD", help="The most that it may pay, or `none` for no cap.")],
    as_json: AsJson = False,
) -> None:
    """Change the budget of a batch. One that waits for money goes on."""
    with report_errors():
        usd = None if amount == "none" else read_amount(amount)
        if usd is not None and usd < 0:
            raise InvalidRequest([FieldError("USD", f"must be at least 0 (got {amount})")])
    cap = None if usd is None else micros(usd)
    _move("change_batch", batch_id, lambda services, one: control.change_budget(services, one, cap), as_json=as_json)


@app.command()
def results(batch_id: BatchId, out: Out = Path("out"), as_json: AsJson = False) -> None:
    """Copy the finished videos of a batch into a folder, each into its own, with an index of all rows."""
    with report_errors():
        begin_command()
        folder, services = prepare_out(out), bootstrap.services()
        batch = get_batch(services, batch_id)
        files = [deliver_row(one, folder) for one in read_results(services, batch) if one.files]
        files.append(write_results_index(batch, folder))
    if as_json:
        print_json({"batch_id": batch.id, "files": [str(path) for path in files]})
        return
    for path in files:
        print(path)


def _move(action: str, batch_id: str, move: Callable[[Services, str], Batch], *, as_json: bool) -> None:
    with report_errors():
        begin_command()
        batch = move(bootstrap.services(), batch_id)
        note_terminal_act(action, "", batch_id=batch.id)
    if as_json:
        print_json(show_batch(batch))
        return
    print_line(f"{batch.id} is {batch.state}.")
    if not batch.is_terminal and batch.state == "running":
        print_line("It goes on while `sutradhar serve` or `sutradhar batch` runs.")
