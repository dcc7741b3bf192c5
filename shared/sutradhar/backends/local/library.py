"""List and count the library's entries in SQLite."""

import sqlite3
from collections.abc import Mapping

from sutradhar.backends.local.library_tables import name_index
from sutradhar.backends.local.times import format_time
from sutradhar.domain.jobs.library import LibraryEntry, LibraryFilter
from sutradhar.ports.pagination import decode_cursor, encode_cursor
from sutradhar.ports.stores import MAX_COUNTED, MAX_LOOKED_UP, EntryPage

_AFTER_ALL = ("9999", "")
"""A cursor before which every entry lies."""


def list_entries(
    connection: sqlite3.Connection, matching: LibraryFilter, limit: int, after: str | None, skip: int
) -> EntryPage:
    """Return a page of entries; see ``JobStore.list_entries``."""
    created_at, job_id = decode_cursor(after) if after else _AFTER_ALL
    tables, conditions, values = _select_entries(matching)
    # skipped rows are read from the index alone; of the table only the rows of the page
    page_rows = (
        f"SELECT listed.created_at, listed.job_id FROM {tables} WHERE {conditions}"  # noqa: S608 - every value is bound
        " AND (listed.created_at, listed.job_id) < (:created_at, :job_id)"
        " ORDER BY listed.created_at DESC, listed.job_id DESC LIMIT :limit OFFSET :skip"
    )
    rows = connection.execute(
        f"SELECT body FROM ({page_rows}) AS page CROSS JOIN library ON library.job_id = page.job_id"  # noqa: S608 - as above
        " ORDER BY page.created_at DESC, page.job_id DESC",
        # one entry more than requested tells whether there is another page
        {**values, "created_at": created_at, "job_id": job_id, "limit": limit + 1, "skip": skip},
    )
    entries = [LibraryEntry.from_record(body) for (body,) in rows]
    page = entries[:limit]
    is_last = len(entries) <= limit
    return EntryPage(page, None if is_last else encode_cursor(format_time(page[-1].created_at), page[-1].job_id))


def count_entries(connection: sqlite3.Connection, matching: LibraryFilter) -> int | None:
    """Return how many entries match; see ``JobStore.count_entries``. Without words the answer is a sum of counters."""
    if not matching.words:
        values = matching.list_values()
        conditions = " AND ".join((*(f"{name} = :{name}" for name in values), "1"))
        sum_counters = f"SELECT COALESCE(SUM(total), 0) FROM library_counts WHERE {conditions}"  # noqa: S608 - as above
        (total,) = connection.execute(sum_counters, values).fetchone()
        return int(total)
    tables, conditions, bound = _select_entries(matching)
    # one range of an index is counted quickly; for anything more each row is looked up in another table
    is_one_range = len(bound) == 1 + ("owner" in bound)
    limit = MAX_COUNTED if is_one_range else MAX_LOOKED_UP
    rows = f"SELECT 1 FROM {tables} WHERE {conditions} LIMIT {limit + 1}"  # noqa: S608 - every value is bound
    (total,) = connection.execute(f"SELECT COUNT(*) FROM ({rows})", bound).fetchone()  # noqa: S608 - as above
    return int(total) if total <= limit else None


def _select_entries(matching: LibraryFilter) -> tuple[str, str, Mapping[str, str]]:
    """Return the tables, the conditions and the values of the statement that finds the matching entries. ``listed`` is
    the table in whose order they come."""
    values = matching.list_values()
    if not matching.words:
        conditions = [f"listed.{name} = :{name}" for name in values]
        return f"library AS listed INDEXED BY {name_index(values)}", " AND ".join((*conditions, "1")), values
    conditions = ["listed.prefix = :word0"]
    conditions += [f"{'listed' if name == 'owner' else 'library'}.{name} = :{name}" for name in values]
    conditions += [
        "EXISTS (SELECT 1 FROM library_words AS other WHERE other.owner = listed.owner"  # noqa: S608 - as above
        f" AND other.prefix = :word{i} AND other.created_at = listed.created_at AND other.job_id = listed.job_id)"
        for i in range(1, len(matching.words))
    ]
    words = {f"word{i}": word for i, word in enumerate(matching.words)}
    tables = "library_words AS listed" + ("" if "owner" in values else " INDEXED BY library_words_of_all")
    if {"state", "language"} & values.keys():
        tables += " CROSS JOIN library ON library.job_id = listed.job_id"
    return tables, " AND ".join(conditions), {**values, **words}
