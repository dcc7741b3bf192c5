"""Counts of days in SQLite: one row for each owner, day and name."""

import sqlite3
from datetime import date

from sutradhar.backends.local.database import Database
from sutradhar.domain.jobs.day_tallies import EVERYONE, Counts, DayChange
from sutradhar.ports.day_tallies import DayTallyStore


class SqliteDayTallyStore(DayTallyStore):
    def __init__(self, database: Database) -> None:
        self._database = database

    def read(self, owner: str, first: date, last: date) -> dict[date, Counts]:
        rows = self._database.read().execute(
            "SELECT day, name, total FROM day_tallies WHERE owner = ? AND day BETWEEN ? AND ?",
            (owner, first.isoformat(), last.isoformat()),
        )
        days: dict[date, dict[str, float]] = {}
        for day, name, total in rows:
            days.setdefault(date.fromisoformat(day), {})[name] = total
        return dict(days)


def add_day(connection: sqlite3.Connection, change: DayChange | None) -> None:
    """Add ``change`` in the transaction of ``connection``."""
    if change is None:
        return
    connection.executemany(
        "INSERT INTO day_tallies VALUES (?1, ?2, ?3, ?4)"
        " ON CONFLICT (owner, day, name) DO UPDATE SET total = total + ?4",
        [
            (owner, change.day.isoformat(), name, count)
            for owner in (change.owner, EVERYONE)
            for name, count in change.counts.items()
        ],
    )
