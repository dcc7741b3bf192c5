"""Advance a batch: note the rows that have ended, and start the next ones as far as places and money allow.

One worker at a time advances a batch. A message that comes meanwhile leaves a note, and that worker orders another look
when it is done. Each write may be the last one before a kill:

- a row is written as in progress, with the id of its job, before the job is created. The id follows from the row and
  its attempt, so the next worker creates the same job or finds it;
- the batch is due again at a time, at which the sweep sends the message that was lost.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from sutradhar.domain.core.errors import Conflict, LeaseHeld, NotFound
from sutradhar.domain.jobs import batch_steps
from sutradhar.domain.jobs.batch import Batch, BatchRow, RowState
from sutradhar.domain.jobs.messages import AdvanceBatch
from sutradhar.pipeline.batches.asking import ask, is_asked_again, read_asked
from sutradhar.pipeline.batches.end import announce_end
from sutradhar.pipeline.batches.money import Shortage, explain_shortage, find_shortage, has_new_money
from sutradhar.pipeline.batches.observe import Observation, Rows, observe_row, read_numbered_rows, write_rows
from sutradhar.pipeline.batches.shares import take_places
from sutradhar.pipeline.batches.start import RowStarter, choose_job
from sutradhar.pipeline.batches.store import BATCHES
from sutradhar.pipeline.services import Services
from sutradhar.pipeline.submit import cancel
from sutradhar.pipeline.versions import cancel_versions

_LEASE = timedelta(minutes=3)
_SWEEP_LIMIT = 100


def advance_batch(services: Services, message: AdvanceBatch) -> None:
    """Handle AdvanceBatch.

    Raises:
        SutradharError: a store or a provider does not answer; the next delivery goes on.
    """
    batch_id, has_more = message.batch_id, False
    if not services.documents.get_many(BATCHES, [batch_id]):
        return  # it was deleted
    ask(services, batch_id, message.job_id)
    try:
        lease = services.leases.acquire(f"batch/{batch_id}", _LEASE)
    except LeaseHeld:
        return  # the worker that holds it reads the note when it is done
    try:
        asked = read_asked(services, batch_id)
        if batch := services.documents.get_many(BATCHES, [batch_id]).get(batch_id):
            has_more = _advance(services, batch, asked.ended_jobs)
    finally:
        services.leases.release(lease)
    if is_asked_again(services, batch_id, asked) or has_more:
        services.send([AdvanceBatch(batch_id=batch_id)])


def order_due_batches(services: Services) -> None:
    """Order another look at the batches that are due: a message is lost, or a new day has brought money."""
    due = services.documents.list_due(BATCHES, services.clock.now(), _SWEEP_LIMIT)
    services.send([AdvanceBatch(batch_id=batch.id) for batch in due])


@dataclass
class _Look:
    """One look at a batch. ``observations``: the rows in progress, by their numbers."""

    batch: Batch
    rows: Rows
    observations: dict[int, Observation]
    shortage: Shortage | None = None
    """The budget that is spent; None: there is money, as far as it is known."""

    @property
    def places(self) -> int:
        """The rows that count as in progress."""
        return sum(one.has_place for one in self.observations.values())

    @property
    def queued_rows(self) -> Sequence[BatchRow]:
        return [row for _, row in sorted(self.rows.items()) if row.state == "queued"]

    def write(self, services: Services, changes: Mapping[int, BatchRow]) -> None:
        self.rows = write_rows(services, self.batch.id, self.rows, changes)

    def update(self, services: Services, change: Callable[[Batch], Batch]) -> None:
        self.batch = services.documents.update(BATCHES, self.batch.id, change)


def _advance(services: Services, batch: Batch, ended_jobs: Collection[str]) -> bool:
    """Look at the batch once, and return whether it has to be looked at again at once."""
    accounts = services.providers.call_gate.accounts
    accounts.set_batch_cap(batch.id, batch.budget_micros, batch.budget_version)
    look = _observe(services, batch, ended_jobs)
    if batch.state == "cancelled":
        _cancel_rows(services, look)
    elif _goes_on(services, look):
        look.update(services, lambda one: batch_steps.run(one, services.clock.now()) if one == batch else one)
    candidates = look.queued_rows if look.batch.state == "running" and not look.shortage else []
    granted = take_places(services, batch.id, look.places, len(candidates))
    started = _start_rows(services, look, candidates[:granted])
    if look.shortage or (granted and look.batch.state != "running"):
        take_places(services, batch.id, look.places, 0)  # the others get what this one cannot use
    _settle(services, look)
    if started.error:
        raise started.error
    return started.count < granted and not look.shortage and look.batch.state == "running"


def _observe(services: Services, batch: Batch, ended_jobs: Collection[str]) -> _Look:
    """See what became of the rows in progress, and of failed ones whose job was retried by itself and has ended."""
    rows = read_numbered_rows(services, batch)
    rows_to_observe = [
        row for row in rows.values() if row.state == "running" or (row.state == "failed" and row.job_id in ended_jobs)
    ]
    look = _Look(batch, rows, {row.number: observe_row(services, row) for row in rows_to_observe})
    look.write(services, {number: one.row for number, one in look.observations.items()})
    broken_off = [one.job for one in look.observations.values() if one.row.state == "queued" and one.job]
    look.shortage = find_shortage(batch, broken_off, services.clock.now())
    return look


def _goes_on(services: Services, look: _Look) -> bool:
    """Return whether a batch that waits for money, or that has ended, goes on."""
    if look.batch.state == "waiting":
        return not look.shortage and has_new_money(services, look.batch, look.places)
    return look.batch.state == "done" and bool(look.queued_rows)


def _cancel_rows(services: Services, look: _Look) -> None:
    """Cancel the jobs in progress, and the rows that wait for a place or for money."""
    for one in look.observations.values():
        if one.job and not one.job.state.is_terminal:
            with suppress(Conflict, NotFound):  # it has ended, or is deleted already
                cancel(services, one.job.id)
        elif one.job:
            cancel_versions(services, one.job)
    look.observations = {number: observe_row(services, one.row) for number, one in look.observations.items()}
    changes = {number: one.row for number, one in look.observations.items()}
    for number, row in look.rows.items():
        if changes.get(number, row).state == "queued":
            changes[number] = row.evolve(state="cancelled", error="the batch was cancelled")
    look.write(services, changes)


@dataclass
class _Started:
    """The rows that have a job by now, and the last error for which one has to be tried again."""

    count: int = 0
    error: Exception | None = None


def _start_rows(services: Services, look: _Look, chosen: Sequence[BatchRow]) -> _Started:
    started = _Started()
    if not chosen:
        return started
    batch_id = look.batch.id
    chosen_jobs = [choose_job(services, batch_id, row) for row in chosen]
    look.write(services, {one.row.number: one.row for one in chosen_jobs})
    starter, changes = RowStarter(services, look.batch), dict[int, BatchRow]()
    for before in chosen_jobs:
        number = before.row.number
        if look.rows[number] != before.row:
            continue  # its caller has changed it meanwhile
        if look.shortage or not starter.goes_on():
            changes[number] = _queue(before)
            continue
        outcome = starter.start(before, [one.job for one in look.observations.values() if one.has_place])
        if isinstance(outcome, Observation):
            look.observations[number], changes[number] = outcome, outcome.row
            started.count += outcome.has_place
            continue
        changes[number] = _queue(before)
        if isinstance(outcome, Shortage):
            look.shortage = outcome
        else:
            started.error = outcome
    look.write(services, changes)
    return started


def _queue(one: Observation) -> BatchRow:
    """Return a row that could not be started now. One without a job gets the same job when it is chosen again."""
    return one.row.evolve(state="queued", job_id=one.job.id if one.job else "")


def _settle(services: Services, look: _Look) -> None:
    """Write the counts and the state of the batch, and announce its end."""
    if not any(row.state in ("queued", "running") for row in look.rows.values()):
        look.rows = read_numbered_rows(services, look.batch)  # its caller may have queued failed rows again
    counts: dict[RowState, int] = dict(Counter(row.state for row in look.rows.values()))
    version, has_queued = look.batch.budget_version, bool(look.queued_rows)
    left = services.providers.call_gate.accounts.remaining_batch_budget(look.batch.id) if look.shortage else None

    def settle(batch: Batch) -> Batch:
        now = services.clock.now()
        # rows in progress may cost less than they are expected to: what can only be started then needs no new money
        if has_queued and look.shortage and look.shortage.must_wait(look.places) and batch.budget_version == version:
            batch = batch_steps.wait(batch, *explain_shortage(look.shortage, now), left, now)
        return batch_steps.settle(batch, counts, now)

    look.update(services, settle)
    look.batch = announce_end(services, look.batch)
