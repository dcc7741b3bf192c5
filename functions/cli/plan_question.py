"""Ask on the terminal about the plan of a job that waits: approve it, cancel the job, or change it in an editor."""

import sys

from click import ClickException, edit
from rich.prompt import Prompt

from functions.cli.audit import note_terminal_act
from functions.cli.console import console, print_line, print_request_errors
from functions.cli.plan_edit import read_changes, write_fields
from functions.cli.waiting_job import print_ways_on
from sutradhar import bootstrap
from sutradhar.domain.core.errors import Conflict, InvalidRequest, VersionMismatch
from sutradhar.domain.jobs.job import Job
from sutradhar.domain.jobs.review import get_plan_version
from sutradhar.domain.plan.plan_text import PlanTextError

_QUESTION = "Make this video? y: yes; n: no, cancel it; edit: change the plan first"


def can_ask() -> bool:
    """Return whether a user reads and answers on a terminal."""
    return sys.stdin.isatty() and console.is_terminal


def ask_about_plan(job: Job) -> bool:
    """Ask, and do what the user says; return whether the job was moved or changed. It waits on if the input ends."""
    draft = write_fields(job.current_plan)
    while True:
        try:
            answer = Prompt.ask(_QUESTION, choices=["y", "n", "edit"], console=console)
            if answer != "edit":
                _decide(job, is_approved=answer == "y")
                return True
            edited = edit(draft, extension=".json")
            if edited is None or edited == write_fields(job.current_plan):
                print_line("The plan is not changed.")
                continue
            draft = edited
            _change(job, edited)
        except EOFError:
            return False
        except KeyboardInterrupt:
            print_line("")
            print_ways_on(job)
            raise
        except InvalidRequest as exc:
            print_request_errors(exc)
        except (PlanTextError, ClickException) as exc:  # the plan is no JSON, or there is no editor
            print_line((f"the plan {exc}" if isinstance(exc, PlanTextError) else exc.format_message(), "red"))
        except (VersionMismatch, Conflict) as exc:  # it was changed or ended elsewhere; the caller shows it again
            print_line((str(exc), "red"))
            return True
        else:
            return True


def _decide(job: Job, *, is_approved: bool) -> None:
    from sutradhar.pipeline.review import approve
    from sutradhar.pipeline.submit import cancel

    if is_approved:
        approve(bootstrap.services(), job.id, {get_plan_version(job)})
        note_terminal_act("approve_render", job.id)
    else:
        cancel(bootstrap.services(), job.id)
        note_terminal_act("cancel_render", job.id)


def _change(job: Job, text: str) -> None:
    from sutradhar.pipeline.review import change_plan

    patch = read_changes(job.current_plan, text)
    change_plan(bootstrap.services(), job.id, patch, versions={get_plan_version(job)})
    note_terminal_act("patch_plan", job.id)
