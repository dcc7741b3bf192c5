"""List and count the library's entries in SQLite."""

import sqlite3

from sutradhar.backends.local.library_tables import find_facts, name_index
from sutradhar.backends.local.times import format_time
from sutradhar.domain.core.errors import FieldError, InvalidRequest
from sutradhar.domain.jobs.library import LibraryEntry, LibraryFilter
from sutradhar.ports.pagination import decode_cursor, encode_cursor
from sutradhar.ports.stores import EntryPage

_AFTER_ALL = 2**63 - 1
"""A position behind that of every entry."""


def list_entries(
    connection: sqlite3.Connection, matching: LibraryFilter, limit: int, after: str | None, skip: int
) -> EntryPage:
    """Return a page of entries; see ``JobStore.list_entries``."""
    values = matching.list_values()
    if matching.words:
        source, number, conditions = "library_search", "rowid", "library_search MATCH :search"
    else:
        source, number = f"library_entries {name_index(values)}", "position"
        conditions = " AND ".join((*(f"{name} = :{name}" for name in values), "1"))
    # skipped rows are read from the index alone; of the table only the rows of the page
    page_rows = (
        f"SELECT {number} AS chosen FROM {source} WHERE {conditions} AND {number} < :before"  # noqa: S608 - every value is bound
        f" ORDER BY {number} DESC LIMIT :limit OFFSET :skip"
    )
    rows = connection.execute(
        f"SELECT position, body FROM ({page_rows}) CROSS JOIN library_entries ON position = chosen"  # noqa: S608 - as above
        " ORDER BY chosen DESC",
        # one entry more than requested tells whether there is another page
        {
            **values,
            "search": _write_search(matching),
            "before": _read_position(after),
            "limit": limit + 1,
            "skip": skip,
        },
    ).fetchall()
    entries = [LibraryEntry.from_record(body) for _, body in rows[:limit]]
    if len(rows) <= limit:
        return EntryPage(entries, None)
    position, _ = rows[limit - 1]
    return EntryPage(entries, encode_cursor(format_time(entries[-1].created_at), str(position)))


def count_entries(connection: sqlite3.Connection, matching: LibraryFilter) -> int:
    """Return how many entries match. Without words the answer is a sum of counters."""
    if matching.words:
        query, values = (
            "SELECT COUNT(*) FROM library_search WHERE library_search MATCH :search",
            {"search": _write_search(matching)},
        )
    else:
        values = matching.list_values()
        conditions = " AND ".join((*(f"{name} = :{name}" for name in values), "1"))
        query = f"SELECT COALESCE(SUM(total), 0) FROM library_totals WHERE {conditions}"  # noqa: S608 - as above
    (total,) = connection.execute(query, values).fetchone()
    return int(total)


def _write_search(matching: LibraryFilter) -> str:
    """Return the query of FTS5 for the entries that match. The words have letters, marks and digits only."""
    words = [f'words : "{word}" *' for word in matching.words]
    return " AND ".join((*words, *find_facts(matching.list_values())))


def _read_position(after: str | None) -> int:
    if after is None:
        return _AFTER_ALL
    _, position = decode_cursor(after)
    if not position.isascii() or not position.isdigit() or int(position) > _AFTER_ALL:
        raise InvalidRequest([FieldError("after", "is not the end of a page; use `next` of the page before")])
    return int(position)
