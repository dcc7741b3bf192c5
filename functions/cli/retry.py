"""Run `sutradhar retry`: start a failed job again."""

from functions.cli.audit import note_terminal_act
from functions.cli.console import report_errors
from functions.cli.jobs import JobId, print_going_on
from functions.cli.output import AsJson
from functions.cli.start import begin_command
from sutradhar import bootstrap


def retry(job_id: JobId, as_json: AsJson = False) -> None:
    """Start a failed job again. Its finished parts are used again, and paid calls are not repeated."""
    from sutradhar.pipeline import submit

    with report_errors():
        begin_command()
        job = submit.retry(bootstrap.services(), job_id)
        note_terminal_act("retry_render", job.id)
    print_going_on(job, f"{job.id} goes on from its finished parts", as_json=as_json)
