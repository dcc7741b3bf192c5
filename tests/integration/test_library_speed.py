"""A page of the library takes the same time however many entries there are: SQLite reads it from an index."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from sutradhar.backends.local.database import Database
from sutradhar.backends.local.records import SqliteKeyValueStore
from sutradhar.backends.local.stores import SqliteJobStore
from sutradhar.domain.core.api_key import ApiKey
from sutradhar.domain.jobs.library import LibraryQuery
from sutradhar.pipeline.library import LibraryPage, list_library
from tests.bench.library_jobs import make_jobs

OWNER = ApiKey(id="key-0", name="owner", digest="", created_at=datetime(2026, 1, 1, tzinfo=UTC))
QUERIES = [
    LibraryQuery(page_size=5),
    LibraryQuery(page_size=5, page=2),
    LibraryQuery(page_size=5, state="error"),
    LibraryQuery(page_size=5, state="pending", language="hi"),
]


def count_steps(database: Database, read: Callable[[], LibraryPage]) -> int:
    """Return the steps that SQLite's virtual machine makes for a page, which must be full."""
    count = 0

    def tick() -> int:
        nonlocal count
        count += 1
        return 0

    database.read().set_progress_handler(tick, 1)
    assert len(read().entries) == 5
    database.read().set_progress_handler(None, 0)
    return count


def test_a_page_reads_the_same_of_a_hundred_entries_and_of_a_thousand(tmp_path: Path) -> None:
    database = Database(tmp_path / "state.db")
    services: Any = SimpleNamespace(jobs=SqliteJobStore(database), records=SqliteKeyValueStore(database))
    steps: list[list[int]] = []
    try:
        for number, job in enumerate(make_jobs(1000, OWNER.id), 1):
            services.jobs.create(job)
            if number in (100, 1000):
                steps.append(
                    [count_steps(database, partial(list_library, services, query, OWNER)) for query in QUERIES]
                )
    finally:
        database.close()
    assert all(large <= 1.1 * small for small, large in zip(*steps, strict=True)), steps
