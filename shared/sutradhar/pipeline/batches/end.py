"""Tell the receiver of a batch's webhook and the audit log that every row has ended."""

from datetime import datetime
from urllib.parse import quote

from sutradhar.domain.billing.ledger import batch_account
from sutradhar.domain.billing.price import usd
from sutradhar.domain.core.audit import AuditEntry
from sutradhar.domain.jobs.batch import Batch
from sutradhar.domain.jobs.messages import DeliverWebhook
from sutradhar.domain.jobs.webhook import Webhook
from sutradhar.pipeline.audit import note_act
from sutradhar.pipeline.batches.store import BATCHES
from sutradhar.pipeline.services import Services
from sutradhar.pipeline.webhook_events import store_event
from sutradhar.telemetry import log


def announce_end(services: Services, batch: Batch) -> Batch:
    """Store the event ``batch.done`` and the entry of the audit log, each once for this end of the batch, and return
    the batch, which is no longer due. If this is killed, the sweep finds the batch due, and a repeat stores nothing
    twice."""
    ended_at = batch.ended_at
    if ended_at is None or batch.due_at is None:
        return batch
    spent = services.providers.call_gate.accounts.read(batch_account(batch.id)).spent
    _note(services, batch, ended_at, spent)
    if batch.webhook_url:
        _store_event(services, batch, ended_at, spent)
    log("batch_ended", batch_id=batch.id, state=batch.state, rows=batch.rows, counts=dict(batch.counts))
    return services.documents.update(
        BATCHES, batch.id, lambda one: one.evolve(due_at=None) if one.ended_at == ended_at else one
    )


def _note(services: Services, batch: Batch, ended_at: datetime, spent: int) -> None:
    counts: dict[str, int] = dict(batch.counts.items())
    entry = AuditEntry(
        id=f"{batch.id}-{ended_at.timestamp():.6f}",
        at=ended_at,
        action="end_batch",
        actor=batch.owner,
        facts={"batch_id": batch.id, "state": batch.state, "rows": batch.rows, "cost_usd": usd(spent), **counts},
    )
    note_act(services.documents, entry)


def _store_event(services: Services, batch: Batch, ended_at: datetime, spent: int) -> None:
    path = f"{batch.base_url}/batches/{quote(batch.id)}"
    delivery = store_event(
        services,
        event="batch.done",
        at=ended_at,
        key=f"{batch.id}/{ended_at.isoformat()}",
        owner=batch.owner,
        subject=batch.id,
        webhook=Webhook(url=batch.webhook_url or "", base_url=batch.base_url),
        data={
            "batch_id": batch.id,
            "name": batch.name,
            "state": batch.state,
            "rows": batch.rows,
            "counts": dict(batch.counts),
            "spent_usd": usd(spent),
            "status_url": path,
            "results_url": f"{path}/results",
        },
    )
    services.send([DeliverWebhook(delivery_id=delivery.id)])
