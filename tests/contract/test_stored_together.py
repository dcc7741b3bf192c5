"""A new job is stored together with documents and records: all of them or none, on both backends."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from sutradhar.domain.core.errors import LimitReached, NotFound
from sutradhar.domain.jobs.job import Job
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.ports.documents import NewDocument
from sutradhar.ports.records import RecordChange, Values
from tests.contract.conftest import StoreFixture
from tests.notes import NOTES, make_note

LIST = "active/key-1"


def make_job(kit: StoreFixture, name: str) -> Job:
    return Job.new(name, RenderPlan(topic="tea"), "hash", kit.clock.now())


def add_to_list(name: str, most: int = 5) -> RecordChange:
    def add(values: Values) -> Values:
        names = values.get(LIST, "").split()
        if len(names) >= most:
            raise LimitReached("the list is full", 30)
        return {LIST: " ".join([*names, name])}

    return RecordChange([LIST], add)


def create(kit: StoreFixture, name: str, note: str, records: RecordChange) -> tuple[Job, bool]:
    return kit.jobs.create(make_job(kit, name), [NewDocument(NOTES, make_note(note, kit.clock.now()))], records)


def has(find: Callable[[], object]) -> bool:
    try:
        find()
    except NotFound:
        return False
    return True


def test_a_job_is_stored_with_what_belongs_to_it_and_a_repeat_writes_nothing(kit: StoreFixture) -> None:
    first = create(kit, "job-1", "note-1", add_to_list("job-1"))
    again = create(kit, "job-1", "note-2", add_to_list("twice"))
    assert (first, again) == ((make_job(kit, "job-1"), True), (make_job(kit, "job-1"), False))
    assert kit.records.read([LIST]) == {LIST: "job-1"}
    assert [note.id for note in kit.documents.list(NOTES).records] == ["note-1"]
    assert create(kit, "job-2", "note-2", add_to_list("job-2"))[1]
    assert kit.records.read([LIST]) == {LIST: "job-1 job-2"}


def test_a_change_that_refuses_leaves_nothing(kit: StoreFixture) -> None:
    with pytest.raises(LimitReached):
        create(kit, "job-1", "note-1", add_to_list("job-1", most=0))
    assert not has(lambda: kit.jobs.get("job-1"))
    assert not has(lambda: kit.documents.get(NOTES, "note-1"))
    assert kit.jobs.count_by_state() == {}
    assert kit.records.read([LIST]) == {}


def test_of_many_jobs_at_once_only_those_in_the_list_are_stored(kit: StoreFixture) -> None:
    def try_to_create(number: int) -> str:
        name = f"job-{number % 12}"  # each is sent twice
        try:
            return create(kit, name, f"note-{number}", add_to_list(name))[0].id
        except LimitReached:
            return ""

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(try_to_create, range(24)))
    stored = kit.records.read([LIST])[LIST].split()
    assert len(stored) == len(set(stored)) == 5
    assert {job.id for job in kit.jobs.list_latest().jobs} == set(stored) == {*outcomes} - {""}
    assert len(kit.documents.list(NOTES).records) == 5


def test_a_job_is_read_with_records(kit: StoreFixture) -> None:
    job, _ = create(kit, "job/1", "note-1", add_to_list("job/1"))
    kit.records.update(["job/1"], lambda _values: {"job/1": "of the same name"})
    assert kit.jobs.get_with("job/1", ["job/1", "none", LIST]) == (job, {"job/1": "of the same name", LIST: "job/1"})
    assert kit.jobs.get_with("job/1", []) == (job, {})
    with pytest.raises(NotFound, match="there is no job of-others"):
        kit.jobs.get_with("of-others", [LIST])
