"""A caller pauses, resumes, retries and cancels a batch and changes its budget, on both backends."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from sutradhar.domain.billing.ledger import batch_account
from sutradhar.domain.billing.usage import Usage
from sutradhar.domain.core.errors import BudgetExceeded, Conflict, NotFound
from sutradhar.domain.jobs.batch import Batch, BatchRow, BatchRows, BatchState, RowState
from sutradhar.pipeline.batches import control
from sutradhar.pipeline.batches.store import BATCH_ROWS, BATCHES, name_rows
from sutradhar.pipeline.billing.context import BillingContext
from sutradhar.pipeline.services import Services
from tests.contract.conftest import StoreFixture
from tests.contract.webhook_post import Post

NOW = datetime(2026, 11, 28, tzinfo=UTC)


@pytest.fixture
def services(kit: StoreFixture) -> Services:
    return Post(kit).services


def store_batch(services: Services, state: BatchState = "running", rows: tuple[RowState, ...] = ("queued",)) -> str:
    batch = Batch(id="batch-1", state=state, rows=len(rows), created_at=NOW, changed_at=NOW)
    services.documents.create(BATCHES, batch)
    stored = tuple(BatchRow(number=n, row_id=str(n), state=state) for n, state in enumerate(rows, 1))
    record = BatchRows(id=name_rows(batch.id, 1), batch_id=batch.id, created_at=NOW, rows=stored)
    services.documents.create(BATCH_ROWS, record)
    return batch.id


def read_states(services: Services) -> list[RowState]:
    return [row.state for row in services.documents.get(BATCH_ROWS, name_rows("batch-1", 1)).rows]


def test_a_batch_is_paused_and_resumed(services: Services) -> None:
    batch_id = store_batch(services)
    assert control.pause(services, batch_id).state == "paused"
    assert control.pause(services, batch_id).state == "paused"
    resumed = control.resume(services, batch_id)
    assert resumed.state == "running"
    assert resumed.due_at is not None


def test_a_batch_is_cancelled_once(services: Services) -> None:
    batch_id = store_batch(services)
    assert control.cancel(services, batch_id).state == "cancelled"
    with pytest.raises(Conflict, match="already been cancelled"):
        control.cancel(services, batch_id)
    for act in (control.pause, control.resume, control.retry_failed):
        with pytest.raises(Conflict, match="cancelled"):
            act(services, batch_id)


def test_only_failed_rows_are_retried(services: Services) -> None:
    batch_id = store_batch(services, "done", ("succeeded", "failed", "cancelled"))
    assert control.retry_failed(services, batch_id).state == "running"
    assert read_states(services) == ["succeeded", "queued", "cancelled"]
    with pytest.raises(Conflict, match="no row of the batch has failed"):
        control.retry_failed(services, batch_id)


def test_a_batch_that_has_ended_is_not_paused(services: Services) -> None:
    batch_id = store_batch(services, "done", ("succeeded",))
    for act in (control.pause, control.resume, control.cancel):
        with pytest.raises(Conflict, match="every row of the batch has ended"):
            act(services, batch_id)


def test_a_budget_is_in_force_when_its_change_returns(services: Services) -> None:
    batch_id = store_batch(services, "waiting")
    assert control.change_budget(services, batch_id, 5_000_000).state == "running"
    accounts = services.providers.call_gate.accounts
    assert accounts.remaining_batch_budget(batch_id) == 5_000_000
    control.change_budget(services, batch_id, None)
    assert accounts.remaining_batch_budget(batch_id) is None
    accounts.set_batch_cap(batch_id, 5_000_000, version=1)  # a process that was slow
    assert accounts.read(batch_account(batch_id)).cap is None


def test_an_unknown_batch_is_not_found(services: Services) -> None:
    for act in (control.pause, control.resume, control.cancel, control.retry_failed):
        with pytest.raises(NotFound):
            act(services, "batch-x")


def test_the_budget_of_a_batch_holds_however_many_jobs_pay_at_a_time(services: Services) -> None:
    accounts = services.providers.call_gate.accounts
    accounts.set_batch_cap("batch-1", 50, version=1)
    usage = Usage.exact("openai", "m", {"calls": 1})

    refusals: list[BudgetExceeded] = []

    def pay(number: int) -> bool:
        context = BillingContext(f"job-{number % 5}", f"scene-{number}", batch="batch-1")
        try:
            reservation = accounts.reserve(context, usage, 7)
        except BudgetExceeded as exc:
            refusals.append(exc)
            return False
        accounts.settle(reservation, 6)
        return True

    with ThreadPoolExecutor(8) as pool:
        paid = sum(pool.map(pay, range(16)))
    account = accounts.read(batch_account("batch-1"))
    assert (account.spent, account.reserved) == (6 * paid, 0)
    assert account.spent <= 50
    assert paid >= 6
    assert {(exc.account, exc.may_fall_back) for exc in refusals} == {("batch", False)}
