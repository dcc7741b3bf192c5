"""Small shared records in SQLite."""

import sqlite3
from collections.abc import Callable, Iterable, Sequence

from sutradhar.backends.local.database import Database
from sutradhar.backends.local.day_tallies import add_day
from sutradhar.ports.records import Count, KeyValueStore, RecordChange, Values

_LAST_CHARACTER = chr(0x10FFFF)


class SqliteKeyValueStore(KeyValueStore):
    """One row for each name. An update runs in one transaction, so its ``change`` runs once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def read(self, names: Iterable[str]) -> Values:
        return read_records(self._database.read(), list(names))

    def update(self, names: Iterable[str], change: Callable[[Values], Values], count: Count | None = None) -> Values:
        with self._database.write() as connection:
            return change_records(connection, RecordChange(list(names), change), count)

    def list_names(self, prefix: str, limit: int = 100) -> Sequence[str]:
        rows = self._database.read().execute(
            "SELECT name FROM records WHERE name >= ? AND name < ? ORDER BY name LIMIT ?",
            (prefix, prefix + _LAST_CHARACTER, limit),
        )
        return [name for (name,) in rows]

    def delete(self, names: Iterable[str]) -> None:
        with self._database.write() as connection:
            connection.executemany("DELETE FROM records WHERE name = ?", [(name,) for name in names])


def change_records(connection: sqlite3.Connection, records: RecordChange, count: Count | None = None) -> Values:
    """Change ``records`` in the transaction of ``connection``, and return their values after it."""
    before = read_records(connection, records.names)
    after = {**before, **records.change(before)}
    changed = [(name, body) for name, body in after.items() if before.get(name) != body]
    connection.executemany("INSERT OR REPLACE INTO records VALUES (?, ?)", changed)
    if count and changed:
        add_day(connection, count(before, after))
    return after


def read_records(connection: sqlite3.Connection, names: Sequence[str]) -> Values:
    """Return the values of those ``names`` that exist."""
    marks = ",".join("?" * len(names))
    rows = connection.execute(f"SELECT name, body FROM records WHERE name IN ({marks})", names)  # noqa: S608 - only question marks
    return dict(rows.fetchall())
