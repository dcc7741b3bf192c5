"""Every operation of the Firestore stores while answers are lost, streams break off, and errors pass or stay."""

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
from sutradhar.backends.gcp.documents import FirestoreDocumentStore
from sutradhar.backends.gcp.firestore import Firestore
from sutradhar.backends.gcp.records import FirestoreKeyValueStore
from sutradhar.backends.gcp.retry import CALL_SEC, RETRY
from sutradhar.backends.gcp.stores import MAX_BODY_BYTES, FirestoreAssetStore, FirestoreJobStore, FirestoreLeaseStore
from sutradhar.domain.assets.asset import Asset
from sutradhar.domain.core.errors import BackendError, InvalidRequest, LeaseHeld, NotFound, StaleLease
from sutradhar.domain.jobs.job import Job, JobState, Outcome
from sutradhar.domain.jobs.job_failure import JobFailure
from sutradhar.domain.jobs.library import LibraryFilter
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.ports.documents import NewDocument
from sutradhar.ports.records import RecordChange, Values
from sutradhar.ports.stores import Lease
from tests import emulated_cloud
from tests.emulators.proxy import Fault, Proxy, proxy
from tests.fakes import FakeClock
from tests.notes import NOTES, make_note

UNAVAILABLE, DENIED = grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.PERMISSION_DENIED
MINUTE = timedelta(minutes=1)


@dataclass
class StoreFixture:
    """The stores of a project, with two jobs, an asset, and a lease that is held."""

    project: str
    store: Firestore
    clock: FakeClock
    jobs: FirestoreJobStore
    assets: FirestoreAssetStore
    leases: FirestoreLeaseStore
    documents: FirestoreDocumentStore
    held: Lease

    def job(self, name: str) -> Job:
        return Job.new(name, RenderPlan(topic="tea"), "hash", self.clock.now())

    def note(self, job: Job) -> Outcome:
        """Add a notice; doing this twice would show."""
        return job.evolve(notices=(*job.notices, "x"), updated_at=self.clock.now()), []


def asset(key: str) -> Asset:
    return Asset(key=key, kind="music", blob="assets/x.wav", sha256="x", size=1, provider="m/1", samples=5)


def open_stores() -> StoreFixture:
    project, clock = emulated_cloud.project(), FakeClock()
    store = Firestore(project, "(default)")
    leases, assets = FirestoreLeaseStore(store, clock), FirestoreAssetStore(store, clock, timedelta(days=29))
    documents = FirestoreDocumentStore(store)
    documents.create(NOTES, make_note("old", clock.now()).evolve(due_at=clock.now()))
    held = leases.acquire("old", MINUTE)
    assets.save(asset("old"), held)
    stores = StoreFixture(project, store, clock, FirestoreJobStore(store), assets, leases, documents, held)
    for name in ("old", "older"):
        stores.jobs.create(stores.job(name))
        clock.advance(1)
    add_mark(stores, "known")
    return stores


def take_over(s: StoreFixture) -> Lease:
    s.clock.advance(61)
    return s.leases.acquire("old", MINUTE)


def create_together(s: StoreFixture, name: str) -> Any:
    """Create a job with a document, and add it to a record."""

    def add(values: Values) -> Values:
        return {"list": f"{values.get('list', '')} {name}", f"list/{name}": "x"}

    note = NewDocument(NOTES, make_note(f"of {name}", s.clock.now()))
    return s.jobs.create(s.job(name), [note], RecordChange(["list", f"list/{name}"], add))


def add_mark(s: StoreFixture, name: str) -> Values:
    """Change a record; a change that is made twice would show."""
    return FirestoreKeyValueStore(s.store, s.clock).update([name], lambda values: {name: f"{values.get(name, '')}x"})


OPERATIONS: dict[str, Callable[[StoreFixture], Any]] = {
    "create": lambda s: s.jobs.create(s.job("new")),
    "create again": lambda s: s.jobs.create(s.job("old")),
    "create together": lambda s: create_together(s, "new"),
    "create together again": lambda s: create_together(s, "old"),
    "get": lambda s: s.jobs.get("old"),
    "get with records": lambda s: s.jobs.get_with("old", ["list", "none"]),
    "update": lambda s: s.jobs.update("old", s.note),
    "update that moves": lambda s: s.jobs.update("old", lambda job: job.cancel(s.clock.now())),
    "unfinished": lambda s: s.jobs.list_unfinished(s.clock.now()),
    "latest": lambda s: s.jobs.list_latest(1),
    "library": lambda s: s.jobs.list_entries(LibraryFilter(state="pending"), 1),
    "library search": lambda s: s.jobs.list_entries(LibraryFilter(words=("te", "t")), 1),
    "library count": lambda s: s.jobs.count_entries(LibraryFilter(words=("te",))),
    "library refresh": lambda s: s.jobs.refresh_entries("", s.clock.now()),
    "counts": lambda s: s.jobs.count_by_state(),
    "change record": lambda s: add_mark(s, "new"),
    "change known record": lambda s: add_mark(s, "known"),
    "get assets": lambda s: s.assets.get_many(["old", "none"]),
    "save": lambda s: s.assets.save(asset("new"), s.held),
    "acquire": lambda s: s.leases.acquire("new", MINUTE),
    "take over": take_over,
    "release": lambda s: s.leases.release(s.held),
    "create document": lambda s: s.documents.create(NOTES, make_note("new", s.clock.now())),
    "create document again": lambda s: s.documents.create(NOTES, make_note("old", s.clock.now())),
    "get document": lambda s: s.documents.get(NOTES, "old"),
    "update document": lambda s: s.documents.update(NOTES, "old", lambda note: note.evolve(text=f"{note.text}x")),
    "delete document": lambda s: s.documents.delete(NOTES, "old"),
    "list documents": lambda s: s.documents.list(NOTES, owner="key-1", limit=1),
    "due documents": lambda s: s.documents.list_due(NOTES, s.clock.now()),
    "count documents": lambda s: s.documents.count(NOTES, state="open"),
}


