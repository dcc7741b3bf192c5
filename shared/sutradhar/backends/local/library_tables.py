"""The tables of the library in SQLite, and the entries of jobs that earlier versions wrote.

The table ``library_entries`` has one row for each job. Triggers keep the counts and the index of words (SQLite's FTS5)
in step with it. Deleting a job therefore also deletes its entry, its words and its part of the counts, in one
transaction.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import combinations

from sutradhar.domain.core.errors import RecordError
from sutradhar.domain.jobs.job import Job
from sutradhar.domain.jobs.library import make_entry
from sutradhar.domain.text.search_words import fold_words

_FILTERED = ("owner", "state", "language")
"""The columns by which a list is filtered. Each combination has an index of its own, so the time for a page does not
grow with the number of entries."""
_PLACES = 1000
"""The number of jobs that can be created in one microsecond."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def name_index(columns: Iterable[str]) -> str:
    """Return the clause that names the index for a list that is filtered by ``columns``."""
    chosen = set(columns)
    names = [name for name in _FILTERED if name in chosen]
    return f"INDEXED BY library_by_{'_'.join(names)}" if names else "NOT INDEXED"


def _list_statements() -> Iterator[str]:
    # by `position` the entries are in the order of creation
    yield """CREATE TABLE IF NOT EXISTS library_entries (
        position INTEGER PRIMARY KEY, job_id TEXT NOT NULL UNIQUE, owner TEXT NOT NULL, state TEXT NOT NULL,
        language TEXT NOT NULL, job_state TEXT NOT NULL, words TEXT NOT NULL, body TEXT NOT NULL
    )"""
    for count in range(1, len(_FILTERED) + 1):
        for columns in combinations(_FILTERED, count):
            index = name_index(columns).removeprefix("INDEXED BY ")
            yield f"CREATE INDEX IF NOT EXISTS {index} ON library_entries ({', '.join(columns)})"
    yield """CREATE TABLE IF NOT EXISTS library_totals (
        owner TEXT NOT NULL, state TEXT NOT NULL, language TEXT NOT NULL, total INTEGER NOT NULL,
        PRIMARY KEY (owner, state, language)
    ) WITHOUT ROWID"""
    # all characters beyond ASCII belong to words: the marks of Devanagari are no boundaries
    yield """CREATE VIRTUAL TABLE IF NOT EXISTS library_search
        USING fts5(facts, words, content='', tokenize='ascii', prefix='1 2 3')"""
    count_new = """INSERT INTO library_totals VALUES (new.owner, new.state, new.language, 1)
        ON CONFLICT DO UPDATE SET total = total + 1"""
    uncount_old = """UPDATE library_totals SET total = total - 1
        WHERE owner = old.owner AND state = old.state AND language = old.language"""
    # an index without contents needs the old words to remove them (sqlite.org/fts5.html, section 4.4.2)
    add_words, remove_words = (
        "INSERT INTO library_search (library_search, rowid, facts, words) VALUES"  # noqa: S608 - our own names
        f" ({command}, {row}.position, {_write_facts(row)}, {row}.words)"
        for command, row in (("NULL", "new"), ("'delete'", "old"))
    )
    triggers = {
        "library_entry_added AFTER INSERT ON library_entries": (count_new, add_words),
        "library_entry_changed AFTER UPDATE ON library_entries": (uncount_old, remove_words, count_new, add_words),
        "library_entry_removed AFTER DELETE ON library_entries": (uncount_old, remove_words),
        "library_job_deleted AFTER DELETE ON jobs": ("DELETE FROM library_entries WHERE job_id = old.id",),
    }
    for event, steps in triggers.items():
        yield f"CREATE TRIGGER IF NOT EXISTS {event} BEGIN {'; '.join(steps)}; END"


def _write_facts(row: str) -> str:
    """Return the expression of the words that stand for owner, state and language of a row; ``find_facts`` searches
    for them."""
    return f"'o' || hex({row}.owner) || ' s' || hex({row}.state) || ' l' || hex({row}.language)"


def find_facts(values: Mapping[str, str]) -> list[str]:
    """Return the terms of a search for entries with these values of the filtered columns."""
    return [f'facts : "{name[0]}{value.encode().hex()}"' for name, value in values.items()]


STATEMENTS = tuple(_list_statements())
"""The statements that create the tables where they are missing."""


def write_entry(connection: sqlite3.Connection, job: Job) -> None:
    """Write the entry of ``job`` in the caller's transaction."""
    entry = make_entry(job)
    words = " ".join(dict.fromkeys(fold_words(f"{entry.title} {entry.topic}")))
    facts = (entry.state, entry.language, entry.job_state, words, entry.to_record())
    updated = connection.execute(
        "UPDATE library_entries SET state = ?, language = ?, job_state = ?, words = ?, body = ? WHERE job_id = ?",
        (*facts, job.id),
    )
    if updated.rowcount:
        return
    first = (job.created_at - _EPOCH) // timedelta(microseconds=1) * _PLACES
    connection.execute(
        "INSERT INTO library_entries (state, language, job_state, words, body, job_id, owner, position)"
        " SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, COALESCE(MAX(position) + 1, ?8) FROM library_entries"
        " WHERE position >= ?8 AND position < ?9",
        (*facts, job.id, job.owner, first, first + _PLACES),
    )


def refresh_entries(connection: sqlite3.Connection) -> int:
    """Write the entries of all jobs that have none, or one of another state, because a version without a library wrote
    to them. Return the number of entries. A job that cannot be read is left out."""
    stale = connection.execute(
        "SELECT id FROM jobs LEFT JOIN library_entries ON job_id = id WHERE job_state IS NOT jobs.state"
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
