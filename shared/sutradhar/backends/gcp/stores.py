"""Jobs, assets and leases in Firestore. Every write is a compare-and-set on the document's update time: measured a
hundred times quicker under contention than a transaction, which locks."""

import random
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from google.api_core import exceptions
from google.cloud import firestore

from sutradhar.backends.gcp.firestore import CALL, CONFLICT, STREAM, Firestore, repeat_on_conflict
from sutradhar.backends.gcp.retry import errors
from sutradhar.domain.assets.asset import Asset
from sutradhar.domain.core.errors import FieldError, InvalidRequest, LeaseHeld, NotFound, StaleLease
from sutradhar.domain.jobs.job import Job, JobState, count_changes
from sutradhar.domain.jobs.messages import Message
from sutradhar.ports.clock import Clock
from sutradhar.ports.pagination import decode_cursor, encode_cursor
from sutradhar.ports.stores import Change, Lease, Page

MAX_BODY_BYTES = 1_000_000
"""A document may have 1 MiB, names and the other fields included (firebase.google.com/docs/firestore/quotas)."""
_TO_END_WITH = 40_000
"""On top for a job that is over: one that could not be stored with its error or result would never end."""
_MOST_AT_ONCE = 500
_SHARDS = 8
"""A document takes about one write a second for long; each count has so many documents to spread over."""
_LEASES_KEPT = timedelta(days=1)


class FirestoreJobStore:
    """``keep_over``: how long records stay after their job is over; zero: for ever."""

    def __init__(self, store: Firestore, keep_over: timedelta) -> None:
        self._store, self._keep_over = store, keep_over

    def create(self, job: Job) -> tuple[Job, bool]:
        batch, mine = self._store.client.batch(), uuid.uuid4().hex
        with errors(self._store.name):
            batch.create(self._document(job.id), self._fields(job, mine))
            self._count(batch, count_changes(None, job))
            try:
                batch.commit(**CALL)
            except CONFLICT:
                there = self._snapshot(job.id)
                return _job(there), there.get("write") == mine
        return job, True

    def get(self, job_id: str) -> Job:
        return _job(self._snapshot(job_id))

    def update(self, job_id: str, change: Change) -> tuple[Job, Sequence[Message]]:
        write_id = uuid.uuid4().hex
        written: tuple[Job, Sequence[Message]] | None = None

        def attempt() -> tuple[Job, Sequence[Message]]:
            nonlocal written
            snapshot = self._snapshot(job_id)
            if written and snapshot.get("write") == write_id:
                return written  # only the answer of the attempt before was lost
            before = _job(snapshot)
            job, messages = change(before)
            if job == before:
                return before, messages
            job = job.evolve(version=before.version + 1)
            written = job, messages
            batch = self._store.client.batch()
            batch.update(snapshot.reference, self._fields(job, write_id), option=self._store.unchanged_since(snapshot))
            self._count(batch, count_changes(before, job))
            batch.commit(**CALL)
            return written

        with errors(self._store.name):
            return repeat_on_conflict(f"job {job_id}", attempt)

    def list_unfinished(self, touched_before: datetime) -> Sequence[Job]:
        query = (
            self._jobs()
            .where(filter=firestore.FieldFilter("over", "==", False))
            .where(filter=firestore.FieldFilter("updated_at", "<=", touched_before))
            .order_by("updated_at")
            .limit(_MOST_AT_ONCE)
        )
        return [_job(snapshot) for snapshot in self._store.read(lambda: query.stream(**STREAM))]

    def list_latest(self, limit: int = 20, after: str | None = None) -> Page:
        newest = firestore.Query.DESCENDING
        query = self._jobs().order_by("created_at", direction=newest).order_by("__name__", direction=newest)
        if after:
            created_at, job_id = decode_cursor(after)
            try:
                start = datetime.fromisoformat(created_at).astimezone(UTC)
            except (ValueError, OverflowError) as exc:
                raise InvalidRequest([FieldError("after", "is not the end of a page")]) from exc
            query = query.start_after({"created_at": start, "__name__": self._document(job_id)})
        # one more than asked for tells whether there is another page
        page = query.limit(limit + 1)
        jobs = [_job(snapshot) for snapshot in self._store.read(lambda: page.stream(**STREAM))]
        if not jobs[limit:]:
            return Page(jobs, None)
        last = jobs[limit - 1]
        return Page(jobs[:limit], encode_cursor(last.created_at.isoformat(), last.id))

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
        with errors(self._store.name):
            snapshot = self._document(job_id).get(**CALL)
        if not snapshot.exists:
            raise NotFound(f"there is no job {job_id}")
        return snapshot

    def _count(self, batch: Any, changes: Mapping[JobState, int]) -> None:
        for state, change in changes.items():
            shard = self._store.document("counts", f"{state}-{random.randrange(_SHARDS)}")
            batch.set(shard, {"state": state.value, "total": firestore.Increment(change)}, merge=True)

    def _fields(self, job: Job, write: str) -> dict[str, Any]:
        """``write`` names the call that writes: one that is made again because its answer was lost, and meets its own
        work, must not take that for somebody else's."""
        ends = job.updated_at + self._keep_over if job.state.is_terminal and self._keep_over else None
        limit = MAX_BODY_BYTES + (_TO_END_WITH if job.state.is_terminal else 0)
        return {
            "state": job.state.value,
            "over": job.state.is_terminal,
            "created_at": job.created_at,
            "updated_at": job.updated_at,
            "version": job.version,
            "write": write,
            "expire_at": ends,
            "body": _body(f"job {job.id}", job.to_record(), limit),
        }


