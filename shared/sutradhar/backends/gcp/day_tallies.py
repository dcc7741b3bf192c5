"""Counts of days in Firestore.

The counts of an owner and a month are in some documents, each with a part of every count in its map ``totals``. A write
adds to one of them, chosen at random: a document takes only about one write per second for a long time. They are read
by their names, so no query and no index is needed.
"""

import random
from datetime import date, timedelta
from typing import Any

from google.cloud import firestore

from sutradhar.backends.gcp.firestore import STREAM, Firestore
from sutradhar.domain.jobs.day_tallies import EVERYONE, Counts, DayChange
from sutradhar.ports.day_tallies import DayTallyStore

_COLLECTION = "day_tallies"
_SHARDS = 8


class FirestoreDayTallyStore(DayTallyStore):
    def __init__(self, store: Firestore) -> None:
        self._store = store

    def read(self, owner: str, first: date, last: date) -> dict[date, Counts]:
        names = [_name(owner, month, shard) for month in _list_months(first, last) for shard in range(_SHARDS)]
        references = [self._store.document(_COLLECTION, name) for name in names]
        days: dict[date, dict[str, float]] = {}
        for document in self._store.read(lambda: self._store.client.get_all(references, **STREAM)):
            for key, total in (document.get("totals") if document.exists else {}).items():
                text, _, name = key.partition(" ")
                day = date.fromisoformat(text)
                if first <= day <= last:
                    counts = days.setdefault(day, {})
                    counts[name] = counts.get(name, 0) + total
        return dict(days)


def add_day(store: Firestore, batch: Any, change: DayChange | None) -> None:
    """Add ``change`` when ``batch`` is committed."""
    if change is None:
        return
    totals = {f"{change.day} {name}": firestore.Increment(count) for name, count in change.counts.items()}
    for owner in (change.owner, EVERYONE):
        name = _name(owner, f"{change.day:%Y-%m}", random.randrange(_SHARDS))
        batch.set(store.document(_COLLECTION, name), {"totals": totals}, merge=True)


def _name(owner: str, month: str, shard: int) -> str:
    return f"{owner}/{month}/{shard}"


def _list_months(first: date, last: date) -> list[str]:
    days = ((first + timedelta(days=number)) for number in range((last - first).days + 1))
    return sorted({f"{day:%Y-%m}" for day in days})
