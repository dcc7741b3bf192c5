"""Small records with an owner in Firestore."""

import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from google.cloud import firestore

from sutradhar.backends.gcp.firestore import CALL, CONFLICT, STREAM, Firestore, repeat_on_conflict
from sutradhar.backends.gcp.newest_first import order_newest
from sutradhar.backends.gcp.retry import translate_errors
from sutradhar.backends.gcp.tallies import add_tallies
from sutradhar.domain.core.errors import NotFound
from sutradhar.ports.documents import DocumentPage, DocumentStore, Kind, NewDocument, R, apply_change, encode_record
from sutradhar.ports.pagination import encode_cursor


class FirestoreDocumentStore(DocumentStore):
    """One document for each record, all kinds in one collection, so that a new kind needs no new index."""

    def __init__(self, store: Firestore) -> None:
        self._store = store

    def create(self, kind: Kind[R], record: R) -> tuple[R, bool]:
        document_id, write_id = kind.describe(record).id, uuid.uuid4().hex
        with translate_errors(self._store.name):
            try:
                self._document(kind, document_id).create(_make_fields(kind, record, write_id), **CALL)
            except CONFLICT:
                existing = self._snapshot(kind, document_id)
                # the record is ours if it is from this call, repeated by the client because its answer was lost
                return _read_record(kind, existing), existing.get("write") == write_id
        return record, True

    def get(self, kind: Kind[R], document_id: str) -> R:
        return _read_record(kind, self._snapshot(kind, document_id))

    def get_many(self, kind: Kind[R], document_ids: Collection[str]) -> Mapping[str, R]:
        references = [self._document(kind, one) for one in dict.fromkeys(document_ids)]
        if not references:
            return {}
        snapshots = self._store.read(lambda: self._store.client.get_all(references, **STREAM))
        records = [_read_record(kind, snapshot) for snapshot in snapshots if snapshot.exists]
        return {kind.describe(record).id: record for record in records}

    def update(self, kind: Kind[R], document_id: str, change: Callable[[R], R]) -> R:
        write_id = uuid.uuid4().hex
        own_writes: list[R] = []

        def attempt() -> R:
            snapshot = self._snapshot(kind, document_id)
            if own_writes and snapshot.get("write") == write_id:
                return own_writes[-1]  # only the answer of the attempt before was lost
            before = _read_record(kind, snapshot)
            after = apply_change(kind, before, change)
            if after != before:
                own_writes.append(after)
                batch = self._store.client.batch()
                condition = self._store.require_unchanged(snapshot)
                batch.update(snapshot.reference, _make_fields(kind, after, write_id), option=condition)
                add_tallies(self._store, batch, kind.count(before, after))
                batch.commit(**CALL)
            return after

        with translate_errors(self._store.name):
            return repeat_on_conflict(f"{kind.name} {document_id}", attempt)

    def delete(self, kind: Kind[R], document_id: str) -> bool:
        document = self._document(kind, document_id)
        with translate_errors(self._store.name):
            exists = bool(document.get(["kind"], **CALL).exists)
            document.delete(**CALL)
        return exists

    def list(
        self,
        kind: Kind[R],
        *,
        owner: str | None = None,
        state: str | None = None,
        before: datetime | None = None,
        limit: int = 20,
        after: str | None = None,
    ) -> DocumentPage[R]:
        matching = self._select(kind, owner, state)
        if before:
            matching = matching.where(filter=firestore.FieldFilter("created_at", "<", before))
        # one record more than requested tells whether there is another page
        page = self._order(kind, matching, after).limit(limit + 1)
        snapshots = self._store.read(lambda: page.stream(**STREAM))
        records = [_read_record(kind, snapshot) for snapshot in snapshots]
        if len(records) <= limit:
            return DocumentPage(records, None)
        last = kind.describe(records[limit - 1])
        return DocumentPage(records[:limit], encode_cursor(last.created_at.isoformat(), last.id))

    def list_due(self, kind: Kind[R], before: datetime, limit: int = 100) -> Sequence[R]:
        query = (
            self._select(kind, None, None)
            .where(filter=firestore.FieldFilter("due_at", "<=", before))
            .order_by("due_at")
            .limit(limit)
        )
        return [_read_record(kind, snapshot) for snapshot in self._store.read(lambda: query.stream(**STREAM))]

    def count(self, kind: Kind[R], *, owner: str | None = None, state: str | None = None) -> int:
        # ordered, so that Firestore counts in the index that the list reads
        query = self._order(kind, self._select(kind, owner, state), None).count()
        counted = self._store.read(lambda: query.get(**STREAM))
        return int(counted[0][0].value)  # a count of nothing is 0.0

    def delete_expired(self, now: datetime) -> int:  # noqa: ARG002 - Firestore deletes by itself
        return 0

    def _document(self, kind: Kind[R], document_id: str) -> Any:
        return _find_document(self._store, kind, document_id)

    def _snapshot(self, kind: Kind[R], document_id: str) -> Any:
        with translate_errors(self._store.name):
            snapshot = self._document(kind, document_id).get(**CALL)
        if not snapshot.exists:
            raise NotFound(f"there is no {kind.title} {document_id}")
        return snapshot

    def _select(self, kind: Kind[R], owner: str | None, state: str | None) -> Any:
        query: Any = self._store.client.collection("documents")
        for name, value in (("kind", kind.name), ("owner", owner), ("state", state)):
            if value is not None:
                query = query.where(filter=firestore.FieldFilter(name, "==", value))
        return query

    def _order(self, kind: Kind[R], query: Any, after: str | None) -> Any:
        """Return ``query`` with the newest records first, from the pagination cursor ``after`` on."""
        return order_newest(query, after, partial(self._document, kind))


def add_document(store: Firestore, batch: Any, new: NewDocument[R], write_id: str) -> None:
    """Create the document of ``new`` when ``batch`` is committed."""
    reference = _find_document(store, new.kind, new.kind.describe(new.record).id)
    batch.create(reference, _make_fields(new.kind, new.record, write_id))


def _find_document(store: Firestore, kind: Kind[R], document_id: str) -> Any:
    return store.document("documents", f"{kind.name}/{document_id}")


def _make_fields(kind: Kind[R], record: R, write_id: str) -> dict[str, Any]:
    """Return the document of ``record``. ``write_id`` names the call that writes it, so that a call whose answer was
    lost recognises its own commit when it is repeated."""
    facts = kind.describe(record)
    return {
        "kind": kind.name,
        "owner": facts.owner,
        "created_at": facts.created_at,
        "state": facts.state,
        "due_at": facts.due_at,
        "expire_at": facts.expire_at,
        "write": write_id,
        "body": encode_record(kind, record),
    }


def _read_record(kind: Kind[R], snapshot: Any) -> R:
    return kind.model.from_record(snapshot.get("body"))
