"""The tables of the library in SQLite, and the entries of jobs that earlier versions wrote.

The table ``library`` has one row for each job. Triggers keep the other tables in step with it. Deleting a job therefore
also deletes its entry, its words and its part of the counts, in the same transaction.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from itertools import combinations

from sutradhar.backends.local.times import format_time
from sutradhar.domain.core.errors import RecordError
from sutradhar.domain.jobs.job import Job
from sutradhar.domain.jobs.library import list_entry_prefixes, make_entry

_FILTERED = ("owner", "state", "language")
"""The columns by which a list is filtered. Each combination has an index of its own, so the time for a page does not
grow with the number of entries."""


def name_index(columns: Iterable[str]) -> str:
    """Return the name of the index for a list that is filtered by ``columns``."""
    chosen = set(columns)
    return "_".join(("library_newest", *(name for name in _FILTERED if name in chosen)))


def _list_statements() -> Iterator[str]:
    yield """CREATE TABLE IF NOT EXISTS library (
        job_id TEXT PRIMARY KEY, owner TEXT NOT NULL, state TEXT NOT NULL, language TEXT NOT NULL,
        created_at TEXT NOT NULL, job_state TEXT NOT NULL, prefixes TEXT NOT NULL, body TEXT NOT NULL
    ) WITHOUT ROWID"""
    for count in range(len(_FILTERED) + 1):
        for columns in combinations(_FILTERED, count):
            keys = ", ".join((*columns, "created_at", "job_id"))
            yield f"CREATE INDEX IF NOT EXISTS {name_index(columns)} ON library ({keys})"
    yield """CREATE TABLE IF NOT EXISTS library_words (
        owner TEXT NOT NULL, prefix TEXT NOT NULL, created_at TEXT NOT NULL, job_id TEXT NOT NULL,
        PRIMARY KEY (owner, prefix, created_at, job_id)
    ) WITHOUT ROWID"""
    yield "CREATE INDEX IF NOT EXISTS library_words_of_all ON library_words (prefix, created_at, job_id)"
    yield """CREATE TABLE IF NOT EXISTS library_counts (
        owner TEXT NOT NULL, state TEXT NOT NULL, language TEXT NOT NULL, total INTEGER NOT NULL,
        PRIMARY KEY (owner, state, language)
    ) WITHOUT ROWID"""
    add_words = """INSERT INTO library_words
        SELECT new.owner, value, new.created_at, new.job_id FROM json_each(new.prefixes)"""
    remove_words = """DELETE FROM library_words WHERE owner = old.owner AND created_at = old.created_at
        AND job_id = old.job_id AND prefix IN (SELECT value FROM json_each(old.prefixes))"""
    count_new = """INSERT INTO library_counts VALUES (new.owner, new.state, new.language, 1)
        ON CONFLICT DO UPDATE SET total = total + 1"""
    uncount_old = """UPDATE library_counts SET total = total - 1
        WHERE owner = old.owner AND state = old.state AND language = old.language"""
    triggers = {
        "library_added AFTER INSERT ON library": (count_new, add_words),
        "library_removed AFTER DELETE ON library": (uncount_old, remove_words),
        "library_moved AFTER UPDATE OF state, language ON library": (uncount_old, count_new),
        "library_renamed AFTER UPDATE OF prefixes ON library WHEN old.prefixes <> new.prefixes": (
            remove_words,
            add_words,
        ),
        "library_job_removed AFTER DELETE ON jobs": ("DELETE FROM library WHERE job_id = old.id",),
    }
    for event, steps in triggers.items():
        yield f"CREATE TRIGGER IF NOT EXISTS {event} BEGIN {'; '.join(steps)}; END"


STATEMENTS = tuple(_list_statements())
"""The statements that create the tables where they are missing."""


def write_entry(connection: sqlite3.Connection, job: Job) -> None:
    """Write the entry of ``job`` in the caller's transaction."""
    entry = make_entry(job)
    connection.execute(
        "INSERT INTO library (job_id, owner, created_at, state, language, job_state, prefixes, body)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (job_id) DO UPDATE"
        " SET state = ?4, language = ?5, job_state = ?6, prefixes = ?7, body = ?8",
        (
            entry.job_id,
            entry.owner,
            format_time(entry.created_at),
            entry.state,
            entry.language,
            entry.job_state,
            json.dumps(list_entry_prefixes(entry), ensure_ascii=False),
            entry.to_record(),
        ),
    )


def refresh_entries(connection: sqlite3.Connection) -> int:
    """Write the entries of all jobs that have none, or one of another state, because a version without a library wrote
    to them. Return the number of entries. A job that cannot be read is left out."""
    stale = connection.execute(
        "SELECT id FROM jobs LEFT JOIN library ON job_id = id WHERE job_state IS NOT jobs.state"
    ).fetchall()
    count = 0
    for (job_id,) in stale:
        (body,) = connection.execute("SELECT body FROM jobs WHERE id = ?", (job_id,)).fetchone()
        try:
            write_entry(connection, Job.from_record(body))
        except RecordError:
            continue
        count += 1
    return count
