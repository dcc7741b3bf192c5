"""Choose the publications that workers get now: by the time that their uploads take, and by the quota of the day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sutradhar.domain.core.errors import NotFound
from sutradhar.domain.publishing.attempts import record_miss
from sutradhar.domain.publishing.failures import PublicationFailure
from sutradhar.domain.publishing.publication import MISSED_AFTER, NotDue, Publication
from sutradhar.domain.publishing.quota import choose_uploads, find_day, rank
from sutradhar.domain.publishing.starts import LONGEST_LEAD, find_starts
from sutradhar.domain.publishing.waits import await_start, defer
from sutradhar.pipeline.publishing.quota import LOOK_AGAIN, UPLOADS, count_used, expect_publications, find_renewal
from sutradhar.pipeline.publishing.rates import read_rate
from sutradhar.pipeline.publishing.store import PUBLICATIONS, change_stored
from sutradhar.pipeline.services import Services
from sutradhar.ports.publishing import Bucket, Destination
from sutradhar.telemetry import log

MAX_DUE = 2_000
"""The most publications that one call looks at; the next call finds the rest."""

SPARE = 30
"""The uploads that may still be ordered for today, also late in the day."""


@dataclass(frozen=True)
class Demand:
    """The publications that need an upload to one destination today."""

    ready: Sequence[Publication]
    """Their upload has to begin now."""
    later: Sequence[Publication]
    """Their upload begins later today, or they look at the quota again later."""
    in_hand: int
    """The number of those that workers have, and that have not begun."""
    uploaded: int
    """The number of those whose video is there and is shown later today."""


def choose_due(
    services: Services, destination: Destination | None, due: Sequence[Publication], now: datetime
) -> list[Publication]:
    """Return those of ``due`` that workers get now. The others wait for the start of their upload, or for quota."""
    if destination is None:
        return list(due)
    new = [one for one in due if _needs_upload(one)]
    looks = [one for one in due if not _needs_upload(one)]
    bucket = _find_uploads(destination)
    has_extras = any(one.extras_at and one.extras_at <= now for one in looks)
    if not new and not (bucket and has_extras):
        return list(due)
    demand = _measure_demand(services, destination, new, now)
    chosen = list(demand.ready) if bucket is None else _share_quota(services, destination, bucket, demand, now)
    return [*chosen, *looks]


def count_rivals(services: Services, destination: Destination, publication: Publication, now: datetime) -> int:
    """Return how many uploads of today are kept for others than ``publication``, which needs a second one."""
    demand = _measure_demand(services, destination, (), now)
    waiting = (*demand.ready, *demand.later)
    return demand.in_hand + sum(rank(one) < rank(publication) for one in waiting if one.id != publication.id)


def _needs_upload(publication: Publication) -> bool:
    """Return whether the start of its upload can be chosen: its job has a video, and it has not begun."""
    return publication.state == "scheduled" and not publication.has_started and publication.video_size is not None


def _find_uploads(destination: Destination) -> Bucket | None:
    return next((bucket for bucket in destination.buckets if bucket.name == UPLOADS), None)


def _measure_demand(services: Services, destination: Destination, due: Sequence[Publication], now: datetime) -> Demand:
    """Return the demand of today. Those of ``due`` whose upload begins later get that time."""
    bucket = _find_uploads(destination)
    until = find_renewal(now, bucket) if bucket else now + LONGEST_LEAD
    get_lead = partial(destination.get_lead_time, bytes_per_sec=None)
    ahead = list(due)
    # where videos come at their time and no quota holds them up, they need not be compared
    if bucket or get_lead(max((one.video_size or 0 for one in due), default=0)):
        get_lead = partial(destination.get_lead_time, bytes_per_sec=read_rate(services, destination.name))
        listed = services.documents.list_due(PUBLICATIONS, until, MAX_DUE)
        ahead = [one for one in listed if one.destination == destination.name]
    # those that wait for their job after their time keep no quota from others
    waiting = [one for one in ahead if one.state == "scheduled" and not one.has_started]
    starts = find_starts(waiting, get_lead, services.publish_workers)
    free = [one for one in waiting if one.claimed_until is None or one.claimed_until <= now]
    ids = {one.id for one in due}
    for one in free:
        if one.id in ids and starts[one.id] > now:
            _await_start(services, one, now, starts[one.id])
    ready = [one for one in free if one.id in ids and starts[one.id] <= now]
    rest = {one.id for one in ready}
    return Demand(
        ready=ready,
        later=[one for one in free if one.id not in rest and starts[one.id] < until],
        in_hand=sum(_needs_upload(one) for one in waiting) - sum(_needs_upload(one) for one in free),
        uploaded=sum(one.state == "uploaded" and one.publish_at < until for one in ahead),
    )


def _await_start(services: Services, publication: Publication, now: datetime, start: datetime) -> None:
    try:
        services.documents.update(PUBLICATIONS, publication.id, lambda one: await_start(one, now, start))
    except (NotDue, NotFound):
        return


def _share_quota(
    services: Services, destination: Destination, bucket: Bucket, demand: Demand, now: datetime
) -> Sequence[Publication]:
    """Return those that get an upload of today, and defer the others."""
    used = count_used(services, destination.name, bucket)
    left = max(bucket.per_day - used - demand.in_hand, 0)
    chosen, rest = choose_uploads(demand.ready, demand.later, left)
    known = min(len(demand.ready) + len(demand.later), left)
    # the parts that a video does without leave enough for what may still be ordered in the rest of the day
    rest_of_day = min((find_renewal(now, bucket) - now) / timedelta(days=1), 1.0)
    spare = min(max(round((left - known) * rest_of_day), SPARE), left - known)
    for each in destination.buckets:
        if each.name != UPLOADS:
            expect_publications(services, destination.name, each, known + spare + demand.in_hand, demand.uploaded)
    for publication in rest:
        _defer(services, destination, publication, now, is_used_up=used >= bucket.per_day)
    # first those that can still come in time
    return sorted(chosen, key=lambda one: (one.publish_at < now, max(one.publish_at, now)))


def _defer(
    services: Services, destination: Destination, publication: Publication, now: datetime, *, is_used_up: bool
) -> None:
    bucket = _find_uploads(destination)
    assert bucket is not None  # there is no quota to wait for without it
    renewal = find_renewal(now, bucket)
    until = renewal if is_used_up else min(renewal, now + LOOK_AGAIN)
    text = f"all {bucket.per_day} uploads of today go to publications of a higher priority or an earlier time"
    may_be_late = renewal > publication.publish_at - destination.get_lead_time(0, None)
    notice = f"{text}; this one moves to {renewal.isoformat()}" if may_be_late else ""

    def change(one: Publication) -> Publication:
        is_next_day = find_day(now, bucket.zone) > find_day(one.publish_at, bucket.zone)
        if is_next_day and until > one.publish_at + MISSED_AFTER:
            claimed = one.evolve(excuse=one.excuse or "quota_exceeded").claim(now)
            failure = PublicationFailure.name("quota_exceeded", f"{text}, and so on the day before")
            return record_miss(claimed, claimed.token, now, failure)
        return defer(one, now, until, notice)

    try:
        deferred = change_stored(services, publication.id, change)
    except (NotDue, NotFound):
        return
    log("publication_deferred", publication_id=deferred.id, job_id=deferred.job_id, state=deferred.state)
