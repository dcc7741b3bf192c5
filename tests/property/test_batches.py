"""No row of a batch is lost or made twice, wherever functions are killed; and places are shared evenly."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sutradhar.domain.jobs.job import JobState
from sutradhar.domain.jobs.row_shares import RowShares, claim_places
from tests.fakes import FakeClock
from tests.property.batch_jobs import FATES, BatchJobs
from tests.property.mortal_stores import open_on_firestore, open_on_sqlite

NOW = datetime(2026, 11, 28, tzinfo=UTC)


@pytest.fixture(params=["local", "gcp"])
def batch_jobs(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[BatchJobs]:
    clock = FakeClock()
    clock.at = datetime.now(UTC)
    if request.param == "gcp":
        request.getfixturevalue("emulators")
        with open_on_firestore(BatchJobs, tmp_path, clock, monkeypatch) as jobs:
            yield jobs
    else:
        with open_on_sqlite(BatchJobs, tmp_path, clock) as jobs:
            yield jobs


def test_every_row_ends_once_wherever_functions_are_killed(batch_jobs: BatchJobs) -> None:
    batch_jobs.submit_all()
    batch_jobs.run()
    assert batch_jobs.counts_before_retry == {"succeeded": 4, "failed": 2}
    first, second = (batch_jobs.rows(name) for name in ("first", "second"))
    assert [row.state == "succeeded" for row in first] == [fate != "refused" for fate in FATES]
    assert batch_jobs.batch("second").state in ("cancelled", "done")
    for rows, name in ((first, "first"), (second, "second")):
        jobs = batch_jobs.jobs(name)
        assert all(job.state.is_terminal for job in jobs)
        assert sorted(row.job_id for row in rows if row.job_id) == sorted(job.id for job in jobs)
        states = {job.id: job.state for job in jobs}
        assert all((states.get(row.job_id) is JobState.SUCCEEDED) == (row.state == "succeeded") for row in rows)
        assert batch_jobs.batch(name).counts == Counter(row.state for row in rows)
    executioner = batch_jobs.executioner
    for kind in ("submit batch", "AdvanceBatch", "pause", "resume", "cancel", "retry_failed"):
        assert executioner.killed[kind] >= set(range(executioner.most_writes[kind])), kind


@settings(deadline=None, max_examples=200)
@given(
    limit=st.integers(1, 9),
    demands=st.lists(st.integers(1, 12), min_size=1, max_size=6),
    order=st.lists(st.integers(0, 5), min_size=1, max_size=60),
    ends=st.lists(st.integers(0, 5), max_size=60),
)
def test_places_are_shared_evenly_whatever_the_order(
    limit: int, demands: list[int], order: list[int], ends: list[int]
) -> None:
    shares, running, queued = RowShares(), [0] * len(demands), list(demands)

    def look(one: int) -> None:
        """Let a batch claim places, and those that it names after it."""
        nonlocal shares
        claim = claim_places(shares, f"b{one}", running[one], queued[one], limit, NOW)
        shares = claim.shares
        running[one], queued[one] = running[one] + claim.granted, queued[one] - claim.granted
        assert sum(running) <= limit
        for other in claim.others:
            look(int(other[1:]))

    for number, one in enumerate(order):
        if one < len(demands):
            look(one)
        if number < len(ends) and ends[number] < len(demands) and running[ends[number]]:
            running[ends[number]] -= 1
            look(ends[number])
    waits = [0] * len(demands)
    for _ in range(sum(demands) + 1):  # one row of the batch with the most places ends, until all have ended
        for one in range(len(demands)):
            look(one)
        waiting = [one for one in range(len(demands)) if queued[one]]
        assert not waiting or sum(running) == limit, "no place stays free while a row waits"
        if not any(running):
            break
        longest = max(range(len(demands)), key=lambda one: running[one])
        running[longest] -= 1
        look(longest)
        waits = [rounds + 1 if queued[one] and not running[one] else 0 for one, rounds in enumerate(waits)]
        assert max(waits) <= len(demands), "every batch has its turn"
    assert (sum(running), sum(queued), shares.shares) == (0, 0, {})
