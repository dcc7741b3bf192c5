"""Remove the publications of a job whose owner has all data removed, and what the calendar still has of them."""

from collections.abc import Sequence
from contextlib import suppress

from sutradhar.domain.core.errors import Conflict, NotFound
from sutradhar.domain.publishing.changes import apply_cancel
from sutradhar.domain.publishing.publication import Publication
from sutradhar.pipeline.publishing.store import CALENDAR, PUBLICATIONS, list_publications_of
from sutradhar.pipeline.services import Services

_PAGE = 100


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
        services.documents.delete(PUBLICATIONS, publication.id)


def find_stale_entries(services: Services, owner: str) -> tuple[str, ...]:
    """Return the ids of some calendar entries of the owner whose publication is gone; empty: there are none."""
    after: str | None = None
    while True:
        page = services.documents.list(CALENDAR, owner=owner, limit=_PAGE, after=after)
        live = services.documents.get_many(PUBLICATIONS, {entry.publication_id for entry in page.records})
        stale = tuple(entry.id for entry in page.records if entry.publication_id not in live)
        if stale or page.after is None:
            return stale
        after = page.after


def delete_entries(services: Services, entry_ids: Sequence[str]) -> None:
    """Delete calendar entries. A repeat deletes what is left."""
    for entry_id in entry_ids:
        services.documents.delete(CALENDAR, entry_id)
