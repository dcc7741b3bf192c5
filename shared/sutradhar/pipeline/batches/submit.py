"""Store a new batch: the blob of its plans, the states of its rows, and the batch itself."""

import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sutradhar.domain.core.api_key import ApiKey
from sutradhar.domain.core.errors import IdempotencyMismatch
from sutradhar.domain.jobs.batch import Batch, BatchKey, BatchRow, BatchRows
from sutradhar.domain.jobs.messages import AdvanceBatch
from sutradhar.domain.jobs.renewed_key import LIFE
from sutradhar.pipeline.batches.store import BATCH_ROWS, BATCHES, name_plans, name_rows
from sutradhar.pipeline.services import Services
from sutradhar.ports.records import Values
from sutradhar.telemetry import log

ROWS_A_RECORD = 100
ADVANCE_AGAIN = timedelta(minutes=1)
"""The time after which the sweep sends ``AdvanceBatch`` again: the first one may be lost."""


@dataclass(frozen=True)
class OrderedRow:
    """One row of a batch, checked and ready to be made."""

    row_id: str
    plan: Mapping[str, Any]
    """The JSON object of its plan, with its variables filled in, as ``RenderPlan.parse`` takes it."""


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
        facts = [self.name, self.budget, self.webhook_url, [[row.row_id, row.plan] for row in self.rows]]
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def submit_batch(
    services: Services, order: BatchOrder, idempotency_key: str | None = None, caller: ApiKey | None = None
) -> tuple[Batch, bool]:
    """Store the batch of ``order``, let it begin, and return it and whether it is new.

    Args:
        idempotency_key: with the same key and order, one caller gets the same batch for 24 hours.
        caller: the API key of the caller, which owns the batch; None: there are no API keys.

    Raises:
        IdempotencyMismatch: the key was used with another order.
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
        created_at=now,
        changed_at=now,
        due_at=now + ADVANCE_AGAIN,
    )
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


def read_plans(services: Services, batch_id: str) -> list[dict[str, Any]]:
    """Return the plans of all rows, in their order. Raise NotFound: there is no such batch."""
    lines = services.blobs.get(name_plans(batch_id)).splitlines()
    return [json.loads(line) for line in lines]


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
    return "".join(f"{json.dumps(row.plan)}\n" for row in rows).encode()
