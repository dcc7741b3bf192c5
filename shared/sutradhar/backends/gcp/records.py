"""Small shared values in Firestore."""

import uuid
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from sutradhar.backends.gcp.firestore import CALL, STREAM, Firestore, repeat_on_conflict
from sutradhar.backends.gcp.retry import errors
from sutradhar.ports.clock import Clock
from sutradhar.ports.records import Values

KEEP = timedelta(days=400)
"""After the last write; a year's accounts can be looked at."""


class FirestoreKeyValueStore:
    def __init__(self, store: Firestore, clock: Clock) -> None:
        self._store, self._clock = store, clock

    def read(self, names: Iterable[str]) -> Values:
        return {name: found.get("body") for name, found in self._snapshots(list(names)).items()}

    def update(self, names: Iterable[str], change: Callable[[Values], Values]) -> Values:
        wanted, write_id = list(names), uuid.uuid4().hex
        after: Values = {}
        changed: Values = {}

        def attempt() -> Values:
            nonlocal after, changed
            stored = self._snapshots(wanted)
            if any(name in stored and stored[name].get("write") == write_id for name in changed):
                return after  # only the answer of the attempt before was lost
            before = {name: snapshot.get("body") for name, snapshot in stored.items()}
            after = {**before, **change(before)}
            changed = {name: body for name, body in after.items() if before.get(name) != body}
            if changed:
                self._batch(changed, stored, write_id).commit(**CALL)
            return after

        with errors(self._store.name):
            return repeat_on_conflict(f"record {wanted[0]}", attempt)

    def _batch(self, changed: Values, found: dict[str, Any], write: str) -> Any:
        batch, ends = self._store.client.batch(), self._clock.now() + KEEP
        for name, body in changed.items():
            fields = {"body": body, "write": write, "expire_at": ends}
            if name in found:
                batch.update(found[name].reference, fields, option=self._store.unchanged_since(found[name]))
            else:
                batch.create(self._store.document("records", name), fields)
        return batch

    def _snapshots(self, names: list[str]) -> dict[str, Any]:
        documents = {self._store.document("records", name).id: name for name in names}
        references = [self._store.document("records", name) for name in names]
        found = self._store.read(lambda: self._store.client.get_all(references, **STREAM))
        return {documents[snapshot.id]: snapshot for snapshot in found if snapshot.exists}
