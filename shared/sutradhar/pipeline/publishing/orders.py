"""Take publications, changes and calendars as callers write them: words, and texts for times and zones. The API and the
terminal call these."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sutradhar.domain.core.api_key import ApiKey
from sutradhar.domain.core.errors import FieldError, InvalidRequest
from sutradhar.domain.jobs.job import Job, JobState
from sutradhar.domain.publishing.publication import Publication
from sutradhar.domain.publishing.schedule_time import read_bound, read_requested_time, require_zone
from sutradhar.pipeline.publishing.schedule import PublicationOrder, change_publication, schedule_publication
from sutradhar.pipeline.publishing.store import PUBLICATIONS, get_publication, list_calendar
from sutradhar.pipeline.publishing.words import choose_details, list_plan_words, read_patch
from sutradhar.pipeline.services import Services

_LONGEST_CALENDAR, _CALENDAR = timedelta(days=366), timedelta(days=31)


@dataclass(frozen=True)
class CalendarPage:
    """The publications whose time is from ``start`` on and before ``end``, the earliest first."""

    publications: tuple[Publication, ...]
    start: datetime
    end: datetime
    has_more: bool
    """True: there are earlier ones in this time."""


def order_publication(
    services: Services,
    job: Job,
    destination: str,
    words: Mapping[str, Any],
    *,
    time_text: str | None,
    zone: str,
    priority: int = 0,
) -> Publication:
    """Store a publication of ``job`` and return it. Words that are left out come from the job's plan.

    Args:
        time_text: ISO 8601, with an offset or as a local time of ``zone``; None: now.
        zone: an IANA zone.

    Raises:
        InvalidRequest, Conflict: as ``schedule_publication`` raises them.
    """
    order = make_order(job, destination, words, time_text=time_text, zone=zone, priority=priority)
    return schedule_publication(services, job, order)


def make_order(
    job: Job, destination: str, words: Mapping[str, Any], *, time_text: str | None, zone: str, priority: int
) -> PublicationOrder:
    """Return the order of a publication, with the arguments of ``order_publication``. Raise InvalidRequest."""
    require_zone(zone)
    at = read_requested_time(time_text, zone) if time_text is not None else None
    return PublicationOrder(
        destination=destination,
        details=choose_details(job, words),
        plan_words=() if job.state is JobState.SUCCEEDED else list_plan_words(words),
        publish_at=at.at if at else None,
        zone=zone,
        priority=priority,
        notice=at.notice if at else "",
        webhook=job.webhook,
    )


def change_as_asked(
    services: Services,
    publication_id: str,
    caller: ApiKey | None,
    words: Mapping[str, Any],
    *,
    time_text: str | None = None,
    zone: str | None = None,
    priority: int | None = None,
) -> Publication:
    """Change what is given of a publication, and return it.

    Args:
        time_text: ISO 8601, with an offset or as a local time of ``zone``, or else of the publication's zone.

    Raises:
        NotFound, InvalidRequest, Conflict: as ``change_publication`` raises them.
    """
    place = zone or get_publication(services, publication_id, caller).zone
    require_zone(place)
    at = read_requested_time(time_text, place) if time_text is not None else None
    changed = change_publication(
        services,
        publication_id,
        caller,
        details=read_patch(words),
        publish_at=at.at if at else None,
        zone=zone,
        priority=priority,
    )
    if at and at.notice:
        notices = (at.notice,)
        return services.documents.update(PUBLICATIONS, publication_id, lambda one: one.add_notices(notices))
    return changed


def read_calendar(
    services: Services, caller: ApiKey | None, start: str | None, end: str | None, *, zone: str, limit: int
) -> CalendarPage:
    """Return the publications of a time that the caller may see.

    Args:
        start: ISO 8601, a time or a date of ``zone``; None: now, less a day.
        end: the same; a date is included, a time is not. None: 31 days after the start. At most a year after it.

    Raises:
        InvalidRequest: it names ``from``, ``to`` or ``timezone``; also where the end is not after the start.
    """
    now = services.clock.now()
    first = read_bound(start, zone, "from") if start is not None else now - timedelta(days=1)
    last = read_bound(end, zone, "to", days=1) if end is not None else first + _CALENDAR
    if last <= first:
        raise InvalidRequest([FieldError("to", f"must be later than the start, {first.isoformat(timespec='minutes')}")])
    last = min(last, first + _LONGEST_CALENDAR)
    publications, has_more = list_calendar(services, caller, first, last, limit)
    return CalendarPage(tuple(publications), first, last, has_more)
