"""Small records with an owner in SQLite."""

import sqlite3
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime

from sutradhar.backends.local.database import Database
from sutradhar.backends.local.tallies import add_tallies
from sutradhar.backends.local.times import format_time
from sutradhar.domain.core.errors import NotFound
from sutradhar.ports.documents import DocumentPage, DocumentStore, Kind, NewDocument, R, apply_change, encode_record
from sutradhar.ports.pagination import decode_cursor, encode_cursor

_MAX_EXPIRED = 1000


class SqliteDocumentStore(DocumentStore):
    """One row for each record. An update runs in one transaction, so its ``change`` runs once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(self, kind: Kind[R], record: R) -> tuple[R, bool]:
        with self._database.write() as connection:
            row = connection.execute(
                "SELECT body FROM documents WHERE kind = ? AND id = ?", (kind.name, kind.describe(record).id)
            ).fetchone()
            if row:
                return kind.model.from_record(row[0]), False
            insert_document(connection, NewDocument(kind, record))
        return record, True

    def get(self, kind: Kind[R], document_id: str) -> R:
        row = self._database.read().execute(
            "SELECT body FROM documents WHERE kind = ? AND id = ?", (kind.name, document_id)
        )
        return _read_row(kind, document_id, row.fetchone())

    def get_many(self, kind: Kind[R], document_ids: Collection[str]) -> Mapping[str, R]:
        marks = ",".join("?" * len(document_ids))
        rows = self._database.read().execute(
            f"SELECT id, body FROM documents WHERE kind = ? AND id IN ({marks})",  # noqa: S608 - only question marks
            (kind.name, *document_ids),
        )
        return {document_id: kind.model.from_record(body) for document_id, body in rows}

    def update(self, kind: Kind[R], document_id: str, change: Callable[[R], R]) -> R:
        with self._database.write() as connection:
            row = connection.execute(
                "SELECT body FROM documents WHERE kind = ? AND id = ?", (kind.name, document_id)
            ).fetchone()
            before = _read_row(kind, document_id, row)
            after = apply_change(kind, before, change)
            if after != before:
                connection.execute(
                    "UPDATE documents SET state = ?, due_at = ?, expire_at = ?, body = ? WHERE kind = ? AND id = ?",
                    (*_changing(kind, after), encode_record(kind, after), kind.name, document_id),
                )
                add_tallies(connection, kind.count(before, after))
        return after

    def delete(self, kind: Kind[R], document_id: str) -> bool:
        with self._database.write() as connection:
            deleted = connection.execute(
                "DELETE FROM documents WHERE kind = ? AND id = ?", (kind.name, document_id)
            ).rowcount
        return deleted > 0

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
        created_at, document_id = decode_cursor(after) if after else ("9999", "")
        filters = _filters(kind.name, owner, state)
        rows = self._database.read().execute(
            f"SELECT body FROM documents WHERE {_conditions(filters)} AND (created_at, id) < (?, ?)"  # noqa: S608 - every value is bound
            " AND created_at < ? ORDER BY created_at DESC, id DESC LIMIT ?",
            # one record more than requested tells whether there is another page
            (*filters.values(), created_at, document_id, format_time(before) if before else "9999", limit + 1),
        )
        records = [kind.model.from_record(body) for (body,) in rows]
        if len(records) <= limit:
            return DocumentPage(records, None)
        last = kind.describe(records[limit - 1])
        return DocumentPage(records[:limit], encode_cursor(format_time(last.created_at), last.id))

    def list_due(self, kind: Kind[R], before: datetime, limit: int = 100) -> Sequence[R]:
        rows = self._database.read().execute(
            "SELECT body FROM documents WHERE kind = ? AND due_at <= ? ORDER BY due_at, id LIMIT ?",
            (kind.name, format_time(before), limit),
        )
        return [kind.model.from_record(body) for (body,) in rows]

    def count(self, kind: Kind[R], *, owner: str | None = None, state: str | None = None) -> int:
        filters = _filters(kind.name, owner, state)
        query = f"SELECT COUNT(*) FROM documents WHERE {_conditions(filters)}"  # noqa: S608 - every value is bound
        (total,) = self._database.read().execute(query, tuple(filters.values())).fetchone()
        return int(total)

    def delete_expired(self, now: datetime) -> int:
        expired = self._database.read().execute(
            "SELECT 1 FROM documents WHERE expire_at < ? LIMIT 1", (format_time(now),)
        )
        if expired.fetchone() is None:
            return 0  # without waiting for other writers: this is called every few seconds
        with self._database.write() as connection:
            return connection.execute(
                "DELETE FROM documents WHERE (kind, id) IN"
                " (SELECT kind, id FROM documents WHERE expire_at < ? ORDER BY expire_at LIMIT ?)",
                (format_time(now), _MAX_EXPIRED),
            ).rowcount


def insert_document(connection: sqlite3.Connection, new: NewDocument[R]) -> None:
    """Store ``new`` in the transaction of ``connection``."""
    kind, record = new.kind, new.record
    facts, body = kind.describe(record), encode_record(kind, record)
    connection.execute(
        "INSERT INTO documents (kind, id, owner, created_at, state, due_at, expire_at, body)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (kind.name, facts.id, facts.owner, format_time(facts.created_at), *_changing(kind, record), body),
    )


def _read_row(kind: Kind[R], document_id: str, row: tuple[str] | None) -> R:
    if row is None:
        raise NotFound(f"there is no {kind.title} {document_id}")
    return kind.model.from_record(row[0])


def _changing(kind: Kind[R], record: R) -> tuple[str, str | None, str | None]:
    """Return the columns ``state``, ``due_at`` and ``expire_at``."""
    facts = kind.describe(record)
    return facts.state, _format(facts.due_at), _format(facts.expire_at)


def _format(at: datetime | None) -> str | None:
    return None if at is None else format_time(at)


def _filters(kind: str, owner: str | None, state: str | None) -> dict[str, str]:
    values = {"kind": kind, "owner": owner, "state": state}
    return {name: value for name, value in values.items() if value is not None}


def _conditions(filters: dict[str, str]) -> str:
    return " AND ".join(f"{name} = ?" for name in filters)
