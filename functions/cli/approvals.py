"""Run `sutradhar approvals`: see what agents ask for, grant it or refuse it."""

import sys
from typing import Annotated

import typer

from functions.cli.audit import note_terminal_act
from functions.cli.console import console, print_line, report_errors
from functions.cli.output import AsJson, add_row, make_table, print_json, print_table
from functions.cli.start import begin_command, prepare_home
from sutradhar import bootstrap
from sutradhar.domain.core.errors import FieldError, InvalidRequest
from sutradhar.domain.jobs.approval import Approval
from sutradhar.pipeline import approvals

app = typer.Typer(
    help="What agents ask for: videos that cost money, and publications. Only a person answers.", no_args_is_help=True
)
ApprovalId = Annotated[str, typer.Argument(help="The id that `list` shows.")]
Note = Annotated[str, typer.Option(help="Words for the agent.")]


@app.command("list")
def show(
    waiting: Annotated[bool, typer.Option("--waiting", help="Only those that wait for an answer.")] = False,
    as_json: AsJson = False,
) -> None:
    """List what agents have asked for, the newest first."""
    with report_errors():
        prepare_home(least_free=0)
        state = "waiting" if waiting else None
        page = approvals.list_approvals(bootstrap.services(), None, state, limit=100)
    if as_json:
        print_json({"approvals": [_describe(one) for one in page.records]})
        return
    table = make_table("id", "state", "until", "question")
    for one in page.records:
        add_row(table, one.id, one.state, f"{one.expires_at:%Y-%m-%d %H:%M} UTC", one.summary)
    print_table(table, "No agent has asked for anything.")


@app.command()
def grant(approval_id: ApprovalId, note: Note = "", as_json: AsJson = False) -> None:
    """Grant what an agent asks for: the video is made, or published, exactly as shown. It asks you at the terminal."""
    _answer(approval_id, note, is_granted=True, as_json=as_json)


@app.command()
def refuse(approval_id: ApprovalId, note: Note = "", as_json: AsJson = False) -> None:
    """Refuse what an agent asks for."""
    _answer(approval_id, note, is_granted=False, as_json=as_json)


def _answer(approval_id: str, note: str, *, is_granted: bool, as_json: bool) -> None:
    action = "grant_approval" if is_granted else "refuse_approval"
    with report_errors():
        begin_command()
        services = bootstrap.services()
        asked = approvals.read(services, approval_id)
        if is_granted and asked.state == "waiting":
            _ask_person(asked)
        approval = approvals.answer(
            services, approval_id, None, is_granted=is_granted, note=note, answered_by="terminal"
        )
        note_terminal_act(action, approval.job_id, approval_id=approval.id)
    if as_json:
        print_json(_describe(approval))
        return
    what = approval.publication_id or approval.job_id
    print_line(f"{approval.id} is {approval.state}{f': {what}' if is_granted and what else ''}.")


def _ask_person(approval: Approval) -> None:
    """Ask for the person's consent. There is no option that answers: an agent that runs commands must not grant its own
    question."""
    if not sys.stdin.isatty():
        message = "needs a person at a terminal; or grant it in the studio, on the page Approvals"
        raise InvalidRequest([FieldError("grant", message)])
    console.print(approval.summary)
    typer.confirm("Grant it?", abort=True, err=True)


def _describe(approval: Approval) -> dict[str, object]:
    return approval.model_dump(mode="json", exclude={"base_url", "earlier_publications", "owner_cap_micros"})
