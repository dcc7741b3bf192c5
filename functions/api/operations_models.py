"""The answers of the calls about operations."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Literal, Self

from pydantic import Field

from sutradhar.domain.core.base import Frozen

if TYPE_CHECKING:
    from sutradhar.pipeline.operations import ErrorBudget


class CheckResult(Frozen):
    """The outcome of one check."""

    ok: bool
    detail: str
    advice: str = ""
    """The command or the setting that mends it."""
    warning: bool = False
    """It works today, but will soon stop working."""


class Readiness(Frozen):
    """The answer to the question if the service can work."""

    status: Literal["ready", "not ready"]
    checks: Mapping[str, CheckResult]


class ProviderHealthReport(Frozen):
    """The circuit breaker of a provider that has a key."""

    provider: str
    state: Literal["ok", "paused", "trial"]
    """``paused``: not called for a while, because it failed. ``trial``: the next call shows whether it works again."""
    paused_until: datetime | None
    failures_in_a_row: int


class BudgetLeft(Frozen):
    """The failures that an objective allows in 30 days, and the share of them that is left."""

    objective: float
    """The share that shall go well."""
    good: int
    bad: int
    left: float
    """1: nothing failed; 0: all is spent; below 0: the objective is missed."""

    @classmethod
    def describe(cls, budget: ErrorBudget) -> Self:
        return cls(objective=budget.objective, good=budget.good, bad=budget.bad, left=round(budget.share_left, 4))


class SystemStatus(Frozen):
    """The load and the health of the whole service."""

    status: Literal["ok", "degraded"]
    """``degraded``: a provider is paused; other providers do its work."""
    queue_depth: int
    """Jobs that wait for their plan; at most 10,000 are counted."""
    active_jobs: int
    oldest_waiting_seconds: float | None
    """Null: no job waits."""
    providers: tuple[ProviderHealthReport, ...]
    error_budgets: Mapping[str, BudgetLeft]
    disk_free_gb: float | None
    """Null on Google Cloud, where jobs and videos are on no disk."""


class JobMetrics(Frozen):
    """Jobs by outcome, over all time and instances."""

    jobs_started: int
    jobs_completed: int
    jobs_failed: int
    """Jobs that failed and were not retried since."""
    jobs_canceled: int
    success_rate: float = Field(ge=0, le=1)
    """The share of jobs that succeeded, of those that succeeded or failed; 1 before the first end."""
    total_duration_seconds: float
    """Seconds of work for all finished videos."""
    plan_errors: int
    """Failures, also of jobs that were retried since."""
    asset_errors: int
    render_errors: int
    quality_gate_errors: int
    timeout_errors: int
    """Failures of jobs whose work never came to an end; they are among the failures above, too."""
    provider_errors: int
    """Failed calls of providers; most are made good by a repeat or another provider."""
