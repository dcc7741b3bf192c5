"""Jobs, assets and leases in Firestore.

Every write is a compare-and-set on the update time of the document: under contention that was measured a hundred times
quicker than a transaction, which locks.
"""

import itertools
import random
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from google.api_core import exceptions
from google.cloud import firestore

from sutradhar.backends.gcp import library
from sutradhar.backends.gcp.day_tallies import add_day
from sutradhar.backends.gcp.documents import add_document
from sutradhar.backends.gcp.firestore import BODY, CALL, CONFLICT, STREAM, Firestore, repeat_on_conflict
from sutradhar.backends.gcp.newest_first import order_newest
from sutradhar.backends.gcp.records import change_records
from sutradhar.backends.gcp.retry import translate_errors
from sutradhar.backends.gcp.shared_calls import SharedCalls
from sutradhar.backends.gcp.tallies import add_tallies
from sutradhar.domain.assets.asset import Asset
from sutradhar.domain.core.errors import FieldError, InvalidRequest, LeaseHeld, NotFound, StaleLease
from sutradhar.domain.jobs.day_tallies import tally_end, tally_start
from sutradhar.domain.jobs.job import Job, JobState
from sutradhar.domain.jobs.library import LibraryFilter
from sutradhar.domain.jobs.messages import Message
from sutradhar.domain.jobs.tallies import count_changes, tally_change
from sutradhar.ports.clock import Clock
from sutradhar.ports.documents import NewDocument
from sutradhar.ports.pagination import encode_cursor
from sutradhar.ports.records import RecordChange, Values
from sutradhar.ports.stores import AssetStore, Change, Check, EntryPage, JobStore, Lease, LeaseStore, Page

MAX_BODY_BYTES = 1_000_000
"""A document may have 1 MiB, names and the other fields included (firebase.google.com/docs/firestore/quotas)."""
_FINISHED_EXTRA_BYTES = 40_000
"""Additional bytes for a finished job: one that could not be stored with its error or result would never end."""
_MAX_UNFINISHED = 500
_SHARDS = 8
"""The number of documents of each count. A document takes only about one write per second for a long time."""
_LEASES_KEPT = timedelta(days=1)


