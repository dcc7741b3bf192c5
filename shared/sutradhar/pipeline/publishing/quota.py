"""Keep the destinations' quotas in the store, so that all workers together take no more than there is."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sutradhar.domain.publishing.quota import QuotaDay, find_day, find_next_day
from sutradhar.pipeline.services import Services
from sutradhar.ports.publishing import Bucket, Destination, Pause
from sutradhar.ports.records import Values

UPLOADS = "uploads"
"""The bucket from which each upload takes one."""
GUARD = timedelta(minutes=1)
"""The clocks of the workers and of the destination may differ by this much: what is taken so near to midnight counts on
both days."""
LOOK_AGAIN = timedelta(minutes=15)
"""The pause before the next look at quota that is kept for others: they may be canceled."""
LATER = timedelta(hours=4)
"""The pause of what a video does without."""


def read_day(services: Services, destination: str, bucket: Bucket) -> QuotaDay:
    """Return what was taken today of the quota of ``destination``."""
    name = _name_day(destination, bucket, services.clock.now())
    return _parse_day(services.records.read([name]).get(name))


def count_used(services: Services, destination: str, bucket: Bucket) -> int:
    """Return the units that were taken today; within a minute of midnight, those of the fuller one of both days."""
    now = services.clock.now()
    names = [_name_day(destination, bucket, moment) for moment in (now - GUARD, now + GUARD)]
    texts = services.records.read(dict.fromkeys(names)).values()
    return max((QuotaDay.from_record(text).used.get(bucket.name, 0) for text in texts), default=0)


def find_renewal(now: datetime, bucket: Bucket) -> datetime:
    """Return the time at which the next day of the quota has begun by every clock."""
    return find_next_day(now - GUARD, bucket.zone) + GUARD


def take_quota(
    services: Services, destination: Destination, bucket: Bucket, units: int, *, essential: bool, kept: int = 0
) -> None:
    """Take ``units`` of today's quota.

    Args:
        essential: False: leave what the publications of today need at least.
        kept: the units that are kept for other publications.

    Raises:
        Pause: not enough is left; it lasts until the next day of the quota, or the next look at what is kept.
    """
    now = services.clock.now()
    moments = {_name_day(destination.name, bucket, moment): moment for moment in (now - GUARD, now + GUARD)}

    def write(texts: Values) -> Values:
        after: dict[str, str] = {}
        for name, moment in moments.items():
            day = _parse_day(texts.get(name))
            reserve = kept if essential else day.count_needed(bucket.essential, bucket.closing)
            taken = day.take(bucket.name, units, bucket.per_day - reserve)
            if taken is None:
                renewal = find_next_day(moment, bucket.zone) + GUARD
                name_of_quota = f"{destination.name} ({bucket.name})"
                if reserve and day.take(bucket.name, units, bucket.per_day):
                    notice = f"the rest of today's quota of {name_of_quota} is kept for other videos"
                    raise Pause(min(renewal, now + (LOOK_AGAIN if essential else LATER)), notice, "quota_exceeded")
                notice = f"today's quota of {name_of_quota} is used up; it goes on at {renewal.isoformat()}"
                raise Pause(renewal, notice, "quota_exceeded")
            after[name] = taken.to_record()
        return after

    services.records.update(list(moments), write)


def fill_quota(services: Services, destination: str, bucket: Bucket) -> None:
    """Record that the destination says that today's quota of ``bucket`` is used up."""
    # just after midnight it may speak of the day before
    name = _name_day(destination, bucket, services.clock.now() - GUARD)
    _change_day(services, name, lambda day: day.fill(bucket.name, bucket.per_day))


def expect_publications(services: Services, destination: str, bucket: Bucket, uploads: int, closings: int) -> None:
    """Record how many uploads may still come today, and how many uploaded videos are shown today."""
    if (day := read_day(services, destination, bucket)).expected != uploads or day.closings != closings:
        name = _name_day(destination, bucket, services.clock.now())
        _change_day(services, name, lambda day: day.evolve(expected=uploads, closings=closings))


def _change_day(services: Services, name: str, change: Callable[[QuotaDay], QuotaDay]) -> None:
    services.records.update([name], lambda texts: {name: change(_parse_day(texts.get(name))).to_record()})


def _parse_day(text: str | None) -> QuotaDay:
    return QuotaDay.from_record(text) if text else QuotaDay()


def _name_day(destination: str, bucket: Bucket, moment: datetime) -> str:
    return f"publishing-quota/{destination}/{find_day(moment, bucket.zone)}"
