"""Run `sutradhar stop`: stop the server of this home."""

import typer

from functions.cli.console import print_line, report_errors
from functions.cli.output import AsJson, print_json
from functions.cli.running_servers import list_servers
from functions.cli.start import begin_command
from sutradhar import bootstrap

_STOP_SEC = 30.0
"""A server ends its renderers within 2 s and its worker within 10 s; a loaded machine takes longer."""


def stop(as_json: AsJson = False) -> None:
    """Stop each `sutradhar serve` of this SUTRADHAR_HOME. Nothing made is lost: the next one continues the jobs."""
    with report_errors():
        begin_command()
        servers = list_servers(bootstrap.settings().home)
        running = [server for server in servers if not server.stop(_STOP_SEC)]
    if as_json:
        print_json({"stopped": [server.url for server in servers if server not in running]})
    elif not servers:
        print_line("No server runs with this SUTRADHAR_HOME.")
    for server in servers:
        if server in running:
            print_line((f"{server.url} (process {server.pid}) has not stopped yet.", "red"))
        elif not as_json:
            print_line(f"{server.url} is stopped.")
    if running:
        raise typer.Exit(1)
