"""`GET /status` and the metrics, as callers and Prometheus read them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial

import pytest
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families

from functions.api import request_tallies
from functions.api.prometheus import write_metrics
from sutradhar import bootstrap
from sutradhar.domain.billing.model_table import ModelTable
from sutradhar.domain.core.errors import ProviderError
from sutradhar.domain.jobs.job import Job, JobState
from sutradhar.domain.jobs.job_failure import JobFailure
from sutradhar.domain.jobs.metrics import METRICS
from sutradhar.domain.jobs.tallies import Tally
from sutradhar.pipeline.billing.provider_health import ProviderHealth
from sutradhar.pipeline.operations import Load, Operations, read_operations
from tests.conftest import forget
from tests.functions.test_api import finish, submit

pytestmark = pytest.mark.usefixtures("fresh_operations")
Samples = Mapping[tuple[str, tuple[tuple[str, str], ...]], float]


def scrape(api: FlaskClient) -> Samples:
    answer = api.get("/metrics/prometheus")
    assert answer.status_code == 200
    assert answer.content_type.startswith("text/plain; version=0.0.4")
    families = text_string_to_metric_families(answer.get_data(as_text=True))
    return {(s.name, tuple(sorted(s.labels.items()))): s.value for family in families for s in family.samples}


def find(samples: Samples, name: str, **labels: str) -> float:
    return samples[name, tuple(sorted(labels.items()))]


def fail_provider() -> None:
    backend = bootstrap.backend()
    health = ProviderHealth(backend.records, backend.clock, ModelTable())
    for status in (429, 429, 503):
        error = ProviderError("no", provider="openai", retryable=True, status=status, fault="busy")
        health.record_failure("openai", "tts", error, is_trial=False)


def test_every_event_is_in_the_text_of_prometheus(api: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-a-test")
    forget()
    fail_provider()
    jobs = [submit(api, {"topic": f"Tea {n}", "length_sec": 30}).get_json()["job_id"] for n in range(6)]
    finish(jobs[0])
    assert api.delete(f"/render/{jobs[4]}/cancel").status_code == 202
    backend = bootstrap.backend()
    plan = bootstrap.services().providers.planner.plan(backend.jobs.get(jobs[5]).requested_plan).plan
    backend.jobs.update(jobs[5], lambda job: job.start_producing(plan, [], [], backend.clock.now(), waits_until=None))
    for number, is_users in ((1, True), (2, False)):
        error = JobFailure(stage="narration", cause="x", is_user_error=is_users, is_timeout=not is_users)
        backend.jobs.update(jobs[number], partial(Job.fail, error=error, now=backend.clock.now()))
    samples = scrape(api)
    assert find(samples, "jobs_started_total") == 6
    assert find(samples, "jobs_succeeded_total") == 1
    assert find(samples, "jobs_canceled_total") == 1
    assert find(samples, "jobs_failed_total", error="narration", cause="user") == 1
    assert find(samples, "jobs_failed_total", error="narration", cause="system") == 1
    assert find(samples, "job_timeouts_total") == 1
    assert find(samples, "job_duration_seconds_count", length="30s", mode="FINAL") == 1
    assert find(samples, "job_duration_seconds_bucket", length="30s", mode="FINAL", le="+Inf") == 1
    assert find(samples, "step_duration_seconds_count", step="render") == 1
    assert (find(samples, "queue_depth"), find(samples, "active_jobs")) == (1, 1)
    assert find(samples, "oldest_waiting_seconds") >= 0
    assert find(samples, "provider_errors_total", provider="openai", code="429") == 2
    assert find(samples, "provider_paused", provider="openai") == 1
    assert find(samples, "rate_limit_hits_total") == find(samples, "quota_violations_total") == 0
    assert find(samples, "http_requests_total", endpoint="/render", method="POST", status="202") == 6
    assert find(samples, "http_request_duration_seconds_count", endpoint="/render", method="POST") == 6
    assert find(samples, "disk_free_gb") > 0


def test_the_status_tells_load_providers_and_budgets(api: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-a-test")
    forget()
    first = submit(api, {"topic": "Tea"}).get_json()["job_id"]
    calm = api.get("/api/status").get_json()
    assert (calm["status"], calm["queue_depth"], calm["active_jobs"]) == ("ok", 1, 0)
    assert calm["oldest_waiting_seconds"] >= 0
    assert calm["error_budgets"]["jobs"] == {"objective": 0.995, "good": 0, "bad": 0, "left": 1}
    fail_provider()
    backend = bootstrap.backend()
    error = JobFailure(stage="render", cause="x")
    backend.jobs.update(first, lambda j: j.fail(error, backend.clock.now()))
    tense = api.get("/status").get_json()
    assert (tense["status"], tense["queue_depth"], tense["oldest_waiting_seconds"]) == ("degraded", 0, None)
    (provider,) = tense["providers"]
    assert (provider["provider"], provider["state"], provider["failures_in_a_row"]) == ("openai", "paused", 3)
    assert provider["paused_until"].endswith("Z")
    assert tense["error_budgets"]["jobs"]["left"] == -199  # one of one failed, and 0.005 may
    assert tense["error_budgets"]["api"]["bad"] == 0
    assert "sk-of-a-test" not in str(tense)


def test_refusals_count_by_their_reason(api: FlaskClient) -> None:
    for status, is_quota in ((429, False), (429, False), (429, True), (402, False), (500, False)):
        request_tallies.count_request("/render", "POST", status, 0.2, is_quota=is_quota)
    samples = scrape(api)
    assert find(samples, "rate_limit_hits_total") == 2
    assert find(samples, "quota_violations_total") == 2
    assert api.get("/status").get_json()["error_budgets"]["api"]["bad"] == 1
    assert find(samples, "http_request_duration_seconds_bucket", endpoint="/render", method="POST", le="0.15") == 0
    assert find(samples, "http_request_duration_seconds_bucket", endpoint="/render", method="POST", le="0.3") == 5


def test_counts_are_written_in_batches_and_a_probe_never_writes(
    api: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    tallies = bootstrap.backend().tallies
    request_tallies.write_counts()
    before = tallies.read().get(Tally("http_requests_total", ("/healthz", "GET", "200")), 0)
    api.get("/healthz")
    monkeypatch.setattr(request_tallies, "EVERY_SEC", 0)
    api.get("/health")
    assert tallies.read().get(Tally("http_requests_total", ("/healthz", "GET", "200")), 0) == before
    api.get("/render/job-1/status")
    assert tallies.read()[Tally("http_requests_total", ("/healthz", "GET", "200"))] == before + 1
    assert tallies.read()[Tally("http_requests_total", ("/render/<job_id>/status", "GET", "404"))] == 1


def test_every_metric_of_the_table_is_written(home: object) -> None:
    operations = read_operations(bootstrap.backend(), ())
    text = write_metrics(operations, 1.5).decode()
    for metric in METRICS:
        assert f"# TYPE {metric.name} {metric.kind}" in text


def test_a_bucket_of_an_earlier_version_counts_in_the_next_one_above() -> None:
    tallies = {
        Tally("step_duration_seconds_bucket", ("plan", "7")): 2.0,
        Tally("step_duration_seconds_bucket", ("plan", "+Inf")): 1.0,
        Tally("step_duration_seconds_sum", ("plan",)): 9.0,
    }
    now = datetime(2026, 11, 27, tzinfo=UTC)
    text = write_metrics(Operations(Load(0, 0, None), {JobState.PLANNING: 3}, tallies, (), now), None).decode()
    assert 'step_duration_seconds_bucket{le="5.0",step="plan"} 0.0' in text
    assert 'step_duration_seconds_bucket{le="10.0",step="plan"} 2.0' in text
    assert 'step_duration_seconds_count{step="plan"} 3.0' in text
    assert not any(line.startswith("disk_free_gb") for line in text.splitlines())
