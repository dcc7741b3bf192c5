"""Run `sutradhar cancel`: stop a job."""

from functions.cli.console import print_line, report_errors
from functions.cli.jobs import JobId
from functions.cli.output import AsJson, print_json
from functions.cli.start import begin_command
from sutradhar import bootstrap
from sutradhar.domain.jobs.job_status import name_state


def cancel(job_id: JobId, as_json: AsJson = False) -> None:
    """Stop a job before its next paid call, and stop its renderer. What is made is kept for other jobs."""
    from sutradhar.pipeline import submit

    with report_errors():
        begin_command()
        job = submit.cancel(bootstrap.services(), job_id)
    if as_json:
        print_json({"job_id": job.id, "state": name_state(job)})
    else:
        print_line(f"{job.id} is cancelled.")
