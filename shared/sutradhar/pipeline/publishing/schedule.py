"""Schedule, change, cancel and retry publications for their owners."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sutradhar.domain.core.api_key import ApiKey
from sutradhar.domain.core.errors import Conflict, FieldError, InvalidRequest, NotFound
from sutradhar.domain.jobs.job import Job, JobState
from sutradhar.domain.jobs.provenance import list_credits
from sutradhar.domain.jobs.webhook import Webhook
from sutradhar.domain.publishing.changes import apply_cancel, apply_change, apply_replacement, apply_retry
from sutradhar.domain.publishing.description import write_description
from sutradhar.domain.publishing.details import DetailsPatch, PublicationDetails
from sutradhar.domain.publishing.publication import Publication
from sutradhar.domain.publishing.schedule_time import read_zone
from sutradhar.domain.publishing.starts import LONGEST_LEAD
from sutradhar.pipeline.publishing.report import note_on_job, report_end
from sutradhar.pipeline.publishing.store import (
    PUBLICATIONS,
    get_publication,
    list_newest_of,
    list_publications_of,
    name_publication,
    note_time,
)
from sutradhar.pipeline.services import Services
from sutradhar.ports.publishing import Destination

GRACE = timedelta(seconds=60)
"""A time that has passed by less than this is taken as now: clocks differ, and a request takes time."""
LOOK_AHEAD = LONGEST_LEAD
"""The first look at a publication is so long before its time; it tells when the upload has to begin."""


@dataclass(frozen=True)
class PublicationOrder:
    """The publication that a caller asks for. ``publish_at``: None: now."""

    destination: str
    details: PublicationDetails
    publish_at: datetime | None = None
    zone: str = "UTC"
    priority: int = 0
    plan_words: tuple[str, ...] = ()
    """The words that the caller left out, and that are those of the plan of a job which is not finished."""
    notice: str = ""
    webhook: Webhook | None = None


def get_destination(services: Services, name: str) -> Destination:
    """Return the destination. Raise InvalidRequest if there is none of this name, or it is not set up."""
    destinations = services.providers.destinations
    if name not in destinations:
        known = ", ".join(sorted(destinations))
        raise InvalidRequest([FieldError("destination", f"must be one of {known} (got {name[:60]!r})")])
    if missing := destinations[name].explain_missing_setup():
        raise InvalidRequest([FieldError("destination", f"{name} is not set up: {missing}")])
    return destinations[name]


def schedule_publication(services: Services, job: Job, order: PublicationOrder) -> Publication:
    """Store a publication of ``job``, and return it.

    Raises:
        InvalidRequest: its time has passed, or the destination does not take its words.
        Conflict: the job has a publication there that is live or published, or was cancelled.
    """
    check_order(services, job, order)
    if job.state is JobState.CANCELLED:
        raise Conflict("the job was canceled, so it will have no video to publish; duplicate it and publish the copy")
    earlier = list_publications_of(services, job.id, order.destination)
    if earlier:
        # first close the earlier one to retries, so that two can never be live
        now = services.clock.now()
        note_on_job(services, earlier[-1])  # a caller that was killed after its order has not noted it
        services.documents.update(PUBLICATIONS, earlier[-1].id, lambda last: apply_replacement(last, now))
    stored, is_new = store_publication(services, job, order, len(earlier) + 1)
    if not is_new:
        raise Conflict(f"the job has a publication to {order.destination} already: {stored.id} ({stored.state})")
    note_on_job(services, stored)
    return stored


def check_order(services: Services, job: Job, order: PublicationOrder) -> None:
    """Raise InvalidRequest if its time has passed, or the destination is not set up or does not take its words."""
    now = services.clock.now()
    problems = _list_word_problems(services, job, order.destination, order.details)
    problems.extend(_list_time_problems(order.publish_at or now, now, order.zone))
    if problems:
        raise InvalidRequest(problems)


def store_publication(services: Services, job: Job, order: PublicationOrder, number: int) -> tuple[Publication, bool]:
    """Store the publication of ``number`` and return it with True, or the one that has this number with False."""
    now = services.clock.now()
    publish_at = order.publish_at or (now if job.state.is_terminal else job.created_at)
    publication = Publication(
        id=name_publication(job.id, order.destination, number),
        job_id=job.id,
        destination=order.destination,
        number=number,
        owner=job.owner,
        details=order.details,
        publish_at=publish_at,
        zone=order.zone,
        priority=order.priority,
        video_size=job.result.size if job.state is JobState.SUCCEEDED and job.result else None,
        plan_words=order.plan_words,
        when_ready=order.publish_at is None,
        due_at=choose_first_look(publish_at, now),
        notices=(order.notice,) if order.notice else (),
        webhook=order.webhook,
        created_at=now,
        updated_at=now,
    )
    note_time(services, publication, publish_at)
    return services.documents.create(PUBLICATIONS, publication)


def change_publication(
    services: Services,
    publication_id: str,
    caller: ApiKey | None,
    *,
    details: DetailsPatch | None = None,
    publish_at: datetime | None = None,
    zone: str | None = None,
    priority: int | None = None,
) -> Publication:
    """Change what is given of a publication, and return it.

    Raises:
        NotFound: the caller has no such publication.
        InvalidRequest: the new time has passed, or the destination does not take the new words.
        Conflict: it has ended, or its time cannot be changed now.
    """
    stored, now = get_publication(services, publication_id, caller), services.clock.now()
    problems: list[FieldError] = []
    if details:
        try:
            job = services.jobs.get(stored.job_id)
        except NotFound as exc:
            raise Conflict("the job and its files were deleted; change the words at the destination itself") from exc
        problems.extend(_list_word_problems(services, job, stored.destination, details.apply(stored.details)))
    if publish_at is not None:
        problems.extend(_list_time_problems(publish_at, now, zone or stored.zone))
    if problems:
        raise InvalidRequest(problems)
    due_at = None
    if publish_at is not None:
        due_at = choose_first_look(publish_at, now)
        note_time(services, stored, publish_at)
    changed = services.documents.update(
        PUBLICATIONS,
        publication_id,
        lambda one: apply_change(
            one, now, details=details, publish_at=publish_at, zone=zone, priority=priority, due_at=due_at
        ),
    )
    note_on_job(services, changed)
    return changed


def cancel_publication(services: Services, publication_id: str, caller: ApiKey | None) -> Publication:
    """Cancel a publication before its upload, and return it. Raise NotFound, or Conflict."""
    get_publication(services, publication_id, caller)
    canceled = services.documents.update(
        PUBLICATIONS, publication_id, lambda one: apply_cancel(one, services.clock.now())
    )
    if not canceled.is_reported:
        report_end(services, canceled)
    return canceled


def retry_publication(services: Services, publication_id: str, caller: ApiKey | None) -> Publication:
    """Try a failed publication again, and return it. Raise NotFound, or Conflict."""
    stored = get_publication(services, publication_id, caller)
    if stored.has_ended and not stored.is_reported:
        report_end(services, stored)  # its worker was killed before
    now = services.clock.now()
    if stored.state == "failed":
        note_time(services, stored, max(stored.publish_at, now))
    publication = services.documents.update(PUBLICATIONS, publication_id, lambda one: apply_retry(one, now))
    note_on_job(services, publication)
    return publication


def find_publication_of_job(
    services: Services, job_id: str, caller: ApiKey | None, destination: str | None = None
) -> Publication:
    """Return the newest publication of the job: to ``destination``, or to any. Raise NotFound."""
    newest = [one for one in list_newest_of(services, job_id) if destination in (None, one.destination)]
    visible = [one for one in newest if caller is None or caller.may_see(one.owner)]
    if not visible:
        raise NotFound(f"the job {job_id} has no publication; schedule one by POST /publish/{job_id}/schedule")
    return max(visible, key=lambda one: (one.created_at, one.number))


def revive_publications(services: Services, job: Job) -> None:
    """Try those publications again that failed because their job did, if the job is at work again."""
    if job.state in (JobState.FAILED, JobState.CANCELLED):
        return
    for note in job.publications.values():
        with suppress(NotFound, Conflict):  # it is gone, or a later one takes its place
            stored = get_publication(services, note.id)
            if stored.state == "failed" and stored.failure and stored.failure.reason == "job_failed":
                retry_publication(services, stored.id, None)


def choose_first_look(publish_at: datetime, now: datetime) -> datetime:
    """Return the time at which a worker looks at a publication that was not begun."""
    return max(now, publish_at - LOOK_AHEAD)


def _list_word_problems(
    services: Services, job: Job, destination: str, details: PublicationDetails
) -> list[FieldError]:
    """Return what the destination would not take. The credits of a job that is not finished are not known yet."""
    problems = list(get_destination(services, destination).list_problems(details))
    if not any(problem.path == "description" for problem in problems):
        try:
            write_description(details.description, [], list_credits(job.assets))
        except InvalidRequest as exc:
            problems.extend(exc.errors)
    return problems


def _list_time_problems(publish_at: datetime, now: datetime, zone: str) -> list[FieldError]:
    if publish_at >= now - GRACE:
        return []
    at, today = (moment.astimezone(read_zone(zone)).isoformat(timespec="seconds") for moment in (publish_at, now))
    return [FieldError("iso_datetime", f"{at} has passed; it is {today} now")]