@pytest.fixture
def between(emulators: Emulators, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proxy]:
    """Yield the proxy between the stores and the emulator; all retries end after one second instead of half a
    minute."""
    soon = RETRY.with_delay(0.01, 0.05, 2).with_timeout(1.0)
    monkeypatch.setitem(firestore_module.CALL, "retry", soon)
    with proxy(emulators.env["FIRESTORE_EMULATOR_HOST"]) as fault_proxy:
        monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", fault_proxy.host)
        yield fault_proxy


@pytest.fixture
def stores(between: Proxy) -> Iterator[StoreFixture]:
    opened = open_stores()
    yield opened
    opened.store.close()


def documents(s: StoreFixture) -> dict[str, Any]:
    """Return all stored documents without their random fields."""
    contents: dict[str, Any] = {}
    client = s.store.client
    for collection in ("jobs", "assets", "leases", "documents", "records"):
        for snapshot in client.collection(collection).stream():
            fields = snapshot.to_dict()
            contents[f"{collection}/{snapshot.id}"] = {k: v for k, v in fields.items() if k not in ("write", "holder")}
    for shard in client.collection("counts").stream():
        contents[shard.get("state")] = contents.get(shard.get("state"), 0) + shard.get("total")
    return contents


@pytest.mark.parametrize(
    ("name", "how"),
    [
        *((name, how) for name in OPERATIONS for how in ("refused", "lost")),
        *((name, "broken off") for name in ("unfinished", "latest", "counts", "get assets")),
    ],
)
def test_a_passing_fault_leaves_no_trace(name: str, how: str, stores: StoreFixture, between: Proxy) -> None:
    """The result and all documents are as in a second set of stores without the fault."""
    twin = open_stores()
    expected = OPERATIONS[name](twin)
    for method in ("Commit", "BatchGetDocuments", "RunQuery", "RunAggregationQuery"):
        between.faults.append(
            Fault(method, UNAVAILABLE, times=2, lost=how == "lost", answers=1 if how == "broken off" else 0)
        )
    assert OPERATIONS[name](stores) == expected
    assert any(fault.times == 0 for fault in between.faults)
    between.faults.clear()
    assert documents(stores) == documents(twin)
    twin.store.close()


