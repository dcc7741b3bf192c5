"""Contract of the document store: small records that have an owner, a place in a list and perhaps a time at which they
are due."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from sutradhar.domain.core.errors import Conflict, InvalidRequest, NotFound
from sutradhar.ports.documents import MAX_BYTES
from tests.contract.conftest import StoreFixture
from tests.notes import NOTES, OTHER_NOTES, Note, make_note


def test_a_record_is_stored_once(kit: StoreFixture) -> None:
    first = make_note("a/ё..", kit.clock.now())
    assert kit.documents.create(NOTES, first) == (first, True)
    assert kit.documents.create(NOTES, first.evolve(text="another")) == (first, False)
    assert kit.documents.get(NOTES, first.id) == first


def test_kinds_do_not_meet(kit: StoreFixture) -> None:
    kit.documents.create(NOTES, make_note("a", kit.clock.now()))
    with pytest.raises(NotFound, match="other note"):
        kit.documents.get(OTHER_NOTES, "a")
    assert kit.documents.list(OTHER_NOTES).records == []
    assert not kit.documents.delete(OTHER_NOTES, "a")


def test_a_record_that_does_not_exist_is_not_found(kit: StoreFixture) -> None:
    with pytest.raises(NotFound):
        kit.documents.get(NOTES, "a")
    with pytest.raises(NotFound):
        kit.documents.update(NOTES, "a", lambda note: note)
    assert not kit.documents.delete(NOTES, "a")


def test_several_records_are_read_together(kit: StoreFixture) -> None:
    notes = [kit.documents.create(NOTES, make_note(name, kit.clock.now()))[0] for name in ("a", "b/ё", "c")]
    kit.documents.create(OTHER_NOTES, make_note("d", kit.clock.now()))
    assert kit.documents.get_many(NOTES, ["c", "b/ё", "d", "c", "none"]) == {"c": notes[2], "b/ё": notes[1]}
    assert kit.documents.get_many(NOTES, []) == {}


def test_a_change_that_raises_writes_nothing(kit: StoreFixture) -> None:
    note, _ = kit.documents.create(NOTES, make_note("a", kit.clock.now()))

    def change(_note: Note) -> Note:
        raise Conflict("no")

    with pytest.raises(Conflict):
        kit.documents.update(NOTES, "a", change)
    with pytest.raises(ValueError, match="never change"):
        kit.documents.update(NOTES, "a", lambda stored: stored.evolve(owner="key-2"))
    assert kit.documents.get(NOTES, "a") == note


def test_twenty_concurrent_writers_lose_no_change(kit: StoreFixture) -> None:
    kit.documents.create(NOTES, make_note("a", kit.clock.now()))
    with ThreadPoolExecutor(20) as pool:
        list(pool.map(lambda _: kit.documents.update(NOTES, "a", lambda n: n.evolve(text=n.text + "x")), range(40)))
    assert kit.documents.get(NOTES, "a").text == "x" * 40


def test_of_concurrent_creators_one_succeeds(kit: StoreFixture) -> None:
    def create(number: int) -> bool:
        return kit.documents.create(NOTES, make_note("a", kit.clock.now()).evolve(text=str(number)))[1]

    with ThreadPoolExecutor(10) as pool:
        assert sum(pool.map(create, range(10))) == 1


def test_what_is_due_comes_earliest_first(kit: StoreFixture) -> None:
    now = kit.clock.now()
    for minutes in (3, 1, 2, 5):
        kit.documents.create(NOTES, make_note(f"in-{minutes}", now).evolve(due_at=now + timedelta(minutes=minutes)))
    kit.documents.create(NOTES, make_note("never", now))
    kit.documents.create(OTHER_NOTES, make_note("other", now).evolve(due_at=now))
    kit.documents.update(NOTES, "in-2", lambda note: note.evolve(due_at=None))
    due = kit.documents.list_due(NOTES, now + timedelta(minutes=3))
    assert [note.id for note in due] == ["in-1", "in-3"]
    assert [note.id for note in kit.documents.list_due(NOTES, now + timedelta(minutes=9), limit=1)] == ["in-1"]


def test_a_record_that_is_too_large_is_refused(kit: StoreFixture) -> None:
    note = make_note("a", kit.clock.now())
    with pytest.raises(InvalidRequest, match=str(MAX_BYTES)):
        kit.documents.create(NOTES, note.evolve(text="x" * MAX_BYTES))
    kit.documents.create(NOTES, note)
    with pytest.raises(InvalidRequest, match=str(MAX_BYTES)):
        kit.documents.update(NOTES, "a", lambda stored: stored.evolve(text="ह" * (MAX_BYTES // 3)))


def test_an_invented_cursor_is_refused(kit: StoreFixture) -> None:
    kit.documents.create(NOTES, make_note("a", kit.clock.now()))
    with pytest.raises(InvalidRequest, match="after"):
        kit.documents.list(NOTES, after="🎬")


def test_expired_records_are_deleted_on_this_machine(kit: StoreFixture) -> None:
    """Firestore deletes them by a policy that Terraform sets; its emulator has none."""
    now = kit.clock.now()
    kit.documents.create(NOTES, make_note("old", now).evolve(expire_at=now - timedelta(seconds=1)))
    kit.documents.create(NOTES, make_note("new", now).evolve(expire_at=now + timedelta(seconds=1)))
    kit.documents.create(NOTES, make_note("kept", now))
    deleted = kit.documents.delete_expired(now)
    assert len(kit.documents.list(NOTES).records) == 3 - deleted
    assert {note.id for note in kit.documents.list(NOTES).records} >= {"new", "kept"}
