"""Contract of the stores of every backend."""

import json
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from sutradhar.domain.assets.asset import Asset
from sutradhar.domain.core.errors import InvalidRequest, LeaseHeld, NotFound, StaleLease
from sutradhar.domain.jobs.job import Job, JobState
from sutradhar.domain.jobs.job_failure import JobFailure
from sutradhar.domain.jobs.library import LibraryFilter
from sutradhar.domain.jobs.messages import Message, PlanRender
from sutradhar.domain.plan.plan import RenderPlan
from tests.contract.conftest import StoreFixture

PLAN = RenderPlan(topic="tea")
MINUTE = timedelta(minutes=1)


def job(kit: StoreFixture, name: str = "job-1") -> Job:
    return Job.new(name, PLAN, "hash", kit.clock.now())


def asset(key: str = "k") -> Asset:
    return Asset(key=key, kind="music", blob="assets/x.wav", sha256="x", size=1, provider="m/1", samples=5)


def cancel(kit: StoreFixture, current: Job) -> tuple[Job, Sequence[Message]]:
    return current.cancel(kit.clock.now())


def test_a_new_job_is_stored_once(kit: StoreFixture) -> None:
    first, created = kit.jobs.create(job(kit))
    assert created
    assert json.loads(kit.raw_job("job-1"))["state"] == "PLANNING"
    kit.clock.advance(1)
    second, created_again = kit.jobs.create(job(kit))
    assert not created_again
    assert second == first == kit.jobs.get("job-1")


def test_a_missing_record_or_blob_is_not_found(kit: StoreFixture) -> None:
    with pytest.raises(NotFound):
        kit.jobs.get("nope")
    with pytest.raises(NotFound):
        kit.jobs.update("nope", lambda j: (j, []))
    for read in (kit.blobs.get, kit.blobs.open, kit.blobs.size):
        with pytest.raises(NotFound):
            read("nope")
    with pytest.raises(NotFound):
        kit.blobs.fetch("nope", Path("x"))
    assert kit.assets.get_many(["nope"]) == {}


@pytest.mark.parametrize("name", ["", ".", "..", "__x__", "a/b", "a" * 2000, "%2E", "%5F%5Fx%5F%5F"])
def test_an_id_may_be_anything(kit: StoreFixture, name: str) -> None:
    """Callers of the API and broken messages invent ids; the store answers that there is no such job."""
    with pytest.raises(NotFound):
        kit.jobs.get(name)
    stored, created = kit.jobs.create(job(kit, name))
    assert created
    assert kit.jobs.get(name) == stored
    others = {"", ".", "..", "__x__", "%2E", "%2E%2E", "%5F%5Fx%5F%5F"} - {name}
    for other in others:
        with pytest.raises(NotFound):
            kit.jobs.get(other)


def test_an_update_writes_and_counts_and_hands_on_the_messages(kit: StoreFixture) -> None:
    kit.jobs.create(job(kit))
    pending = [PlanRender(job_id="job-1")]
    changed, messages = kit.jobs.update("job-1", lambda j: (j.evolve(notices=("a",)), pending))
    assert list(messages) == pending
    assert (changed.version, changed.notices) == (1, ("a",))
    assert kit.jobs.get("job-1") == changed


def test_an_update_that_changes_nothing_writes_nothing(kit: StoreFixture) -> None:
    kit.jobs.create(job(kit))
    before = kit.raw_job("job-1")
    kit.jobs.update("job-1", lambda j: (j, []))
    assert kit.raw_job("job-1") == before


def test_an_update_that_raises_writes_nothing(kit: StoreFixture) -> None:
    kit.jobs.create(job(kit))

    def change(_job: Job) -> tuple[Job, Sequence[Message]]:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        kit.jobs.update("job-1", change)
    assert kit.jobs.get("job-1").version == 0


