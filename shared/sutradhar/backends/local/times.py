"""Write times as text that sorts in the order of time."""

from datetime import UTC, datetime


def format_time(at: datetime) -> str:
    """Return the time in UTC, with microseconds and without a zone: ``2026-11-27T12:00:00.000000``."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")
