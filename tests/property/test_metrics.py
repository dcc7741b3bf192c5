"""After fifty jobs whose messages came twice and in any order, and whose functions were killed before each of their
writes, every instance of the API tells exactly what happened."""

import json
import os
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families

from sutradhar import bootstrap
from sutradhar.domain.jobs.day_tallies import EVERYONE, add_counts, summarize_counts
from sutradhar.domain.jobs.job import JobState
from sutradhar.domain.jobs.tallies import JOB_BUCKETS, STEP_BUCKETS
from tests.conftest import forget
from tests.fakes import FakeClock
from tests.function_server import FunctionServer, start_function
from tests.property.fifty_jobs import CANCELLED_IN, FATES, FiftyJobs, describe_plan
from tests.property.job_ledger import JobLedger
from tests.property.mortal_stores import open_on_firestore, open_on_sqlite

KEY = "a-key-of-this-test-0815"
OVER_HTTP = 50 - FATES.total() - len(CANCELLED_IN)
CALLS = 18
SETTINGS = {
    "API_KEY_CREATOR": KEY,
    "MAX_ACTIVE_JOBS": str(OVER_HTTP),
    "RATE_LIMIT_PER_MIN": "12",
    "OPENAI_API_KEY": "sk-of-a-test",
}
Samples = Mapping[tuple[str, tuple[tuple[str, str], ...]], float]


@pytest.fixture(params=["local", "gcp"])
def fifty_jobs(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FiftyJobs]:
    """The jobs on the store of the environment."""
    clock = FakeClock()
    clock.at = datetime.now(UTC)
    for name, value in {**SETTINGS, "SUTRADHAR_HOME": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)
    if request.param == "gcp":
        request.getfixturevalue("emulators")
        with open_on_firestore(FiftyJobs, tmp_path, clock, monkeypatch) as jobs:
            yield jobs
    else:
        with open_on_sqlite(FiftyJobs, tmp_path, clock) as jobs:
            yield jobs


def test_every_instance_counts_what_happened(fifty_jobs: FiftyJobs) -> None:
    with ExitStack() as stack:
        servers = [stack.enter_context(start_function(os.environ)) for _ in range(2)]
        fifty_jobs.submit_all()
        for server in servers:
            server.wait()
        answers = Counter(post_job(servers[number % 2], number) for number in range(CALLS))
        assert answers["accepted"] == OVER_HTTP
        assert answers["rate limit"] > 0 < answers["quota"]
        scrape(servers[1])
        servers[1].process.kill()
        fifty_jobs.run()
        newcomer = stack.enter_context(start_function(os.environ))
        newcomer.wait()
        for server in (servers[0], newcomer):
            check_counts(server, fifty_jobs, answers)
    check_days(fifty_jobs)
    executioner = fifty_jobs.executioner
    assert set(executioner.killed) == set(executioner.most_writes)
    for kind, writes in executioner.most_writes.items():
        assert executioner.killed[kind] >= set(range(writes)), kind


def post_job(server: FunctionServer, number: int) -> str:
    """Ask for a job over HTTP, and return what came of it."""
    plan = describe_plan(number, "succeeds")
    answer = requests.post(f"{server.url}/render", json=plan, headers={"X-API-Key": KEY}, timeout=60)
    if answer.status_code == 202:
        return "accepted"
    detail = json.loads(answer.text)["detail"]
    assert answer.status_code == 429, detail
    return "quota" if "MAX_ACTIVE_JOBS" in detail else "rate limit"


def scrape(server: FunctionServer) -> Samples:
    text = requests.get(f"{server.url}/metrics/prometheus", timeout=60).text
    families = text_string_to_metric_families(text)
    return {(s.name, tuple(sorted(s.labels.items()))): s.value for family in families for s in family.samples}


def get_json(server: FunctionServer, path: str) -> Any:
    return requests.get(f"{server.url}{path}", timeout=60).json()


