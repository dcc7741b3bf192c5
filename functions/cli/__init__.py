"""Run the `sutradhar` command: the entry points of Google Cloud from a terminal. Each command has one module."""

import io
import signal
import sys

import typer

from functions.cli import (
    backup,
    cancel,
    clean,
    doctor,
    duplicate,
    keys,
    library,
    logs,
    make,
    plan,
    retry,
    serve,
    start,
    status,
    stop,
    templates,
    upload,
)

app = typer.Typer(
    help="An idea in, a finished video out: written, illustrated, narrated, captioned, scored and checked.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.callback()(start.read_environment)
app.command(no_args_is_help=True)(make.make)
app.command(no_args_is_help=True)(plan.plan)
app.command(no_args_is_help=True)(upload.upload)
app.command()(serve.serve)
app.command()(status.status)
app.command()(library.library)
app.command()(templates.templates)
app.command(no_args_is_help=True)(duplicate.duplicate)
app.command(no_args_is_help=True)(cancel.cancel)
app.command(no_args_is_help=True)(retry.retry)
app.command()(logs.logs)
app.command()(stop.stop)
app.command()(clean.clean)
app.command(no_args_is_help=True)(backup.backup)
app.command(no_args_is_help=True)(backup.restore)
app.command()(doctor.doctor)
app.add_typer(keys.app, name="keys")


def main() -> None:
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="surrogateescape")  # print names of files as their own bytes
    try:
        app()
    finally:
        # the command has ended and its outcome is printed: a late Ctrl-C must not change its exit code
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
