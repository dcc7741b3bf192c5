"""Compare the document store with a plain dict: in any order of calls both give the same answers."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from tests.contract.conftest import StoreFixture, gcp_kit, local_kit
from tests.contract.machines import play
from tests.notes import NOTES, Note

NAMES = st.sampled_from(["a", "b", "c/d", "ё हि", "e@f"])
OWNERS, STATES = st.sampled_from(["", "key-1"]), st.sampled_from(["open", "closed"])


class DocumentsMachine(RuleBasedStateMachine):
    kits: Callable[[], Iterator[StoreFixture]]

    def __init__(self) -> None:
        super().__init__()
        self._kit = type(self).kits()
        self.kit = next(self._kit)
        self.notes: dict[str, Note] = {}

    @rule(name=NAMES, owner=OWNERS, state=STATES, due=st.booleans())
    def create(self, name: str, owner: str, state: str, due: bool) -> None:
        self.kit.clock.advance(1)  # each has a moment of its own, so that the order is known
        now = self.kit.clock.now()
        note = Note(id=name, owner=owner, created_at=now, state=state, due_at=now if due else None)
        expected = self.notes.get(name, note), name not in self.notes
        assert self.kit.documents.create(NOTES, note) == expected
        self.notes.setdefault(name, note)

    @rule(name=NAMES, state=STATES, minutes=st.sampled_from([None, 0, 5]))
    def update(self, name: str, state: str, minutes: int | None) -> None:
        if name in self.notes:
            due_at = None if minutes is None else self.kit.clock.now() + timedelta(minutes=minutes)
            stored = self.kit.documents.update(NOTES, name, lambda note: note.evolve(state=state, due_at=due_at))
            self.notes[name] = self.notes[name].evolve(state=state, due_at=due_at)
            assert stored == self.notes[name] == self.kit.documents.get(NOTES, name)

    @rule(name=NAMES)
    def delete(self, name: str) -> None:
        assert self.kit.documents.delete(NOTES, name) == (name in self.notes)
        self.notes.pop(name, None)

    @rule(owner=st.none() | OWNERS, state=st.none() | STATES, limit=st.integers(1, 3))
    def walk(self, owner: str | None, state: str | None, limit: int) -> None:
        matching = [n for n in self.notes.values() if owner in (None, n.owner) and state in (None, n.state)]
        listed: list[Note] = []
        after = None
        while True:
            page = self.kit.documents.list(NOTES, owner=owner, state=state, limit=limit, after=after)
            listed += page.records
            after = page.after
            if after is None:
                break
            assert len(page.records) == limit
        assert listed == sorted(matching, key=lambda note: note.created_at, reverse=True)
        assert self.kit.documents.count(NOTES, owner=owner, state=state) == len(matching)

    @rule(minutes=st.integers(0, 9))
    def find_due(self, minutes: int) -> None:
        before = self.kit.clock.now() + timedelta(minutes=minutes)
        due = [note for note in self.notes.values() if note.due_at and note.due_at <= before]
        found_notes = list(self.kit.documents.list_due(NOTES, before))
        assert sorted(found_notes, key=lambda note: note.id) == sorted(due, key=lambda note: note.id)
        assert [note.due_at for note in found_notes] == sorted(note.due_at for note in due if note.due_at)

    def teardown(self) -> None:
        next(self._kit, None)


def test_sqlite_equals_the_model(tmp_path_factory: pytest.TempPathFactory) -> None:
    play(DocumentsMachine, lambda: local_kit(Path(tmp_path_factory.mktemp("kit"))), examples=40, steps=20)


@pytest.mark.usefixtures("emulators")
def test_firestore_equals_the_model() -> None:
    play(DocumentsMachine, gcp_kit, examples=6, steps=20)
