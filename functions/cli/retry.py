"""Run `sutradhar retry`: start a failed job again."""

from functions.cli.console import print_line, report_errors
from functions.cli.jobs import JobId
from functions.cli.output import AsJson, print_json
from functions.cli.start import begin_command
from sutradhar import bootstrap
from sutradhar.domain.jobs.job_status import name_state


def retry(job_id: JobId, as_json: AsJson = False) -> None:
    """Start a failed job again. Its finished parts are used again, and paid calls are not repeated."""
    from sutradhar.pipeline import submit

    with report_errors():
        begin_command()
        job = submit.retry(bootstrap.services(), job_id)
    if as_json:
        print_json({"job_id": job.id, "state": name_state(job)})
        return
    print_line(f"{job.id} goes on from its finished parts. `sutradhar status {job.id} --watch` shows its progress.")
    if bootstrap.settings().process.backend == "local":
        print_line("`sutradhar serve` works on it; start that if it does not run.")
