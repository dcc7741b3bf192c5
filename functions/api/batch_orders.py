"""Check and order batches."""

from typing import TYPE_CHECKING

import flask

from functions.api.audit import add_facts
from functions.api.auth import caller
from functions.api.batch_models import BatchAnswer, BatchBody, BatchCost, BatchProblem, BatchReport
from functions.api.batches import describe_batch
from functions.api.endpoint import endpoint
from functions.api.links import find_base_url, make_url
from sutradhar import bootstrap
from sutradhar.domain.billing.price import micros, usd
from sutradhar.domain.core.errors import FieldError, InvalidRequest
from sutradhar.domain.core.webhook_url import check_webhook_url

if TYPE_CHECKING:
    from sutradhar.domain.jobs.batch_table import BatchTable
    from sutradhar.pipeline.batches.check import BatchCheck

_MOST_PROBLEMS = 1000
_MOST_ERRORS = 100
"""The most wrong values that a refusal names; POST /batches/check names more."""


@endpoint(answers={200: BatchReport})
def check_batch(body: BatchBody) -> BatchReport:
    """Tell what a batch would make and cost, and every wrong row with its column.

    Nothing is ordered, paid for or stored.
    """
    check = _check(body)
    return BatchReport(
        accepted=not check.problems,
        rows=check.row_count,
        columns=check.columns,
        problems=tuple(
            BatchProblem(row=one.row, column=one.column, field=one.field, message=one.message)
            for one in check.problems[:_MOST_PROBLEMS]
        ),
        problem_count=len(check.problems),
        has_more_problems=len(check.problems) > _MOST_PROBLEMS,
        notices=tuple(check.notices),
        estimate=_describe_cost(check),
    )


@endpoint(answers={202: BatchAnswer, 200: BatchAnswer}, errors=(422,))
def create_batch(body: BatchBody) -> tuple[BatchAnswer, int, dict[str, str]]:
    """Order a video for each row of a table. Nothing begins unless every row is right.

    With the header Idempotency-Key, a repeated call gets the same batch.
    """
    from sutradhar.pipeline.batches.submit import BatchOrder, OrderedRow, submit_batch

    key = flask.request.headers.get("Idempotency-Key")
    if key is not None and not 1 <= len(key) <= 200:
        raise InvalidRequest([FieldError("Idempotency-Key", f"must have 1 to 200 characters (got {len(key)})")])
    check = _check(body)
    if check.problems:
        raise InvalidRequest(_list_errors(check))
    order = BatchOrder(
        rows=[OrderedRow(row.row_id, row.plan) for row in check.rows],
        name=body.name.strip(),
        budget=_read_budget(body),
        expected=check.estimate.expected_cost,
        max=check.estimate.max_cost,
        webhook_url=body.webhook_url,
        base_url=find_base_url(),
    )
    services = bootstrap.services()
    batch, created = submit_batch(services, order, key, caller())
    add_facts(batch_id=batch.id, rows=batch.rows, estimated_cost_usd=usd(batch.expected_micros))
    answer = describe_batch(services, batch).evolve(notices=tuple(check.notices))
    headers = {"Location": make_url(f"/batches/{batch.id}")}
    return (answer, 202, headers) if created else (answer, 200, {**headers, "Idempotent-Replayed": "true"})


def _check(body: BatchBody) -> "BatchCheck":
    """Return the check of the batch in ``body``. Raise InvalidRequest: its table cannot be read at all."""
    from sutradhar.pipeline.batches.check import check_table

    if body.webhook_url:
        try:
            check_webhook_url(body.webhook_url)
        except ValueError as exc:
            raise InvalidRequest([FieldError("webhook_url", str(exc))]) from exc
    return check_table(bootstrap.services(), body.plan, _read_table(body), caller(), budget=_read_budget(body))


def _read_table(body: BatchBody) -> "BatchTable":
    from sutradhar.domain.jobs.batch_table import read_csv, read_jsonl, read_list

    names = [name for name in ("csv", "jsonl", "rows") if getattr(body, name) is not None]
    if len(names) != 1:
        sent = f" (got {' and '.join(names)})" if names else ""
        raise InvalidRequest([FieldError("rows", f"give the table as csv, jsonl or rows: one of them{sent}")])
    if body.csv is not None:
        return read_csv(body.csv)
    return read_jsonl(body.jsonl) if body.jsonl is not None else read_list(body.rows or [])


def _read_budget(body: BatchBody) -> int | None:
    return None if body.budget_usd is None else micros(body.budget_usd)


def _list_errors(check: "BatchCheck") -> list[FieldError]:
    errors = [problem.to_error() for problem in check.problems[:_MOST_ERRORS]]
    if more := len(check.problems) - len(errors):
        errors.append(FieldError("", f"{more} more values are wrong; POST /batches/check names them"))
    return errors


def _describe_cost(check: "BatchCheck") -> BatchCost:
    jobs = [bootstrap.estimate_job(row.plan, row.video_sec) for row in check.rows]
    return BatchCost(
        expected_usd=usd(check.estimate.expected_cost),
        most_usd=usd(check.estimate.max_cost),
        render_usd=round(sum(job.render_usd for job in jobs), 4),
        video_seconds=round(check.video_sec, 1),
        wait_seconds=round(sum(job.wait_sec for job in jobs)),
        budget_left_usd=None if check.left_today is None else usd(check.left_today),
    )
