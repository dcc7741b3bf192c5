"""Run `sutradhar approve`: let a job that waits for approval go on."""

from functions.cli.audit import note_terminal_act
from functions.cli.console import report_errors
from functions.cli.jobs import JobId, print_going_on
from functions.cli.output import AsJson
from functions.cli.start import begin_command
from sutradhar import bootstrap


def approve(job_id: JobId, as_json: AsJson = False) -> None:
    """Approve the plan of a job with `review: true`, so that the rest of it is made and paid for."""
    from sutradhar.pipeline import review

    with report_errors():
        begin_command()
        job = review.approve(bootstrap.services(), job_id)
        note_terminal_act("approve_render", job.id)
    print_going_on(job, f"{job.id} is approved and goes on", as_json=as_json)
