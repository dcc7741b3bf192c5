"""Publish videos now or at a time, show the calendar, and change, cancel or retry publications."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from functions.api.auth import caller, require_access
from functions.api.endpoint import endpoint
from functions.api.publication_models import (
    BucketAnswer,
    Calendar,
    CalendarQuery,
    PublicationAnswer,
    PublicationPatch,
    PublishLater,
    PublishNow,
    QuotaAnswer,
    choose_calendar_end,
)
from sutradhar import bootstrap
from sutradhar.domain.core.errors import FieldError, InvalidRequest

if TYPE_CHECKING:
    from sutradhar.domain.publishing.publication import Publication
    from sutradhar.domain.publishing.schedule_time import ScheduledTime

Created = tuple[PublicationAnswer, int, dict[str, str]]


@endpoint(answers={201: PublicationAnswer}, errors=(409,))
def schedule_job(job_id: str, body: PublishLater) -> Created:
    """Publish the video of a job at a time. A job that is not finished yet is waited for.

    A job has at most one publication to a destination that is live or published.
    """
    at = _read_time(body.iso_datetime, body.timezone, "iso_datetime")
    return _create(job_id, body, at)


@endpoint(answers={201: PublicationAnswer}, errors=(409,))
def publish_job(job_id: str, body: PublishNow) -> Created:
    """Publish the video of a job now, or as soon as it is finished."""
    return _create(job_id, body, None)


@endpoint(answers={200: PublicationAnswer})
def show_job_publication(job_id: str) -> PublicationAnswer:
    """Return the newest publication of a job."""
    from sutradhar.pipeline.publishing.schedule import find_publication_of_job

    return PublicationAnswer.describe(find_publication_of_job(bootstrap.services(), job_id, caller()))


@endpoint(answers={200: PublicationAnswer}, errors=(409,))
def cancel_job_publication(job_id: str) -> PublicationAnswer:
    """Cancel the newest publication of a job, before its upload begins."""
    from sutradhar.pipeline.publishing.schedule import cancel_publication, find_publication_of_job

    services = bootstrap.services()
    publication = find_publication_of_job(services, job_id, caller())
    return PublicationAnswer.describe(cancel_publication(services, publication.id, caller()))


@endpoint(answers={200: Calendar})
def show_calendar(query: CalendarQuery) -> Calendar:
    """List your publications by their time; an admin sees all."""
    from sutradhar.pipeline.publishing.store import list_calendar

    services = bootstrap.services()
    start = services.clock.now() - timedelta(days=1)
    if query.start:
        start = _read_time(query.start, None, "from").at
    end = choose_calendar_end(start, _read_time(query.end, None, "to").at if query.end else None)
    publications, has_more = list_calendar(services, caller(), start, end, query.limit)
    return Calendar(
        publications=tuple(map(PublicationAnswer.describe, publications)), start=start, end=end, has_more=has_more
    )


@endpoint(answers={200: QuotaAnswer})
def show_quota() -> QuotaAnswer:
    """Return what is used and left of today's quotas of all destinations."""
    from sutradhar.domain.publishing.quota import find_next_day
    from sutradhar.pipeline.publishing.quota import read_day

    services = bootstrap.services()
    now, quotas = services.clock.now(), []
    for destination in services.providers.destinations.values():
        for bucket in destination.buckets:
            used = read_day(services, destination.name, bucket).used.get(bucket.name, 0)
            quotas.append(
                BucketAnswer(
                    destination=destination.name,
                    bucket=bucket.name,
                    used=used,
                    limit=bucket.per_day,
                    left=max(bucket.per_day - used, 0),
                    resets_at=find_next_day(now, bucket.zone),
                )
            )
    return QuotaAnswer(quotas=tuple(quotas))


@endpoint(answers={200: PublicationAnswer})
def show_publication(publication_id: str) -> PublicationAnswer:
    """Return a publication."""
    from sutradhar.pipeline.publishing.store import get_publication

    return PublicationAnswer.describe(get_publication(bootstrap.services(), publication_id, caller()))


@endpoint(answers={200: PublicationAnswer}, errors=(409,))
def change_publication(publication_id: str, body: PublicationPatch) -> PublicationAnswer:
    """Change the words or the time of a publication; what is left out stays. A video that the destination has already
    is changed there."""
    from sutradhar.domain.publishing.details import DetailsPatch
    from sutradhar.pipeline.publishing import schedule
    from sutradhar.pipeline.publishing.store import get_publication

    services = bootstrap.services()
    zone = body.timezone or get_publication(services, publication_id, caller()).zone
    at = _read_time(body.iso_datetime, zone, "iso_datetime") if body.iso_datetime else None
    words = {name: getattr(body, name) for name in body.model_fields_set & DetailsPatch.model_fields.keys()}
    changed = schedule.change_publication(
        services,
        publication_id,
        caller(),
        details=DetailsPatch.model_construct(_fields_set=set(words), **{**_BLANK, **words}) if words else None,
        publish_at=at.at if at else None,
        zone=zone,
        priority=body.priority,
    )
    return PublicationAnswer.describe(changed)


@endpoint(answers={200: PublicationAnswer}, errors=(409,))
def cancel_publication(publication_id: str) -> PublicationAnswer:
    """Cancel a publication, before its upload begins."""
    from sutradhar.pipeline.publishing import schedule

    return PublicationAnswer.describe(schedule.cancel_publication(bootstrap.services(), publication_id, caller()))


@endpoint(answers={202: PublicationAnswer}, errors=(409,))
def retry_publication(publication_id: str) -> tuple[PublicationAnswer, int, dict[str, str]]:
    """Try a failed publication again, from where it stopped."""
    from sutradhar.pipeline.publishing import schedule

    return _answer(schedule.retry_publication(bootstrap.services(), publication_id, caller()), 202)


_BLANK = dict.fromkeys(
    ("title", "description", "tags", "privacy", "playlist", "category", "made_for_kids", "synthetic_media")
)


def _create(job_id: str, body: PublishNow, at: ScheduledTime | None) -> Created:
    from sutradhar.pipeline.publishing.schedule import PublicationOrder, schedule_publication
    from sutradhar.pipeline.publishing.words import choose_details

    services = bootstrap.services()
    job = services.jobs.get(job_id)
    require_access(job)
    words = body.model_dump(exclude={"destination", "priority", "iso_datetime", "timezone"}, exclude_none=True)
    order = PublicationOrder(
        destination=body.destination,
        details=choose_details(job, words),
        publish_at=at.at if at else None,
        zone=at.zone if at else bootstrap.settings().publishing.zone,
        priority=body.priority,
        notice=at.notice if at else "",
        webhook=job.webhook,
    )
    return _answer(schedule_publication(services, job, order), 201)


def _answer(publication: Publication, status: int) -> Created:
    answer = PublicationAnswer.describe(publication)
    return answer, status, {"Location": answer.links["self"]}


def _read_time(text: str, zone: str | None, field: str) -> ScheduledTime:
    from sutradhar.domain.publishing.schedule_time import read_schedule_time, read_zone

    place = zone or bootstrap.settings().publishing.zone
    try:
        read_zone(place)
    except ValueError as exc:
        raise InvalidRequest([FieldError("timezone", str(exc))]) from exc
    try:
        return read_schedule_time(text, place)
    except ValueError as exc:
        raise InvalidRequest([FieldError(field, str(exc))]) from exc
