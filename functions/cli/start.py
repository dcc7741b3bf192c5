"""Prepare a command: read `.env`, and check that SUTRADHAR_HOME can be written."""

from functools import cache
from pathlib import Path
from typing import Annotated

import typer

from functions.cli.console import print_note
from functions.cli.env_file import find_idle_variables, load_env_file
from functions.cli.out_folder import require_room
from sutradhar import bootstrap, telemetry

ROOM_FOR_A_VIDEO = 300_000_000
"""Free bytes that a home must have; a minute in 1080p and its parts take about 150 MB."""
LOG_NAME = "sutradhar.log"
"""The log of a home, in which all its commands write."""
_notes: list[str] = []


def read_environment(
    env_file: Annotated[
        Path | None,
        typer.Option("--env-file", metavar="FILE", help="Read the settings in this file. Default: .env, if it exists."),
    ] = None,
) -> None:
    """Read `.env` for every command. Its notices are printed when the command begins."""
    if env_file is not None and not env_file.is_file():
        raise typer.BadParameter(f"there is no file {env_file}", param_hint="--env-file")
    _notes[:] = load_env_file(env_file or Path(".env"))


def prepare_home(least_free: int = ROOM_FOR_A_VIDEO) -> None:
    """Make SUTRADHAR_HOME. Raise InvalidRequest if it cannot be written or has less than ``least_free`` bytes."""
    _announce()
    home = bootstrap.settings().home
    require_room(home, "SUTRADHAR_HOME", least_free)
    home.mkdir(parents=True, exist_ok=True)


def begin_command() -> None:
    """Prepare a command that only reads and writes records: it needs no room for videos, and its log goes to a file."""
    prepare_home(least_free=0)
    telemetry.write_to(bootstrap.settings().home / LOG_NAME)


@cache
def _announce() -> None:
    for text in (*_notes, find_idle_variables()):
        if text:
            print_note(text)
    for renamed in bootstrap.settings().renamed:
        print_note(str(renamed))
