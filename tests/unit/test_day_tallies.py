"""The durations of a day as a median and a 95th percentile, estimated from buckets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutradhar.domain.jobs.day_tallies import _name_bucket, add_counts, summarize_counts


def test_a_day_without_videos_has_no_durations() -> None:
    summary = summarize_counts({"started": 2, "failed": 1, "spent": 1_500_000})
    assert (summary.median_sec, summary.p95_sec) == (None, None)
    assert (summary.started, summary.failed, summary.succeeded, summary.spent_micros) == (2, 1, 0, 1_500_000)


@pytest.mark.parametrize(("seconds", "bucket"), [(0, 0), (1, 0), (1.2, 1), (2, 2), (127, 14), (128, 14), (1e9, 34)])
def test_a_duration_has_one_bucket(seconds: float, bucket: int) -> None:
    assert _name_bucket(seconds) == f"took {bucket}"


@given(durations=st.lists(st.floats(1, 100_000), min_size=20, max_size=200))
def test_the_estimates_are_near_the_true_values(durations: list[float]) -> None:
    counts = add_counts({_name_bucket(seconds): 1.0} for seconds in durations)
    summary = summarize_counts(counts)
    ordered = sorted(durations)
    for estimate, share in ((summary.median_sec, 0.5), (summary.p95_sec, 0.95)):
        assert estimate is not None
        # the neighbours of the exact rank, since a rank between two values has any value between them
        rank = share * len(ordered)
        low, high = ordered[max(int(rank) - 1, 0)], ordered[min(int(rank) + 1, len(ordered) - 1)]
        assert low / 2**0.5 - 1e-6 <= estimate <= high * 2**0.5 + 1e-6
