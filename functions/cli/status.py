"""Run `sutradhar status`: show a job, or the newest ones, once or until they have finished."""

from time import monotonic, sleep
from typing import Annotated

import typer
from rich.console import Console
from rich.live import Live

from functions.cli.console import console, handle_signals, print_failure, print_line, print_note, report_errors
from functions.cli.jobs import OptionalJobId, describe_job, list_jobs_as_json, make_jobs_table
from functions.cli.options import read_whole
from functions.cli.output import AsJson, format_time, print_json, print_table
from functions.cli.publication_view import name_place
from functions.cli.start import begin_command
from sutradhar import bootstrap
from sutradhar.domain.jobs.job import Job, JobState
from sutradhar.domain.jobs.job_status import name_state
from sutradhar.domain.language.table import name_language

_LOOK_EVERY_SEC = 1.0
_STALLED_SEC = 30.0
"""A renderer reports every second, so a job without any change for this long may have no process that works on it."""

Watch = Annotated[
    bool,
    typer.Option("--watch", "-w", help="Show the progress until the job has finished; without JOB, until Ctrl-C."),
]
Limit = Annotated[int, typer.Option(parser=read_whole, metavar="NUMBER", help="The most jobs to list, 1 to 100.")]


def status(job_id: OptionalJobId = None, watch: Watch = False, limit: Limit = 20, as_json: AsJson = False) -> None:
    """Show a job, or the newest jobs.

    With JOB and --watch the command ends with the job: with 0 if it succeeded, with 1 if it failed or was cancelled.
    With --json as well, it prints the last status then.
    """
    if not 1 <= limit <= 100:
        raise typer.BadParameter(f"must be from 1 to 100 (got {limit})", param_hint="--limit")
    if watch and as_json and job_id is None:
        raise typer.BadParameter("with --json, --watch needs a JOB to wait for", param_hint="--watch")
    with report_errors("The job goes on."):
        begin_command()
        if job_id is None:
            _show_newest(limit, watch, as_json)
            return
        with handle_signals():
            job = bootstrap.backend().jobs.get(job_id)
            if watch:
                job = _watch_job(job)
        if as_json:
            print_json(describe_job(job))
        else:
            _show_job(job)
    if watch and job.state is not JobState.SUCCEEDED:
        raise typer.Exit(1)


def _show_newest(limit: int, watch: bool, as_json: bool) -> None:
    jobs = bootstrap.backend().jobs.list_latest
    if as_json:
        print_json({"jobs": list_jobs_as_json(jobs(limit).jobs)})
        return
    if not watch:
        print_table(make_jobs_table(jobs(limit).jobs), 'No jobs yet: `sutradhar make "Prahlad"` makes the first.')
        return
    with handle_signals(), Live(console=Console(highlight=False), refresh_per_second=4) as live:
        while True:
            live.update(make_jobs_table(jobs(limit).jobs))
            sleep(_LOOK_EVERY_SEC)  # the rate at which the table is drawn again


def _show_job(job: Job) -> None:
    from sutradhar.pipeline.versions import list_versions

    print_table(make_jobs_table([job]), "")
    if job.version_of:
        print_line(f"The video of {job.version_of} in {name_language(job.current_plan.spoken_language)}.")
    for language, version in list_versions(bootstrap.services(), job).items() if job.versions else ():
        print_line(f"In {name_language(language)}: {version.id}, {name_state(version)}")
    for destination, note in job.publications.items():
        place = f", {name_place(note.url)}" if note.url else ""
        print_line(f"To {destination}: {note.state}, {format_time(note.publish_at)}{place}")
    for text in job.notices:
        print_note(text)
    if job.error or job.state is JobState.CANCELLED:
        print_failure(job)
    if job.state is JobState.AWAITING_APPROVAL:
        from functions.cli.waiting_job import print_ways_on

        print_ways_on(job)


def _watch_job(job: Job) -> Job:
    """Show the progress of ``job`` until it has finished, and return it then."""
    from functions.cli.progress_view import ProgressView
    from sutradhar.pipeline.own_media import estimate_length
    from sutradhar.pipeline.produce import find_finished_assets

    services = bootstrap.services()
    version, changed_at = -1, monotonic()
    with ProgressView(console, estimate_length(services, job.requested_plan)) as view:
        while True:
            view.show(job, job.assets or find_finished_assets(services, job))
            if job.state.is_terminal:
                return job
            if job.version != version:
                version, changed_at = job.version, monotonic()
                if job.state is JobState.AWAITING_APPROVAL:
                    print_note(f"the job waits: `sutradhar approve {job.id}` lets it go on.")
            elif job.state is not JobState.AWAITING_APPROVAL and monotonic() - changed_at > _STALLED_SEC:
                print_note("the job has not changed for 30 s. `sutradhar serve` works on the jobs of this machine.")
                changed_at = float("inf")
            sleep(_LOOK_EVERY_SEC)  # the rate at which the progress display is redrawn
            job = services.jobs.get(job.id)