def test_no_update_is_lost_among_racers(kit: StoreFixture) -> None:
    kit.jobs.create(job(kit))

    def race(number: int) -> None:
        kit.jobs.update("job-1", lambda j: (j.evolve(notices=(*j.notices, str(number))), []))

    threads = [threading.Thread(target=race, args=(i,)) for i in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    end = kit.jobs.get("job-1")
    assert (end.version, sorted(end.notices, key=int)) == (12, [str(i) for i in range(12)])


def test_unfinished_jobs_are_listed_if_no_process_wrote_to_them_for_a_while(kit: StoreFixture) -> None:
    for name in ("old", "over", "young"):
        if name == "young":
            kit.clock.advance(100)
        kit.jobs.create(job(kit, name))
    kit.jobs.update("over", lambda j: cancel(kit, j))
    cut = kit.clock.now() - timedelta(seconds=50)
    assert [j.id for j in kit.jobs.list_unfinished(cut)] == ["old"]
    assert [j.id for j in kit.jobs.list_unfinished(kit.clock.now())] == ["old", "young"]


def test_the_newest_jobs_come_first(kit: StoreFixture) -> None:
    for name in ("a", "b", "c"):
        kit.jobs.create(job(kit, name))
        kit.clock.advance(1)
    assert [j.id for j in kit.jobs.list_latest(2).jobs] == ["c", "b"]


def test_pages_follow_each_other_although_new_jobs_arrive(kit: StoreFixture) -> None:
    for name in ("a", "b", "c", "d"):
        kit.jobs.create(job(kit, name))
        if name != "b":
            kit.clock.advance(1)  # b and c are of the same moment
    first = kit.jobs.list_latest(2)
    kit.jobs.create(job(kit, "late"))
    second = kit.jobs.list_latest(2, first.after)
    assert ([j.id for j in first.jobs], [j.id for j in second.jobs]) == (["d", "c"], ["b", "a"])
    assert first.after is not None
    assert second.after is None
    for wrong in ("x", "!", "W10"):
        with pytest.raises(InvalidRequest):
            kit.jobs.list_latest(2, wrong)


def test_every_move_is_counted_once(kit: StoreFixture) -> None:
    assert kit.jobs.count_by_state() == {}
    for name in ("a", "b"):
        kit.jobs.create(job(kit, name))
        kit.jobs.create(job(kit, name))
    kit.jobs.update("a", lambda j: (j.evolve(notices=("x",)), []))
    for _ in range(2):
        kit.jobs.update("a", lambda j: cancel(kit, j))
    assert kit.jobs.count_by_state() == {JobState.PLANNING: 2, JobState.CANCELLED: 1}


def test_a_failed_job_is_unfinished_again_after_a_retry(kit: StoreFixture) -> None:
    kit.jobs.create(job(kit))
    kit.jobs.update("job-1", lambda j: j.fail(JobFailure(stage="plan", cause="x"), kit.clock.now()))
    assert kit.jobs.list_unfinished(kit.clock.now()) == []
    kit.jobs.update("job-1", lambda j: j.retry(kit.clock.now()))
    assert [j.state for j in kit.jobs.list_unfinished(kit.clock.now())] == [JobState.PLANNING]


def test_only_one_of_many_gets_the_lease(kit: StoreFixture) -> None:
    got: list[int] = []

    def race(i: int) -> None:
        store = kit.leases if i % 2 else kit.other_leases
        with suppress(LeaseHeld):
            got.append(store.acquire("x", MINUTE).token)

    threads = [threading.Thread(target=race, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 1


def test_only_one_of_many_takes_over_an_expired_lease(kit: StoreFixture) -> None:
    for turn in range(6):
        kit.leases.acquire(f"x{turn}", MINUTE)
    kit.clock.advance(61)
    for turn in range(6):

        def race(i: int, name: str = f"x{turn}") -> int:
            try:
                return (kit.leases if i % 2 else kit.other_leases).acquire(name, MINUTE).token
            except LeaseHeld:
                return 0

        with ThreadPoolExecutor(8) as pool:
            tokens = [token for token in pool.map(race, range(8)) if token]
        assert len(tokens) == 1


def test_a_lease_is_free_when_released_or_expired(kit: StoreFixture) -> None:
    first = kit.leases.acquire("x", MINUTE)
    with pytest.raises(LeaseHeld):
        kit.other_leases.acquire("x", MINUTE)
    kit.leases.release(first)
    second = kit.other_leases.acquire("x", MINUTE)
    kit.leases.release(first)  # long given back: not the second one's
    with pytest.raises(LeaseHeld):
        kit.leases.acquire("x", MINUTE)
    kit.clock.advance(61)
    third = kit.leases.acquire("x", MINUTE)
    assert first.token < second.token < third.token


def test_an_asset_is_saved_under_the_newest_lease_only(kit: StoreFixture) -> None:
    slow = kit.leases.acquire("k", MINUTE)
    kit.clock.advance(61)
    quick = kit.other_leases.acquire("k", MINUTE)
    with pytest.raises(StaleLease):
        kit.assets.save(asset(), slow)
    assert kit.assets.get_many(["k"]) == {}
    kit.assets.save(asset(), quick)
    assert kit.assets.get_many(["k", "other"]) == {"k": asset()}
    assert kit.assets.get_many([]) == {}


def test_a_deleted_asset_is_gone_and_a_repeat_changes_nothing(kit: StoreFixture) -> None:
    for key in ("k", "other"):
        kit.assets.save(asset(key), kit.leases.acquire(key, timedelta(minutes=1)))
    for _ in range(2):
        kit.assets.delete(["k", "never", "k"])
        assert kit.assets.get_many(["k", "other"]) == {"other": asset("other")}
    kit.assets.delete([])
    assert kit.assets.get_many(["other"]) == {"other": asset("other")}


def test_a_deleted_job_is_gone_with_its_entry_and_stays_counted(kit: StoreFixture) -> None:
    everything = LibraryFilter(None, None, None, ())
    for name in ("a", "b"):
        kit.jobs.create(job(kit, name))
    assert kit.jobs.delete("a")
    assert not kit.jobs.delete("a")
    with pytest.raises(NotFound):
        kit.jobs.get("a")
    with pytest.raises(NotFound):
        kit.jobs.update("a", lambda j: cancel(kit, j))
    assert [entry.job_id for entry in kit.jobs.list_entries(everything, 9).entries] == ["b"]
    assert kit.jobs.count_entries(everything) == 1
    assert [one.id for one in kit.jobs.list_latest().jobs] == ["b"]
    assert [one.id for one in kit.jobs.list_unfinished(kit.clock.now())] == ["b"]
    assert kit.jobs.count_by_state() == {JobState.PLANNING: 2}
    assert kit.jobs.create(job(kit, "a"))[1]


def test_a_job_is_not_deleted_against_its_check(kit: StoreFixture) -> None:
    kit.jobs.create(job(kit))

    def refuse(current: Job) -> None:
        raise ValueError(current.state)

    with pytest.raises(ValueError, match="PLANNING"):
        kit.jobs.delete("job-1", refuse)
    assert kit.jobs.get("job-1") == job(kit)
    assert not kit.jobs.delete("nope", refuse)


def test_a_job_is_checked_as_it_is_when_it_is_deleted(kit: StoreFixture) -> None:
    """Many retry a failed job while others delete it: it is deleted in the end, or it is at work, never both."""
    kit.jobs.create(job(kit))
    kit.jobs.update("job-1", lambda j: j.fail(JobFailure(stage="plan", cause="x"), kit.clock.now()))

    def check(current: Job) -> None:
        if current.state.is_at_work:
            raise ValueError

    def race(number: int) -> bool | None:
        with suppress(ValueError, NotFound):
            if number % 2:
                return kit.jobs.delete("job-1", check)
            kit.jobs.update("job-1", lambda j: j.retry(kit.clock.now()))
        return None

    with ThreadPoolExecutor(8) as pool:
        deleted = list(pool.map(race, range(8))).count(True)
    if deleted:
        with pytest.raises(NotFound):
            kit.jobs.get("job-1")
    else:
        assert kit.jobs.get("job-1").state is JobState.PLANNING
