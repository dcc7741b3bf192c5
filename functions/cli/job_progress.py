"""Show the progress of a job on which this process works, until it has finished."""

import time

from functions.cli.console import console
from functions.cli.out_folder import require_free_disk
from functions.cli.progress_view import ProgressView
from sutradhar import bootstrap
from sutradhar.domain.jobs.job import Job, JobState
from sutradhar.pipeline.own_media import estimate_length
from sutradhar.pipeline.produce import find_finished_assets


def watch_job(job: Job, view: ProgressView) -> Job:
    """Show the progress of ``job`` until it has finished or waits for approval, and return it then."""
    services = bootstrap.services()
    # a job of an earlier process may just have ended, so read its state at least once
    with view:
        while True:
            job = services.jobs.get(job.id)
            view.show(job, find_finished_assets(services, job) if not job.assets else job.assets)
            if job.state.is_terminal or job.state is JobState.AWAITING_APPROVAL:
                return job
            require_free_disk(bootstrap.settings().home)
            time.sleep(0.2)  # the rate at which the progress display is redrawn


def finish_job(job: Job) -> Job:
    """Show the progress of a job that has not finished; return it when it has finished or waits for approval."""
    if job.state.is_terminal:
        return job
    return watch_job(job, ProgressView(console, estimate_length(bootstrap.services(), job.requested_plan)))
