"""Counts for the metrics in Firestore.

Each of some documents has a part of every count in its map ``totals``. A write adds to one of them, chosen at random: a
document takes only about one write per second for a long time.
"""

import random
from collections import Counter
from typing import Any

from google.cloud import firestore

from sutradhar.backends.gcp.firestore import STREAM, Firestore
from sutradhar.backends.gcp.retry import CALL_SEC, translate_errors
from sutradhar.domain.jobs.tallies import Tallies, Tally
from sutradhar.ports.tallies import TallyStore

_COLLECTION = "tallies"
_SHARDS = 16


class FirestoreTallyStore(TallyStore):
    def __init__(self, store: Firestore) -> None:
        self._store = store

    def add(self, changes: Tallies) -> None:
        if not changes:
            return
        with translate_errors(self._store.name):
            batch = self._store.client.batch()
            add_tallies(self._store, batch, changes)
            batch.commit(retry=None, timeout=CALL_SEC)  # a repeated call might count twice

    def read(self) -> Tallies:
        totals: Counter[str] = Counter()
        documents = self._store.client.collection(_COLLECTION)
        for document in self._store.read(lambda: documents.stream(**STREAM)):
            for key, total in document.get("totals").items():
                totals[key] += total
        return {Tally.parse(key): total for key, total in totals.items()}


def add_tallies(store: Firestore, batch: Any, changes: Tallies) -> None:
    """Add ``changes`` when ``batch`` is committed."""
    if changes:
        totals = {tally.to_key(): firestore.Increment(change) for tally, change in changes.items()}
        batch.set(store.document(_COLLECTION, str(random.randrange(_SHARDS))), {"totals": totals}, merge=True)
