"""A process that remembers the records it wrote changes them as they are in Firestore, whatever others wrote since."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from functions.dev.emulated_cloud.emulators import Emulators
from sutradhar.backends.gcp.firestore import Firestore
from sutradhar.backends.gcp.record_memory import RecordMemory, StoredRecord
from sutradhar.backends.gcp.records import FirestoreKeyValueStore
from sutradhar.backends.gcp.stores import FirestoreJobStore
from sutradhar.domain.core.errors import LimitReached
from sutradhar.domain.jobs.job import Job
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.ports.records import RecordChange, Values
from tests import emulated_cloud
from tests.fakes import FakeClock

LIST = "active/key-1"


@pytest.fixture
def processes(emulators: Emulators) -> Iterator[tuple[Firestore, Firestore]]:
    """Two processes with one database; the first one remembers a list with two names."""
    project = emulated_cloud.project()
    stores = Firestore(project, "(default)"), Firestore(project, "(default)")
    write(stores[0], "a b")
    yield stores
    for store in stores:
        store.close()


def write(store: Firestore, text: str) -> None:
    FirestoreKeyValueStore(store, FakeClock()).update([LIST], lambda _values: {LIST: text})


def read(store: Firestore) -> str | None:
    return FirestoreKeyValueStore(store, FakeClock()).read([LIST]).get(LIST)


def add(values: Values) -> Values:
    """Add a name to a list of at most two; a list that is closed stays as it is."""
    names = values.get(LIST, "").split()
    if "closed" in names:
        return values
    if len(names) >= 2:
        raise LimitReached("the list is full", 30)
    return {LIST: " ".join([*names, "new"])}


@pytest.mark.parametrize(("text", "after"), [("a", "a new"), ("", "new"), ("closed", "closed")])
def test_a_change_that_others_made_counts(processes: tuple[Firestore, Firestore], text: str, after: str) -> None:
    first, second = processes
    write(second, text)
    assert FirestoreKeyValueStore(first, FakeClock()).update([LIST], add) == {LIST: after}
    assert read(second) == after


def test_a_closed_list_that_another_process_opened_is_open(processes: tuple[Firestore, Firestore]) -> None:
    first, second = processes
    write(first, "closed")
    write(second, "a")
    assert FirestoreKeyValueStore(first, FakeClock()).update([LIST], add) == {LIST: "a new"}


def test_a_list_that_is_full_everywhere_refuses(processes: tuple[Firestore, Firestore]) -> None:
    with pytest.raises(LimitReached):
        FirestoreKeyValueStore(processes[0], FakeClock()).update([LIST], add)
    assert read(processes[1]) == "a b"


def test_a_record_that_was_deleted_is_created_again(processes: tuple[Firestore, Firestore]) -> None:
    first, second = processes
    write(first, "a")
    FirestoreKeyValueStore(second, FakeClock()).delete([LIST])
    assert FirestoreKeyValueStore(first, FakeClock()).update([LIST], add) == {LIST: "new"}


@pytest.mark.parametrize("text", ["", "a", "closed"])
def test_a_new_job_gets_a_place_in_the_list_as_it_is(processes: tuple[Firestore, Firestore], text: str) -> None:
    first, second = processes
    write(second, text)
    job = Job.new("job-1", RenderPlan(topic="tea"), "hash", FakeClock().now())
    created = FirestoreJobStore(first).create(job, records=RecordChange([LIST], add))
    assert created == (job, True)
    assert read(second) == add({LIST: text})[LIST]


def test_no_change_of_many_threads_and_two_processes_is_lost(processes: tuple[Firestore, Firestore]) -> None:
    def count(number: int) -> None:
        records = FirestoreKeyValueStore(processes[number % 2], FakeClock())
        records.update(["sum"], lambda values: {"sum": str(int(values.get("sum", "0")) + 1)})

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(count, range(60)))
    assert FirestoreKeyValueStore(processes[0], FakeClock()).read(["sum"]) == {"sum": "60"}


def test_the_oldest_records_are_forgotten() -> None:
    memory = RecordMemory()
    for number in range(1_002):
        memory.remember({f"r{number}": StoredRecord(str(number), "w", None)})
    assert [memory.recall([name]) is None for name in ("r0", "r1", "r2")] == [True, True, False]
    assert memory.recall(["r5", "none"]) is None
    memory.forget(["r5"])
    assert memory.recall(["r5"]) is None
