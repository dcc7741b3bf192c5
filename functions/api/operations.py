"""Tell whether the service is up and can work, and count its jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import flask

from functions.api.auth import require_key
from functions.api.endpoint import endpoint
from functions.api.result_cache import ResultCache
from sutradhar import bootstrap
from sutradhar.domain.jobs.job import JobState

if TYPE_CHECKING:
    from sutradhar.doctor import Check

_machine: ResultCache[list[Check]] = ResultCache(15.0)
_providers: ResultCache[list[Check]] = ResultCache(60.0)


@endpoint(answers={200: "application/json", 503: "application/json"})
def show_readiness() -> flask.Response:
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
    body = {
        "status": "ready" if ready else "not ready",
        "checks": {
            c.name: {
                "ok": c.ok,
                "detail": c.detail,
                **({"warning": True} if c.warning else {}),
                **({"advice": c.advice} if c.advice else {}),
            }
            for c in checks
        },
    }
    return flask.make_response(body, 200 if ready else 503)


@endpoint(answers={200: "application/json"})
def show_metrics() -> flask.Response:
    """Answer with the number of jobs by outcome, over all time and instances. Each job counts by its last outcome."""
    counts = bootstrap.backend().jobs.count_by_state()
    succeeded, failed = counts.get(JobState.SUCCEEDED, 0), counts.get(JobState.FAILED, 0)
    body = {
        "jobs_started": counts.get(JobState.PLANNING, 0),
        "jobs_completed": succeeded,
        "jobs_failed": failed,
        "jobs_canceled": counts.get(JobState.CANCELLED, 0),
        "success_rate": round(succeeded / (succeeded + failed), 4) if succeeded + failed else None,
    }
    return flask.jsonify(body)
