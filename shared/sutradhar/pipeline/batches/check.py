"""Check a whole batch before any of its rows is made: every wrong row with its column, and the cost of all rows."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sutradhar.domain.billing.price import usd
from sutradhar.domain.core.api_key import ApiKey
from sutradhar.domain.core.errors import FieldError, InvalidRequest, ProviderError
from sutradhar.domain.jobs.batch_table import BatchTable, RowProblem
from sutradhar.domain.jobs.batch_template import FilledRow, fill_rows, find_unused_columns
from sutradhar.domain.jobs.job import Job
from sutradhar.domain.plan.limits import PlanLimits
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.upload import find_uploads
from sutradhar.pipeline.batches.estimate import BatchEstimate
from sutradhar.pipeline.batches.read_once import read_once
from sutradhar.pipeline.brands.apply import apply_brand
from sutradhar.pipeline.estimate import Estimate
from sutradhar.pipeline.models import refuse_gone
from sutradhar.pipeline.own_media import check_own_media, estimate_length
from sutradhar.pipeline.preflight import refuse_impossible
from sutradhar.pipeline.publishing.planned import check_planned
from sutradhar.pipeline.services import Services
from sutradhar.pipeline.upload_check import CHECK_WAIT_SEC, await_checks
from sutradhar.pipeline.upload_records import read_uploads

_NO_REVIEW = "must be left out: the rows of a batch do not wait for approvals; look at one row with POST /plan first"


@dataclass(frozen=True)
class CheckedRow:
    """One row whose plan can be made."""

    number: int
    row_id: str
    plan: RenderPlan
    """The plan with its brand and this system's defaults."""
    video_sec: float
    """The estimated length of the video in seconds."""


@dataclass(frozen=True)
class BatchCheck:
    """The outcome of a check. Nothing is stored and no paid provider was called."""

    columns: tuple[str, ...]
    row_count: int
    problems: Sequence[RowProblem]
    """Every reason for which the batch would be refused, in the order of the rows."""
    notices: Sequence[str]
    rows: Sequence[CheckedRow]
    """The rows without a problem."""
    estimate: Estimate
    """The cost of these rows together."""
    left_today: int | None
    """The money that today's caps leave, in millionths of a US dollar; None: there is no cap."""

    @property
    def video_sec(self) -> float:
        return sum(row.video_sec for row in self.rows)


def check_table(
    services: Services,
    template: Mapping[str, Any] | None,
    table: BatchTable,
    caller: ApiKey | None = None,
    limits: PlanLimits | None = None,
    budget: int | None = None,
    prepare: Callable[[FilledRow], tuple[FilledRow, Sequence[RowProblem]]] | None = None,
) -> BatchCheck:
    """Return what a batch of ``table`` would make and cost, and every problem.

    Args:
        template: the plan with variables; None: each column is a field of the plan.
        limits: the limits of each plan; None: the limits of the API.
        budget: the batch's own budget in millionths of a US dollar; None: it has none.
        prepare: change a filled row before it is read as a plan, as the terminal does, which sends the files that a row
            names.
    """
    filled, problems = fill_rows(template, table)
    if prepare:
        prepared = [prepare(row) for row in filled]
        problems += [problem for _, more in prepared for problem in more]
        filled = [row for row, more in prepared if not more]
    work = BatchEstimate(services)
    rows, wrong = _check_rows(services, filled, limits or services.limits, caller, work)
    problems += _merge(wrong, len(filled), is_whole_plan=template is None)
    rows, estimate, more = _finish_estimate(services, work, rows, {row.number: row for row in filled})
    problems += more
    accounts = services.providers.call_gate.accounts
    left = accounts.remaining_budget(*((caller.id, caller.daily_budget) if caller else ("", None)))
    unused = find_unused_columns(template, table.columns)
    return BatchCheck(
        columns=table.columns,
        row_count=len(table.rows),
        problems=sorted(problems, key=lambda problem: problem.row or 0),
        notices=[*_describe_unused(unused), *_describe_gaps(filled), *_describe_money(estimate, budget, left)],
        rows=rows,
        estimate=estimate,
        left_today=left,
    )


def _check_rows(
    services: Services,
    filled: Sequence[FilledRow],
    limits: PlanLimits,
    caller: ApiKey | None,
    work: BatchEstimate,
) -> tuple[list[CheckedRow], list[tuple[FilledRow, FieldError]]]:
    """Return the rows whose plans can be made, which ``work`` gets too, and the errors of the others."""
    plans: list[tuple[FilledRow, RenderPlan]] = []
    wrong: list[tuple[FilledRow, FieldError]] = []
    for row in filled:
        try:
            plans.append((row, RenderPlan.parse(row.body)))
        except InvalidRequest as exc:
            wrong += [(row, error) for error in exc.errors]
    upload_ids = {use.upload_id for _, plan in plans for use in find_uploads(plan)}
    await_checks(services, upload_ids, CHECK_WAIT_SEC)
    known = read_once(services)
    read_uploads(known, upload_ids)  # all of them in one read
    rows: list[CheckedRow] = []
    for row, plan in plans:
        complete, errors = _check_plan(known, plan, limits, caller)
        # in the same turn, since the reading of a text is kept for a short while only
        errors = errors or _add_to_estimate(work, complete)
        wrong += [(row, error) for error in errors]
        if not errors:
            rows.append(CheckedRow(row.number, row.row_id, complete, estimate_length(known, complete)))
    return rows, wrong


