"""Run `sutradhar status`: show a job, or the newest ones."""

from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from functions.cli.console import make_printable, print_failure, print_note, report_errors
from functions.cli.start import prepare_home
from sutradhar import bootstrap
from sutradhar.domain.jobs.job_status import compute_progress, name_state


def status(
    job_id: Annotated[str | None, typer.Argument(help="One job by its id. Default: the newest.")] = None,
) -> None:
    """Show a job, or the newest jobs."""
    with report_errors():
        prepare_home(least_free=0)
        backend = bootstrap.backend()
        jobs = [backend.jobs.get(job_id)] if job_id else backend.jobs.list_latest().jobs
        table = Table("job", "title", "state", "done", "made")
        for job in jobs:
            ready = len(backend.assets.get_many(r.key for r in job.requests))
            title = job.current_plan.title or job.requested_plan.topic or ""
            finished = f"{ready} of {len(job.requests)}" if job.requests else ""
            table.add_row(
                job.id, escape(make_printable(title)), name_state(job), f"{compute_progress(job, ready):.0%}", finished
            )
        Console(highlight=False).print(table if jobs else 'No jobs yet: `sutradhar make "Prahlad"` makes the first.')
        for text in jobs[0].notices if job_id else ():
            print_note(text)
        if job_id and jobs[0].error:
            print_failure(jobs[0])
