"""Publish videos now or at a time, show the calendar, and change, cancel or retry publications."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.api.auth import caller, require_access
from functions.api.endpoint import endpoint
from functions.api.links import make_url
from functions.api.publication_models import (
    CalendarQuery,
    DestinationList,
    DestinationState,
    PublicationPatch,
    PublishLater,
)
from sutradhar import bootstrap
from sutradhar.domain.plan.publication import PublishNow
from sutradhar.domain.publishing.publication_answer import Calendar, PublicationAnswer, QuotaAnswer

if TYPE_CHECKING:
    from sutradhar.domain.publishing.publication import Publication

Created = tuple[PublicationAnswer, int, dict[str, str]]


@endpoint(answers={201: PublicationAnswer}, errors=(409,))
def schedule_job(job_id: str, body: PublishLater) -> Created:
    """Publish the video of a job at a time. A job that is not finished yet is waited for.

    A job has at most one publication to a destination that is live or published.
    """
    return _create(job_id, body, body.iso_datetime, body.timezone)


@endpoint(answers={201: PublicationAnswer}, errors=(409,))
def publish_job(job_id: str, body: PublishNow) -> Created:
    """Publish the video of a job now, or as soon as it is finished."""
    return _create(job_id, body)


@endpoint(answers={200: PublicationAnswer})
def show_job_publication(job_id: str) -> PublicationAnswer:
    """Return the newest publication of a job."""
    from sutradhar.pipeline.publishing.schedule import find_publication_of_job

    return _describe(find_publication_of_job(bootstrap.services(), job_id, caller()))


@endpoint(answers={200: PublicationAnswer}, errors=(409,))
def cancel_job_publication(job_id: str) -> PublicationAnswer:
    """Cancel the newest publication of a job, before its upload begins."""
    from sutradhar.pipeline.publishing.schedule import cancel_publication, find_publication_of_job

    services = bootstrap.services()
    publication = find_publication_of_job(services, job_id, caller())
    return _describe(cancel_publication(services, publication.id, caller()))


@endpoint(answers={200: Calendar})
def show_calendar(query: CalendarQuery) -> Calendar:
    """List your publications by their time; an admin sees all."""
    from sutradhar.pipeline.publishing.orders import read_calendar

    zone = bootstrap.settings().publishing.zone
    page = read_calendar(bootstrap.services(), caller(), query.start, query.end, zone=zone, limit=query.limit)
    return Calendar(
        publications=tuple(map(_describe, page.publications)), start=page.start, end=page.end, has_more=page.has_more
    )


@endpoint(answers={200: DestinationList})
def show_destinations() -> DestinationList:
    """List the places where videos can be published, and what is missing where one is not set up."""
    destinations = bootstrap.services().providers.destinations
    missing = {name: one.explain_missing_setup() for name, one in destinations.items()}
    return DestinationList(
        destinations=tuple(
            DestinationState(name=name, is_ready=not advice, advice=advice) for name, advice in missing.items()
        )
    )


@endpoint(answers={200: QuotaAnswer})
def show_quota() -> QuotaAnswer:
    """Return what is used and left of today's quotas of all destinations."""
    from sutradhar.pipeline.publishing.quota_report import describe_quotas

    return describe_quotas(bootstrap.services())


@endpoint(answers={200: PublicationAnswer})
def show_publication(publication_id: str) -> PublicationAnswer:
    """Return a publication."""
    from sutradhar.pipeline.publishing.store import get_publication

    return _describe(get_publication(bootstrap.services(), publication_id, caller()))


@endpoint(answers={200: PublicationAnswer}, errors=(409,))
def change_publication(publication_id: str, body: PublicationPatch) -> PublicationAnswer:
    """Change the words or the time of a publication; what is left out stays. A video that the destination has already
    is changed there."""
    from sutradhar.domain.publishing.details import DetailsPatch
    from sutradhar.pipeline.publishing.orders import change_as_asked

    changed = change_as_asked(
        bootstrap.services(),
        publication_id,
        caller(),
        {name: getattr(body, name) for name in body.model_fields_set & DetailsPatch.model_fields.keys()},
        time_text=body.iso_datetime,
        zone=body.timezone,
        priority=body.priority,
    )
    return _describe(changed)


@endpoint(answers={200: PublicationAnswer}, errors=(409,))
def cancel_publication(publication_id: str) -> PublicationAnswer:
    """Cancel a publication, before its upload begins."""
    from sutradhar.pipeline.publishing import schedule

    return _describe(schedule.cancel_publication(bootstrap.services(), publication_id, caller()))


@endpoint(answers={202: PublicationAnswer}, errors=(409,))
def retry_publication(publication_id: str) -> tuple[PublicationAnswer, int, dict[str, str]]:
    """Try a failed publication again, from where it stopped."""
    from sutradhar.pipeline.publishing import schedule

    return _answer(schedule.retry_publication(bootstrap.services(), publication_id, caller()), 202)


def _create(job_id: str, body: PublishNow, time_text: str | None = None, zone: str | None = None) -> Created:
    from sutradhar.pipeline.brands.words import add_brand_words
    from sutradhar.pipeline.publishing.orders import order_publication

    services = bootstrap.services()
    job = services.jobs.get(job_id)
    require_access(job)
    publication = order_publication(
        services,
        job,
        body.destination,
        add_brand_words(services, job, body.destination, body.words, body.model_fields_set),
        time_text=time_text,
        zone=zone or bootstrap.settings().publishing.zone,
        priority=body.priority,
    )
    return _answer(publication, 201)


def _answer(publication: Publication, status: int) -> Created:
    answer = _describe(publication)
    return answer, status, {"Location": answer.links["self"]}


def _describe(publication: Publication) -> PublicationAnswer:
    return PublicationAnswer.describe(publication, make_url)
