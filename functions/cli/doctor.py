"""Run `sutradhar doctor`: list what this machine has and lacks."""

from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from functions.cli.console import report_errors
from functions.cli.start import prepare_home
from sutradhar import bootstrap, telemetry
from sutradhar.doctor import Check, run_checks, run_provider_checks


def doctor(
    providers: Annotated[
        bool, typer.Option("--providers", help="Also ask each provider about its key and its models.")
    ] = False,
) -> None:
    """List what this machine has and lacks, and how to get it."""
    with report_errors():
        prepare_home(least_free=0)
        telemetry.write_to(bootstrap.settings().home / "sutradhar.log")
        checks = [*run_checks(), *(run_provider_checks() if providers else ())]
    table = Table("", "what", "found", "to get it")
    for check in checks:
        table.add_row(_mark(check), escape(check.name), escape(check.detail), escape(check.advice))
    Console(highlight=False).print(table)
    if not all(c.ok for c in checks if c.needed):
        raise typer.Exit(1)


def _mark(check: Check) -> str:
    if check.ok:
        return "[bold yellow]![/]" if check.warning else "[green]✓[/]"
    return "[red]✗[/]" if check.needed else "[yellow]–[/]"
