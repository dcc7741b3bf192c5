"""GET /metrics/days: jobs, durations and cost of each day, of the caller's own jobs or of all."""

import json
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from sutradhar import bootstrap
from sutradhar.domain.billing.usage import Usage
from sutradhar.pipeline import api_keys
from sutradhar.pipeline.billing.accounts import BillingAccounts
from sutradhar.pipeline.billing.context import BillingContext
from tests.functions.test_api import finish


def make_key(name: str, **facts: Any) -> tuple[str, dict[str, str]]:
    backend = bootstrap.backend()
    key, secret = api_keys.create(backend.records, backend.clock, name, **facts)
    return key.id, {"X-API-Key": secret}


def make_job(api: FlaskClient, headers: dict[str, str]) -> str:
    job_id: str = api.post("/render", data=json.dumps({"topic": "Prahlad"}), headers=headers).get_json()["job_id"]
    return job_id


def pay(job_id: str, owner: str, micros: int) -> None:
    backend = bootstrap.backend()
    accounts = BillingAccounts(backend.records, backend.clock, None)
    usage = Usage(provider="openai", model="m", expected={"images": 1}, max={"images": 1})
    for _ in range(2):  # the answer of the first call was lost
        reservation = accounts.reserve(BillingContext(job_id, "scene-00-image", owner=owner), usage, 2 * micros)
        accounts.settle(reservation, micros)
        accounts.settle(reservation, micros)


def test_creators_see_their_own_days_and_admins_all(api: FlaskClient) -> None:
    asha_id, asha = make_key("asha")
    _, ravi = make_key("ravi")
    _, boss = make_key("boss", role="admin")
    job = make_job(api, asha)
    finish(job)
    make_job(api, ravi)
    pay(job, asha_id, 250_000)
    answers = {
        name: api.get("/metrics/days?days=7", headers=key).get_json()
        for name, key in (("asha", asha), ("ravi", ravi), ("boss", boss))
    }
    assert [answers[name]["scope"] for name in ("asha", "ravi", "boss")] == ["own", "own", "all"]
    assert {
        name: (one["total"]["started"], one["total"]["succeeded"], one["total"]["cost_usd"])
        for name, one in answers.items()
    } == {"asha": (1, 1, 0.5), "ravi": (1, 0, 0), "boss": (2, 1, 0.5)}
    days = answers["asha"]["days"]
    today = bootstrap.backend().clock.now().date()
    assert [day["day"] for day in days] == [str(today - timedelta(days=ago)) for ago in range(6, -1, -1)]
    assert days[-1]["median_seconds"] is not None
    assert days[0] == {
        "started": 0,
        "succeeded": 0,
        "failed": 0,
        "canceled": 0,
        "median_seconds": None,
        "p95_seconds": None,
        "cost_usd": 0,
        "day": str(today - timedelta(days=6)),
    }
    assert answers["asha"]["counted_since"] == str(today)


@pytest.mark.parametrize("days", ["0", "91", "x"])
def test_a_wrong_range_is_refused(api: FlaskClient, days: str) -> None:
    answer = api.get(f"/metrics/days?days={days}")
    assert (answer.status_code, answer.get_json()["errors"][0]["path"]) == (400, "days")


def test_the_days_of_strangers_are_closed(api: FlaskClient) -> None:
    make_key("asha")
    assert api.get("/metrics/days").status_code == 401