def check_counts(server: FunctionServer, fifty_jobs: FiftyJobs, answers: Counter[str]) -> None:
    """Compare what ``server`` tells with the fates of the jobs, and the times with those that were seen."""
    ledger, errors = fifty_jobs.ledger, fifty_jobs.providers.counted_errors
    samples = scrape(server)
    good = FATES["succeeds"] + FATES["fails_once"] + FATES["retried"] + OVER_HTTP
    failures = {("picture", "system"): FATES["broken"] + FATES["retried"], ("image", "user"): FATES["refused"]}
    failures["render", "system"] = FATES["timeout"]
    assert ledger.failures == failures
    assert find(samples, "jobs_started_total") == 50
    assert find(samples, "jobs_succeeded_total") == good == len(ledger.job_seconds)
    assert select(samples, "renders_total", "encoder") == {("libx264",): good}
    assert find(samples, "jobs_canceled_total") == len(CANCELLED_IN) == ledger.states[JobState.CANCELLED]
    assert find(samples, "job_timeouts_total") == FATES["timeout"]
    assert select(samples, "jobs_failed_total", "error", "cause") == failures
    assert select(samples, "provider_errors_total", "provider", "code") == {
        ("openai", code): number for code, number in errors.items()
    }
    assert find(samples, "rate_limit_hits_total") == answers["rate limit"]
    assert find(samples, "quota_violations_total") == answers["quota"]
    assert find(samples, "queue_depth") == find(samples, "active_jobs") == 0
    check_histogram(samples, "job_duration_seconds", ledger.job_seconds, JOB_BUCKETS, length="30s", mode="FINAL")
    for step, seconds in ledger.steps.items():
        check_histogram(samples, "step_duration_seconds", seconds, STEP_BUCKETS, step=step)
    check_summaries(server, ledger, good, sum(errors.values()))


def check_days(fifty_jobs: FiftyJobs) -> None:
    """Compare the counts of the days with what was seen: each event counts once, for its owner and for everyone."""
    forget()
    ledger, backend = fifty_jobs.ledger, bootstrap.backend()
    first = datetime.now(UTC).date() - timedelta(days=1)
    owners = ("", "key-env-creator", EVERYONE)
    shown = {
        owner: summarize_counts(add_counts(backend.day_tallies.read(owner, first, first + timedelta(days=60)).values()))
        for owner in owners
    }
    backend.close()
    total = shown[EVERYONE]
    assert (total.started, total.succeeded) == (50, len(ledger.job_seconds))
    assert (total.failed, total.canceled) == (ledger.failures.total(), ledger.states[JobState.CANCELLED])
    assert (shown["key-env-creator"].started, shown["key-env-creator"].succeeded) == (OVER_HTTP, OVER_HTTP)
    assert shown[""].started == 50 - OVER_HTTP
    seconds = sorted(ledger.job_seconds)
    assert total.median_sec is not None
    assert total.p95_sec is not None
    assert total.median_sec == pytest.approx(seconds[len(seconds) // 2], rel=0.5)
    assert total.median_sec <= total.p95_sec


def check_summaries(server: FunctionServer, ledger: JobLedger, good: int, provider_errors: int) -> None:
    metrics, failed = get_json(server, "/metrics"), ledger.states[JobState.FAILED]
    assert metrics.pop("total_duration_seconds") == pytest.approx(sum(ledger.job_seconds), abs=0.01)
    assert metrics.pop("success_rate") == round(good / (good + failed), 4)
    assert metrics == {
        "jobs_started": 50,
        "jobs_completed": good,
        "jobs_failed": FATES["broken"] + FATES["refused"] + FATES["timeout"],
        "jobs_canceled": len(CANCELLED_IN),
        "plan_errors": 0,
        "asset_errors": FATES["refused"],
        "render_errors": FATES["broken"] + FATES["retried"] + FATES["timeout"],
        "quality_gate_errors": 0,
        "timeout_errors": FATES["timeout"],
        "provider_errors": provider_errors,
    }
    budget = get_json(server, "/status")["error_budgets"]["jobs"]
    assert (budget["good"], budget["bad"]) == (good, FATES["broken"] + FATES["retried"] + FATES["timeout"])


def check_histogram(
    samples: Samples, name: str, seconds: list[float], limits: tuple[float, ...], **labels: str
) -> None:
    assert find(samples, f"{name}_count", **labels) == len(seconds)
    assert find(samples, f"{name}_sum", **labels) == pytest.approx(sum(seconds), abs=0.01)
    for limit in limits:
        below = sum(one <= limit for one in seconds)
        assert find(samples, f"{name}_bucket", le=str(float(limit)), **labels) == below, (name, labels, limit)


def find(samples: Samples, name: str, **labels: str) -> float:
    return samples[name, tuple(sorted(labels.items()))]


def select(samples: Samples, name: str, *labels: str) -> dict[tuple[str, ...], float]:
    """Return the values of all series of a metric, by the values of their labels."""
    return {
        tuple(dict(pairs)[label] for label in labels): value
        for (sample, pairs), value in samples.items()
        if sample == name
    }
