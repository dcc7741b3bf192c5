"""Tell whether the service can work, how much it has to do, and what it has done."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import flask

from functions.api.auth import require_admin, require_key
from functions.api.endpoint import endpoint
from functions.api.operations_models import (
    BudgetLeft,
    CheckResult,
    JobMetrics,
    ProviderHealthReport,
    Readiness,
    SystemStatus,
)
from functions.api.request_tallies import write_counts
from functions.api.result_cache import ResultCache
from functions.api.server_paths import hide_paths
from sutradhar import bootstrap
from sutradhar.domain.jobs.job import JobState

if TYPE_CHECKING:
    from sutradhar.doctor import Check
    from sutradhar.pipeline.operations import Operations

_machine: ResultCache[list[Check]] = ResultCache(15.0)
_providers: ResultCache[list[Check]] = ResultCache(60.0)
KEEP_SEC = 5
"""The seconds for which an instance gives the same values: these calls are open, and each reading costs money."""
_operations: ResultCache[Operations] = ResultCache(KEEP_SEC)
_ASSETS = ("narration", "image", "music", "sound", "footage", "clip")


@endpoint(answers={200: Readiness, 503: Readiness})
def show_readiness() -> tuple[Readiness, int, dict[str, str]]:
    """Answer 200 or 503, with each check; with ``?providers=1`` also whether each provider's key works.

    Every caller may ask without ``providers``. A check starts a process and an encode, so the answer is kept for some
    seconds.
    """
    from sutradhar import doctor  # only here: it takes 7 ms of a cold start

    asks_providers = flask.request.args.get("providers") in ("1", "true")
    if asks_providers:  # each of them is called: only for callers with a key or on this machine
        require_key()
    checks = [
        *_machine.get(doctor.run_checks),
        *(_providers.get(doctor.run_provider_checks) if asks_providers else ()),
    ]
    ready = all(c.ok for c in checks if c.needed)
    results = {check.name: _describe_check(check) for check in checks}
    return Readiness(status="ready" if ready else "not ready", checks=results), 200 if ready else 503, {}


def _describe_check(check: Check) -> CheckResult:
    settings = bootstrap.settings()
    detail, advice = (hide_paths(text, settings) for text in (check.detail, check.advice))
    return CheckResult(ok=check.ok, detail=detail, advice=advice, warning=check.warning)


@endpoint(answers={200: SystemStatus})
def show_system() -> tuple[SystemStatus, int, dict[str, str]]:
    """Answer with the load, the health of providers, and what is left of the error budgets.

    All values are read from the store, at most five seconds ago, so every instance gives nearly the same answer.
    """
    operations = _read()
    load = operations.load
    status = SystemStatus(
        status="degraded" if any(one.state != "ok" for one in operations.providers) else "ok",
        queue_depth=load.queue_depth,
        active_jobs=load.active_jobs,
        oldest_waiting_seconds=None if load.oldest_waiting_sec is None else round(load.oldest_waiting_sec, 1),
        providers=tuple(
            ProviderHealthReport(
                provider=one.provider,
                state=one.state,
                paused_until=one.paused_until,
                failures_in_a_row=one.failures_in_a_row,
            )
            for one in operations.providers
        ),
        error_budgets={name: BudgetLeft.describe(budget) for name, budget in operations.sum_budgets().items()},
        disk_free_gb=_measure_disk(),
    )
    return status, 200, {"Cache-Control": f"public, max-age={KEEP_SEC}"}


@endpoint(answers={200: JobMetrics}, errors=(401, 404))
def show_metrics() -> tuple[JobMetrics, int, dict[str, str]]:
    """Answer with the number of jobs by outcome, over all time and instances. Each job counts by its last outcome.

    The numbers are at most five seconds old.
    """
    headers = _protect_metrics()
    operations = _read()
    counts = operations.counts
    succeeded, failed = counts.get(JobState.SUCCEEDED, 0), counts.get(JobState.FAILED, 0)
    by_stage: dict[str, int] = {}
    for tally, total in operations.tallies.items():
        if tally.metric == "jobs_failed_total":
            by_stage[tally.labels[0]] = by_stage.get(tally.labels[0], 0) + int(total)
    assets = sum(by_stage.get(kind, 0) for kind in _ASSETS) + by_stage.get("producing", 0)
    plans, gate = by_stage.get("plan", 0) + by_stage.get("planning", 0), by_stage.get("quality gate", 0)
    job_metrics = JobMetrics(
        jobs_started=counts.get(JobState.PLANNING, 0),
        jobs_completed=succeeded,
        jobs_failed=failed,
        jobs_canceled=counts.get(JobState.CANCELLED, 0),
        success_rate=round(succeeded / (succeeded + failed), 4) if succeeded + failed else 1.0,
        total_duration_seconds=round(operations.sum_tallies("job_duration_seconds_sum"), 3),
        plan_errors=plans,
        asset_errors=assets,
        render_errors=sum(by_stage.values()) - plans - assets - gate,
        quality_gate_errors=gate,
        timeout_errors=int(operations.count("job_timeouts_total")),
        provider_errors=sum(sum(one.errors.values()) for one in operations.providers),
    )
    return job_metrics, 200, headers


@endpoint(answers={200: "text/plain"}, errors=(401, 404))
def show_prometheus() -> flask.Response:
    """Answer with the metrics in the text format of Prometheus.

    Metrics of jobs are counted by the store in the write that makes the event, so each event counts once, however many
    instances there are. All metrics are up to five seconds old, and those of requests up to ten seconds behind.
    """
    from functions.api.prometheus import write_metrics

    headers = _protect_metrics()
    text = write_metrics(_read(), _measure_disk())
    return flask.Response(text, headers=headers, content_type="text/plain; version=0.0.4; charset=utf-8")


def _protect_metrics() -> dict[str, str]:
    """Return the headers of the answer, which says who may keep it. Raise Unauthorized or NotFound if it is private."""
    if not bootstrap.settings().api.metrics_private:
        return {"Cache-Control": f"public, max-age={KEEP_SEC}"}
    require_admin()
    return {"Cache-Control": f"private, max-age={KEEP_SEC}"}


def _read() -> Operations:
    return _operations.get(_read_store)


def _read_store() -> Operations:
    from sutradhar.pipeline.operations import read_operations

    write_counts()
    return read_operations(bootstrap.backend(), tuple(bootstrap.settings().providers.connections))


def _measure_disk() -> float | None:
    """Return the free space in 10^9 bytes of the disk with the jobs; None on Google Cloud, where they are on none."""
    settings = bootstrap.settings()
    return round(shutil.disk_usage(settings.home).free / 1e9, 3) if settings.process.backend == "local" else None
