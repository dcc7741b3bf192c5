"""Get a command ready before it does anything: its home can be written."""

from functions.cli.out_folder import require_room
from sutradhar import bootstrap

_LEAST_FREE = 300_000_000
"""Bytes; a minute in 1080p and its parts have about 150 MB."""


def prepare_home() -> None:
    """Make SUTRADHAR_HOME. Raises InvalidRequest when it cannot be written, or its disk is full."""
    home = bootstrap.settings().home
    require_room(home, "SUTRADHAR_HOME", _LEAST_FREE)
    home.mkdir(parents=True, exist_ok=True)