class FirestoreJobStore(JobStore):
    """One document for each job."""

    def __init__(self, store: Firestore) -> None:
        self._store = store
        # the callers of one key often look at the same page, and a count reads an index entry for each job
        self._pages: SharedCalls[EntryPage] = SharedCalls()
        self._counts: SharedCalls[int | None] = SharedCalls()

    def create(
        self, job: Job, documents: Sequence[NewDocument[Any]] = (), records: RecordChange | None = None
    ) -> tuple[Job, bool]:
        write_id = uuid.uuid4().hex
        attempts = itertools.count()

        def attempt() -> tuple[Job, bool]:
            batch, is_first = self._store.client.batch(), next(attempts) == 0
            batch.create(self._document(job.id), self._fields(job, write_id))
            self._count(batch, count_changes(None, job))
            add_day(self._store, batch, tally_start(job))
            for document in documents:
                add_document(self._store, batch, document, write_id)
            change = records or RecordChange((), lambda values: values)
            write = change_records(self._store, change, write_id, may_recall=is_first)
            write.add_to(batch, job.created_at)
            try:
                write.commit(batch)
            except (*CONFLICT, exceptions.NotFound):
                existing = self._document(job.id).get(BODY, **CALL)
                if not existing.exists:
                    raise  # another process changed a record
                # the job is ours if it is from this call, repeated by the client because its answer was lost
                return _read_job(existing), existing.get("write") == write_id
            return job, True

        with translate_errors(self._store.name):
            return repeat_on_conflict(f"job {job.id}", attempt)

    def get(self, job_id: str) -> Job:
        return _read_job(self._snapshot(job_id))

    def get_with(self, job_id: str, names: Sequence[str]) -> tuple[Job, Values]:
        references = [self._document(job_id), *(self._store.document("records", name) for name in names)]
        read = self._store.read(lambda: self._store.client.get_all(references, BODY, **STREAM))
        snapshots = {snapshot.reference.path: snapshot for snapshot in read if snapshot.exists}
        job, *records = (snapshots.get(reference.path) for reference in references)
        if job is None:
            raise NotFound(f"there is no job {job_id}")
        values = {name: record.get("body") for name, record in zip(names, records, strict=True) if record is not None}
        return _read_job(job), values

    def update(self, job_id: str, change: Change) -> tuple[Job, Sequence[Message]]:
        write_id = uuid.uuid4().hex
        last_write: tuple[Job, Sequence[Message]] | None = None

        def attempt() -> tuple[Job, Sequence[Message]]:
            nonlocal last_write
            snapshot = self._snapshot(job_id)
            if last_write and snapshot.get("write") == write_id:
                return last_write  # only the answer of the attempt before was lost
            before = _read_job(snapshot)
            job, messages = change(before)
            if job == before:
                return before, messages
            job = job.evolve(version=before.version + 1)
            last_write = job, messages
            batch = self._store.client.batch()
            condition = self._store.require_unchanged(snapshot)
            batch.update(snapshot.reference, self._fields(job, write_id), option=condition)
            self._count(batch, count_changes(before, job))
            add_tallies(self._store, batch, tally_change(before, job))
            add_day(self._store, batch, tally_end(before, job))
            batch.commit(**CALL)
            return last_write

        with translate_errors(self._store.name):
            return repeat_on_conflict(f"job {job_id}", attempt)

    def delete(self, job_id: str, check: Check | None = None) -> bool:
        was_sent = False

        def attempt() -> bool:
            nonlocal was_sent
            snapshot = self._document(job_id).get(BODY, **CALL)
            if not snapshot.exists:
                return was_sent  # only the answer of the attempt before was lost, or another process was quicker
            if check:
                check(_read_job(snapshot))
            was_sent = True
            snapshot.reference.delete(option=self._store.require_unchanged(snapshot), **CALL)
            return True

        with translate_errors(self._store.name):
            return repeat_on_conflict(f"job {job_id}", attempt)

    def list_unfinished(self, touched_before: datetime) -> Sequence[Job]:
        query = (
            self._jobs()
            .where(filter=firestore.FieldFilter("over", "==", False))
            .where(filter=firestore.FieldFilter("updated_at", "<=", touched_before))
            .order_by("updated_at")
            .limit(_MAX_UNFINISHED)
        )
        return [_read_job(snapshot) for snapshot in self._store.read(lambda: query.stream(**STREAM))]

    def list_waiting(self, until: datetime) -> Sequence[Job]:
        query = (
            self._jobs()
            .where(filter=firestore.FieldFilter("waits_until", "<=", until))
            .order_by("waits_until")
            .limit(_MAX_UNFINISHED)
        )
        return [_read_job(snapshot) for snapshot in self._store.read(lambda: query.stream(**STREAM))]

    def list_latest(self, limit: int = 20, after: str | None = None) -> Page:
        query = order_newest(self._jobs(), after, self._document)
        # one job more than requested tells whether there is another page
        page = query.limit(limit + 1)
        jobs = [_read_job(snapshot) for snapshot in self._store.read(lambda: page.stream(**STREAM))]
        if not jobs[limit:]:
            return Page(jobs, None)
        last = jobs[limit - 1]
        return Page(jobs[:limit], encode_cursor(last.created_at.isoformat(), last.id))

    def list_entries(self, matching: LibraryFilter, limit: int, after: str | None = None, skip: int = 0) -> EntryPage:
        page = (matching, limit, after, skip)
        return self._pages.get(page, lambda: library.list_entries(self._store, *page))

    def count_entries(self, matching: LibraryFilter) -> int | None:
        return self._counts.get(matching, lambda: library.count_entries(self._store, matching))

    def refresh_entries(self, position: str, now: datetime) -> str:
        return library.refresh_entries(self._store, position, now)

    def count_by_state(self) -> Mapping[JobState, int]:
        totals: dict[JobState, int] = {}
        shards = self._store.client.collection("counts")
        for shard in self._store.read(lambda: shards.stream(**STREAM)):
            state = JobState(shard.get("state"))
            totals[state] = totals.get(state, 0) + int(shard.get("total"))
        return totals

    def _jobs(self) -> Any:
        return self._store.client.collection("jobs")

    def _document(self, job_id: str) -> Any:
        return self._store.document("jobs", job_id)

    def _snapshot(self, job_id: str) -> Any:
        with translate_errors(self._store.name):
            snapshot = self._document(job_id).get(BODY, **CALL)
        if not snapshot.exists:
            raise NotFound(f"there is no job {job_id}")
        return snapshot

    def _count(self, batch: Any, changes: Mapping[JobState, int]) -> None:
        for state, change in changes.items():
            shard = self._store.document("counts", f"{state}-{random.randrange(_SHARDS)}")
            batch.set(shard, {"state": state.value, "total": firestore.Increment(change)}, merge=True)

    def _fields(self, job: Job, write_id: str) -> dict[str, Any]:
        """Return the document of ``job``. ``write_id`` names the call that writes it, so that a call whose response was
        lost recognises its own commit when it is repeated."""
        limit = MAX_BODY_BYTES + (_FINISHED_EXTRA_BYTES if job.state.is_terminal else 0)
        return {
            "state": job.state.value,
            "over": job.is_settled,
            "created_at": job.created_at,
            "updated_at": job.updated_at,
            "waits_until": job.waits_until,
            "version": job.version,
            "write": write_id,
            **library.make_entry_fields(job),
            "body": _check_size(f"job {job.id}", job.to_record(), limit),
        }


