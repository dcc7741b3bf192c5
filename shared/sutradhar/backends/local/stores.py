"""Jobs, assets and leases in SQLite."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sutradhar.backends.local import library
from sutradhar.backends.local.database import Database
from sutradhar.backends.local.day_tallies import add_day
from sutradhar.backends.local.documents import insert_document
from sutradhar.backends.local.library_tables import refresh_entries, write_entry
from sutradhar.backends.local.process_registry import ProcessRegistry
from sutradhar.backends.local.records import change_records, read_records
from sutradhar.backends.local.tallies import add_tallies
from sutradhar.backends.local.times import format_time
from sutradhar.domain.assets.asset import Asset
from sutradhar.domain.core.errors import LeaseHeld, NotFound, StaleLease
from sutradhar.domain.jobs.day_tallies import tally_end, tally_start
from sutradhar.domain.jobs.job import Job, JobState
from sutradhar.domain.jobs.library import LibraryFilter, may_change_entry
from sutradhar.domain.jobs.messages import Message
from sutradhar.domain.jobs.tallies import count_changes, tally_change
from sutradhar.ports.clock import Clock
from sutradhar.ports.documents import NewDocument
from sutradhar.ports.pagination import decode_cursor, encode_cursor
from sutradhar.ports.records import RecordChange, Values
from sutradhar.ports.stores import AssetStore, Change, Check, EntryPage, JobStore, Lease, LeaseStore, Page

_MAX_UNFINISHED = 500


class SqliteJobStore(JobStore):
    """One row for each job. An update runs in one transaction, so its ``change`` runs once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(
        self, job: Job, documents: Sequence[NewDocument[Any]] = (), records: RecordChange | None = None
    ) -> tuple[Job, bool]:
        with self._database.write() as connection:
            row = connection.execute("SELECT body FROM jobs WHERE id = ?", (job.id,)).fetchone()
            if row:
                return Job.from_record(row[0]), False
            connection.execute(
                "INSERT INTO jobs (id, state, over, created_at, updated_at, waits_until, version, body)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (job.id, job.state, job.is_settled, format_time(job.created_at), *_columns(job)),
            )
            write_entry(connection, job)
            _count(connection, count_changes(None, job))
            add_day(connection, tally_start(job))
            for document in documents:
                insert_document(connection, document)
            if records:
                change_records(connection, records)
        return job, True

    def get(self, job_id: str) -> Job:
        row = self._database.read().execute("SELECT body FROM jobs WHERE id = ?", (job_id,)).fetchone()
        if row is None:
            raise NotFound(f"there is no job {job_id}")
        return Job.from_record(row[0])

    def get_with(self, job_id: str, names: Sequence[str]) -> tuple[Job, Values]:
        return self.get(job_id), read_records(self._database.read(), names)

    def update(self, job_id: str, change: Change) -> tuple[Job, Sequence[Message]]:
        with self._database.write() as connection:
            row = connection.execute("SELECT body FROM jobs WHERE id = ?", (job_id,)).fetchone()
            if row is None:
                raise NotFound(f"there is no job {job_id}")
            before = Job.from_record(row[0])
            job, messages = change(before)
            if job == before:
                return before, messages
            job = job.evolve(version=before.version + 1)
            connection.execute(
                "UPDATE jobs SET state = ?, over = ?, updated_at = ?, waits_until = ?, version = ?, body = ?"
                " WHERE id = ?",
                (job.state, job.is_settled, *_columns(job), job_id),
            )
            if may_change_entry(before, job):
                write_entry(connection, job)
            _count(connection, count_changes(before, job))
            add_tallies(connection, tally_change(before, job))
            add_day(connection, tally_end(before, job))
        return job, messages

    def delete(self, job_id: str, check: Check | None = None) -> bool:
        with self._database.write() as connection:
            row = connection.execute("SELECT body FROM jobs WHERE id = ?", (job_id,)).fetchone()
            if row and check:
                check(Job.from_record(row[0]))
            connection.execute("DELETE FROM jobs WHERE id = ?", (job_id,))  # a trigger deletes its entry
        return row is not None

    def list_unfinished(self, touched_before: datetime) -> Sequence[Job]:
        rows = self._database.read().execute(
            "SELECT body FROM jobs WHERE over = 0 AND updated_at <= ? ORDER BY updated_at LIMIT ?",
            (format_time(touched_before), _MAX_UNFINISHED),
        )
        return [Job.from_record(body) for (body,) in rows]

    def list_waiting(self, until: datetime) -> Sequence[Job]:
        rows = self._database.read().execute(
            "SELECT body FROM jobs WHERE waits_until <= ? ORDER BY waits_until LIMIT ?",
            (format_time(until), _MAX_UNFINISHED),
        )
        return [Job.from_record(body) for (body,) in rows]

    def list_latest(self, limit: int = 20, after: str | None = None) -> Page:
        # one job more than requested tells whether there is another page
        created_at, job_id = decode_cursor(after) if after else ("9999", "")
        rows = self._database.read().execute(
            "SELECT body FROM jobs WHERE (created_at, id) < (?, ?) ORDER BY created_at DESC, id DESC LIMIT ?",
            (created_at, job_id, limit + 1),
        )
        jobs = [Job.from_record(body) for (body,) in rows]
        return Page(
            jobs[:limit],
            encode_cursor(format_time(jobs[limit - 1].created_at), jobs[limit - 1].id) if jobs[limit:] else None,
        )

    def list_entries(self, matching: LibraryFilter, limit: int, after: str | None = None, skip: int = 0) -> EntryPage:
        return library.list_entries(self._database.read(), matching, limit, after, skip)

    def count_entries(self, matching: LibraryFilter) -> int:
        return library.count_entries(self._database.read(), matching)

    def refresh_entries(self, position: str, now: datetime) -> str:  # noqa: ARG002 - it looks at all jobs at once
        with self._database.write() as connection:
            refresh_entries(connection)
        return position

    def count_by_state(self) -> Mapping[JobState, int]:
        rows = self._database.read().execute("SELECT state, total FROM counts")
        return {JobState(state): total for state, total in rows}


