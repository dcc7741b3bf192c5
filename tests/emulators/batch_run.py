"""Run a batch on the emulated cloud, with a budget that ends in the middle, while single jobs come in between."""

import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from sutradhar.domain.billing.ledger import batch_account
from sutradhar.domain.jobs.job import Job, JobState
from sutradhar.pipeline.batches.rows import read_jobs, read_rows
from sutradhar.pipeline.batches.store import BATCHES
from tests.emulators.instant_cloud import InstantCloud

TEMPLATE = {
    "title": "Offer {{number}}",
    "language": "en",
    "scenes": [{"image_prompt": "offer {{number}} on a table", "duration_sec": 2}],
    "music": False,
    "render": {"mode": "PROXY", "resolution": "720p"},
}
_LOOK_SEC = 1.0


@dataclass
class BatchRun:
    """The figures of one run."""

    rows: int
    states: Counter[str] = field(default_factory=Counter)
    jobs: int = 0
    """The jobs that the store has for the batch."""
    drawn: Counter[str] = field(default_factory=Counter)
    """The paid images, by prompt."""
    waited_with: Counter[str] = field(default_factory=Counter)
    """The states of the rows while the budget was spent."""
    budgets: list[tuple[int, int]] = field(default_factory=list)
    """The money that was paid or reserved at each look, and the budget at that time, in millionths of a US dollar."""
    most_active: int = 0
    first_steps_sec: list[float] = field(default_factory=list)
    """The seconds from the call for each single job to its first step."""
    ends_sec: list[float] = field(default_factory=list)
    """The seconds from the call for each single job to its video."""
    seconds: float = 0.0
    order_sec: float = 0.0
    """The seconds of the call that ordered the batch, which checks every row."""

    @property
    def most_over_budget(self) -> int:
        return max(committed - cap for committed, cap in self.budgets)


def run_batch(cloud: InstantCloud, rows: int, single_every_sec: float, limit_sec: float) -> BatchRun:
    """Order a batch with a budget for about half of its rows, raise it when the batch waits, and return the figures."""
    run = BatchRun(rows)
    table = [{"number": number} for number in range(1, rows + 1)]
    cost = cloud.call("POST /batches/check", {"plan": TEMPLATE, "rows": table})["estimate"]["expected_usd"]
    started = time.monotonic()
    order = {"plan": TEMPLATE, "rows": table, "budget_usd": round(cost / 2, 6), "name": "bench"}
    batch_id = cloud.call("POST /batches", order)["batch_id"]
    run.order_sec = time.monotonic() - started
    singles: list[str] = []
    next_single = started
    while True:
        batch = cloud.services.documents.get(BATCHES, batch_id)
        account = cloud.services.providers.call_gate.accounts.read(batch_account(batch_id))
        if account.cap is not None:
            run.budgets.append((account.commitment, account.cap))
        run.most_active = max(run.most_active, _count_active(cloud, batch_id))
        if batch.state == "waiting" and not batch.counts.get("running"):
            run.waited_with = run.waited_with or Counter({str(k): n for k, n in batch.counts.items()})
            cloud.call(f"PATCH /batches/{batch_id}", {"budget_usd": round(cost * 2, 6)})
        if batch.state == "done":
            break
        assert time.monotonic() - started < limit_sec, (batch.state, batch.counts, batch.reason)
        if time.monotonic() >= next_single:
            next_single = time.monotonic() + single_every_sec
            singles.append(_order_single(cloud, len(singles)))
        time.sleep(_LOOK_SEC)
    run.seconds = time.monotonic() - started
    stored = read_rows(cloud.services, cloud.services.documents.get(BATCHES, batch_id))
    run.states = Counter(row.state for row in stored)
    run.jobs = sum(job.batch == batch_id for job in _list_jobs(cloud))
    assert len(read_jobs(cloud.services, stored)) == len({row.job_id for row in stored}) == rows
    run.drawn = Counter(cloud.list_drawn())
    _note_singles(cloud, run, singles)
    return run


def _order_single(cloud: InstantCloud, number: int) -> str:
    plan: dict[str, Any] = {
        **TEMPLATE,
        "title": "Single",
        "scenes": [{"image_prompt": f"single {number}", "duration_sec": 2}],
    }
    return str(cloud.call("POST /render", plan)["job_id"])


def _note_singles(cloud: InstantCloud, run: BatchRun, singles: list[str]) -> None:
    end = time.monotonic() + 60
    for job_id in singles:
        while not (job := cloud.services.jobs.get(job_id)).state.is_terminal:
            assert time.monotonic() < end, job
            time.sleep(_LOOK_SEC)
        run.first_steps_sec.append(_measure(job, JobState.PRODUCING))
        run.ends_sec.append(_measure(job, JobState.SUCCEEDED))


def _measure(job: Job, state: JobState) -> float:
    return (job.entered_at[state] - job.created_at).total_seconds()


def _count_active(cloud: InstantCloud, batch_id: str) -> int:
    newest = cloud.services.jobs.list_latest(60).jobs
    return sum(job.batch == batch_id and job.state.is_at_work for job in newest)


def _list_jobs(cloud: InstantCloud) -> list[Job]:
    jobs: list[Job] = []
    after: str | None = None
    while True:
        page = cloud.services.jobs.list_latest(100, after)
        jobs += page.jobs
        if (after := page.after) is None:
            return jobs
