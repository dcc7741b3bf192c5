"""Every operation of the Firestore stores while answers are lost, streams break off and errors come and go or stay."""

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import grpc
import pytest

from functions.dev.emulated_cloud.emulators import Emulators
from sutradhar.backends.gcp import firestore as firestore_module
from sutradhar.backends.gcp.firestore import Firestore
from sutradhar.backends.gcp.retry import CALL_SEC, RETRY
from sutradhar.backends.gcp.stores import MAX_BODY_BYTES, FirestoreAssetStore, FirestoreJobStore, FirestoreLeaseStore
from sutradhar.domain.assets.asset import Asset
from sutradhar.domain.core.errors import BackendError, InvalidRequest, LeaseHeld, NotFound, StaleLease
from sutradhar.domain.jobs.job import Job, JobFailure, JobState, Outcome
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.ports.stores import Lease
from tests import emulated_cloud
from tests.emulators.proxy import Fault, Proxy, proxy
from tests.fakes import FakeClock

UNAVAILABLE, DENIED = grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.PERMISSION_DENIED
MINUTE = timedelta(minutes=1)


@dataclass
class Shop:
    """The stores of a project, with two jobs, an asset, and a lease that is held."""

    project: str
    store: Firestore
    clock: FakeClock
    jobs: FirestoreJobStore
    assets: FirestoreAssetStore
    leases: FirestoreLeaseStore
    held: Lease

    def job(self, name: str) -> Job:
        return Job.new(name, RenderPlan(topic="tea"), "hash", self.clock.now())

    def note(self, job: Job) -> Outcome:
        """Not to be done twice."""
        return job.evolve(notices=(*job.notices, "x"), updated_at=self.clock.now()), []


def asset(key: str) -> Asset:
    return Asset(key=key, kind="music", blob="assets/x.wav", sha256="x", size=1, provider="m/1", samples=5)


def shop() -> Shop:
    project, clock = emulated_cloud.project(), FakeClock()
    store = Firestore(project, "(default)")
    leases, assets = FirestoreLeaseStore(store, clock), FirestoreAssetStore(store, clock, timedelta(days=29))
    held = leases.acquire("old", MINUTE)
    assets.save(asset("old"), held)
    made = Shop(project, store, clock, FirestoreJobStore(store, timedelta(0)), assets, leases, held)
    for name in ("old", "older"):
        made.jobs.create(made.job(name))
        clock.advance(1)
    return made


def take_over(s: Shop) -> Lease:
    s.clock.advance(61)
    return s.leases.acquire("old", MINUTE)


OPERATIONS: dict[str, Callable[[Shop], Any]] = {
    "create": lambda s: s.jobs.create(s.job("new")),
    "create again": lambda s: s.jobs.create(s.job("old")),
    "get": lambda s: s.jobs.get("old"),
    "update": lambda s: s.jobs.update("old", s.note),
    "update that moves": lambda s: s.jobs.update("old", lambda job: job.cancel(s.clock.now())),
    "unfinished": lambda s: s.jobs.list_unfinished(s.clock.now()),
    "latest": lambda s: s.jobs.list_latest(1),
    "counts": lambda s: s.jobs.count_by_state(),
    "get assets": lambda s: s.assets.get_many(["old", "none"]),
    "save": lambda s: s.assets.save(asset("new"), s.held),
    "acquire": lambda s: s.leases.acquire("new", MINUTE),
    "take over": take_over,
    "release": lambda s: s.leases.release(s.held),
}


