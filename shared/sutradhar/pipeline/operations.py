"""Read the state of the whole system from the store: its jobs, its providers, and what is left of its error budgets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sutradhar.domain.jobs.job import JobState
from sutradhar.domain.jobs.library import LibraryFilter
from sutradhar.domain.jobs.tallies import Tallies, Tally
from sutradhar.pipeline.billing.provider_health import ProviderState, read_health
from sutradhar.ports.backend import Backend
from sutradhar.ports.stores import MAX_COUNTED, JobStore

BUDGET_DAYS = 30
OBJECTIVES: Mapping[str, float] = {"api": 0.999, "jobs": 0.995, "publishing": 0.99}
"""The share of requests, of jobs and of publications that shall go well in any ``BUDGET_DAYS`` days
(docs/objectives.md)."""
_MAX_SKIPPED = 1000
"""Firestore reads each entry that it skips."""


@dataclass(frozen=True)
class Load:
    """The jobs that are not finished."""

    queue_depth: int
    """Jobs that wait for their plan."""
    active_jobs: int
    oldest_waiting_sec: float | None
    """The seconds that the first waiting job has waited; None: no job waits. With over a thousand waiting jobs, one of
    them waits for at least so long."""


@dataclass(frozen=True)
class ErrorBudget:
    """The failures that an objective still allows in ``BUDGET_DAYS`` days."""

    objective: float
    good: int
    bad: int

    @property
    def share_left(self) -> float:
        """The share that is left: 1 nothing failed, 0 all is spent, below 0 the objective is missed."""
        allowed = (1 - self.objective) * (self.good + self.bad)
        return 1 - self.bad / allowed if self.bad else 1.0


@dataclass(frozen=True)
class Operations:
    """Everything that the metrics tell."""

    load: Load
    counts: Mapping[JobState, int]
    tallies: Tallies
    providers: Sequence[ProviderState]
    now: datetime

    def sum_budget(self, objective: str) -> ErrorBudget:
        """Return the error budget of one of ``OBJECTIVES``."""
        first = f"{self.now.astimezone(UTC) - timedelta(days=BUDGET_DAYS - 1):%Y-%m-%d}"
        sums = {"good": 0.0, "bad": 0.0}
        for tally, total in self.tallies.items():
            if tally.metric == f"{objective}_by_day" and tally.labels[0] >= first:
                sums[tally.labels[1]] += total
        return ErrorBudget(OBJECTIVES[objective], int(sums["good"]), int(sums["bad"]))

    def sum_budgets(self) -> Mapping[str, ErrorBudget]:
        """Return the error budget of each objective."""
        return {objective: self.sum_budget(objective) for objective in OBJECTIVES}

    def sum_tallies(self, metric: str) -> float:
        """Return the sum of a metric over all its labels."""
        return sum(total for tally, total in self.tallies.items() if tally.metric == metric)

    def count(self, metric: str, *labels: str) -> float:
        return self.tallies.get(Tally(metric, labels), 0)


def read_operations(backend: Backend, providers: Sequence[str]) -> Operations:
    """Read the store. ``providers``: the names of those that have a key.

    Raises:
        BackendError: the store cannot be reached.
    """
    now = backend.clock.now()
    return Operations(
        load=read_load(backend.jobs, now),
        counts=backend.jobs.count_by_state(),
        tallies=backend.tallies.read(),
        providers=read_health(backend.records, providers, now) if providers else (),
        now=now,
    )


def read_load(jobs: JobStore, now: datetime) -> Load:
    """Count the jobs that are not finished."""
    waiting, running = LibraryFilter(state="pending"), LibraryFilter(state="running")
    depth, active = jobs.count_entries(waiting), jobs.count_entries(running)
    depth = MAX_COUNTED if depth is None else depth
    oldest = None
    if depth:
        entries = jobs.list_entries(waiting, 1, skip=min(depth, _MAX_SKIPPED) - 1).entries
        oldest = max((now - entries[0].created_at).total_seconds(), 0.0) if entries else 0.0
    return Load(depth, MAX_COUNTED if active is None else active, oldest)
