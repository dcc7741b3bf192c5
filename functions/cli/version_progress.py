"""Follow the videos of a job in its other languages, on which this process works too."""

import time

from functions.cli.audit import note_terminal_act
from functions.cli.console import console, print_line
from functions.cli.job_progress import watch_job
from functions.cli.progress_view import ProgressView
from functions.cli.publication_progress import follow_publications
from sutradhar import bootstrap
from sutradhar.domain.jobs.job import Job, JobState
from sutradhar.domain.language.table import name_language
from sutradhar.pipeline import versions
from sutradhar.pipeline.own_media import estimate_length
from sutradhar.pipeline.versions import list_versions


def follow_versions(job: Job) -> list[Job]:
    """Show the progress of the versions of ``job`` one after the other, and return them when all have finished.

    A worker must run in this process (``run_worker``).
    """
    services = bootstrap.services()
    while job.versions_due:  # they are created at any moment
        time.sleep(0.1)
        job = services.jobs.get(job.id)
    ended_versions = []
    for language, version in list_versions(services, job).items():
        print_line((name_language(language), "bold"))
        ended = version
        if not version.state.is_terminal:
            ended = watch_job(version, ProgressView(console, estimate_length(services, version.requested_plan)))
        if ended.state is JobState.SUCCEEDED:
            follow_publications(ended)
        ended_versions.append(ended)
    return ended_versions


def retry_versions(job: Job) -> bool:
    """Let the failed versions of a finished job go on; return whether a version has not finished now."""
    services = bootstrap.services()
    for version in versions.retry_versions(services, job):
        print_line(f"Continuing {version.id}, which had failed.")
        note_terminal_act("retry_render", version.id)
    return job.versions_due or any(not one.state.is_terminal for one in list_versions(services, job).values())
