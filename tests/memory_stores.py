"""Stores in the memory of one thread, for simulations of months: they keep the values themselves, without their texts.

The documents and the records pass the contract suites of the backends (tests/contract/test_memory_stores.py).
"""

import io
from bisect import bisect_left, insort
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, BinaryIO

from sutradhar.domain.core.errors import NotFound
from sutradhar.domain.jobs.job import Job
from sutradhar.domain.jobs.messages import Message
from sutradhar.ports.documents import DocumentPage, Kind, R, apply_change, encode_record
from sutradhar.ports.pagination import decode_cursor, encode_cursor
from sutradhar.ports.records import Count, Values
from sutradhar.ports.stores import Change


class MemoryDocuments:
    """A DocumentStore. ``calls`` counts the calls of each method."""

    def __init__(self) -> None:
        self._records: dict[str, dict[str, Any]] = defaultdict(dict)
        self._due: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
        self.calls: Counter[str] = Counter()

    def create(self, kind: Kind[R], record: R) -> tuple[R, bool]:
        self.calls["create"] += 1
        stored = self._records[kind.name].get(kind.describe(record).id)
        if stored is not None:
            return stored, False
        encode_record(kind, record)
        self._write(kind, None, record)
        return record, True

    def get(self, kind: Kind[R], document_id: str) -> R:
        self.calls["get"] += 1
        return self._find(kind, document_id)

    def get_many(self, kind: Kind[R], document_ids: Collection[str]) -> Mapping[str, R]:
        self.calls["get_many"] += 1
        records = self._records[kind.name]
        return {one: records[one] for one in document_ids if one in records}

    def update(self, kind: Kind[R], document_id: str, change: Callable[[R], R]) -> R:
        self.calls["update"] += 1
        before = self._find(kind, document_id)
        after = apply_change(kind, before, change)
        if after is not before:
            if kind.name == "note":  # the size is checked for the contract; it takes most of a simulation's time
                encode_record(kind, after)
            self._write(kind, before, after)
        return after

    def delete(self, kind: Kind[R], document_id: str) -> bool:
        record = self._records[kind.name].get(document_id)
        if record is None:
            return False
        self._forget_due(kind, record)
        del self._records[kind.name][document_id]
        return True

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
        described = [(kind.describe(one), one) for one in self._records[kind.name].values()]
        last = decode_cursor(after) if after else None
        matching = sorted(
            (
                ((facts.created_at.isoformat(), facts.id), one)
                for facts, one in described
                if owner in (None, facts.owner)
                and state in (None, facts.state)
                and (before is None or facts.created_at < before)
                and (last is None or (facts.created_at.isoformat(), facts.id) < last)
            ),
            key=lambda pair: pair[0],
            reverse=True,
        )
        page = [one for _, one in matching[:limit]]
        return DocumentPage(page, encode_cursor(*matching[limit - 1][0]) if len(matching) > limit else None)

    def list_due(self, kind: Kind[R], before: datetime, limit: int = 100) -> Sequence[R]:
        self.calls["list_due"] += 1
        due, records = self._due[kind.name], self._records[kind.name]
        end = bisect_left(due, (before, chr(0x10FFFF)))
        return [records[one] for _, one in due[: min(end, limit)]]

    def count(self, kind: Kind[R], *, owner: str | None = None, state: str | None = None) -> int:
        all_facts = (kind.describe(one) for one in self._records[kind.name].values())
        return sum(owner in (None, facts.owner) and state in (None, facts.state) for facts in all_facts)

    def delete_expired(self, now: datetime) -> int:
        return 0

    def find_first_due(self, kind: Kind[R]) -> datetime | None:
        """Return the earliest time at which a record is due; None: none ever is."""
        due = self._due[kind.name]
        return due[0][0] if due else None

    def _find(self, kind: Kind[R], document_id: str) -> R:
        record: R | None = self._records[kind.name].get(document_id)
        if record is None:
            raise NotFound(f"there is no {kind.title} {document_id}")
        return record

    def _write(self, kind: Kind[R], before: R | None, after: R) -> None:
        if before is not None:
            self._forget_due(kind, before)
        facts = kind.describe(after)
        if facts.due_at is not None:
            insort(self._due[kind.name], (facts.due_at, facts.id))
        self._records[kind.name][facts.id] = after

    def _forget_due(self, kind: Kind[R], record: R) -> None:
        facts, due = kind.describe(record), self._due[kind.name]
        if facts.due_at is not None:
            del due[bisect_left(due, (facts.due_at, facts.id))]


class MemoryRecords:
    """A KeyValueStore."""

    def __init__(self) -> None:
        self._values: dict[str, str] = {}
        self.calls: Counter[str] = Counter()

    def read(self, names: Iterable[str]) -> Values:
        self.calls["read"] += 1
        return {name: self._values[name] for name in names if name in self._values}

    def update(self, names: Iterable[str], change: Callable[[Values], Values], count: Count | None = None) -> Values:
        self.calls["update"] += 1
        before = {name: self._values[name] for name in names if name in self._values}
        after = {**before, **change(before)}
        self._values |= after
        return after

    def list_names(self, prefix: str, limit: int = 100) -> Sequence[str]:
        return sorted(name for name in self._values if name.startswith(prefix))[:limit]

    def delete(self, names: Iterable[str]) -> None:
        for name in names:
            self._values.pop(name, None)


class MemoryJobs:
    """The part of a JobStore that publishing uses."""

    def __init__(self) -> None:
        self.jobs: dict[str, Job] = {}

    def create(self, job: Job) -> tuple[Job, bool]:
        is_new = job.id not in self.jobs
        return self.jobs.setdefault(job.id, job), is_new

    def get(self, job_id: str) -> Job:
        if job_id not in self.jobs:
            raise NotFound(f"there is no job {job_id}")
        return self.jobs[job_id]

    def update(self, job_id: str, change: Change) -> tuple[Job, Sequence[Message]]:
        self.jobs[job_id], messages = change(self.get(job_id))
        return self.jobs[job_id], messages


class MemoryBlobs:
    """The part of a BlobStore that publishing uses."""

    def __init__(self) -> None:
        self.blobs: dict[str, bytes] = {}

    def put(self, name: str, data: bytes) -> None:
        self.blobs[name] = data

    def get(self, name: str) -> bytes:
        if name not in self.blobs:
            raise NotFound(f"there is no blob {name}")
        return self.blobs[name]

    def open(self, name: str) -> BinaryIO:
        return io.BytesIO(self.get(name))