class FirestoreAssetStore(AssetStore):
    """One document for each asset, which is valid for ``keep``. It has to end before its blob does, and Firestore
    deletes it up to a day late, so the store itself compares the time."""

    def __init__(self, store: Firestore, clock: Clock, keep: timedelta) -> None:
        self._store, self._clock, self._keep = store, clock, keep

    def get_many(self, keys: Iterable[str]) -> Mapping[str, Asset]:
        documents = [self._store.document("assets", key) for key in dict.fromkeys(keys)]
        if not documents:
            return {}
        now = self._clock.now()
        snapshots = self._store.read(lambda: self._store.client.get_all(documents, **STREAM))
        valid = [snapshot for snapshot in snapshots if snapshot.exists and snapshot.get("expire_at") > now]
        assets = [Asset.from_record(snapshot.get("body")) for snapshot in valid]
        return {asset.key: asset for asset in assets}

    def save(self, asset: Asset, lease: Lease) -> None:
        body = _check_size(f"asset {asset.key}", asset.to_record(), MAX_BODY_BYTES)

        def attempt() -> None:
            held = self._store.document("leases", lease.name).get(**CALL)
            if not held.exists or held.get("token") != lease.token:
                raise StaleLease(f"another process has taken the lease {lease.name}")
            batch = self._store.client.batch()
            # both are written or none, so no other process can take the lease in between
            batch.update(held.reference, {"saved": asset.key}, option=self._store.require_unchanged(held))
            batch.set(
                self._store.document("assets", asset.key),
                {"body": body, "expire_at": self._clock.now() + self._keep},
            )
            batch.commit(**CALL)

        with translate_errors(self._store.name):
            repeat_on_conflict(f"lease {lease.name}", attempt)

    def delete(self, keys: Iterable[str]) -> None:
        batch = self._store.client.batch()
        for key in dict.fromkeys(keys):
            batch.delete(self._store.document("assets", key))
        with translate_errors(self._store.name):
            batch.commit(**CALL)


class FirestoreLeaseStore(LeaseStore):
    """One document for each lease. A lease is free if it was released or has expired."""

    def __init__(self, store: Firestore, clock: Clock) -> None:
        self._store, self._clock = store, clock

    def acquire(self, name: str, ttl: timedelta) -> Lease:
        document, holder_id, now = self._store.document("leases", name), uuid.uuid4().hex, self._clock.now()
        with translate_errors(self._store.name):
            before = document.get(**CALL)
            if before.exists and before.get("expires") > now:
                raise LeaseHeld(f"{name} is being worked on")
            # also greater than the token of a document that was deleted long ago
            token = max(int(now.timestamp() * 1000), before.get("token") + 1 if before.exists else 0)
            fields = {
                "name": name,
                "token": token,
                "holder": holder_id,
                "expires": now + ttl,
                "expire_at": now + ttl + _LEASES_KEPT,
            }
            try:
                if before.exists:
                    document.update(fields, option=self._store.require_unchanged(before), **CALL)
                else:
                    document.create(fields, **CALL)
            except (*CONFLICT, exceptions.NotFound) as exc:
                # the lease is ours if this call took it and its answer was lost
                after = document.get(**CALL)
                if not after.exists or after.get("holder") != holder_id:
                    raise LeaseHeld(f"{name} is being worked on") from exc
        return Lease(name=name, token=token, expires=now + ttl)

    def release(self, lease: Lease) -> None:
        with translate_errors(self._store.name):
            held = self._store.document("leases", lease.name).get(**CALL)
            if not held.exists or held.get("token") != lease.token:
                return
            option = self._store.require_unchanged(held)
            try:
                held.reference.update({"expires": datetime.fromtimestamp(0, UTC)}, option=option, **CALL)
            except (*CONFLICT, exceptions.NotFound):
                return  # it had expired, and another process has taken it


def _read_job(snapshot: Any) -> Job:
    return Job.from_record(snapshot.get("body"))


def _check_size(what: str, text: str, limit: int) -> str:
    """Return ``text``. Raise InvalidRequest if it has more than ``limit`` bytes."""
    size = len(text.encode())
    if size > limit:
        message = f"{what} is too large to be stored: {size} bytes, at most {limit}; use fewer or shorter scenes"
        raise InvalidRequest([FieldError("", message)])
    return text
