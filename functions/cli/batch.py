"""Run `sutradhar batch`: make a video for each row of a table."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from functions.cli.audit import note_terminal_act
from functions.cli.batch_view import print_check, show_batch, watch_batch
from functions.cli.console import handle_signals, print_line, report_errors
from functions.cli.options import Out, Providers, choose_providers, read_amount
from functions.cli.out_folder import prepare_out
from functions.cli.output import AsJson, print_json
from functions.cli.own_files import upload_named_files
from functions.cli.plan_input import read_file, read_plan
from functions.cli.start import LOG_NAME, prepare_home
from sutradhar import bootstrap, telemetry
from sutradhar.domain.billing.price import micros, usd
from sutradhar.domain.core.errors import FieldError, InvalidRequest
from sutradhar.domain.jobs.batch import Batch
from sutradhar.domain.jobs.batch_table import RowProblem, read_table_file
from sutradhar.domain.jobs.batch_template import FilledRow
from sutradhar.pipeline.batches.check import BatchCheck, check_table
from sutradhar.pipeline.batches.submit import BatchOrder, OrderedRow

Rows = Annotated[str, typer.Argument(metavar="FILE", help="The table: CSV, JSON lines or a JSON list; - reads it.")]
Template = Annotated[
    str | None,
    typer.Option("--plan", metavar="FILE", help="The plan of all rows. Default: columns are its fields."),
]
Name = Annotated[str, typer.Option(help="A name for the batch. Default: the name of the table's file.")]
Budget = Annotated[
    float | None,
    typer.Option(parser=read_amount, metavar="USD", help="The most that all videos may pay to providers together."),
]
Check = Annotated[bool, typer.Option("--check", help="Only say what is wrong and what the whole would cost.")]


def batch(
    rows: Rows,
    plan: Template = None,
    name: Name = "",
    budget: Budget = None,
    providers: Providers = None,
    check: Check = False,
    out: Out = Path("out"),
    as_json: AsJson = False,
) -> None:
    """Make a video for each row of a table, and wait for all of them. {{name}} in the plan stands for a column.

    Each finished video goes to a folder of its own below --out, and index.csv lists all rows. The same command goes on
    where it stopped, and starts failed rows again.
    """
    with report_errors():
        choose_providers(providers)
        prepare_home()
        folder = prepare_out(out)
        outcome = _check(rows, plan, budget)
        if not as_json or outcome.problems:
            print_check(outcome)
        if check and as_json:
            print_json(_describe_check(outcome))
        if outcome.problems:
            raise typer.Exit(2)
        if check:
            return
        order = BatchOrder(
            rows=[OrderedRow(row.row_id, row.plan) for row in outcome.rows],
            name=name or ("" if rows == "-" else Path(rows).stem[:120]),
            budget=None if budget is None else micros(budget),
            expected=outcome.estimate.expected_cost,
            max=outcome.estimate.max_cost,
        )
        ended, files = _run(order, folder)
        if as_json:
            print_json({**show_batch(ended), "files": [str(path) for path in files]})
        else:
            for path in files:
                print(path)
        if ended.state != "done" or ended.counts.get("failed"):
            raise typer.Exit(1)


def _check(rows: str, plan: str | None, budget: float | None) -> BatchCheck:
    """Return the check of the table in the file ``rows``. Files that its rows or the plan name become uploads.

    Raises:
        InvalidRequest: the table or the plan cannot be read at all.
    """
    if budget is not None and budget < 0:
        raise InvalidRequest([FieldError("--budget", f"must be at least 0 (got {budget:g})")])
    data, path = read_file("rows", rows)
    table = read_table_file(data, rows)
    template, folder = (None, path.parent) if plan is None else read_plan(plan)
    if template is not None and not isinstance(template, dict):
        raise InvalidRequest([FieldError("--plan", 'must be a JSON object, such as {"topic": "{{topic}}"}')])
    sender = _Sender(folder)
    return check_table(
        bootstrap.services(),
        template,
        table,
        limits=bootstrap.settings().terminal_limits,
        budget=None if budget is None else micros(budget),
        prepare=sender.prepare,
    )


class _Sender:
    """Sends the files that rows name, each of them once. Relative paths start from ``folder``: that of the plan, or of
    the table if there is no plan."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._sent: dict[str, str] = {}

    def prepare(self, row: FilledRow) -> tuple[FilledRow, Sequence[RowProblem]]:
        """Return the row with uploads in place of files, and a problem for each file that cannot be used."""
        body, wrong = upload_named_files(row.body, self._folder, self._sent)
        return (
            FilledRow(row.number, row.row_id, body, row.columns, row.gaps),
            [row.blame(error) for error in wrong],
        )


def _run(order: BatchOrder, folder: Path) -> tuple[Batch, list[Path]]:
    """Return the batch of ``order`` when it has ended or waits for money, and the files that were delivered."""
    from functions.dev import local_runtime

    telemetry.write_to(bootstrap.settings().home / LOG_NAME)
    with handle_signals(), local_runtime.run_worker():
        return watch_batch(_begin(order), folder)


def _begin(order: BatchOrder) -> Batch:
    """Return the batch of an earlier run of the same order, which goes on, or else a new one."""
    from sutradhar.pipeline.batches import control
    from sutradhar.pipeline.batches.rows import list_batches
    from sutradhar.pipeline.batches.submit import submit_batch

    services, digest = bootstrap.services(), order.hash()
    latest = list_batches(services, limit=100).records
    earlier = next((one for one in latest if one.request_hash == digest and one.state != "cancelled"), None)
    if earlier is None:
        batch, _ = submit_batch(services, order)
        cost = usd(batch.expected_micros)
        note_terminal_act("create_batch", "", batch_id=batch.id, rows=batch.rows, estimated_cost_usd=cost)
        return batch
    if earlier.state == "done" and earlier.counts.get("failed"):
        print_line(f"Starting the failed rows of {earlier.id} again.")
        note_terminal_act("retry_batch", "", batch_id=earlier.id)
        return control.retry_failed(services, earlier.id)
    if earlier.state in ("paused", "waiting"):
        note_terminal_act("resume_batch", "", batch_id=earlier.id)
        earlier = control.resume(services, earlier.id)
    print_line(f"Continuing {earlier.id}." if earlier.state != "done" else f"{earlier.id} made this batch before.")
    return earlier


def _describe_check(check: BatchCheck) -> dict[str, Any]:
    return {
        "accepted": not check.problems,
        "rows": check.row_count,
        "columns": check.columns,
        "problems": [
            {"row": one.row, "column": one.column, "field": one.field, "message": one.message} for one in check.problems
        ],
        "notices": check.notices,
        "expected_usd": usd(check.estimate.expected_cost),
        "most_usd": usd(check.estimate.max_cost),
        "video_seconds": round(check.video_sec, 1),
    }
