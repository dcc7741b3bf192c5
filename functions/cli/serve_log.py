"""Show the log of `sutradhar serve` in its terminal: as JSON, or for people with JSON_LOGS=0."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import IO

from rich.console import Console

from functions.cli.console import make_printable
from functions.cli.log_lines import LOOK_EVERY_SEC, SEVERITIES, LineFilter, LogLine, LogTail
from functions.cli.logs import format_line
from sutradhar import telemetry


@contextmanager
def show_log(path: Path, *, as_json: bool) -> Iterator[None]:
    """Write the log of this process to ``path`` and show it on standard error while the block runs.

    For people, the lines that other processes write to ``path`` are shown too.
    """
    telemetry.write_to(path, also_stderr=as_json)
    if as_json:
        yield
        return
    tail, leaving = LogTail(path, LineFilter(None, SEVERITIES)), Event()
    console = Console(stderr=True, highlight=False, soft_wrap=True)

    def print_new() -> None:
        for line in tail.read_new():
            console.print(format_line(line))

    def print_until_leaving() -> None:
        while not leaving.wait(LOOK_EVERY_SEC):
            print_new()

    printer = Thread(target=print_until_leaving, daemon=True)
    printer.start()
    try:
        yield
    finally:
        leaving.set()
        printer.join()
        print_new()


def make_command(function: str, host: str, port: int) -> list[str]:
    """Return the command that serves ``function`` by functions-framework."""
    main_file = Path(__file__).parents[1] / "main.py"
    where = [f"--source={main_file}", f"--host={host}", f"--port={port}"]
    return [sys.executable, "-m", "functions_framework", f"--target={function}", *where]


def start_server(argv: list[str], env: dict[str, str], *, as_json: bool) -> subprocess.Popen[bytes]:
    """Start the server in a session of its own. For people, what it writes beside the log is shown unchanged."""
    stderr = None if as_json else subprocess.PIPE
    server = subprocess.Popen(argv, env=env, start_new_session=True, stderr=stderr)
    if server.stderr is not None:
        Thread(target=_print_others, args=(server.stderr,), daemon=True).start()
    return server


def _print_others(stream: IO[bytes]) -> None:
    """Print the lines that are none of our log, such as those of gunicorn; ours are in the file."""
    for line in stream:
        text = line.decode("utf-8", "replace").rstrip("\n")
        if "event" not in LogLine.parse(text).fields:
            print(make_printable(text), file=sys.stderr, flush=True)
