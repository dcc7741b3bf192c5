"""Read the time of a publication: ISO 8601, with an offset or as a local time of an IANA zone."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sutradhar.domain.core.errors import FieldError, InvalidRequest

_EARLIEST, _LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
"""Python's times end with the years 1 and 9999, so a day of another zone, or a day more, must fit beyond these."""


@dataclass(frozen=True)
class ScheduledTime:
    """A moment in UTC, and the zone in which its caller thinks of it."""

    at: datetime
    zone: str
    notice: str = ""
    """A sentence about a local time that occurs twice; empty: it occurs once."""


def read_zone(name: str) -> ZoneInfo:
    """Return the IANA zone ``name``. Raise ValueError with a message for the caller."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as exc:
        raise ValueError(f"must be an IANA time zone such as Asia/Kolkata or UTC (got {name[:60]!r})") from exc


def read_schedule_time(text: str, zone: str) -> ScheduledTime:
    """Return the moment that ``text`` names. A text without an offset is a local time of ``zone``.

    Where clocks are set back, a local time occurs twice; the earlier one is taken, with a notice. Where they are set
    forward, the skipped local times do not exist.

    Raises:
        ValueError: the text is no time, or a local time that does not exist in ``zone``.
    """
    place = read_zone(zone)
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as exc:
        example = "2026-12-24T18:30, or with an offset 2026-12-24T18:30+05:30"
        raise ValueError(f"must be a date and a time such as {example} (got {text[:60]!r})") from exc
    if len(text.strip()) <= len("2026-12-24"):
        raise ValueError(f"must have a time beside the date, such as 2026-12-24T18:30 (got {text[:60]!r})")
    try:
        if moment.tzinfo is not None:
            return ScheduledTime(_check_range(moment.astimezone(UTC), text), zone)
        scheduled = _place_local_time(moment, place, zone)
    except OverflowError as exc:
        raise ValueError(_describe_range(text)) from exc
    _check_range(scheduled.at, text)
    return scheduled


def read_requested_time(text: str, zone: str, field: str = "iso_datetime") -> ScheduledTime:
    """Return the moment that a caller names. Raise InvalidRequest, which names ``field`` or ``timezone``."""
    require_zone(zone)
    try:
        return read_schedule_time(text, zone)
    except ValueError as exc:
        raise InvalidRequest([FieldError(field, str(exc))]) from exc


def require_zone(zone: str) -> ZoneInfo:
    """Return the IANA zone. Raise InvalidRequest, which names ``timezone``."""
    try:
        return read_zone(zone)
    except ValueError as exc:
        raise InvalidRequest([FieldError("timezone", str(exc))]) from exc


def read_bound(text: str, zone: str, field: str, *, days: int = 0) -> datetime:
    """Return a bound of a calendar, in UTC: a time, or a date, which means its first moment in ``zone``.

    Args:
        days: the days that are added to a date; 1 makes it the end of that day.

    Raises:
        InvalidRequest: it names ``field`` or ``timezone``.
    """
    place = require_zone(zone)
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:  # it is a time, or wrong
        return read_requested_time(text, zone, field).at
    if not _EARLIEST.date() <= day < _LATEST.date():
        raise InvalidRequest([FieldError(field, _describe_range(text))])
    day += timedelta(days=days)
    return datetime(day.year, day.month, day.day, tzinfo=place).astimezone(UTC)


def _check_range(at: datetime, text: str) -> datetime:
    if not _EARLIEST <= at < _LATEST:
        raise ValueError(_describe_range(text))
    return at


def _describe_range(text: str) -> str:
    return f"must be between the years {_EARLIEST.year} and {_LATEST.year} (got {text[:60]!r})"


def _place_local_time(local: datetime, place: ZoneInfo, zone: str) -> ScheduledTime:
    first = local.replace(tzinfo=place, fold=0)
    second = local.replace(tzinfo=place, fold=1)
    at = first.astimezone(UTC)
    if at.astimezone(place).replace(tzinfo=None, fold=0) != local:
        # fold=1 reads the time by the offset after the jump, fold=0 by the one before it (PEP 495)
        later = at.astimezone(place).replace(tzinfo=None)
        message = f"{local.isoformat()} does not exist in {zone}: clocks are set forward then; give {later.isoformat()}"
        raise ValueError(f"{message}, or an offset")
    if first.utcoffset() != second.utcoffset():
        choice = f"the earlier one, {at.isoformat()}, was taken; give an offset for the later one"
        return ScheduledTime(at, zone, f"{local.isoformat()} occurs twice in {zone}: {choice}")
    return ScheduledTime(at, zone)
