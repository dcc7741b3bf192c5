"""Small shared records in Firestore."""

import uuid
from collections.abc import Callable, Iterable, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

from google.cloud import firestore

from sutradhar.backends.gcp.firestore import CALL, STREAM, Firestore, repeat_on_conflict
from sutradhar.backends.gcp.retry import translate_errors
from sutradhar.ports.clock import Clock
from sutradhar.ports.records import KeyValueStore, Values

KEEP = timedelta(days=400)
"""The time that a record stays after its last write: the accounts of a year can be read."""
_LAST_CHARACTER = "\x7f"
"""Every character of an id comes before it, since ``Firestore.document`` quotes all but some printable ASCII."""


class FirestoreKeyValueStore(KeyValueStore):
    """One document for each name. A write is conditional on the update times of the documents it is based on."""

    def __init__(self, store: Firestore, clock: Clock) -> None:
        self._store, self._clock = store, clock

    def read(self, names: Iterable[str]) -> Values:
        return {name: snapshot.get("body") for name, snapshot in self._snapshots(list(names)).items()}

    def update(self, names: Iterable[str], change: Callable[[Values], Values]) -> Values:
        keys, write_id = list(names), uuid.uuid4().hex
        after: Values = {}
        changed: Values = {}

        def attempt() -> Values:
            nonlocal after, changed
            stored = self._snapshots(keys)
            if any(name in stored and stored[name].get("write") == write_id for name in changed):
                return after  # only the answer of the attempt before was lost
            before = {name: snapshot.get("body") for name, snapshot in stored.items()}
            after = {**before, **change(before)}
            changed = {name: body for name, body in after.items() if before.get(name) != body}
            if changed:
                self._batch(changed, stored, write_id).commit(**CALL)
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

    def _batch(self, changed: Values, stored: dict[str, Any], write_id: str) -> Any:
        batch, ends = self._store.client.batch(), self._clock.now() + KEEP
        for name, body in changed.items():
            fields = {"body": body, "write": write_id, "expire_at": ends}
            if name in stored:
                condition = self._store.require_unchanged(stored[name])
                batch.update(stored[name].reference, fields, option=condition)
            else:
                batch.create(self._store.document("records", name), fields)
        return batch

    def _snapshots(self, names: list[str]) -> dict[str, Any]:
        documents = {self._store.document("records", name).id: name for name in names}
        references = [self._store.document("records", name) for name in names]
        snapshots = self._store.read(lambda: self._store.client.get_all(references, **STREAM))
        return {documents[snapshot.id]: snapshot for snapshot in snapshots if snapshot.exists}