def _check_plan(
    services: Services, plan: RenderPlan, limits: PlanLimits, caller: ApiKey | None
) -> tuple[RenderPlan, list[FieldError]]:
    """Return the plan as its job will have it, and every reason for which its job would be refused."""
    try:
        plan = apply_brand(services, plan, caller)
    except InvalidRequest as exc:
        return plan, list(exc.errors)
    complete = plan.with_defaults(services.defaults)
    job = Job.new("batch-check", complete, "", services.clock.now())
    if caller:
        job = job.evolve(owner=caller.id, owner_cap_micros=caller.daily_budget)
    checks: tuple[Callable[[], None], ...] = (
        lambda: check_own_media(services, plan, limits, caller),
        lambda: refuse_impossible(services, job),
        lambda: check_planned(services, plan, job),
    )
    errors = [FieldError("review", _NO_REVIEW)] if plan.review else []
    for check in checks:
        try:
            check()
        except InvalidRequest as exc:
            errors += exc.errors
    return complete, errors


def _merge(wrong: Sequence[tuple[FilledRow, FieldError]], count: int, *, is_whole_plan: bool) -> Iterator[RowProblem]:
    """Yield the problems of the rows. One of the template itself, which all rows have and which no value of the table
    can cause, comes once."""
    counts = Counter(error for _, error in wrong)
    general: set[FieldError] = set()
    for row, error in wrong:
        is_general = not is_whole_plan and counts[error] == count and not row.is_from_table(error.path)
        if not is_general:
            yield row.blame(error)
        elif error not in general:
            general.add(error)
            yield RowProblem(error.message, field=error.path)


def _add_to_estimate(work: BatchEstimate, plan: RenderPlan) -> list[FieldError]:
    try:
        work.add(plan)
    except ProviderError as exc:
        return [FieldError("", f"{exc}; {exc.advice}" if exc.advice else str(exc))]
    return []


def _finish_estimate(
    services: Services, work: BatchEstimate, rows: Sequence[CheckedRow], filled: Mapping[int, FilledRow]
) -> tuple[list[CheckedRow], Estimate, list[RowProblem]]:
    """Return the rows that may be paid for, the estimate of all of them, and the problems of the others."""
    costs, total = work.finish()
    problems: list[RowProblem] = []
    fitting: list[CheckedRow] = []
    for row, cost in zip(rows, costs, strict=True):
        errors = _find_unpayable(services, row, cost)
        problems += [filled[row.number].blame(error) for error in errors]
        if not errors:
            fitting.append(row)
    return fitting, total, problems


def _find_unpayable(services: Services, row: CheckedRow, cost: Estimate) -> list[FieldError]:
    caps = [cap for cap in (services.job_cap, row.plan.budget_micros) if cap is not None]
    if cost.expected_cost > min(caps, default=cost.expected_cost):
        message = f"the video would cost about {usd(cost.expected_cost):.2f} USD and may cost {usd(min(caps)):.2f}"
        return [FieldError("budget_usd", message)]
    if row.plan.strict:
        try:
            refuse_gone(services, cost.lines)
        except InvalidRequest as exc:
            return list(exc.errors)
    return []


def _describe_unused(columns: Sequence[str]) -> Iterator[str]:
    if columns:
        names = ", ".join(columns[:10])
        yield f"the plan does not use {'these columns' if len(columns) > 1 else 'this column'}: {names}"


def _describe_gaps(rows: Sequence[FilledRow]) -> Iterator[str]:
    gaps = [(row.number, column) for row in rows for column in row.gaps]
    if gaps:
        others = f", and {len(gaps) - 1} more" if len(gaps) > 1 else ""
        yield f"an empty cell leaves a gap inside a text: row {gaps[0][0]}, column {gaps[0][1]}{others}"


def _describe_money(estimate: Estimate, budget: int | None, left: int | None) -> Iterator[str]:
    """Yield a notice for each budget that the batch would probably exceed: its rows then wait, and none is lost."""
    about = f"the batch would cost about {usd(estimate.expected_cost):.2f} USD"
    if budget is not None and estimate.expected_cost > budget:
        yield f"{about}, and its budget is {usd(budget):.2f}: what does not fit waits until you raise the budget"
    if left is not None and estimate.expected_cost > left:
        yield f"{about}, and {usd(left):.2f} are left for today (UTC): the rest waits and goes on the next day"
