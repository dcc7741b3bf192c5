"""Run `sutradhar pin` and `sutradhar unpin`: choose the jobs that retention keeps."""

from functions.cli.audit import note_terminal_act
from functions.cli.console import print_line, report_errors
from functions.cli.jobs import JobId
from functions.cli.output import AsJson, print_json
from functions.cli.start import begin_command
from sutradhar import bootstrap


def pin(job_id: JobId, as_json: AsJson = False) -> None:
    """Keep a job, its files and its uploads, however old they are."""
    _set_pin(job_id, pinned=True, as_json=as_json)


def unpin(job_id: JobId, as_json: AsJson = False) -> None:
    """Let `sutradhar retention` delete a job's files when they are old enough."""
    _set_pin(job_id, pinned=False, as_json=as_json)


def _set_pin(job_id: str, *, pinned: bool, as_json: bool) -> None:
    from sutradhar.pipeline.pins import set_pin

    with report_errors():
        begin_command()
        job = set_pin(bootstrap.services(), job_id, pinned)
        note_terminal_act("pin_render" if pinned else "unpin_render", job_id)
    if as_json:
        print_json({"job_id": job.id, "pinned": job.pinned})
    else:
        print_line(f"{job.id} is {'pinned' if job.pinned else 'not pinned any more'}.")
