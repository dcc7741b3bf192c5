"""Run `sutradhar keys`: make, list, rotate and revoke the keys of the API."""

from collections.abc import Mapping
from typing import Annotated, cast, get_args

import typer

from functions.cli.audit import note_terminal_act
from functions.cli.confirm import Yes
from functions.cli.console import console, print_line, report_errors
from functions.cli.key_data import delete_key_data, print_removal
from functions.cli.options import read_amount
from functions.cli.output import AsJson, add_row, make_table, print_json, print_table
from functions.cli.start import begin_command, prepare_home
from sutradhar import bootstrap
from sutradhar.domain.billing.price import usd
from sutradhar.domain.core.api_key import ApiKey, Role
from sutradhar.pipeline import api_keys

app = typer.Typer(help="API keys. Once a key exists, every call needs one.", no_args_is_help=True)


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="The person or program that gets the key.")],
    role: Annotated[
        str,
        typer.Option(
            help="creator sees the jobs of this key, admin sees all jobs, agent works for another key and needs a"
            " person's approval to spend or to publish."
        ),
    ] = "creator",
    works_for: Annotated[str, typer.Option(metavar="KEY_ID", help="The key that an agent works for.")] = "",
    daily_budget: Annotated[
        float | None,
        typer.Option(
            parser=read_amount,
            metavar="USD",
            help="The most that its jobs may cost in a day, in US dollars. Default: no cap.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a key and print its secret, once."""
    if role not in get_args(Role):
        raise typer.BadParameter("must be creator, admin or agent", param_hint="--role")
    with report_errors():
        prepare_home(least_free=0)
        backend = bootstrap.backend()
        key, secret = api_keys.create(backend.records, backend.clock, name, cast(Role, role), daily_budget, works_for)
        note_terminal_act("create_key", key_id=key.id, role=key.role)
    _print_secret(key, "Its secret", secret, as_json=as_json)


def _print_secret(key: ApiKey, name: str, secret: str, *, as_json: bool) -> None:
    """Print the secret of a key, called ``name``: for people on stdout alone, and the words about it on stderr."""
    if as_json:
        print_json({**_describe_key(key), "secret": secret})
        return
    console.print(f"{key.id}, {key.role}. {name}, which is shown only once:")
    print(secret)


def _describe_key(key: ApiKey) -> Mapping[str, object]:
    budget = None if key.daily_budget is None else usd(key.daily_budget)
    return {
        "id": key.id,
        "name": key.name,
        "role": key.role,
        "works_for": key.works_for,
        "daily_budget": budget,
        "created_at": key.created_at,
    }


@app.command("list")
def show(as_json: AsJson = False) -> None:
    """List all keys, without their secrets."""
    with report_errors():
        prepare_home(least_free=0)
        keys = _list_keys()
    if as_json:
        print_json({"keys": [_describe_key(key) for key in keys]})
        return
    table = make_table("id", "name", "role", "budget a day", "made")
    for key in keys:
        budget = "" if key.daily_budget is None else f"{usd(key.daily_budget):.2f} USD"
        day = key.created_at.date().isoformat() if key.created_at else "by the environment"
        add_row(table, key.id, key.name, key.role, budget, day)
    print_table(table, "No keys: only this machine may call. `sutradhar keys add NAME` makes the first.")


def _list_keys() -> list[ApiKey]:
    """Return all keys, those of the environment of this process last."""
    settings = bootstrap.settings().api
    of_settings = api_keys.make_environment_keys(settings.api_key_admin, settings.api_key_creator)
    return [*api_keys.list_keys(bootstrap.backend().records).values(), *of_settings.values()]


@app.command()
def rotate(key_id: Annotated[str, typer.Argument(help="The id that `list` shows.")], as_json: AsJson = False) -> None:
    """Give a key a new secret and print it, once. The old secret stops working within half a minute."""
    with report_errors():
        prepare_home(least_free=0)
        key, secret = api_keys.rotate(bootstrap.backend().records, key_id)
        note_terminal_act("rotate_key", key_id=key.id, role=key.role)
    _print_secret(key, "Its new secret", secret, as_json=as_json)


@app.command()
def revoke(key_id: Annotated[str, typer.Argument(help="The id that `list` shows.")], as_json: AsJson = False) -> None:
    """Revoke a key. It stops working within half a minute; its jobs continue."""
    with report_errors():
        prepare_home(least_free=0)
        records = bootstrap.backend().records
        key = api_keys.revoke(records, key_id)
        note_terminal_act("revoke_key", key_id=key.id, role=key.role)
    if as_json:
        print_json(_describe_key(key))
    else:
        print_line(
            f"{key.id} ({key.name}) is revoked. `sutradhar keys delete-data {key.id}` deletes its jobs and files."
        )
    if not _list_keys():
        console.print(
            "It was the last key. Now callers on this machine need no key, and on Google Cloud the same holds for every"
            " caller that IAM lets in (none with public_api). They see all jobs. To require keys again:"
            " `sutradhar keys add NAME`."
        )


@app.command("delete-data")
def delete_data(
    key_id: Annotated[str, typer.Argument(help="The id that `list` shows, also of a key that is revoked.")],
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Delete all data of a key: jobs with their files, uploads, stored webhooks. The key itself stays valid."""
    with report_errors():
        begin_command()
        print_removal(delete_key_data(key_id, _list_keys(), yes=yes), as_json=as_json)