class SqliteAssetStore(AssetStore):
    """One row for each asset."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get_many(self, keys: Iterable[str]) -> Mapping[str, Asset]:
        names = list(keys)
        marks = ",".join("?" * len(names))
        rows = self._database.read().execute(f"SELECT key, body FROM assets WHERE key IN ({marks})", names)  # noqa: S608 - only question marks
        return {key: Asset.from_record(body) for key, body in rows}

    def save(self, asset: Asset, lease: Lease) -> None:
        with self._database.write() as connection:
            row = connection.execute("SELECT token FROM leases WHERE name = ?", (lease.name,)).fetchone()
            if row is None or row[0] != lease.token:
                raise StaleLease(f"another process has taken the lease {lease.name}")
            connection.execute("INSERT OR REPLACE INTO assets VALUES (?, ?)", (asset.key, asset.to_record()))

    def delete(self, keys: Iterable[str]) -> None:
        with self._database.write() as connection:
            connection.executemany("DELETE FROM assets WHERE key = ?", [(key,) for key in keys])


class SqliteLeaseStore(LeaseStore):
    """One row for each lease. A lease is free if it was released, has expired, or its process is dead."""

    def __init__(self, database: Database, processes: ProcessRegistry, clock: Clock) -> None:
        self._database, self._processes, self._clock = database, processes, clock

    def acquire(self, name: str, ttl: timedelta) -> Lease:
        now = self._clock.now()
        expires = now + ttl
        with self._database.write() as connection:
            row = connection.execute("SELECT token, owner, expires FROM leases WHERE name = ?", (name,)).fetchone()
            if row and row[2] > now.timestamp() and self._processes.is_alive(row[1]):
                raise LeaseHeld(f"{name} is being worked on")
            # the row stays when a lease is released, so that its token only grows
            token = row[0] + 1 if row else 1
            connection.execute(
                "INSERT OR REPLACE INTO leases VALUES (?, ?, ?, ?)",
                (name, token, self._processes.owner, expires.timestamp()),
            )
        return Lease(name=name, token=token, expires=expires)

    def release(self, lease: Lease) -> None:
        with self._database.write() as connection:
            connection.execute("UPDATE leases SET expires = 0 WHERE name = ? AND token = ?", (lease.name, lease.token))


def _count(connection: sqlite3.Connection, changes: Mapping[JobState, int]) -> None:
    connection.executemany(
        "INSERT INTO counts VALUES (?1, ?2) ON CONFLICT (state) DO UPDATE SET total = total + ?2", changes.items()
    )


def _columns(job: Job) -> tuple[str, str | None, int, str]:
    waits_until = None if job.waits_until is None else format_time(job.waits_until)
    return format_time(job.updated_at), waits_until, job.version, job.to_record()
