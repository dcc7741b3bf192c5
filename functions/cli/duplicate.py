"""Run `sutradhar duplicate`: print the plan of a job, for a new one."""

from functions.cli.console import report_errors
from functions.cli.jobs import JobId
from functions.cli.output import print_plan
from functions.cli.start import begin_command
from sutradhar import bootstrap


def duplicate(job_id: JobId) -> None:
    """Print the plan of a job with its scenes as JSON, to change and to give to `make --plan`.

    What is not changed is not made or paid for again.
    """
    from sutradhar.pipeline.library import duplicate_plan

    with report_errors():
        begin_command()
        print_plan(duplicate_plan(bootstrap.services(), job_id))
