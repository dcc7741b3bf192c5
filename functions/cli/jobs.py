"""Define the argument JOB of commands, with its completion, and describe jobs for tables and for programs."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

import typer
from rich.table import Table

from functions.cli.console import print_line
from functions.cli.output import add_row, format_time, make_table, print_json, style_state
from sutradhar import bootstrap
from sutradhar.domain.jobs.job import Job
from sutradhar.domain.jobs.job_status import compute_progress, name_state
from sutradhar.domain.jobs.status_answer import describe_status

_COMPLETIONS = 20


def complete_job(incomplete: str) -> list[tuple[str, str]]:
    """Return the newest jobs whose id begins with ``incomplete``, each with its title, for the completion of a shell.

    It prints nothing and makes nothing: without a home there are no jobs.
    """
    try:
        if not bootstrap.settings().home.exists():
            return []
        jobs = bootstrap.backend().jobs.list_latest(_COMPLETIONS).jobs
    except Exception:  # a message of ours in the middle of a typed line helps no user
        return []
    return [(job.id, f"{name_state(job)}: {_name(job)}") for job in jobs if job.id.startswith(incomplete)]


JobId = Annotated[str, typer.Argument(metavar="JOB", help="The id that `status` lists.", autocompletion=complete_job)]
OptionalJobId = Annotated[
    str | None,
    typer.Argument(metavar="JOB", help="One job by its id. Default: the newest jobs.", autocompletion=complete_job),
]


def count_ready(job: Job) -> int:
    """Return how many of the assets of ``job`` are finished."""
    return len(job.assets or bootstrap.backend().assets.get_many(request.key for request in job.requests))


def make_jobs_table(jobs: Iterable[Job]) -> Table:
    """Return a table with one row for each job."""
    table = make_table("job", "title", "state", "done", "assets", "created")
    for job in jobs:
        ready = count_ready(job)
        assets = f"{ready} of {len(job.requests)}" if job.requests else ""
        done = f"{compute_progress(job, ready):.0%}"
        add_row(table, job.id, _name(job), style_state(name_state(job)), done, assets, format_time(job.created_at))
    return table


def list_jobs_as_json(jobs: Iterable[Job]) -> list[Mapping[str, Any]]:
    """Return a short description of each job, in the words of the API."""
    return [
        {
            "job_id": job.id,
            "title": _name(job),
            "state": name_state(job),
            "progress_pct": round(100 * compute_progress(job, count_ready(job))),
            "created_at": job.created_at,
            "updated_at": job.updated_at,
        }
        for job in jobs
    ]


def describe_job(job: Job) -> Mapping[str, Any]:
    """Return all that `GET /render/JOB/status` tells about the job; its URLs are relative to the API."""
    from sutradhar.pipeline.billing.accounts import read_job_account
    from sutradhar.pipeline.versions import list_versions

    backend = bootstrap.backend()
    assets = backend.assets.get_many(request.key for request in job.requests) if not job.assets else {}
    account = read_job_account(backend.records, job.id)
    versions = list_versions(bootstrap.services(), job) if job.versions else {}
    status = describe_status(job, assets, account, base=f"/render/{job.id}", versions=versions)
    return status.model_dump(mode="json")


def print_move(job: Job, sentence: str, *, as_json: bool) -> None:
    """Print the new state of a job as JSON, or ``sentence`` about it."""
    if as_json:
        print_json({"job_id": job.id, "state": name_state(job)})
    else:
        print_line(sentence)


def print_going_on(job: Job, sentence: str, *, as_json: bool) -> None:
    """Print that a job goes on, and how its progress is seen. ``sentence``: without its full stop."""
    print_move(job, f"{sentence}. `sutradhar status {job.id} --watch` shows its progress.", as_json=as_json)
    if not as_json and bootstrap.settings().process.backend == "local":
        print_line("`sutradhar serve` works on it; start that if it does not run.")


def _name(job: Job) -> str:
    return job.current_plan.title or job.requested_plan.topic or job.requested_plan.prompt or ""
