"""Keep publications in the store, and find them by their job, by their id and by their time."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime

from sutradhar.domain.core.api_key import ApiKey
from sutradhar.domain.core.errors import NotFound
from sutradhar.domain.core.record import History, Record, keep_fields
from sutradhar.domain.jobs.tallies import Tallies
from sutradhar.domain.publishing.promise import Verdict, tally_verdict
from sutradhar.domain.publishing.publication import Publication
from sutradhar.pipeline.services import Services
from sutradhar.ports.documents import Facts, Kind
from sutradhar.telemetry import log


class CalendarEntry(Record):
    """One time of a publication. After a change of the time, the old entry stays and is passed over; it goes with the
    data of its owner."""

    history = History("calendar entry", keep_fields)

    publication_id: str
    owner: str
    publish_at: datetime

    @property
    def id(self) -> str:
        return f"{self.publication_id}-{self.publish_at.timestamp():.6f}"


def _describe(publication: Publication) -> Facts:
    return Facts(
        id=publication.id,
        owner=publication.owner,
        created_at=publication.created_at,
        state=publication.state,
        due_at=publication.due_at,
    )


def _count(before: Publication, after: Publication) -> Tallies:
    return tally_verdict(after.destination, before.verdict, after.verdict)


PUBLICATIONS = Kind("publication", Publication, _describe, _count)
CALENDAR = Kind("calendar", CalendarEntry, lambda entry: Facts(entry.id, entry.owner, entry.publish_at))
_PAGE = 100


def name_publication(job_id: str, destination: str, number: int) -> str:
    """Return the id of a publication. It follows from these values, so two callers who publish the same job at the same
    time get the same publication."""
    return f"pub-{hashlib.sha256(f'{job_id}/{destination}/{number}'.encode()).hexdigest()[:16]}"


def make_marker(job_id: str, destination: str) -> str:
    """Return the text by which a destination finds the video of this job; it is the same for each attempt."""
    return f"sutradhar-{hashlib.sha256(f'{job_id}/{destination}'.encode()).hexdigest()[:20]}"


def get_publication(services: Services, publication_id: str, caller: ApiKey | None = None) -> Publication:
    """Return the publication. Raise NotFound if it does not exist, or if ``caller`` must not see it."""
    publication = None
    with suppress(NotFound):
        publication = services.documents.get(PUBLICATIONS, publication_id)
    if publication is None or (caller and not caller.may_see(publication.owner)):
        raise NotFound(f"there is no publication {publication_id}")
    return publication


def change_stored(services: Services, publication_id: str, change: Callable[[Publication], Publication]) -> Publication:
    """Write what ``change`` makes of the publication, and return that. A verdict on its promise goes to the log, too.

    Raises:
        NotFound: there is no such publication.
        Exception: every error that ``change`` raises.
    """
    verdicts: list[Verdict | None] = []

    def note_and_change(one: Publication) -> Publication:
        verdicts.append(one.verdict)
        return change(one)

    after = services.documents.update(PUBLICATIONS, publication_id, note_and_change)
    if after.verdict and after.verdict != verdicts[-1]:
        log(
            "publication_judged",
            level="warning" if after.verdict.outcome == "missed" else "info",
            publication_id=after.id,
            job_id=after.job_id,
            destination=after.destination,
            outcome=after.verdict.outcome,
            reason=after.verdict.reason,
            publish_at=after.publish_at.isoformat(),
        )
    return after


def list_publications_of(services: Services, job_id: str, destination: str) -> list[Publication]:
    """Return the publications of the job to ``destination``, the oldest first."""
    publications: list[Publication] = []
    with suppress(NotFound):
        while True:
            publication_id = name_publication(job_id, destination, len(publications) + 1)
            publications.append(services.documents.get(PUBLICATIONS, publication_id))
    return publications


def list_newest_of(services: Services, job_id: str) -> list[Publication]:
    """Return the newest publication of the job to each destination that it was published to."""
    newest = [list_publications_of(services, job_id, name)[-1:] for name in services.providers.destinations]
    return [one for publications in newest for one in publications]


def note_time(services: Services, publication: Publication, publish_at: datetime) -> None:
    """Store the calendar entry of a time that the publication is about to get: after a crash, an entry that is not true
    is passed over, and a publication without its entry would be missing. A repeat changes nothing."""
    entry = CalendarEntry(publication_id=publication.id, owner=publication.owner, publish_at=publish_at)
    services.documents.create(CALENDAR, entry)


def list_calendar(
    services: Services, caller: ApiKey | None, start: datetime, end: datetime, limit: int
) -> tuple[list[Publication], bool]:
    """Return the publications of the caller whose time is from ``start`` on and before ``end``, the earliest first; an
    admin, and a caller without a key, sees all. With them, whether there are more, whose times are earlier: of more
    than ``limit``, the latest are returned."""
    owner = None if caller is None or caller.role == "admin" else caller.id
    publications: list[Publication] = []
    for entry in _list_entries(services, owner, start, end):
        with suppress(NotFound):
            publication = services.documents.get(PUBLICATIONS, entry.publication_id)
            if publication.publish_at == entry.publish_at:
                if len(publications) == limit:
                    return sorted(publications, key=lambda one: (one.publish_at, one.id)), True
                publications.append(publication)
    return sorted(publications, key=lambda one: (one.publish_at, one.id)), False


def _list_entries(services: Services, owner: str | None, start: datetime, end: datetime) -> Iterator[CalendarEntry]:
    """Yield the calendar entries of the time, the latest first."""
    after: str | None = None
    while True:
        page = services.documents.list(CALENDAR, owner=owner, before=end, limit=_PAGE, after=after)
        for entry in page.records:
            if entry.publish_at < start:
                return
            yield entry
        if page.after is None:
            return
        after = page.after
