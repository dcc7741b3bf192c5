"""Small shared records in Firestore."""

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote

from google.cloud import firestore

from sutradhar.backends.gcp.firestore import CALL, STREAM, Firestore, repeat_on_conflict
from sutradhar.backends.gcp.retry import translate_errors
from sutradhar.ports.clock import Clock
from sutradhar.ports.records import KeyValueStore, RecordChange, Values

KEEP = timedelta(days=400)
"""The time that a record stays after its last write: the accounts of a year can be read."""
_LAST_CHARACTER = "\x7f"
"""Every character of an id comes before it, since ``Firestore.document`` quotes all but some printable ASCII."""


class FirestoreKeyValueStore(KeyValueStore):
    """One document for each name. A write is conditional on the update times of the documents it is based on."""

    def __init__(self, store: Firestore, clock: Clock) -> None:
        self._store, self._clock = store, clock

    def read(self, names: Iterable[str]) -> Values:
        return _read_bodies(_read_snapshots(self._store, list(names)))

    def update(self, names: Iterable[str], change: Callable[[Values], Values]) -> Values:
        keys, write_id = list(names), uuid.uuid4().hex
        after: Values = {}
        changed: Values = {}

        def attempt() -> Values:
            nonlocal after, changed
            stored = _read_snapshots(self._store, keys)
            if any(name in stored and stored[name].get("write") == write_id for name in changed):
                return after  # only the answer of the attempt before was lost
            before = _read_bodies(stored)
            after = {**before, **change(before)}
            changed = {name: body for name, body in after.items() if before.get(name) != body}
            if changed:
                batch = self._store.client.batch()
                _write_bodies(self._store, batch, changed, stored, write_id, self._clock.now())
                batch.commit(**CALL)
            return after

        with translate_errors(self._store.name):
            return repeat_on_conflict(f"record {keys[0]}", attempt)

    def list_names(self, prefix: str, limit: int = 100) -> Sequence[str]:
        first = self._store.document("records", prefix)
        last = self._store.client.collection("records").document(f"{first.id}{_LAST_CHARACTER}")
        query = (
            self._store.client.collection("records")
            .where(filter=firestore.FieldFilter("__name__", ">=", first))
            .where(filter=firestore.FieldFilter("__name__", "<", last))
            .select([])
            .limit(limit)
        )
        return [unquote(snapshot.id) for snapshot in self._store.read(lambda: query.stream(**STREAM))]

    def delete(self, names: Iterable[str]) -> None:
        batch = self._store.client.batch()
        for name in names:
            batch.delete(self._store.document("records", name))
        with translate_errors(self._store.name):
            batch.commit(**CALL)


def change_records(store: Firestore, batch: Any, records: RecordChange, write_id: str, now: datetime) -> None:
    """Read ``records``, and write them changed when ``batch`` is committed, if no other process writes in between."""
    stored = _read_snapshots(store, records.names)
    before = _read_bodies(stored)
    changed = {name: body for name, body in records.change(before).items() if before.get(name) != body}
    _write_bodies(store, batch, changed, stored, write_id, now)


def _write_bodies(
    store: Firestore, batch: Any, changed: Values, stored: Mapping[str, Any], write_id: str, now: datetime
) -> None:
    for name, body in changed.items():
        fields = {"body": body, "write": write_id, "expire_at": now + KEEP}
        if name in stored:
            batch.update(stored[name].reference, fields, option=store.require_unchanged(stored[name]))
        else:
            batch.create(store.document("records", name), fields)


def _read_snapshots(store: Firestore, names: Sequence[str]) -> dict[str, Any]:
    documents = {(reference := store.document("records", name)).id: (name, reference) for name in names}
    references = [reference for _, reference in documents.values()]
    snapshots = store.read(lambda: store.client.get_all(references, **STREAM))
    return {documents[snapshot.id][0]: snapshot for snapshot in snapshots if snapshot.exists}


def _read_bodies(stored: Mapping[str, Any]) -> dict[str, str]:
    return {name: snapshot.get("body") for name, snapshot in stored.items()}
