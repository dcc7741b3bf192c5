"""Times as answers show them: in UTC, with ``Z`` at the end."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator


def _convert_to_utc(at: datetime) -> datetime:
    return at.astimezone(UTC)


UtcTime = Annotated[datetime, AfterValidator(_convert_to_utc)]
"""A field of an answer; its JSON is ISO 8601: 2026-11-27T13:05:32.123456Z."""


def format_utc(at: datetime) -> str:
    """Return ``at`` as the JSON of a ``UtcTime``."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
