"""Show batches and their rows, and pause, resume, retry and cancel them."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, get_args

from functions.api.audit import add_facts
from functions.api.auth import caller
from functions.api.batch_models import (
    BatchAnswer,
    BatchBudget,
    BatchList,
    BatchPageQuery,
    BatchRowItem,
    BatchRowList,
    BatchRowQuery,
)
from functions.api.endpoint import endpoint
from functions.api.links import find_base_url, make_url
from sutradhar import bootstrap
from sutradhar.domain.billing.price import micros, usd
from sutradhar.domain.jobs.batch import RowState
from sutradhar.domain.jobs.library import make_entry

if TYPE_CHECKING:
    from sutradhar.domain.billing.ledger import Account
    from sutradhar.domain.jobs.batch import Batch, BatchRow
    from sutradhar.domain.jobs.job import Job
    from sutradhar.pipeline.services import Services

_ROW_STATES: tuple[RowState, ...] = get_args(RowState)


@endpoint(answers={200: BatchList})
def show_batches(query: BatchPageQuery) -> BatchList:
    """List your batches, the newest first; an admin sees all."""
    from sutradhar.pipeline.batches.rows import list_batches

    services = bootstrap.services()
    page = list_batches(services, caller(), query.limit, query.after)
    batches = describe_batches(services, page.records)
    return BatchList(batches=batches, has_more=page.after is not None, next=page.after)


@endpoint(answers={200: BatchAnswer})
def show_batch(batch_id: str) -> BatchAnswer:
    """Show the progress of a batch: how many rows are in each state, and what they have cost."""
    return describe_batch(bootstrap.services(), _find(batch_id))


@endpoint(answers={200: BatchRowList})
def show_rows(batch_id: str, query: BatchRowQuery) -> BatchRowList:
    """List the rows of a batch in their order, with the job of each."""
    from sutradhar.pipeline.batches.rows import read_jobs, read_page

    services = bootstrap.services()
    rows, after = read_page(services, _find(batch_id), query.state, query.limit, query.after)
    jobs, base = read_jobs(services, rows), find_base_url()
    items = tuple(_describe_row(row, jobs.get(row.job_id), base) for row in rows)
    return BatchRowList(rows=items, has_more=after is not None, next=after)


@endpoint(answers={202: BatchAnswer}, errors=(409,))
def pause_batch(batch_id: str) -> BatchAnswer:
    """Let a batch start no further rows. Those in progress go on."""
    from sutradhar.pipeline.batches import control

    return _move(batch_id, control.pause)


@endpoint(answers={202: BatchAnswer}, errors=(409,))
def resume_batch(batch_id: str) -> BatchAnswer:
    """Let a paused or waiting batch go on."""
    from sutradhar.pipeline.batches import control

    return _move(batch_id, control.resume)


@endpoint(answers={202: BatchAnswer}, errors=(409,))
def retry_batch(batch_id: str) -> BatchAnswer:
    """Start the failed rows again, each from what it has finished."""
    from sutradhar.pipeline.batches import control

    return _move(batch_id, control.retry_failed)


@endpoint(answers={202: BatchAnswer}, errors=(409,))
def cancel_batch(batch_id: str) -> BatchAnswer:
    """Cancel a batch with all rows that have not ended. Finished videos stay."""
    from sutradhar.pipeline.batches import control

    return _move(batch_id, control.cancel)


@endpoint(answers={200: BatchAnswer}, errors=(409,))
def change_batch(batch_id: str, body: BatchBudget) -> BatchAnswer:
    """Change the budget of a batch. One that waits for money goes on."""
    from sutradhar.pipeline.batches import control

    budget = None if body.budget_usd is None else micros(body.budget_usd)
    add_facts(**({} if body.budget_usd is None else {"budget_usd": body.budget_usd}))
    return _move(batch_id, lambda services, found_id: control.change_budget(services, found_id, budget))


def describe_batch(services: "Services", batch: "Batch") -> BatchAnswer:
    """Return ``batch`` as answers show it."""
    return describe_batches(services, [batch])[0]


def describe_batches(services: "Services", batches: Sequence["Batch"]) -> tuple[BatchAnswer, ...]:
    """Return ``batches`` as answers show them. Their accounts are read together: one by one they would take long."""
    from sutradhar.domain.billing.ledger import batch_account
    from sutradhar.pipeline.billing.accounts import read_accounts

    accounts = read_accounts(services.records, [batch_account(batch.id) for batch in batches])
    return tuple(_describe(batch, accounts[batch_account(batch.id)]) for batch in batches)


def _describe(batch: "Batch", account: "Account") -> BatchAnswer:
    url = make_url(f"/batches/{batch.id}")
    return BatchAnswer(
        batch_id=batch.id,
        id=batch.id,
        name=batch.name,
        state=batch.state,
        reason=batch.reason,
        waits_until=batch.waits_until,
        rows=batch.rows,
        counts={state: batch.counts.get(state, 0) for state in _ROW_STATES},
        budget_usd=None if batch.budget_micros is None else usd(batch.budget_micros),
        spent_usd=usd(account.spent),
        reserved_usd=usd(account.reserved),
        expected_usd=usd(batch.expected_micros),
        most_usd=usd(batch.max_micros),
        webhook_url=batch.webhook_url,
        created_at=batch.created_at,
        changed_at=batch.changed_at,
        ended_at=batch.ended_at,
        rows_url=f"{url}/rows",
        results_url=f"{url}/results",
    )


def _find(batch_id: str) -> "Batch":
    """Return the batch if the caller may see it. Raise NotFound otherwise."""
    from sutradhar.pipeline.batches.rows import get_batch

    return get_batch(bootstrap.services(), batch_id, caller())


def _move(batch_id: str, move: Callable[["Services", str], "Batch"]) -> BatchAnswer:
    services = bootstrap.services()
    return describe_batch(services, move(services, _find(batch_id).id))


def _describe_row(row: "BatchRow", job: "Job | None", base_url: str) -> BatchRowItem:
    url = f"{base_url}/render/{job.id}" if job else None
    return BatchRowItem(
        number=row.number,
        row_id=row.row_id,
        state=row.state,
        job_id=row.job_id or None,
        attempt=row.attempt,
        error=row.error,
        title=make_entry(job).title if job else "",
        status_url=url and f"{url}/status",
        file_url=f"{url}/file" if url and job and job.result and not job.files_deleted_at else None,
    )
