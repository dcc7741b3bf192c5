"""An Idempotency-Key leads to the same job for 24 hours, and then to a new one."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from sutradhar import bootstrap
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.pipeline.submit import submit

NOON = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)


class Times:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = NOON
        monkeypatch.setattr(type(bootstrap.backend().clock), "now", lambda _self: self.now)


def post(api: FlaskClient, topic: str = "Prahlad") -> Any:
    return api.post("/render", data=json.dumps({"topic": topic}), headers={"Idempotency-Key": "order-17"})


def test_a_key_lives_for_a_day(api: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    times = Times(monkeypatch)
    jobs = []
    for day in range(3):
        times.now = NOON + timedelta(days=day)
        first = post(api)
        assert (first.status_code, "Idempotent-Replayed" in first.headers) == (202, False)
        times.now += timedelta(hours=23, minutes=59)
        again = post(api)
        assert (again.status_code, again.headers["Idempotent-Replayed"]) == (200, "true")
        assert again.get_json()["job_id"] == first.get_json()["job_id"]
        assert post(api, "Ganga").status_code == 422
        jobs.append(first.get_json()["job_id"])
    assert len(set(jobs)) == 3


def test_a_key_may_have_another_body_in_its_next_life(api: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    times = Times(monkeypatch)
    assert post(api).status_code == 202
    times.now += timedelta(hours=24)
    assert [post(api, "Ganga").status_code for _ in range(2)] == [202, 200]
    assert post(api).status_code == 422


@pytest.mark.parametrize("life", [0, 1, 2])
def test_parallel_submits_in_every_life_make_one_job(
    api: FlaskClient, monkeypatch: pytest.MonkeyPatch, life: int
) -> None:
    times, services, plan = Times(monkeypatch), bootstrap.services(), RenderPlan(topic="Prahlad")
    for _ in range(life):
        submit(services, plan, "order-17")
        times.now += timedelta(days=1)
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _: submit(services, plan, "order-17"), range(40)))
    assert len({job.id for job, _ in results}) == 1
    assert sum(is_new for _, is_new in results) == 1
