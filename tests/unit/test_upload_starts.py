"""When uploads begin: by the rate that was measured, and by the uploads that share the workers."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from sutradhar.bootstrap import PUBLISH_WORKERS
from sutradhar.domain.publishing.details import PublicationDetails
from sutradhar.domain.publishing.publication import Publication
from sutradhar.domain.publishing.rates import UploadRates
from sutradhar.domain.publishing.starts import LONGEST_LEAD, find_starts

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
MARGIN = timedelta(minutes=10)


def order(number: int, publish_at: datetime, size: int | None, ordered_at: datetime = NOON) -> Publication:
    return Publication(
        id=f"pub-{number}",
        job_id=f"job-{number}",
        destination="youtube",
        details=PublicationDetails(title="Tea"),
        publish_at=publish_at,
        video_size=size,
        created_at=ordered_at,
        updated_at=ordered_at,
    )


def get_lead(size: int) -> timedelta:
    """Return the lead at 100 bytes a second."""
    return timedelta(seconds=size / 100) + MARGIN


def measure(*uploads: tuple[int, float]) -> float | None:
    rates = UploadRates()
    for sent, seconds in uploads:
        rates = rates.note(sent, timedelta(seconds=seconds))
    return rates.estimate()


def test_the_rate_is_one_that_most_uploads_reach() -> None:
    assert measure() is None
    assert measure((10_000_000, 10)) == 1_000_000
    # one that met a clock set forward by an hour, and one that met a clock set back
    good = [(10_000_000, 10.0)] * 8
    assert measure(*good, (10_000_000, 3610.0), (10_000_000, -3590.0)) == 1_000_000
    # the line has become slow
    assert measure(*good, *[(10_000_000, 100.0)] * 3) == 100_000
    # old uploads are forgotten
    assert measure(*[(10_000_000, 100.0)] * 30, *[(10_000_000, 10.0)] * 20) == 1_000_000


def test_tiny_and_wild_uploads_do_not_count() -> None:
    assert measure((1000, 60), (0, 60), (10_000_000, 0)) is None
    assert measure((300_000, 86_400)) == 10_000
    assert measure((10**12, 0.001)) == 100_000_000


def test_uploads_of_one_minute_begin_one_after_the_other() -> None:
    six = NOON + timedelta(hours=6)
    orders = [order(number, six, 6000, NOON + timedelta(seconds=number)) for number in range(4)]
    starts = find_starts(orders, get_lead, 2)
    assert [six - starts[one.id] for one in orders] == [MARGIN + timedelta(minutes=n) for n in (1, 1, 2, 2)]
    # a fifth one that is ordered later leaves the others as they are
    fifth = order(4, six, 6000, NOON + timedelta(minutes=1))
    more = find_starts([fifth, *orders], get_lead, 2)
    assert (more.items() >= starts.items(), six - more[fifth.id]) == (True, MARGIN + timedelta(minutes=3))


def test_a_wild_size_begins_hours_before_at_most() -> None:
    six = NOON + timedelta(hours=6)
    assert find_starts([order(1, six, 10**15)], get_lead, 1) == {"pub-1": six - LONGEST_LEAD}
    assert find_starts([order(1, six, None)], get_lead, 1) == {"pub-1": six - MARGIN}


@given(
    st.lists(st.tuples(st.integers(0, 300), st.integers(0, 60_000)), max_size=20),
    st.integers(1, 4),
)
def test_each_upload_is_there_in_time_and_no_worker_has_two(orders: list[tuple[int, int]], workers: int) -> None:
    waiting = [
        order(number, NOON + timedelta(hours=6, minutes=minute), size) for number, (minute, size) in enumerate(orders)
    ]
    starts = find_starts(waiting, get_lead, workers)
    spans = []
    for one in waiting:
        length = get_lead(one.video_size or 0) - MARGIN
        if starts[one.id] > one.publish_at - LONGEST_LEAD:
            assert starts[one.id] + length <= one.publish_at - MARGIN
            spans.append((starts[one.id], starts[one.id] + length))
    for start, _ in spans:
        assert sum(begin <= start < end - timedelta(milliseconds=1) for begin, end in spans) <= workers


def test_the_workers_are_those_of_the_function() -> None:
    text = (Path(__file__).parents[2] / "terraform/functions.tf").read_text()
    match = re.search(r"publish += \{.*concurrency = (\d+),.* max = (\d+),", text)
    assert match
    assert int(match[1]) * int(match[2]) == PUBLISH_WORKERS
