"""Get a command ready before it does anything: its home can be written."""

from functions.cli.out_folder import require_room
from sutradhar import bootstrap

ROOM_FOR_A_VIDEO = 300_000_000
"""Bytes; a minute in 1080p and its parts have about 150 MB."""


def prepare_home(least_free: int = ROOM_FOR_A_VIDEO) -> None:
    """Make SUTRADHAR_HOME. Raises InvalidRequest when it cannot be written, or has less than ``least_free`` bytes."""
    home = bootstrap.settings().home
    require_room(home, "SUTRADHAR_HOME", least_free)
    home.mkdir(parents=True, exist_ok=True)
