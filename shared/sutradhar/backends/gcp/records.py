"""Small shared records in Firestore."""

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote

from google.cloud import firestore

from sutradhar.backends.gcp.day_tallies import add_day
from sutradhar.backends.gcp.firestore import BODY, CALL, STREAM, Firestore, repeat_on_conflict
from sutradhar.backends.gcp.record_memory import StoredRecord
from sutradhar.backends.gcp.retry import translate_errors
from sutradhar.ports.clock import Clock
from sutradhar.ports.records import Count, KeyValueStore, RecordChange, Values

KEEP = timedelta(days=400)
"""The time that a record stays after its last write: the accounts of a year can be read."""
_LAST_CHARACTER = "\x7f"
"""Every character of an id comes before it, since ``Firestore.document`` quotes all but some printable ASCII."""


class FirestoreKeyValueStore(KeyValueStore):
    """One document for each name. A write is conditional on the update times of the documents it is based on."""

    def __init__(self, store: Firestore, clock: Clock) -> None:
        self._store, self._clock = store, clock

    def read(self, names: Iterable[str]) -> Values:
        return _list_bodies(_read_stored(self._store, list(names)))

    def update(self, names: Iterable[str], change: Callable[[Values], Values], count: Count | None = None) -> Values:
        records, write_id = RecordChange(list(names), change), uuid.uuid4().hex
        after: Values = {}
        changed: Values = {}

        def attempt() -> Values:
            nonlocal after, changed
            read = _read_stored(self._store, records.names) if changed else None
            if read and any(name in read and read[name].write_id == write_id for name in changed):
                return after  # only the answer of the attempt before was lost
            stored, changed = _apply_change(self._store, records, read)
            after = {**_list_bodies(stored), **changed}
            if changed:
                write = RecordWrite(self._store, stored, changed, write_id)
                batch = self._store.client.batch()
                if count:
                    add_day(self._store, batch, count(_list_bodies(stored), after))
                write.add_to(batch, self._clock.now())
                write.commit(batch)
            return after

        with translate_errors(self._store.name):
            return repeat_on_conflict(f"record {records.names[0]}", attempt)

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
        batch, names = self._store.client.batch(), list(names)
        for name in names:
            batch.delete(self._store.document("records", name))
        with translate_errors(self._store.name):
            batch.commit(**CALL)
        self._store.memory.forget(names)


@dataclass(frozen=True)
class RecordWrite:
    """A write of records that fails if another process writes to one of them before."""

    store: Firestore
    stored: Mapping[str, StoredRecord]
    """The records as they were before."""
    changed: Values
    write_id: str

    def add_to(self, batch: Any, now: datetime) -> None:
        """Add the writes to ``batch``; nothing else may be added after them."""
        for name, body in self.changed.items():
            reference = self.store.document("records", name)
            fields = {"body": body, "write": self.write_id, "expire_at": now + KEEP}
            if before := self.stored.get(name):
                condition = self.store.client.write_option(last_update_time=before.update_time)
                batch.update(reference, fields, option=condition)
            else:
                batch.create(reference, fields)

    def commit(self, batch: Any) -> None:
        """Commit ``batch``, and remember the records as they are then."""
        try:
            results = batch.commit(**CALL)
        except Exception:
            self.store.memory.forget(self.changed)
            raise
        times = [result.update_time for result in results][len(results) - len(self.changed) :]
        self.store.memory.remember(
            {
                name: StoredRecord(body, self.write_id, time)
                for (name, body), time in zip(self.changed.items(), times, strict=True)
            }
        )


def change_records(store: Firestore, records: RecordChange, write_id: str, *, may_recall: bool) -> RecordWrite:
    """Return the write of what ``records.change`` makes of the records.

    ``may_recall``: use the records that this process wrote last instead of reading them. If another process has changed
    them since, the write fails; then read them.
    """
    stored, changed = _apply_change(store, records, None if may_recall else _read_stored(store, records.names))
    return RecordWrite(store, stored, changed, write_id)


def _apply_change(
    store: Firestore, records: RecordChange, stored: Mapping[str, StoredRecord] | None
) -> tuple[Mapping[str, StoredRecord], Values]:
    """Return the records and their changed values.

    ``stored``: the records; None: recall them, or read them. A change that refuses values that are only recalled, or
    leaves them as they are, is made again with those in the store.
    """
    if stored is None and (recalled := store.memory.recall(records.names)):
        with suppress(Exception):
            if changed := _list_changes(recalled, records):
                return recalled, changed
    stored = _read_stored(store, records.names) if stored is None else stored
    return stored, _list_changes(stored, records)


def _list_changes(stored: Mapping[str, StoredRecord], records: RecordChange) -> Values:
    before = _list_bodies(stored)
    return {name: body for name, body in records.change(before).items() if before.get(name) != body}


def _read_stored(store: Firestore, names: Sequence[str]) -> dict[str, StoredRecord]:
    references = {(reference := store.document("records", name)).id: (name, reference) for name in names}
    documents = [reference for _, reference in references.values()]
    if not documents:
        return {}
    snapshots = store.read(lambda: store.client.get_all(documents, BODY, **STREAM))
    return {
        references[one.id][0]: StoredRecord(one.get("body"), (one.to_dict() or {}).get("write", ""), one.update_time)
        for one in snapshots
        if one.exists
    }


def _list_bodies(stored: Mapping[str, StoredRecord]) -> dict[str, str]:
    return {name: record.body for name, record in stored.items()}
