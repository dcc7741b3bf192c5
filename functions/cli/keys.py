"""Run `sutradhar keys`: make, list and revoke the keys of the API."""

from typing import Annotated, cast

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from functions.cli.console import console, print_line, report_errors
from functions.cli.options import read_amount
from functions.cli.start import prepare_home
from sutradhar import bootstrap
from sutradhar.domain.billing.price import usd
from sutradhar.domain.core.api_key import Role
from sutradhar.pipeline import api_keys

app = typer.Typer(help="API keys. Once a key exists, every call needs one.", no_args_is_help=True)


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="The person or program that gets the key.")],
    role: Annotated[str, typer.Option(help="creator sees the jobs of this key, admin sees all jobs.")] = "creator",
    daily_budget: Annotated[
        float | None,
        typer.Option(
            parser=read_amount,
            metavar="USD",
            help="The most that its jobs may cost in a day, in US dollars. Default: no cap.",
        ),
    ] = None,
) -> None:
    """Make a key and print its secret, once."""
    if role not in ("creator", "admin"):
        raise typer.BadParameter("must be creator or admin", param_hint="--role")
    with report_errors():
        prepare_home(least_free=0)
        backend = bootstrap.backend()
        key, secret = api_keys.create(backend.records, backend.clock, name, cast(Role, role), daily_budget)
    console.print(f"{key.id}, {key.role}. Its secret, which is shown only once:")
    print(secret)


@app.command("list")
def show() -> None:
    """List all keys, without their secrets."""
    table = Table("id", "name", "role", "budget a day", "made")
    with report_errors():
        prepare_home(least_free=0)
        for key in api_keys.list_keys(bootstrap.backend().records).values():
            budget = "" if key.daily_budget is None else f"{usd(key.daily_budget):.2f} USD"
            table.add_row(key.id, escape(key.name), key.role, budget, key.created_at.date().isoformat())
    Console().print(table)


@app.command()
def revoke(key_id: Annotated[str, typer.Argument(help="The id that `list` shows.")]) -> None:
    """Revoke a key. It stops working within half a minute; its jobs continue."""
    with report_errors():
        prepare_home(least_free=0)
        records = bootstrap.backend().records
        key = api_keys.revoke(records, key_id)
    print_line(f"{key.id} ({key.name}) is revoked.")
    if not api_keys.list_keys(records):
        console.print(
            "It was the last key. Now callers on this machine need no key, and on Google Cloud the same holds for every"
            " caller that IAM lets in (none with public_api). They see all jobs. To require keys again:"
            " `sutradhar keys add NAME`."
        )