@pytest.fixture
def between(emulators: Emulators, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    """Stands between the stores and the emulator. A second for what gets half a minute in earnest."""
    soon = RETRY.with_delay(0.01, 0.05, 2).with_timeout(1.0)
    monkeypatch.setitem(firestore_module.CALL, "retry", soon)
    with proxy(emulators.env["FIRESTORE_EMULATOR_HOST"]) as found:
        monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", found.host)
        yield found


@pytest.fixture
def world(between: Proxy) -> Iterator[Shop]:
    found = shop()
    yield found
    found.store.close()


def documents(s: Shop) -> dict[str, Any]:
    """All that is stored, without what is drawn at random."""
    found: dict[str, Any] = {}
    client = s.store.client
    for collection in ("jobs", "assets", "leases"):
        for snapshot in client.collection(collection).stream():
            fields = snapshot.to_dict()
            found[f"{collection}/{snapshot.id}"] = {k: v for k, v in fields.items() if k not in ("write", "holder")}
    for shard in client.collection("counts").stream():
        found[shard.get("state")] = found.get(shard.get("state"), 0) + shard.get("total")
    return found


@pytest.mark.parametrize(
    ("name", "how"),
    [
        *((name, how) for name in OPERATIONS for how in ("refused", "lost")),
        *((name, "broken off") for name in ("unfinished", "latest", "counts", "get assets")),
    ],
)
def test_what_passes_leaves_no_trace(name: str, how: str, world: Shop, between: Proxy) -> None:
    """The result and all documents are as in a twin world where nothing happened."""
    twin = shop()
    wanted = OPERATIONS[name](twin)
    for method in ("Commit", "BatchGetDocuments", "RunQuery"):
        between.faults.append(
            Fault(method, UNAVAILABLE, times=2, lost=how == "lost", answers=1 if how == "broken off" else 0)
        )
    assert OPERATIONS[name](world) == wanted
    assert any(fault.times == 0 for fault in between.faults)
    between.faults.clear()
    assert documents(world) == documents(twin)
    twin.store.close()


@pytest.mark.parametrize("code", [UNAVAILABLE, DENIED], ids=lambda code: code.name)
@pytest.mark.parametrize("name", OPERATIONS)
def test_what_stays_ends_in_an_error_and_nothing_is_written(
    name: str, code: grpc.StatusCode, world: Shop, between: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    soon = firestore_module.CALL["retry"].with_timeout(0.1)
    monkeypatch.setitem(firestore_module.CALL, "retry", soon)
    before = documents(world)
    between.faults.append(Fault("*", code, times=1000))
    with pytest.raises(BackendError, match="Firestore database") as caught:
        OPERATIONS[name](world)
    between.faults.clear()
    assert (caught.value.retryable, bool(caught.value.advice)) == (code is UNAVAILABLE, code is DENIED)
    assert documents(world) == before


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_answer_that_never_comes_is_not_waited_for(
    name: str, world: Shop, between: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    for calls in (firestore_module.CALL, firestore_module.STREAM):
        assert calls["timeout"] == CALL_SEC
        monkeypatch.setitem(calls, "timeout", 0.1)
    monkeypatch.setitem(firestore_module.CALL, "retry", RETRY.with_delay(0.02, 0.05, 2).with_timeout(0.15))
    with ExitStack() as stack:
        over = threading.Event()
        stack.callback(over.set)
        between.faults.append(Fault("*", UNAVAILABLE, times=1000, lost=True, meanwhile=over.wait))
        begun = time.monotonic()
        with pytest.raises(BackendError) as caught:
            OPERATIONS[name](world)
        assert time.monotonic() - begun < 3
    assert caught.value.retryable


def test_a_query_that_breaks_off_again_and_again_ends(world: Shop, between: Proxy) -> None:
    between.faults.append(Fault("RunQuery", UNAVAILABLE, times=500, answers=1))
    with pytest.raises(BackendError) as caught:
        world.jobs.list_latest(1)
    assert caught.value.retryable
    assert between.calls("RunQuery") < 300  # with pauses


def test_a_missing_index_says_what_to_run(world: Shop, between: Proxy) -> None:
    between.faults.append(Fault("RunQuery", grpc.StatusCode.FAILED_PRECONDITION, times=1000))
    with pytest.raises(BackendError) as caught:
        world.jobs.list_unfinished(world.clock.now())
    assert not caught.value.retryable
    assert "terraform apply" in caught.value.advice
    assert between.calls("RunQuery") == 1


def test_twelve_writers_whose_answers_get_lost(world: Shop, between: Proxy) -> None:
    """Each change says whether it was made before, as those of ``Job`` do."""

    def enter(name: str) -> None:
        def change(job: Job) -> Outcome:
            return (job if name in job.notices else job.evolve(notices=(*job.notices, name))), []

        world.jobs.update("old", change)

    between.faults.append(Fault("Commit", UNAVAILABLE, times=6, lost=True))
    names = [f"{i:02}" for i in range(12)]
    threads = [threading.Thread(target=enter, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    end = world.jobs.get("old")
    assert (sorted(end.notices), end.version) == (names, 12)


def test_who_is_always_overtaken_gives_up(world: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(firestore_module, "TOTAL_SEC", 0.3)

    numbers = itertools.count(1)

    def overtaken(job: Job) -> Outcome:
        number = next(numbers)
        assert number < 30, "it does not give up"
        world.store.client.document("jobs/old").update({"version": number})
        return world.note(job)

    with pytest.raises(BackendError, match="job old is written to by too many") as caught:
        world.jobs.update("old", overtaken)
    assert caught.value.retryable
    assert world.jobs.get("old").notices == ()


def test_nothing_is_saved_by_whoever_lost_the_lease_between_reading_and_writing(world: Shop, between: Proxy) -> None:
    between.ahead["Commit"] = lambda: take_over(world)
    with pytest.raises(StaleLease):
        world.assets.save(asset("new"), world.held)
    assert world.assets.get_many(["new"]) == {}


def test_what_others_took_between_reading_and_writing_is_not_given_back(world: Shop, between: Proxy) -> None:
    between.ahead["Commit"] = lambda: take_over(world)
    world.leases.release(world.held)
    with pytest.raises(LeaseHeld):
        world.leases.acquire("old", MINUTE)


def test_a_job_deleted_between_reading_and_writing_is_not_there(world: Shop, between: Proxy) -> None:
    raw = world.store.client.document("jobs/old")
    between.ahead["Commit"] = raw.delete
    with pytest.raises(NotFound):
        world.jobs.update("old", world.note)
    assert not raw.get().exists


def test_a_job_as_large_as_may_be_can_still_fail(world: Shop) -> None:
    """Otherwise its message would come for ever."""
    room = MAX_BODY_BYTES - len(world.jobs.get("old").evolve(notices=("",)).to_record())
    world.jobs.update("old", lambda job: (job.evolve(notices=("x" * room,)), []))
    with pytest.raises(InvalidRequest, match=f"bytes, at most {MAX_BODY_BYTES}"):
        world.jobs.update("old", world.note)
    trouble = JobFailure(stage="plan", cause="y" * 10_000)
    world.jobs.update("old", lambda job: job.fail(trouble, world.clock.now()))
    assert world.jobs.get("old").state is JobState.FAILED
    assert world.jobs.get("old").error == trouble


@pytest.mark.parametrize("name", [name for name in OPERATIONS if name != "take over"])
def test_without_credentials_it_says_how_to_get_them(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("FIRESTORE_EMULATOR_HOST", "GOOGLE_APPLICATION_CREDENTIALS"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path))
    monkeypatch.setenv("NO_GCE_CHECK", "true")
    store, clock = Firestore("p", "d"), FakeClock()
    nobody = Lease(name="old", token=1, expires=clock.now())
    jobs, leases = FirestoreJobStore(store, timedelta(0)), FirestoreLeaseStore(store, clock)
    poor = Shop("p", store, clock, jobs, FirestoreAssetStore(store, clock, MINUTE), leases, nobody)
    with pytest.raises(BackendError, match="Firestore database d of project p") as caught:
        OPERATIONS[name](poor)
    assert not caught.value.retryable
    assert "gcloud auth application-default login" in caught.value.advice