class FirestoreAssetStore:
    """``keep``: how long a record counts. It has to end before its blob does, and Firestore deletes it a day late."""

    def __init__(self, store: Firestore, clock: Clock, keep: timedelta) -> None:
        self._store, self._clock, self._keep = store, clock, keep

    def get_many(self, keys: Iterable[str]) -> Mapping[str, Asset]:
        wanted = [self._store.document("assets", key) for key in dict.fromkeys(keys)]
        if not wanted:
            return {}
        now = self._clock.now()
        found = self._store.read(lambda: self._store.client.get_all(wanted, **STREAM))
        alive = [snapshot for snapshot in found if snapshot.exists and snapshot.get("expire_at") > now]
        assets = [Asset.from_record(snapshot.get("body")) for snapshot in alive]
        return {asset.key: asset for asset in assets}

    def save(self, asset: Asset, lease: Lease) -> None:
        body = _body(f"asset {asset.key}", asset.to_record(), MAX_BODY_BYTES)

        def attempt() -> None:
            held = self._store.document("leases", lease.name).get(**CALL)
            if not held.exists or held.get("token") != lease.token:
                raise StaleLease(f"{lease.name} was taken by somebody else")
            batch = self._store.client.batch()
            # written together or not at all, so no other process can take the lease in between
            batch.update(held.reference, {"saved": asset.key}, option=self._store.unchanged_since(held))
            batch.set(
                self._store.document("assets", asset.key),
                {"body": body, "expire_at": self._clock.now() + self._keep},
            )
            batch.commit(**CALL)

        with errors(self._store.name):
            repeat_on_conflict(f"lease {lease.name}", attempt)


class FirestoreLeaseStore:
    """A lease is free when it was given back or when its time is over."""

    def __init__(self, store: Firestore, clock: Clock) -> None:
        self._store, self._clock = store, clock

    def acquire(self, name: str, ttl: timedelta) -> Lease:
        document, mine, now = self._store.document("leases", name), uuid.uuid4().hex, self._clock.now()
        with errors(self._store.name):
            before = document.get(**CALL)
            if before.exists and before.get("expires") > now:
                raise LeaseHeld(f"{name} is being worked on")
            # also greater than that of a record that is long deleted
            token = max(int(now.timestamp() * 1000), before.get("token") + 1 if before.exists else 0)
            fields = {
                "name": name,
                "token": token,
                "holder": mine,
                "expires": now + ttl,
                "expire_at": now + ttl + _LEASES_KEPT,
            }
            try:
                if before.exists:
                    document.update(fields, option=self._store.unchanged_since(before), **CALL)
                else:
                    document.create(fields, **CALL)
            except (*CONFLICT, exceptions.NotFound) as exc:
                # unless it was this very call, made again because its answer was lost
                after = document.get(**CALL)
                if not after.exists or after.get("holder") != mine:
                    raise LeaseHeld(f"{name} is being worked on") from exc
        return Lease(name=name, token=token, expires=now + ttl)

    def release(self, lease: Lease) -> None:
        with errors(self._store.name):
            held = self._store.document("leases", lease.name).get(**CALL)
            if not held.exists or held.get("token") != lease.token:
                return
            option = self._store.unchanged_since(held)
            try:
                held.reference.update({"expires": datetime.fromtimestamp(0, UTC)}, option=option, **CALL)
            except (*CONFLICT, exceptions.NotFound):
                return  # somebody took it: its time was over


def _job(snapshot: Any) -> Job:
    return Job.from_record(snapshot.get("body"))


def _body(what: str, text: str, limit: int) -> str:
    size = len(text.encode())
    if size > limit:
        message = f"{what} is too large to be stored: {size} bytes, at most {limit}; use fewer or shorter scenes"
        raise InvalidRequest([FieldError("", message)])
    return text
