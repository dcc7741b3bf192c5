"""Give the publications that are due to workers. Cloud Scheduler calls this every minute; late, double and parallel
calls are harmless, since each publication is claimed by one of them."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sutradhar.domain.core.errors import NotFound
from sutradhar.domain.jobs.tallies import Tally
from sutradhar.domain.publishing.attempts import record_miss
from sutradhar.domain.publishing.failures import PublicationFailure
from sutradhar.domain.publishing.publication import MISSED_AFTER, NotDue, Publication
from sutradhar.domain.publishing.quota import choose_uploads, find_next_day
from sutradhar.pipeline.publishing.claims import claim_publications
from sutradhar.pipeline.publishing.quota import expect_uploads, read_day
from sutradhar.pipeline.publishing.schedule import LOOK_AHEAD
from sutradhar.pipeline.publishing.store import PUBLICATIONS, change_stored
from sutradhar.pipeline.services import Services
from sutradhar.ports.publishing import Bucket, Destination
from sutradhar.telemetry import log

UPLOADS = "uploads"
"""The bucket from which each upload takes one."""
_MAX_DUE = 2_000
"""The most publications that one call looks at; the next call finds the rest."""


def publish_due(services: Services) -> int:
    """Claim all publications that are due and order the work on them; return their number."""
    claimed = claim_due(services)
    services.tallies.add({Tally("publish_ticks_total"): 1})  # an alert watches for its silence
    return claimed


def claim_due(services: Services) -> int:
    """Do as ``publish_due`` does between two ticks, for a publication that shall not wait for the next one."""
    now = services.clock.now()
    due = services.documents.list_due(PUBLICATIONS, now, _MAX_DUE)
    claimed = 0
    by_destination: dict[str, list[Publication]] = defaultdict(list)
    for publication in due:
        by_destination[publication.destination].append(publication)
    for name, publications in by_destination.items():
        passing = _pass_quota(services, services.providers.destinations.get(name), publications, now)
        claimed += claim_publications(services, passing, now)
    return claimed


def _pass_quota(
    services: Services, destination: Destination | None, due: Sequence[Publication], now: datetime
) -> list[Publication]:
    """Return the publications that may be worked on now, and defer those whose uploads do not fit into today's
    quota."""
    buckets = {bucket.name: bucket for bucket in destination.buckets} if destination else {}
    new = [one for one in due if not one.has_started and not one.has_ended]
    others = [one for one in due if one.has_started or one.has_ended]
    if UPLOADS not in buckets or destination is None or not new:
        return list(due)
    bucket = buckets[UPLOADS]
    tomorrow = find_next_day(now, bucket.zone)
    later = _list_later(services, destination, now, tomorrow)
    left = bucket.per_day - read_day(services, destination.name, bucket).used.get(UPLOADS, 0)
    chosen, rest = choose_uploads(new, later, left)
    for each in buckets.values():
        expect_uploads(services, destination.name, each, min(len(chosen) + len(later), max(left, 0)))
    for publication in rest:
        _defer(services, publication, bucket, now, tomorrow)
    return [*chosen, *others]


def _list_later(services: Services, destination: Destination, now: datetime, tomorrow: datetime) -> list[Publication]:
    """Return the publications that need an upload later today. Those that wait for their job after their time do not
    keep quota from others."""
    ahead = services.documents.list_due(PUBLICATIONS, tomorrow + LOOK_AHEAD, _MAX_DUE)
    return [
        one
        for one in ahead
        if one.destination == destination.name
        and one.state == "scheduled"
        and one.due_at is not None
        and one.due_at > now
        and one.publish_at < tomorrow
    ]


def _defer(services: Services, publication: Publication, bucket: Bucket, now: datetime, tomorrow: datetime) -> None:
    text = f"all {bucket.per_day} uploads of today go to publications of a higher priority or an earlier time"
    notice = f"{text}; this one moves to {tomorrow.isoformat()}"

    def change(one: Publication) -> Publication:
        if tomorrow > one.publish_at + MISSED_AFTER and one.state != "waiting":
            claimed = one.evolve(excuse=one.excuse or "quota_exceeded").claim(now)
            failure = PublicationFailure.name("quota_exceeded", f"{text}, and so on the day before")
            return record_miss(claimed, claimed.token, now, failure)
        return one.defer(now, tomorrow, notice)

    try:
        deferred = change_stored(services, publication.id, change)
    except (NotDue, NotFound):
        return
    log("publication_deferred", publication_id=deferred.id, job_id=deferred.job_id, state=deferred.state)
