"""Jobs that were last written to by a version without a library get their entries."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from sutradhar.backends.local.database import Database
from sutradhar.backends.local.stores import SqliteJobStore
from sutradhar.domain.jobs.job import Job
from sutradhar.domain.jobs.library import LibraryFilter
from sutradhar.domain.plan.plan import RenderPlan
from tests.contract.test_firestore import Stores, stores
from tests.fakes import FakeClock

__all__ = ["stores"]
OLD_FIELDS = ("state", "over", "created_at", "updated_at", "version", "write", "expire_at", "body")


def list_states(jobs: Any) -> dict[str, str]:
    return {entry.job_id: entry.state for entry in jobs.list_entries(LibraryFilter(owner="key-1"), 50).entries}


def write_as_before(stores: Stores, job: Job) -> None:
    """Write ``job`` with the fields of a version without a library; other fields stay as they are."""
    fields = stores.jobs._fields(job, "old")
    stores.raw.document(f"jobs/{job.id}").set({name: fields.get(name) for name in OLD_FIELDS}, merge=True)


def test_the_sweep_completes_the_library_in_firestore(stores: Stores) -> None:
    jobs = {}
    for number in range(5):
        stores.clock.advance(60)
        job = Job.new(f"job-{number}", RenderPlan(topic="tea"), "hash", stores.clock.now())
        jobs[job.id] = job.evolve(owner="key-1")
        write_as_before(stores, jobs[job.id])
    assert list_states(stores.jobs) == {}
    # the list of an admin has them at once
    assert len(stores.jobs.list_entries(LibraryFilter(), 50).entries) == 5
    position = stores.jobs.refresh_entries("", stores.clock.now())
    assert list_states(stores.jobs) == dict.fromkeys(jobs, "pending")
    # an instance of the old version finishes a job during the deployment
    stores.clock.advance(60)
    ended, _ = jobs["job-3"].cancel(stores.clock.now())
    write_as_before(stores, ended)
    assert list_states(stores.jobs)["job-3"] == "pending"
    stores.jobs.refresh_entries(position, stores.clock.now())
    assert list_states(stores.jobs)["job-3"] == "canceled"


def test_many_old_jobs_are_completed_in_several_calls(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    from sutradhar.backends.gcp import library

    monkeypatch.setattr(library, "_REFRESH_PAGE", 2)
    monkeypatch.setattr(library, "_MAX_REFRESH_PAGES", 2)
    for number in range(9):
        stores.clock.advance(60)
        job = Job.new(f"job-{number}", RenderPlan(topic="tea"), "hash", stores.clock.now())
        write_as_before(stores, job.evolve(owner="key-1"))
    stores.clock.advance(3600)
    position, calls = "", 0
    while len(list_states(stores.jobs)) < 9:
        position, calls = stores.jobs.refresh_entries(position, stores.clock.now()), calls + 1
        assert calls < 9
    assert calls > 2


def test_a_file_of_the_version_before_gets_the_library(tmp_path: Path) -> None:
    clock, path = FakeClock(), tmp_path / "state.db"
    database = Database(path)
    job = Job.new("job-1", RenderPlan(topic="tea"), "hash", clock.now()).evolve(owner="key-1")
    SqliteJobStore(database).create(job)
    SqliteJobStore(database).create(job.evolve(id="newer"))
    database.close()
    connection = sqlite3.connect(path)
    connection.execute("DROP TRIGGER library_job_deleted")
    connection.execute("ALTER TABLE messages DROP COLUMN attributes")  # of version 7
    connection.execute("DROP INDEX jobs_waiting")
    connection.execute("ALTER TABLE jobs DROP COLUMN waits_until")  # of version 8
    for name in ("library_entries", "library_search", "library_totals"):
        connection.execute(f"DROP TABLE {name}")
    (body,) = connection.execute("SELECT body FROM jobs WHERE id = 'newer'").fetchone()
    newer = json.dumps({**json.loads(body), "schema": 99})
    connection.execute("UPDATE jobs SET body = ? WHERE id = 'newer'", (newer,))
    connection.execute("PRAGMA user_version = 3")
    connection.commit()
    connection.close()
    database = Database(path)
    jobs = SqliteJobStore(database)
    assert list_states(jobs) == {"job-1": "pending"}  # the other one waits for its version
    assert jobs.count_entries(LibraryFilter(words=("tea",))) == 1
    database.close()


def test_a_deleted_row_takes_its_entry_with_it(tmp_path: Path) -> None:
    clock, database = FakeClock(), Database(tmp_path / "state.db")
    jobs = SqliteJobStore(database)
    for name in ("job-1", "job-2"):
        jobs.create(Job.new(name, RenderPlan(topic="tea"), "hash", clock.now()).evolve(owner="key-1"))
    with database.write() as connection:
        connection.execute("DELETE FROM jobs WHERE id = 'job-1'")
    for matching in (LibraryFilter(), LibraryFilter(words=("t",)), LibraryFilter(owner="key-1", state="pending")):
        assert [entry.job_id for entry in jobs.list_entries(matching, 9).entries] == ["job-2"]
        assert jobs.count_entries(matching) == 1
    assert database.read().execute("SELECT job_id FROM library_entries").fetchall() == [("job-2",)]
    database.close()
