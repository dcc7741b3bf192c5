"""A destination's quota of one day, and the choice of the publications that get it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sutradhar.domain.core.record import History, Record, keep_fields
from sutradhar.domain.publishing.publication import Publication


class QuotaDay(Record):
    """The units of each bucket that were taken on one day. They never decrease: a call whose answer is lost counts."""

    history = History("day of a quota", keep_fields)

    used: Mapping[str, int] = {}
    expected: int = 0
    """The uploads that may still come today, as the last tick counted them."""
    closings: int = 0
    """The uploaded videos that are shown later today."""

    def take(self, bucket: str, units: int, limit: int) -> "QuotaDay | None":
        """Return the day after ``units`` were taken; None if more than ``limit`` would be used."""
        used = self.used.get(bucket, 0) + units
        return None if used > limit else self.evolve(used={**self.used, bucket: used})

    def count_needed(self, essential: int, closing: int) -> int:
        """Return the units that the publications of today need at least.

        Args:
            essential: the units of an upload.
            closing: the units at the time of an uploaded video.
        """
        return essential * self.expected + closing * self.closings

    def fill(self, bucket: str, per_day: int) -> "QuotaDay":
        """Return the day with a bucket that is used up."""
        return self.evolve(used={**self.used, bucket: max(per_day, self.used.get(bucket, 0))})


def find_day(now: datetime, zone: str) -> str:
    """Return the date of ``now`` in ``zone``: 2026-11-27."""
    return now.astimezone(ZoneInfo(zone)).date().isoformat()


def find_next_day(now: datetime, zone: str) -> datetime:
    """Return the next midnight of ``zone``, in UTC; the time of the first moment of a day that has no midnight."""
    place = ZoneInfo(zone)
    tomorrow = now.astimezone(place).date() + timedelta(days=1)
    return datetime(tomorrow.year, tomorrow.month, tomorrow.day, tzinfo=place).astimezone(UTC)


def choose_uploads(
    due: Sequence[Publication], later: Sequence[Publication], left: int
) -> tuple[list[Publication], list[Publication]]:
    """Return those of ``due`` that get an upload of today, and those that have to wait for the next day.

    A higher priority comes first, then the earlier time.

    Args:
        later: publications that become due today.
        left: the uploads that today's quota still has.
    """
    ordered = sorted([*due, *later], key=rank)
    chosen = {one.id for one in ordered[: max(left, 0)]}
    return [one for one in due if one.id in chosen], [one for one in due if one.id not in chosen]


def rank(publication: Publication) -> tuple[int, datetime, str]:
    """Return the key that sorts publications in the order in which they get quota."""
    return -publication.priority, publication.publish_at, publication.id
