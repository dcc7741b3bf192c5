"""Note what became of a publication: on its job, in the audit log, in the counts, and by a webhook."""

from contextlib import suppress
from typing import Any

from sutradhar.domain.core.audit import AuditEntry
from sutradhar.domain.core.errors import NotFound
from sutradhar.domain.core.utc_time import format_utc
from sutradhar.domain.jobs.job import Job, JobState, Outcome
from sutradhar.domain.jobs.messages import DeliverWebhook, WakePublications
from sutradhar.domain.jobs.publication_note import PublicationNote
from sutradhar.domain.jobs.webhook import Webhook
from sutradhar.domain.publishing.publication import Publication
from sutradhar.pipeline.audit import note_act
from sutradhar.pipeline.publishing.store import PUBLICATIONS
from sutradhar.pipeline.services import Services
from sutradhar.pipeline.webhook_events import store_event

_EVENTS = {"published": "publication.published", "failed": "publication.failed"}


def note_on_job(services: Services, publication: Publication) -> None:
    """Keep the state of the publication on its job. Notes may come in any order."""
    note = PublicationNote(
        id=publication.id,
        number=publication.number,
        state=publication.state,
        publish_at=publication.publish_at,
        url=publication.url,
        started_at=publication.started_at,
        noted_at=publication.updated_at,
    )

    def keep(job: Job) -> Outcome:
        if not note.is_newer_than(job.publications.get(publication.destination)):
            return job, []
        publications = {**job.publications, publication.destination: note}
        noted = job.evolve(publications=publications, updated_at=services.clock.now())
        # if the job was canceled while the publication was stored, nothing has woken it
        is_missed = noted.state is JobState.CANCELLED and note.may_wait_for_job
        return noted, [WakePublications(job_id=job.id)] if is_missed else []

    with suppress(NotFound):  # the job was deleted
        services.move(publication.job_id, keep)


def report_end(services: Services, publication: Publication) -> None:
    """Note the end of the publication everywhere. A repeat changes nothing; until the last line, the publication stays
    due, so that another worker goes on."""
    note_on_job(services, publication)
    entry = AuditEntry(
        id=f"{publication.id}-{publication.ends}",
        at=publication.updated_at,
        action="end_publication",
        actor=publication.owner,
        job_id=publication.job_id,
        facts={"state": publication.state, "destination": publication.destination, "url": publication.url},
    )
    note_act(services.documents, entry)
    _announce(services, publication)
    services.documents.update(
        PUBLICATIONS, publication.id, lambda one: one.record_report(services.clock.now(), publication.ends)
    )


def _announce(services: Services, publication: Publication) -> None:
    event, webhook = _EVENTS.get(publication.state), _find_webhook(services, publication)
    if event is None or webhook is None:
        return
    delivery = store_event(
        services,
        event=event,
        key=f"{publication.id}/{publication.ends}",
        owner=publication.owner,
        subject=publication.job_id,
        webhook=webhook,
        at=publication.updated_at,
        data=_describe(publication),
    )
    services.send([DeliverWebhook(delivery_id=delivery.id)])


def _find_webhook(services: Services, publication: Publication) -> Webhook | None:
    """Return the receiver that the job has now: its owner may have chosen another one since the order."""
    try:
        return services.jobs.get(publication.job_id).webhook
    except NotFound:
        return publication.webhook


def _describe(publication: Publication) -> dict[str, Any]:
    failure = publication.failure
    return {
        "publication_id": publication.id,
        "job_id": publication.job_id,
        "destination": publication.destination,
        "state": publication.state,
        "title": publication.details.title,
        "url": publication.url or None,
        "publish_at": format_utc(publication.publish_at),
        "failure": failure.model_dump() if failure else None,
    }
