"""A page of records takes the same time however many there are: SQLite reads it from an index."""

from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path

import pytest

from sutradhar.backends.local.database import Database
from sutradhar.backends.local.documents import SqliteDocumentStore
from tests.notes import NOTES, make_note


@pytest.mark.parametrize(("owner", "state"), list(product((None, "key-1"), (None, "open"))))
def test_a_list_reads_only_its_page(owner: str | None, state: str | None, tmp_path: Path) -> None:
    database, now = Database(tmp_path / "state.db"), datetime(2026, 11, 27, tzinfo=UTC)
    store, steps = SqliteDocumentStore(database), []
    try:
        for number in range(2000):
            note = make_note(f"{number:04}", now + timedelta(seconds=number)).evolve(due_at=now)
            # others' records lie between those of the list
            store.create(NOTES, note.evolve(owner=f"key-{number % 2}", state=("open", "closed")[number // 2 % 2]))
            if number in (199, 1999):
                after = store.list(NOTES, owner=owner, state=state, limit=10).after
                count = 0

                def tick() -> int:
                    nonlocal count
                    count += 1
                    return 0

                database.read().set_progress_handler(tick, 1)  # at every step of SQLite's virtual machine
                assert len(store.list(NOTES, owner=owner, state=state, limit=10, after=after).records) == 10
                assert len(store.list_due(NOTES, now, limit=10)) == 10
                database.read().set_progress_handler(None, 0)
                steps.append(count)
    finally:
        database.close()
    assert steps[1] <= 1.1 * steps[0]
