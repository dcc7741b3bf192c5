"""The `sutradhar` command: the same entry points as on Google Cloud, from a terminal. One module a command."""

import typer

from functions.cli import doctor, keys, make, plan, serve, status, upload

app = typer.Typer(
    help="An idea in, a finished video out: written, illustrated, narrated, captioned, scored and checked.",
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
)  # fmt: skip
for command in (make.make, plan.plan, upload.upload, serve.serve, status.status, doctor.doctor):
    app.command()(command)
app.add_typer(keys.app, name="keys")


def main() -> None:
    app()
