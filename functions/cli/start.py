"""Get a command ready before it does anything: `.env` is read, and its home can be written."""

from functools import cache

from functions.cli.console import note
from functions.cli.env_file import find_idle_variables, load_env_file
from functions.cli.out_folder import require_room
from sutradhar import bootstrap

ROOM_FOR_A_VIDEO = 300_000_000
"""Bytes; a minute in 1080p and its parts have about 150 MB."""
_notes: list[str] = []


def read_environment() -> None:
    """Read `.env`, whatever command was called. What is to be said of it waits until the command begins."""
    _notes[:] = load_env_file()


def prepare_home(least_free: int = ROOM_FOR_A_VIDEO) -> None:
    """Make SUTRADHAR_HOME. Raises InvalidRequest when it cannot be written, or has less than ``least_free`` bytes."""
    _announce()
    home = bootstrap.settings().home
    require_room(home, "SUTRADHAR_HOME", least_free)
    home.mkdir(parents=True, exist_ok=True)


@cache
def _announce() -> None:
    for text in (*_notes, find_idle_variables()):
        if text:
            note(text)
