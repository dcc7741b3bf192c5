"""Define the bodies, the queries and the answers of the calls about batches."""

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from sutradhar.domain.core.base import Frozen
from sutradhar.domain.core.utc_time import UtcTime
from sutradhar.domain.jobs.batch import BatchState, RowState


class BatchBody(Frozen):
    """A plan with variables and the table of their values, of which exactly one form is given."""

    plan: dict[str, Any] | None = None
    """The plan of all rows: ``{{name}}`` in a text stands for the column ``name``, and ``{"$": "name"}`` for its value
    with its type. Null: each column is a field of the plan."""
    csv: str | None = None
    """The table as CSV, whose first line names the columns. The delimiter is a comma, a semicolon, a tab or a bar."""
    jsonl: str | None = None
    """The table as JSON lines, one object a row."""
    rows: list[dict[str, Any]] | None = None
    """The table as a list of objects."""
    name: str = Field(default="", max_length=120)
    """The name of the batch, for people."""
    budget_usd: float | None = Field(default=None, ge=0, le=100_000)
    """The most that all its videos may pay to providers together; the other caps hold as well."""
    webhook_url: str | None = Field(default=None, max_length=2000)
    """The URL that gets one event, ``batch.done``, when every row has ended: https, on the public internet."""


class BatchProblem(Frozen):
    """One reason for which a batch would be refused."""

    row: int | None
    """The number of the row, from 1; null: it is about the plan or the whole table."""
    column: str
    """The column with the wrong value; empty: none of its own."""
    field: str
    """The field of the plan, such as ``scenes[0].narration``; empty: the plan as a whole."""
    message: str


class BatchCost(Frozen):
    """The cost of all rows that have no problem; an asset that rows share counts once."""

    expected_usd: float
    most_usd: float
    """The sum that would be reserved for all calls of providers."""
    render_usd: float
    """The price of the machines that render, which Google charges; 0 on a machine of your own."""
    video_seconds: float
    wait_seconds: int
    """The time until the last video is ready, if no other job is in progress."""
    budget_left_usd: float | None
    """The money that today's caps leave; null: there is no cap."""


class BatchReport(Frozen):
    """The batch that a table would make."""

    accepted: bool
    """True if POST /batches would accept it."""
    rows: int
    columns: tuple[str, ...]
    problems: tuple[BatchProblem, ...]
    """Every wrong row with its column, at most 1,000."""
    problem_count: int
    has_more_problems: bool
    notices: tuple[str, ...]
    """Columns that the plan does not use, and budgets that the batch would exceed."""
    estimate: BatchCost


class BatchAnswer(Frozen):
    """A batch and its progress."""

    batch_id: str
    id: str
    """The same as ``batch_id``."""
    name: str
    state: BatchState
    reason: str
    """The reason why it waits; empty: it does not."""
    waits_until: UtcTime | None
    """The time at which a waiting batch goes on by itself."""
    rows: int
    counts: Mapping[RowState, int]
    budget_usd: float | None
    spent_usd: float
    reserved_usd: float
    """The money of calls that have not ended."""
    expected_usd: float
    most_usd: float
    webhook_url: str | None
    created_at: UtcTime
    changed_at: UtcTime
    ended_at: UtcTime | None
    rows_url: str
    results_url: str
    notices: tuple[str, ...] = ()
    """Only in the answer to the order."""


class BatchList(Frozen):
    batches: tuple[BatchAnswer, ...]
    has_more: bool
    next: str | None
    """Give it as ``after`` to get the next page; null: this page is the last one."""


class BatchRowItem(Frozen):
    """One row: one video."""

    number: int
    """From 1, as in the table without its first line."""
    row_id: str
    state: RowState
    job_id: str | None
    """Null: it has not begun."""
    attempt: int
    error: str
    title: str
    """Empty as long as the row has no job."""
    status_url: str | None
    file_url: str | None
    """The URL of the video; null: there is none yet."""


class BatchRowList(Frozen):
    rows: tuple[BatchRowItem, ...]
    has_more: bool
    next: str | None
    """Give it as ``after`` to get the next page; null: this page is the last one."""


class BatchPageQuery(Frozen):
    limit: int = Field(default=20, ge=1, le=100)
    after: str | None = Field(default=None, max_length=500)
    """The value of ``next`` of the page before."""


class BatchRowQuery(Frozen):
    state: RowState | None = None
    limit: int = Field(default=50, ge=1, le=100)
    after: str | None = Field(default=None, max_length=500)
    """The value of ``next`` of the page before."""


class BatchResultsQuery(Frozen):
    first: int = Field(default=1, ge=1, le=1000, alias="from")
    """The number of the first row."""
    last: int = Field(default=1000, ge=1, le=1000, alias="to")
    """The number of the last row."""
    format: str = Field(default="zip", pattern="^(zip|csv)$")
    """``csv``: only the index of the rows."""


class BatchBudget(Frozen):
    budget_usd: float | None = Field(ge=0, le=100_000)
    """The most that all videos of the batch may pay together; null: it has no cap of its own."""
