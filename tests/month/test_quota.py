"""The quota of a day at its edges, and the cost of a tick."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from sutradhar.domain.publishing.details import PublicationDetails
from sutradhar.domain.publishing.publication import Publication
from sutradhar.pipeline.publishing.due import publish_due
from sutradhar.pipeline.publishing.quota import expect_publications, fill_quota, take_quota
from sutradhar.pipeline.publishing.rates import note_rate, read_rate
from sutradhar.pipeline.publishing.store import PUBLICATIONS
from sutradhar.ports.publishing import Pause
from tests.month.month import Month
from tests.month.owners import Deed

MIDNIGHT = datetime(2026, 11, 2, 8, tzinfo=UTC)
"""A Pacific day begins, after the one with 25 hours."""
SIZE = 1_000_000


class Place(Month):
    """One channel on which nothing happens by itself."""

    def __init__(self, at: datetime) -> None:
        super().__init__(1, [Deed(at, "order", "job-0", publish_at=at)], fault_rate=0)
        self.destination = self.services.providers.destinations["youtube"]
        self.uploads, self.units = self.destination.buckets

    def take(self, seconds: float, units: int = 1, *, essential: bool = True) -> None:
        """Take quota so many seconds after midnight."""
        self.clock.at = MIDNIGHT + timedelta(seconds=seconds)
        bucket = self.uploads if units == 1 else self.units
        take_quota(self.services, self.destination, bucket, units, essential=essential)


def test_near_midnight_an_upload_counts_on_both_days() -> None:
    place = Place(MIDNIGHT)
    place.take(-30)
    for _ in range(99):
        place.take(-3600)
    with pytest.raises(Pause) as pause:
        place.take(30)  # YouTube's clock may still show the day that is full
    assert pause.value.until == MIDNIGHT + timedelta(minutes=1)
    for _ in range(99):
        place.take(61)
    with pytest.raises(Pause) as pause:
        place.take(61)
    assert pause.value.until == MIDNIGHT + timedelta(days=1, minutes=1)


def test_a_refusal_just_after_midnight_fills_the_day_before() -> None:
    place = Place(MIDNIGHT)
    place.clock.at = MIDNIGHT + timedelta(seconds=20)
    fill_quota(place.services, "youtube", place.uploads)
    place.take(61)


def test_captions_leave_the_units_of_uploads_that_may_come() -> None:
    place = Place(MIDNIGHT)
    place.clock.at = MIDNIGHT + timedelta(hours=1)
    expect_publications(place.services, "youtube", place.units, 100, 2)
    for _ in range(9):
        place.take(3600, 400, essential=False)
    with pytest.raises(Pause) as pause:
        place.take(3600, 400, essential=False)
    assert pause.value.until == MIDNIGHT + timedelta(hours=5)
    for _ in range(100):
        place.take(3600, place.units.essential)
    for _ in range(2):
        place.take(3600, place.units.closing)


def test_captions_of_yesterday_wait_for_the_uploads_of_today() -> None:
    """At midnight the captions that did not fit come first; 100 uploads are ordered afterwards."""
    at = MIDNIGHT - timedelta(hours=3)
    hours = [at + timedelta(minutes=3 * number) for number in range(20)]
    captions = [
        Deed(hour, "order", f"job-a{n}", publish_at=hour, size=SIZE, languages=2) for n, hour in enumerate(hours)
    ]
    later = [MIDNIGHT + timedelta(hours=2, minutes=3 * number) for number in range(99)]
    uploads = [Deed(hour, "order", f"job-b{n}", publish_at=hour, size=SIZE) for n, hour in enumerate(later)]
    month = Month(1, [*captions, *uploads], fault_rate=0)
    month.play()
    publications = month.list_publications()
    assert (Counter(one.state for one in publications), month.youtube.refusals) == (Counter(published=119), [])
    for one in publications:
        uploaded_at = month.youtube.videos[one.external_id].uploaded_at
        assert month.youtube.thumbnails[one.external_id] - uploaded_at < timedelta(minutes=1)


def test_an_upload_at_midnight_takes_from_the_day_on_which_it_began() -> None:
    """A video for a minute after midnight is sent before it, unless the day is full: then right after it."""
    for used, day in ((0, "2026-11-01"), (100, "2026-11-02")):
        at = MIDNIGHT + timedelta(minutes=5)
        month = Month(1, [Deed(MIDNIGHT - timedelta(hours=5), "order", "job-1", publish_at=at, size=SIZE)], 0)
        for _ in range(used):
            month.clock.at = MIDNIGHT - timedelta(hours=6)
            destination = month.services.providers.destinations["youtube"]
            take_quota(month.services, destination, destination.buckets[0], 1, essential=True)
        month.clock.at = MIDNIGHT - timedelta(hours=5)
        month.play()
        (video,) = month.youtube.videos.values()
        assert (video.public_at, month.youtube.used[day]["uploads"]) == (at, 1)


def test_a_tick_that_finds_nothing_due_makes_one_call(monkeypatch: pytest.MonkeyPatch) -> None:
    place = Place(MIDNIGHT)
    for number in range(10_000):
        at = MIDNIGHT + timedelta(minutes=number + 1)
        one = Publication(
            id=f"pub-{number}",
            job_id=f"job-{number}",
            destination="youtube",
            details=PublicationDetails.constant(title="Tea"),
            publish_at=at,
            due_at=at,
            created_at=MIDNIGHT,
            updated_at=MIDNIGHT,
        )
        place.documents.create(PUBLICATIONS, one)
    place.documents.calls.clear()
    monkeypatch.setattr(place.services.backend.records, "read", lambda _names: pytest.fail("nothing is due"))
    assert publish_due(place.services) == 0
    assert place.documents.calls == Counter(list_due=1)


def test_real_uploads_tell_the_rate() -> None:
    month = Month(1, [Deed(MIDNIGHT, "order", "job-1", publish_at=MIDNIGHT, size=SIZE)], fault_rate=0)
    month.play()
    rate = read_rate(month.services, "youtube")
    assert rate
    assert 0.95 * 50_000 < rate <= 50_000  # the speed of the channel's line
    note_rate(month.services, "youtube", 100, timedelta(seconds=1))
    assert read_rate(month.services, "youtube") == rate
