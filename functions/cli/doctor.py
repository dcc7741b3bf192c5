"""Run `sutradhar doctor`: list what this machine has and lacks."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from functions.cli.console import report_errors
from functions.cli.output import AsJson, print_json
from functions.cli.start import LOG_NAME, prepare_home
from sutradhar import bootstrap, telemetry
from sutradhar.doctor import Check, check_youtube, run_checks, run_provider_checks


def doctor(
    providers: Annotated[
        bool, typer.Option("--providers", help="Also ask each provider about its key and its models.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List what this machine has and lacks, and how to get it. It ends with 1 if something needed is missing."""
    with report_errors():
        prepare_home(least_free=0)
        telemetry.write_to(bootstrap.settings().home / LOG_NAME)
        youtube = check_youtube(bootstrap.settings().youtube_token, bootstrap.backend().clock.now())
        checks = [*run_checks(), youtube, *(run_provider_checks() if providers else ())]
    if as_json:
        print_json({"checks": [asdict(check) for check in checks]})
    else:
        _print_checks(checks)
    if not all(c.ok for c in checks if c.needed):
        raise typer.Exit(1)


def _print_checks(checks: Iterable[Check]) -> None:
    table = Table("", "what", "found", "to get it")
    for check in checks:
        table.add_row(_mark(check), escape(check.name), escape(check.detail), escape(check.advice))
    Console(highlight=False).print(table)


def _mark(check: Check) -> str:
    if check.ok:
        return "[bold yellow]![/]" if check.warning else "[green]✓[/]"
    return "[red]✗[/]" if check.needed else "[yellow]–[/]"
