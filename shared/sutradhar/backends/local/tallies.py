"""Counts for the metrics in SQLite."""

import sqlite3

from sutradhar.backends.local.database import Database
from sutradhar.domain.jobs.tallies import Tallies, Tally
from sutradhar.ports.tallies import TallyStore


class SqliteTallyStore(TallyStore):
    """One row for each count."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, changes: Tallies) -> None:
        with self._database.write() as connection:
            add_tallies(connection, changes)

    def read(self) -> Tallies:
        rows = self._database.read().execute("SELECT name, total FROM tallies")
        return {Tally.parse(name): total for name, total in rows}


def add_tallies(connection: sqlite3.Connection, changes: Tallies) -> None:
    """Add ``changes`` in the transaction of ``connection``."""
    connection.executemany(
        "INSERT INTO tallies VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET total = total + ?2",
        [(tally.to_key(), change) for tally, change in changes.items()],
    )
