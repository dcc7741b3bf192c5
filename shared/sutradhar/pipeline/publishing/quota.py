"""Keep the destinations' quotas in the store, so that all workers together take no more than there is."""

from collections.abc import Callable

from sutradhar.domain.publishing.quota import QuotaDay, find_day, find_next_day
from sutradhar.pipeline.services import Services
from sutradhar.ports.publishing import Bucket, Destination, Pause


def read_day(services: Services, destination: str, bucket: Bucket) -> QuotaDay:
    """Return what was taken today of the quota of ``destination``."""
    name = _name_day(services, destination, bucket)
    return _parse_day(services.records.read([name]).get(name))


def take_quota(services: Services, destination: Destination, bucket: Bucket, units: int, *, essential: bool) -> None:
    """Take ``units`` of today's quota.

    Args:
        essential: False: leave what the uploads that are expected today need at least.

    Raises:
        Pause: not enough is left; it lasts until the next day of the quota.
    """
    now = services.clock.now()

    def take(day: QuotaDay) -> QuotaDay:
        reserve = 0 if essential else bucket.essential * day.expected
        after = day.take(bucket.name, units, bucket.per_day - reserve)
        if after is None:
            until = find_next_day(now, bucket.zone)
            notice = f"today's quota of {destination.name} ({bucket.name}) is used up; it goes on at {until}"
            raise Pause(until, notice, "quota_exceeded")
        return after

    _update_day(services, destination.name, bucket, take)


def fill_quota(services: Services, destination: str, bucket: Bucket) -> None:
    """Record that the destination says that today's quota of ``bucket`` is used up."""
    _update_day(services, destination, bucket, lambda day: day.fill(bucket.name, bucket.per_day))


def expect_uploads(services: Services, destination: str, bucket: Bucket, count: int) -> None:
    """Record how many uploads may still come today."""
    if read_day(services, destination, bucket).expected != count:
        _update_day(services, destination, bucket, lambda day: day.evolve(expected=count))


def _update_day(services: Services, destination: str, bucket: Bucket, change: Callable[[QuotaDay], QuotaDay]) -> None:
    name = _name_day(services, destination, bucket)
    services.records.update([name], lambda texts: {name: change(_parse_day(texts.get(name))).to_record()})


def _parse_day(text: str | None) -> QuotaDay:
    return QuotaDay.from_record(text) if text else QuotaDay()


def _name_day(services: Services, destination: str, bucket: Bucket) -> str:
    return f"publishing-quota/{destination}/{find_day(services.clock.now(), bucket.zone)}"