@pytest.mark.parametrize("code", [UNAVAILABLE, DENIED], ids=lambda code: code.name)
@pytest.mark.parametrize("name", OPERATIONS)
def test_a_lasting_fault_ends_in_an_error_and_nothing_is_written(
    name: str, code: grpc.StatusCode, stores: StoreFixture, between: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    soon = firestore_module.CALL["retry"].with_timeout(0.1)
    monkeypatch.setitem(firestore_module.CALL, "retry", soon)
    before = documents(stores)
    between.faults.append(Fault("*", code, times=1000))
    with pytest.raises(BackendError, match="Firestore database") as caught:
        OPERATIONS[name](stores)
    between.faults.clear()
    assert (caught.value.retryable, bool(caught.value.advice)) == (code is UNAVAILABLE, code is DENIED)
    assert documents(stores) == before


@pytest.mark.parametrize("name", OPERATIONS)
def test_an_answer_that_never_comes_is_not_waited_for(
    name: str, stores: StoreFixture, between: Proxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    for calls in (firestore_module.CALL, firestore_module.STREAM):
        assert calls["timeout"] == CALL_SEC
        monkeypatch.setitem(calls, "timeout", 0.1)
    monkeypatch.setitem(firestore_module.CALL, "retry", RETRY.with_delay(0.02, 0.05, 2).with_timeout(0.15))
    with ExitStack() as stack:
        over = threading.Event()
        stack.callback(over.set)
        between.faults.append(Fault("*", UNAVAILABLE, times=1000, lost=True, meanwhile=over.wait))
        started_at = time.monotonic()
        with pytest.raises(BackendError) as caught:
            OPERATIONS[name](stores)
        assert time.monotonic() - started_at < 3
    assert caught.value.retryable


def test_a_query_that_breaks_off_again_and_again_ends(stores: StoreFixture, between: Proxy) -> None:
    between.faults.append(Fault("RunQuery", UNAVAILABLE, times=500, answers=1))
    with pytest.raises(BackendError) as caught:
        stores.jobs.list_latest(1)
    assert caught.value.retryable
    assert between.calls("RunQuery") < 300  # with pauses


def test_a_missing_index_says_what_to_run(stores: StoreFixture, between: Proxy) -> None:
    between.faults.append(Fault("RunQuery", grpc.StatusCode.FAILED_PRECONDITION, times=1000))
    with pytest.raises(BackendError) as caught:
        stores.jobs.list_unfinished(stores.clock.now())
    assert not caught.value.retryable
    assert "terraform apply" in caught.value.advice
    assert between.calls("RunQuery") == 1


def test_twelve_writers_whose_answers_get_lost(stores: StoreFixture, between: Proxy) -> None:
    """Each change says whether it was made before, as those of ``Job`` do."""

    def enter(name: str) -> None:
        def change(job: Job) -> Outcome:
            return (job if name in job.notices else job.evolve(notices=(*job.notices, name))), []

        stores.jobs.update("old", change)

    between.faults.append(Fault("Commit", UNAVAILABLE, times=6, lost=True))
    names = [f"{i:02}" for i in range(12)]
    threads = [threading.Thread(target=enter, args=(name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    end = stores.jobs.get("old")
    assert (sorted(end.notices), end.version) == (names, 12)


def test_a_writer_that_loses_every_race_gives_up(stores: StoreFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(firestore_module, "TOTAL_SEC", 0.3)

    numbers = itertools.count(1)

    def lose_race(job: Job) -> Outcome:
        number = next(numbers)
        assert number < 30, "it does not give up"
        stores.store.client.document("jobs/old").update({"version": number})
        return stores.note(job)

    with pytest.raises(BackendError, match="job old is written to by too many") as caught:
        stores.jobs.update("old", lose_race)
    assert caught.value.retryable
    assert stores.jobs.get("old").notices == ()


def test_nothing_is_saved_if_the_lease_is_lost_between_reading_and_writing(
    stores: StoreFixture, between: Proxy
) -> None:
    between.ahead["Commit"] = lambda: take_over(stores)
    with pytest.raises(StaleLease):
        stores.assets.save(asset("new"), stores.held)
    assert stores.assets.get_many(["new"]) == {}


def test_a_lease_that_another_process_took_between_reading_and_writing_is_not_released(
    stores: StoreFixture, between: Proxy
) -> None:
    between.ahead["Commit"] = lambda: take_over(stores)
    stores.leases.release(stores.held)
    with pytest.raises(LeaseHeld):
        stores.leases.acquire("old", MINUTE)


def test_a_job_deleted_between_reading_and_writing_is_not_there(stores: StoreFixture, between: Proxy) -> None:
    raw = stores.store.client.document("jobs/old")
    between.ahead["Commit"] = raw.delete
    with pytest.raises(NotFound):
        stores.jobs.update("old", stores.note)
    assert not raw.get().exists


def test_a_job_as_large_as_may_be_can_still_fail(stores: StoreFixture) -> None:
    """Otherwise its message would be delivered without end."""
    room = MAX_BODY_BYTES - len(stores.jobs.get("old").evolve(notices=("",)).to_record())
    stores.jobs.update("old", lambda job: (job.evolve(notices=("x" * room,)), []))
    with pytest.raises(InvalidRequest, match=f"bytes, at most {MAX_BODY_BYTES}"):
        stores.jobs.update("old", stores.note)
    failure = JobFailure(stage="plan", cause="y" * 10_000)
    stores.jobs.update("old", lambda job: job.fail(failure, stores.clock.now()))
    assert stores.jobs.get("old").state is JobState.FAILED
    assert stores.jobs.get("old").error == failure


@pytest.mark.parametrize("name", [name for name in OPERATIONS if name != "take over"])
def test_without_credentials_it_says_how_to_get_them(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("FIRESTORE_EMULATOR_HOST", "GOOGLE_APPLICATION_CREDENTIALS"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path))
    monkeypatch.setenv("NO_GCE_CHECK", "true")
    store, clock = Firestore("p", "d"), FakeClock()
    stale_lease = Lease(name="old", token=1, expires=clock.now())
    jobs, leases = FirestoreJobStore(store), FirestoreLeaseStore(store, clock)
    poor = StoreFixture(
        "p",
        store,
        clock,
        jobs,
        FirestoreAssetStore(store, clock, MINUTE),
        leases,
        FirestoreDocumentStore(store),
        stale_lease,
    )
    with pytest.raises(BackendError, match="Firestore database d of project p") as caught:
        OPERATIONS[name](poor)
    assert not caught.value.retryable
    assert "gcloud auth application-default login" in caught.value.advice
