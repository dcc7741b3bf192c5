"""Run `sutradhar cancel`: stop a job."""

from functions.cli.audit import note_terminal_act
from functions.cli.console import report_errors
from functions.cli.jobs import JobId, print_move
from functions.cli.output import AsJson
from functions.cli.start import begin_command
from sutradhar import bootstrap


def cancel(job_id: JobId, as_json: AsJson = False) -> None:
    """Stop a job before its next paid call, and stop its renderer. What is made is kept for other jobs."""
    from sutradhar.pipeline import submit

    with report_errors():
        begin_command()
        job = submit.cancel(bootstrap.services(), job_id)
        note_terminal_act("cancel_render", job.id)
    print_move(job, f"{job.id} is cancelled.", as_json=as_json)
