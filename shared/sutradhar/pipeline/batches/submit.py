"""Store a new batch: the blob of its plans, the states of its rows, and the batch itself."""

import hashlib
import json
import secrets
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

from sutradhar.domain.core.api_key import ApiKey
from sutradhar.domain.core.errors import IdempotencyMismatch
from sutradhar.domain.jobs.batch import Batch, BatchKey, BatchRow, BatchRows
from sutradhar.domain.jobs.messages import AdvanceBatch
from sutradhar.domain.jobs.renewed_key import LIFE
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.upload import find_uploads
from sutradhar.pipeline.batches.store import BATCH_ROWS, BATCHES, name_plans, name_rows
from sutradhar.pipeline.services import Services
from sutradhar.pipeline.upload_use import claim_uploads
from sutradhar.ports.records import Values
from sutradhar.telemetry import log

ROWS_A_RECORD = 100
_WRITERS = 16
"""The uploads that are claimed at the same time: a thousand rows may name a thousand of them."""
ADVANCE_AGAIN = timedelta(minutes=1)
"""The time after which the sweep sends ``AdvanceBatch`` again: the first one may be lost."""


@dataclass(frozen=True)
class OrderedRow:
    """One row of a batch, checked and ready to be made."""

    row_id: str
    plan: RenderPlan
    """Its plan with everything filled in: its variables, its brand as it is now, and this system's defaults. So all
    rows of a batch are made alike, also those that begin days later."""


@dataclass(frozen=True)
class BatchOrder:
    """A batch as its caller wants it. Amounts in millionths of a US dollar."""

    rows: Sequence[OrderedRow]
    name: str = ""
    budget: int | None = None
    expected: int = 0
    max: int = 0
    webhook_url: str | None = None
    base_url: str = ""
    """The URL of the API as the caller reaches it; the URLs in webhooks begin with it."""

    def hash(self) -> str:
        """Return a hash that is equal for equal orders; the estimate is no part of it, since prices change."""
        digest = hashlib.sha256(json.dumps([self.name, self.budget, self.webhook_url]).encode())
        for row in self.rows:
            digest.update(json.dumps([row.row_id, row.plan.to_record()]).encode())
        return digest.hexdigest()

    @property
    def uploads(self) -> tuple[str, ...]:
        """The ids of the uploads that the plans name."""
        return tuple(sorted({use.upload_id for row in self.rows for use in find_uploads(row.plan)}))


def submit_batch(
    services: Services, order: BatchOrder, idempotency_key: str | None = None, caller: ApiKey | None = None
) -> tuple[Batch, bool]:
    """Store the batch of ``order``, let it begin, and return it and whether it is new.

    Args:
        idempotency_key: with the same key and order, one caller gets the same batch for 24 hours.
        caller: the API key of the caller, which owns the batch; None: there are no API keys.

    Raises:
        IdempotencyMismatch: the key was used with another order.
        InvalidRequest: an upload was deleted meanwhile.
    """
    owner, cap = (caller.id, caller.daily_budget) if caller else ("", None)
    request_hash = order.hash()
    batch_id = _find_id(services, f"{owner}/{idempotency_key}" if idempotency_key else None, request_hash)
    now = services.clock.now()
    batch = Batch(
        id=batch_id,
        name=order.name,
        owner=owner,
        owner_cap_micros=cap,
        budget_micros=order.budget,
        expected_micros=order.expected,
        max_micros=order.max,
        rows=len(order.rows),
        counts={"queued": len(order.rows)},
        base_url=order.base_url,
        webhook_url=order.webhook_url,
        request_hash=request_hash,
        uploads=order.uploads,
        created_at=now,
        changed_at=now,
        due_at=now + ADVANCE_AGAIN,
    )
    _claim_uploads(services, order)
    # the batch comes last, so that one that is found has all of its rows and plans, also after a kill in between
    services.blobs.put_new(name_plans(batch_id), _write_plans(order.rows))
    for rows in _make_rows(batch, order.rows):
        services.documents.create(BATCH_ROWS, rows)
    batch, created = services.documents.create(BATCHES, batch)
    if created:
        log("batch_created", batch_id=batch.id, rows=batch.rows)
    if batch.state == "running":
        services.send([AdvanceBatch(batch_id=batch.id)])
    return batch, created


def read_plans(services: Services, batch_id: str) -> list[RenderPlan]:
    """Return the plans of all rows, in their order. Raise NotFound: there is no such batch."""
    return [RenderPlan.from_record(line) for line in services.blobs.get(name_plans(batch_id)).split(b"\n") if line]


def _claim_uploads(services: Services, order: BatchOrder) -> None:
    """Note the use of every upload that the rows name, of each once. Raise InvalidRequest: one was deleted."""
    claimed: set[str] = set()
    plans: list[RenderPlan] = []
    for row in order.rows:
        if new := {use.upload_id for use in find_uploads(row.plan)} - claimed:
            claimed |= new
            plans.append(row.plan)
    if plans:
        with ThreadPoolExecutor(min(_WRITERS, len(plans))) as pool:
            list(pool.map(lambda plan: claim_uploads(services, plan), plans))


def _find_id(services: Services, key: str | None, request_hash: str) -> str:
    """Return the id of the batch for an Idempotency-Key; without one it is new. Callers that use a key at the same time
    get the same id. Raise IdempotencyMismatch: the key was used with another order."""
    new_id = f"batch-{secrets.token_hex(8)}"
    if key is None:
        return new_id
    name, now = f"batch-key/{hashlib.sha256(key.encode()).hexdigest()[:32]}", services.clock.now()
    new = BatchKey(batch_id=new_id, request_hash=request_hash, used_at=now)

    def claim(values: Values) -> Values:
        stored = BatchKey.from_record(values[name]) if values.get(name) else None
        return {name: new.to_record()} if stored is None or now - stored.used_at >= LIFE else values

    known = BatchKey.from_record(services.records.update([name], claim)[name])
    if known.request_hash != request_hash:
        raise IdempotencyMismatch
    return known.batch_id


def _make_rows(batch: Batch, ordered: Sequence[OrderedRow]) -> Iterator[BatchRows]:
    for first in range(0, len(ordered), ROWS_A_RECORD):
        rows = tuple(
            BatchRow(number=number, row_id=row.row_id)
            for number, row in enumerate(ordered[first : first + ROWS_A_RECORD], first + 1)
        )
        yield BatchRows(
            id=name_rows(batch.id, first + 1),
            batch_id=batch.id,
            owner=batch.owner,
            created_at=batch.created_at,
            rows=rows,
        )


def _write_plans(rows: Sequence[OrderedRow]) -> bytes:
    return b"".join(row.plan.to_record().encode() + b"\n" for row in rows)
