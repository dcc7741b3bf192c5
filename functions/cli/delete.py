"""Run `sutradhar delete`: delete a job and its files."""

from functions.cli.audit import note_terminal_act
from functions.cli.confirm import Yes, confirm
from functions.cli.console import print_line, report_errors
from functions.cli.jobs import JobId
from functions.cli.output import AsJson, print_json
from functions.cli.start import begin_command
from sutradhar import bootstrap
from sutradhar.domain.jobs.messages import DeleteJobFiles


def delete(job_id: JobId, yes: Yes = False, as_json: AsJson = False) -> None:
    """Delete a finished or a waiting job with its video. Delivered copies stay, and parts that other jobs use too."""
    from sutradhar.pipeline.job_deletion import delete_job, delete_job_files

    with report_errors():
        begin_command()
        services = bootstrap.services()
        if not yes:
            plan = services.jobs.get(job_id).current_plan
            confirm(f"Delete {job_id} ({plan.title or plan.topic or plan.prompt or 'without a title'}) with its video?")
        delete_job(services, job_id)
        note_terminal_act("delete_render", job_id)
        if bootstrap.settings().process.backend == "local":
            delete_job_files(services, DeleteJobFiles(job_id=job_id))  # no server may be running
    if as_json:
        print_json({"job_id": job_id, "deleted": True})
    else:
        print_line(f"{job_id} is deleted.")
