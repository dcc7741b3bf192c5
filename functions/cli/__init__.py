"""Run the `sutradhar` command: the entry points of Google Cloud from a terminal. Each command has one module."""

import io
import signal
import sys
from collections.abc import Callable, Mapping, Sequence

import typer

from functions.cli import (
    approvals,
    approve,
    backup,
    batch,
    batches,
    brands,
    calendar,
    calibrate,
    cancel,
    clean,
    delete,
    doctor,
    duplicate,
    keys,
    languages,
    library,
    logs,
    make,
    marks,
    mcp,
    pin,
    plan,
    publication,
    publish,
    quota,
    retention,
    retry,
    serve,
    start,
    status,
    stop,
    templates,
    upload,
    youtube,
)

_MACHINE = "Run and look after this machine"
_COMMANDS: Mapping[str, Sequence[Callable[..., None]]] = {
    "Make videos": (
        *(make.make, batch.batch, plan.plan, templates.templates, languages.languages),
        *(duplicate.duplicate, upload.upload),
    ),
    "Follow jobs": (status.status, library.library, approve.approve, cancel.cancel, retry.retry, logs.logs),
    "Publish videos": (publish.publish, calendar.calendar, quota.quota),
    "Keep and delete jobs": (pin.pin, pin.unpin, delete.delete, retention.retention),
    _MACHINE: (
        *(serve.serve, stop.stop, mcp.mcp, doctor.doctor, calibrate.calibrate),
        *(backup.backup, backup.restore, clean.clean),
    ),
}
"""The commands by their headings in the help."""
_NEED_ARGUMENTS: Sequence[Callable[..., None]] = (
    *(make.make, batch.batch, plan.plan, duplicate.duplicate, upload.upload, publish.publish),
    *(approve.approve, cancel.cancel, retry.retry, pin.pin, pin.unpin, delete.delete, backup.backup, backup.restore),
)
"""Commands that show their help if nothing follows them."""

app = typer.Typer(
    help="An idea in, a finished video out: written, illustrated, narrated, captioned, scored and checked.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
app.callback()(start.read_environment)
for heading, commands in _COMMANDS.items():
    for command in commands:
        app.command(rich_help_panel=heading, no_args_is_help=command in _NEED_ARGUMENTS)(command)
app.add_typer(brands.app, name="brands", rich_help_panel="Make videos")
app.add_typer(publication.app, name="publication", rich_help_panel="Publish videos")
app.add_typer(batches.app, name="batches", rich_help_panel="Follow jobs")
app.add_typer(approvals.app, name="approvals", rich_help_panel="Follow jobs")
app.add_typer(youtube.app, name="youtube", rich_help_panel="Publish videos")
app.add_typer(keys.app, name="keys", rich_help_panel=_MACHINE)
app.add_typer(marks.app, name="marks", rich_help_panel=_MACHINE)


def main() -> None:
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="surrogateescape")  # print names of files as their own bytes
    try:
        app()
    finally:
        # the command has ended and its outcome is printed: a late Ctrl-C must not change its exit code
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGALRM):
            signal.signal(number, signal.SIG_IGN)
