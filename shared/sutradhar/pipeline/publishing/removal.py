"""Remove the publications of a job whose owner has all data removed."""

from collections.abc import Sequence
from contextlib import suppress

from sutradhar.domain.core.errors import Conflict, NotFound
from sutradhar.domain.publishing.changes import apply_cancel
from sutradhar.domain.publishing.publication import Publication
from sutradhar.pipeline.publishing.store import CALENDAR, PUBLICATIONS, CalendarEntry, list_publications_of
from sutradhar.pipeline.services import Services


def list_all_publications_of(services: Services, job_id: str) -> Sequence[Publication]:
    """Return the publications of the job to all destinations."""
    names = services.providers.destinations
    return [one for name in names for one in list_publications_of(services, job_id, name)]


def remove_publications(services: Services, job_id: str) -> None:
    """Delete the publications of the job. One whose upload has not begun is canceled first; a video that a destination
    has stays there. A repeat deletes what is left."""
    # the last one first: the search for them begins with the first
    for publication in reversed(list_all_publications_of(services, job_id)):
        with suppress(Conflict, NotFound):
            services.documents.update(PUBLICATIONS, publication.id, lambda one: apply_cancel(one, services.clock.now()))
        entry = CalendarEntry(publication_id=publication.id, owner=publication.owner, publish_at=publication.publish_at)
        services.documents.delete(CALENDAR, entry.id)
        services.documents.delete(PUBLICATIONS, publication.id)
