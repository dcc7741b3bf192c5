"""Limits of calls a minute and of jobs in progress, for each key, over all instances."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import flask
import pytest
from flask.testing import FlaskClient

from functions.api import limits
from sutradhar import bootstrap
from sutradhar.backends.local import stores
from sutradhar.domain.core.errors import BackendError
from sutradhar.domain.jobs.job import JobState
from sutradhar.domain.jobs.job_failure import JobFailure
from sutradhar.pipeline import api_keys
from sutradhar.pipeline.rate_limit import RateLimiter
from tests.conftest import forget
from tests.function_client import open_client


@pytest.fixture
def api(home: object, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """The API with the limits that it has without any setting."""
    monkeypatch.delenv("RATE_LIMIT_PER_MIN")
    forget()
    return open_client("api")


@pytest.fixture
def clock(api: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> Iterator["LaterClock"]:
    clock = LaterClock()
    monkeypatch.setattr(type(bootstrap.backend().clock), "now", lambda _self: clock.start + clock.passed)
    yield clock
    limits._get_limiter.cache_clear()


class LaterClock:
    def __init__(self) -> None:
        self.start = bootstrap.backend().clock.now()
        self.passed = timedelta()

    def sleep(self, sec: float) -> None:
        self.passed += timedelta(seconds=sec)

    def now(self) -> datetime:
        return self.start + self.passed


def make_key(name: str = "asha", **facts: Any) -> dict[str, str]:
    backend = bootstrap.backend()
    return {"X-API-Key": api_keys.create(backend.records, backend.clock, name, **facts)[1]}


def post(api: FlaskClient, headers: Any = None, **body: Any) -> Any:
    return api.post("/render", data=json.dumps(body or {"topic": "Prahlad"}), headers=headers)


def test_ten_calls_a_minute_are_answered_and_the_next_one_says_when_to_try_again(
    api: FlaskClient, clock: LaterClock
) -> None:
    answers = [post(api) for _ in range(10)]
    assert {answer.status_code for answer in answers} == {202}
    assert [answer.headers["RateLimit-Remaining"] for answer in answers] == [str(left) for left in range(9, -1, -1)]
    clock.sleep(20)
    refused = post(api)
    assert (refused.status_code, refused.mimetype) == (429, "application/problem+json")
    assert refused.headers["Retry-After"] == refused.headers["RateLimit-Reset"] == "40"
    assert (refused.headers["RateLimit-Limit"], refused.headers["RateLimit-Remaining"]) == ("10", "0")
    assert "RATE_LIMIT_PER_MIN" in refused.get_json()["detail"]
    clock.sleep(40)
    assert post(api).status_code == 202


def test_reading_sending_files_and_cancelling_are_not_counted(api: FlaskClient, clock: LaterClock) -> None:
    job, *_ = [post(api).get_json()["job_id"] for _ in range(10)]
    assert post(api).status_code == 429
    upload = json.dumps({"filename": "a.png", "content_type": "image/png", "size": 5})
    for _ in range(20):
        status = api.get(f"/render/{job}/status")
        assert (status.status_code, "RateLimit-Limit" in status.headers) == (200, False)
        assert api.post("/uploads", data=upload).status_code == 201
    assert api.delete(f"/render/{job}/cancel").status_code == 202
    assert api.post(f"/render/{job}/retry").status_code == 429


def test_each_key_has_calls_of_its_own(api: FlaskClient, clock: LaterClock) -> None:
    asha, ravi = make_key("asha"), make_key("ravi")
    assert [post(api, asha, topic=5).status_code for _ in range(11)] == [400] * 10 + [429]
    assert post(api, ravi).status_code == 202


def test_a_used_up_window_is_refused_without_the_store(
    api: FlaskClient, clock: LaterClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(10):
        post(api)
    monkeypatch.setattr(type(bootstrap.backend().records), "update", None)
    assert post(api).status_code == 429


def test_no_call_too_many_is_accepted_from_many_instances_at_once(home: object) -> None:
    backend = bootstrap.backend()
    limiters = [RateLimiter(backend.records, backend.clock, 10) for _ in range(4)]
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda number: limiters[number % 4].count_call("key-1"), range(60)))
    accepted = [one for one in taken if not one.is_refused]
    assert sorted(one.left for one in accepted) == list(range(10))


@pytest.mark.parametrize(
    ("backend", "forwarded", "address"),
    [
        ("local", "198.51.100.1", "127.0.0.1"),
        ("gcp", "198.51.100.1, 203.0.113.7", "203.0.113.7"),
        ("gcp", "203.0.113.7", "203.0.113.7"),
        ("gcp", "x, 2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("gcp", "sk_not_an_address\n", "unknown"),
    ],
)
def test_the_address_comes_from_what_a_caller_cannot_choose(
    home: object, monkeypatch: pytest.MonkeyPatch, backend: str, forwarded: str, address: str
) -> None:
    for name, value in {"BACKEND": backend, "GOOGLE_CLOUD_PROJECT": "p", "REGION": "r", "ASSET_BUCKET": "b"}.items():
        monkeypatch.setenv(name, value)
    forget()
    environ = {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": forwarded}
    with flask.Flask("test").test_request_context("/render", environ_overrides=environ):
        assert limits.find_address() == address


def test_a_key_has_five_jobs_in_progress_at_most(api: FlaskClient, clock: LaterClock) -> None:
    asha, ravi = make_key("asha"), make_key("ravi")
    jobs = [post(api, asha, topic=f"Tale {number}").get_json()["job_id"] for number in range(5)]
    refused = post(api, asha)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "30")
    assert "MAX_ACTIVE_JOBS" in refused.get_json()["detail"]
    assert post(api, ravi).status_code == 202
    assert api.delete(f"/render/{jobs[2]}/cancel", headers=asha).status_code == 202
    assert post(api, asha).status_code == 202
    assert post(api, asha).status_code == 429


@pytest.mark.usefixtures("fresh_operations")
def test_refusals_are_in_the_metrics(api: FlaskClient, clock: LaterClock) -> None:
    asha, ravi = make_key("asha"), make_key("ravi")
    assert [post(api, asha, topic=5).status_code for _ in range(12)] == [400] * 10 + [429] * 2
    assert [post(api, ravi, topic=f"Tale {number}").status_code for number in range(6)] == [202] * 5 + [429]
    lines = api.get("/metrics/prometheus").get_data(as_text=True).splitlines()
    assert {"rate_limit_hits_total 2.0", "quota_violations_total 1.0"} <= set(lines)


def test_a_repeat_needs_no_second_place_and_a_retry_needs_one(api: FlaskClient, clock: LaterClock) -> None:
    asha = make_key("asha")
    sent = {**asha, "Idempotency-Key": "k"}
    failed = post(api, sent).get_json()["job_id"]
    services = bootstrap.services()
    services.move(failed, lambda job: job.fail(JobFailure(stage="x", cause="y"), services.clock.now()))
    others = [post(api, asha).get_json()["job_id"] for _ in range(5)]
    assert post(api, sent).status_code == 200
    assert api.post(f"/render/{failed}/retry", headers=asha).status_code == 429
    api.delete(f"/render/{others[0]}/cancel", headers=asha)
    clock.sleep(60)
    assert api.post(f"/render/{failed}/retry", headers=asha).status_code == 202
    assert services.jobs.get(failed).state is JobState.PLANNING
    assert post(api, asha).status_code == 429


def test_a_job_that_waits_for_approval_needs_no_place_and_its_approval_needs_one(
    api: FlaskClient, clock: LaterClock
) -> None:
    asha = make_key("asha")
    services = bootstrap.services()

    def order_waiting_job() -> str:
        job_id = str(post(api, asha, topic="tea", review=True).get_json()["job_id"])
        services.move(
            job_id, lambda job: job.start_producing(job.requested_plan.evolve(review=True), (), [], clock.now(), None)
        )
        return job_id

    waiting = [order_waiting_job() for _ in range(6)]
    clock.sleep(60)
    others = [post(api, asha).get_json()["job_id"] for _ in range(5)]
    refused = api.post(f"/render/{waiting[0]}/approve", headers=asha)
    assert refused.status_code == 429
    assert "MAX_ACTIVE_JOBS" in refused.get_json()["detail"]
    assert services.jobs.get(waiting[0]).state is JobState.AWAITING_APPROVAL
    api.delete(f"/render/{others[0]}/cancel", headers=asha)
    clock.sleep(60)
    assert api.post(f"/render/{waiting[0]}/approve", headers=asha).status_code == 202
    assert api.post(f"/render/{waiting[1]}/approve", headers=asha).status_code == 429


def test_jobs_that_could_not_be_stored_or_were_deleted_have_no_place(
    api: FlaskClient, clock: LaterClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    asha = make_key("asha")
    with monkeypatch.context() as patch:
        patch.setattr(stores, "change_records", fail)
        for _ in range(3):
            assert post(api, asha).status_code == 503
    jobs = [post(api, asha).get_json()["job_id"] for _ in range(5)]
    assert post(api, asha).status_code == 429
    bootstrap.backend().jobs.delete(jobs[1])
    assert [post(api, asha).status_code for _ in range(2)] == [202, 429]


def fail(*_arguments: object) -> None:
    raise BackendError("no disk", retryable=True)
