"""Run `sutradhar youtube`: sign in to a channel, look at the sign-in, and take it back."""

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from functions.cli.audit import note_terminal_act
from functions.cli.console import console, print_line, print_note, report_errors
from functions.cli.output import AsJson, print_json
from functions.cli.start import begin_command
from functions.cli.youtube_status import describe_sign_in, look_up, open_sign_in_file, print_status
from sutradhar import bootstrap
from sutradhar.destinations.youtube.oauth_client import HOW_TO_GET_ONE, OAuthClient, read_client
from sutradhar.destinations.youtube.sign_in import NotSignedIn, SignInFile
from sutradhar.domain.core.errors import FieldError, InvalidRequest, SutradharError
from sutradhar.ports.publishing import PublishError

app = typer.Typer(help="The sign-in to the YouTube channel that gets the videos.", no_args_is_help=True)
_SHOWN = {"channel_id", "channel_title", "scopes", "signed_in_at", "expires_at"}
"""The fields of the sign-in that are no secrets."""


@app.command()
def login(
    client_secrets: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="The JSON of an OAuth client from Google's console. Default: YOUTUBE_CLIENT_SECRETS, or the client of"
            " the last sign-in.",
        ),
    ] = None,
    port: Annotated[
        int, typer.Option(min=0, max=65_535, help="The port of this machine to which the browser comes back. 0: any.")
    ] = 0,
    browser: Annotated[bool, typer.Option(help="Open the browser. --no-browser only prints the address.")] = True,
    as_json: AsJson = False,
) -> None:
    """Sign in to YouTube in the browser, and keep the access for this SUTRADHAR_HOME.

    If the browser runs on another machine: `ssh -L 8765:127.0.0.1:8765 THIS-MACHINE` there, and here
    `sutradhar youtube login --no-browser --port 8765`.
    """
    from sutradhar.destinations.youtube.login import sign_in

    with report_errors("The sign-in was not finished."), _add_advice():
        begin_command()
        file = open_sign_in_file()
        client = _choose_client(client_secrets, file)
        now = bootstrap.backend().clock.now
        access, problem = look_up(sign_in(client, now, _ask, port=port, open_browser=browser))
        if problem and not problem.retryable:
            raise problem
        file.write(access)
        note_terminal_act("sign_in_to_youtube", channel_id=access.channel_id)
    if problem:
        print_note(f"the channel could not be read: {problem}; see `sutradhar youtube status`")
    if access.expires_at:
        print_note(
            f"Google ends this access at {access.expires_at:%Y-%m-%d %H:%M} UTC, as it does after 7 days while the"
            " OAuth consent screen is in the state Testing; publish the app there, and sign in again"
        )
    command = name_store_command(file)
    if as_json:
        print_json({**access.model_dump(include=_SHOWN, mode="json"), "file": str(file.path), "store": command or None})
        return
    print_line(f"Signed in to the channel {access.channel_title or '(unknown)'}. {file.path} keeps the access.")
    if command:
        console.print("To let the functions on Google Cloud publish (they read it within a minute):")
        print(command)


@app.command()
def status(as_json: AsJson = False) -> None:
    """Show the channel that is signed in, and whether Google still accepts the sign-in. It ends with 1 if not."""
    with report_errors():
        begin_command()
        answer = describe_sign_in(open_sign_in_file())
    if as_json:
        print_json(answer)
    else:
        print_status(answer)
    if not answer.works:
        raise typer.Exit(1)


@app.command()
def logout(as_json: AsJson = False) -> None:
    """Take the access back at Google, and delete it here. Publications to YouTube then fail until the next sign-in."""
    from sutradhar.destinations.youtube.account import revoke

    with report_errors("The access is kept."), _add_advice():
        begin_command()
        file = open_sign_in_file()
        access = file.read()
        was_known = revoke(access)
        file.delete()
        note_terminal_act("sign_out_of_youtube", channel_id=access.channel_id)
    if as_json:
        print_json({"channel_id": access.channel_id or None, "revoked": was_known})
        return
    how = "took the access back" if was_known else "had ended the access already"
    print_line(f"Google {how}, and {file.path} is deleted.")
    if bootstrap.settings().cloud:
        print_note("the copy in Secret Manager works no more; publications to YouTube fail until the next sign-in")


def _ask(url: str) -> None:
    print_line("Open this address in a browser, choose the account of your channel, and allow the access:")
    print_line(url)


@contextmanager
def _add_advice() -> Iterator[None]:
    """Let the errors of the sign-in say what to do."""
    try:
        yield
    except (NotSignedIn, PublishError) as exc:
        raise SutradharError(f"{exc}. What to do: {exc.advice}") from exc


def _choose_client(named: Path | None, file: SignInFile) -> OAuthClient:
    """Return the client that the user named, or else that of the last sign-in. Raise InvalidRequest without one."""
    if path := named or bootstrap.settings().publishing.youtube_client_secrets:
        return read_client(path)
    try:
        return file.read().client
    except NotSignedIn as exc:
        message = f"must name the JSON file of an OAuth client. {HOW_TO_GET_ONE}"
        raise InvalidRequest([FieldError("--client-secrets", message)]) from exc


def name_store_command(file: SignInFile) -> str:
    """Return the command that brings the sign-in to the functions; empty on the local backend."""
    cloud = bootstrap.settings().cloud
    if not cloud:
        return ""
    secret = f"{cloud.topic_prefix}youtube-token"
    return f"gcloud secrets versions add {secret} --project={cloud.project} --data-file={shlex.quote(str(file.path))}"
