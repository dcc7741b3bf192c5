"""Run `sutradhar approve`: let a job that waits for approval go on."""

from functions.cli.console import print_line, report_errors
from functions.cli.jobs import JobId
from functions.cli.output import AsJson, print_json
from functions.cli.start import begin_command
from sutradhar import bootstrap
from sutradhar.domain.jobs.job_status import name_state


def approve(job_id: JobId, as_json: AsJson = False) -> None:
    """Approve the plan of a job with `review: true`, so that the rest of it is made and paid for."""
    from sutradhar.pipeline import review

    with report_errors():
        begin_command()
        job = review.approve(bootstrap.services(), job_id)
    if as_json:
        print_json({"job_id": job.id, "state": name_state(job)})
        return
    print_line(f"{job.id} is approved and goes on. `sutradhar status {job.id} --watch` shows its progress.")
    if bootstrap.settings().process.backend == "local":
        print_line("`sutradhar serve` works on it; start that if it does not run.")
