"""Contract of the stores of every backend."""

import json
import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from sutradhar.backends.local.blobs import FileBlobStore
from sutradhar.domain.assets.asset import Asset
from sutradhar.domain.core.errors import InvalidRequest, LeaseHeld, NotFound, StaleLease
from sutradhar.domain.jobs.job import Job, JobFailure, JobState
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


def test_a_blob_comes_back_as_it_was(kit: StoreFixture, tmp_path: Path) -> None:
    kit.blobs.put("a/b.bin", b"one")
    kit.blobs.put("a/b.bin", b"three")
    (tmp_path / "source").write_bytes(b"from a file")
    kit.blobs.put_file("a/c.bin", tmp_path / "source")
    assert kit.blobs.get("a/b.bin") == kit.raw_blob("a/b.bin") == b"three"
    assert kit.blobs.fetch("a/c.bin", tmp_path / "copy").read_bytes() == b"from a file"
    assert kit.blobs.size("a/b.bin") == 5
    assert kit.blobs.exists("a/b.bin")
    assert not kit.blobs.exists("a")
    with kit.blobs.open("a/b.bin") as file:
        file.seek(2)
        assert file.read() == b"ree"
    for _ in range(2):
        kit.blobs.delete("a/b.bin")
        assert not kit.blobs.exists("a/b.bin")
    assert kit.blobs.exists("a/c.bin")


def test_a_file_can_be_uploaded_directly_if_the_store_has_urls(kit: StoreFixture) -> None:
    address = kit.blobs.upload_url("uploads/1", "video/mp4", 5)
    if address is None:
        assert isinstance(kit.blobs, FileBlobStore)
        return
    # the emulator writes its own name for the host that it is at
    assert httpx.put(address, content=b"bytes", headers={"Content-Type": "video/mp4"}).is_success
    assert kit.blobs.get("uploads/1") == b"bytes"


def test_a_video_is_uploaded_and_downloaded_in_pieces(kit: StoreFixture, tmp_path: Path) -> None:
    (tmp_path / "film").write_bytes(os.urandom(9_000_001))  # over 8 MiB the clients send it in several requests
    kit.blobs.put_file("jobs/1/video.mp4", tmp_path / "film")
    copy = kit.blobs.fetch("jobs/1/video.mp4", tmp_path / "copy")
    assert copy.read_bytes() == (tmp_path / "film").read_bytes()
    with kit.blobs.open("jobs/1/video.mp4") as file:
        file.seek(8_999_990)
        assert file.read(6) == (tmp_path / "film").read_bytes()[8_999_990:8_999_996]
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith(".")) == []  # no half file is left


def test_of_many_who_put_a_new_blob_one_succeeds(kit: StoreFixture) -> None:
    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(lambda n: kit.blobs.put_new("locks/a", str(n).encode()), range(8)))
    assert won.count(True) == 1
    assert kit.raw_blob("locks/a") == str(won.index(True)).encode()
    assert not kit.blobs.put_new("locks/a", b"late")


def test_a_copied_blob_stays_when_the_first_one_changes(kit: StoreFixture, tmp_path: Path) -> None:
    kit.blobs.put("a/b.bin", b"one")
    kit.blobs.put("c/d.bin", b"older")
    kit.blobs.copy("a/b.bin", "c/d.bin")
    kit.blobs.put("a/b.bin", b"two")
    assert (kit.raw_blob("c/d.bin"), kit.raw_blob("a/b.bin")) == (b"one", b"two")
    with pytest.raises(NotFound):
        kit.blobs.copy("nope", "c/d.bin")
    assert kit.raw_blob("c/d.bin") == b"one"


def test_a_blob_name_cannot_leave_the_store(kit: StoreFixture) -> None:
    for name in ("../outside", "/etc/hostname", "a/../../b", ""):
        with pytest.raises(NotFound):
            kit.blobs.get(name)
