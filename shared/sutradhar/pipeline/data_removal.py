"""Remove all data of an API key, one small batch for each message: jobs, uploads, and what webhooks stored.

The removal takes what existed when it was requested. It may be killed at any point: the next message, or the sweep,
goes on with the batch that is stored.
"""

import secrets
import time
from collections.abc import Callable, Collection
from typing import Any

from sutradhar.domain.core.api_key import ApiKey
from sutradhar.domain.core.audit import AuditEntry
from sutradhar.domain.core.errors import LeaseHeld, NotFound
from sutradhar.domain.jobs.data_removal import DataRemoval
from sutradhar.domain.jobs.messages import RemoveData
from sutradhar.pipeline.audit import note_act
from sutradhar.pipeline.removal_batches import PHASES, has_data
from sutradhar.pipeline.services import Services, hold_lease
from sutradhar.ports.documents import Facts, Kind
from sutradhar.ports.stores import MAX_LEASE
from sutradhar.telemetry import log

_SWEEP_LIMIT = 100
_FIRST_WAIT_SEC, _LONGEST_WAIT_SEC = 0.05, 0.5


def _describe(removal: DataRemoval) -> Facts:
    return Facts(
        id=removal.id,
        owner=removal.owner,
        created_at=removal.requested_at,
        state=removal.state,
        due_at=removal.due_at,
        expire_at=removal.expire_at,
    )


REMOVALS = Kind("data_removal", DataRemoval, _describe)


def request_removal(services: Services, owner: str, requested_by: str = "") -> tuple[DataRemoval, bool]:
    """Store a removal of the data of ``owner``, and return it with True; or return one that is running already, with
    False. ``order_removal`` starts it.

    Args:
        owner: the id of a key; empty: the data of callers without a key.
        requested_by: the id of the key that asks for it, or ``terminal``.
    """
    running = services.documents.list(REMOVALS, owner=owner, state="running", limit=1).records
    if running:
        return running[0], False
    now = services.clock.now()
    removal = DataRemoval(
        id=f"removal-{secrets.token_hex(8)}", owner=owner, requested_by=requested_by, requested_at=now, updated_at=now
    )
    return services.documents.create(REMOVALS, removal)


def order_removal(services: Services, removal: DataRemoval) -> None:
    """Order the next batch of ``removal``."""
    services.send([RemoveData(removal_id=removal.id)])


def require_owner(services: Services, key_id: str, key_ids: Collection[str]) -> None:
    """Raise NotFound unless ``key_id`` is among the existing ``key_ids``, or a key that is revoked has data here."""
    if key_id not in key_ids and not has_data(services, key_id):
        raise NotFound(f"there is no key {key_id}")


def get_removal(services: Services, removal_id: str, caller: ApiKey | None = None) -> DataRemoval:
    """Return the removal. Raise NotFound if it does not exist, or if ``caller`` must not see it."""
    removal = _find_removal(services, removal_id)
    if removal is None or (caller and not caller.may_see(removal.owner)):
        raise NotFound(f"there is no removal {removal_id}")
    return removal


def remove_data(services: Services, message: RemoveData) -> None:
    """Handle RemoveData: remove one batch, and order the next one.

    Raises:
        LeaseHeld: another worker removes data of this owner, or one of its things is being worked on.
    """
    removal = remove_batch(services, message.removal_id)
    if removal and removal.state == "running":
        order_removal(services, removal)


def remove_batch(services: Services, removal_id: str) -> DataRemoval | None:
    """Remove the next batch and return the removal; None: there is no such removal, or an earlier one of this owner has
    to end first.

    Raises:
        LeaseHeld: another worker removes data of this owner, or one of its things is being worked on.
    """
    removal = _find_removal(services, removal_id)
    if removal is None or removal.state == "done":
        return removal
    with hold_lease(services, f"remove-data/{removal.owner}", MAX_LEASE):
        running = services.documents.list(REMOVALS, owner=removal.owner, state="running", limit=100).records
        if not running or running[-1].id != removal_id:
            return None
        return _remove_batch(services, running[-1])


def run_removal(services: Services, removal: DataRemoval) -> DataRemoval:
    """Remove all batches in this process, and return the removal as it is at its end."""
    while not removal.ended_at:
        try:
            remove_batch(services, removal.id)
        except LeaseHeld as exc:
            time.sleep(exc.wait_sec)  # another process works on the same data and signals only by the store
        removal = get_removal(services, removal.id)
    return removal


def await_end(services: Services, removal: DataRemoval, max_wait_sec: float) -> DataRemoval:
    """Return the removal as it is at its end, or after ``max_wait_sec``."""
    end, wait = time.monotonic() + max_wait_sec, _FIRST_WAIT_SEC
    while not removal.ended_at and time.monotonic() + wait < end:
        time.sleep(wait)  # the worker is another function, which signals only by the record
        wait = min(wait * 1.5, _LONGEST_WAIT_SEC)
        removal = get_removal(services, removal.id)
    return removal


def order_due_removals(services: Services) -> None:
    """Order the next batches of removals whose messages are lost."""
    due = services.documents.list_due(REMOVALS, services.clock.now(), _SWEEP_LIMIT)
    services.send([RemoveData(removal_id=removal.id) for removal in due])


def _remove_batch(services: Services, removal: DataRemoval) -> DataRemoval:
    phase = PHASES[removal.phase]
    if removal.batch is None:
        next_batch = phase.find(services, removal)
        if next_batch is None:
            return _leave_phase(services, removal)
        removal = _update(services, removal, lambda one: one.begin(*next_batch, services.clock.now()))
    batch = removal.batch
    assert batch
    phase.delete(services, removal.owner, batch.ids)
    return _update(services, removal, lambda one: one.finish(batch, services.clock.now()))


def _leave_phase(services: Services, removal: DataRemoval) -> DataRemoval:
    after = removal.leave(removal.phase, services.clock.now())
    if after.ended_at:
        counts: dict[str, Any] = {kind: amount.count for kind, amount in after.removed.items()}
        facts = {**counts, "key_id": removal.owner, "bytes": sum(one.bytes for one in after.removed.values())}
        entry = AuditEntry(
            id=f"{removal.id}-done",
            at=after.ended_at,
            action="end_data_removal",
            actor=removal.requested_by,
            facts=facts,
        )
        # noted first: after a crash in between, a repeat notes it under the same id
        note_act(services.documents, entry)
        log("data_removed", removal_id=removal.id, **facts)
    return _update(services, removal, lambda one: one.leave(removal.phase, services.clock.now()))


def _update(services: Services, removal: DataRemoval, change: Callable[[DataRemoval], DataRemoval]) -> DataRemoval:
    return services.documents.update(REMOVALS, removal.id, change)


def _find_removal(services: Services, removal_id: str) -> DataRemoval | None:
    return services.documents.get_many(REMOVALS, [removal_id]).get(removal_id)
