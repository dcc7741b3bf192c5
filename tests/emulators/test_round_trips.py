"""The calls of Firestore and Pub/Sub that each common request costs: a caller waits for them one after another."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient

from functions.dev.emulated_cloud.emulators import Emulators
from sutradhar import bootstrap
from tests import emulated_cloud
from tests.conftest import forget
from tests.function_client import open_client
from tests.round_trips import record_round_trips

Take = Callable[[], list[str]]
STORED, SENT, READ = "Commit", "Publish", "BatchGetDocuments"


@pytest.fixture
def take(emulators: Emulators, monkeypatch: pytest.MonkeyPatch) -> Iterator[Take]:
    emulated_cloud.choose_deployment(monkeypatch)
    with record_round_trips(emulators.env) as (variables, take_names):
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        forget()
        yield take_names
        bootstrap.backend().close()
        forget()


@pytest.fixture
def api(take: Take) -> FlaskClient:
    return open_client("api")


def post(api: FlaskClient, headers: dict[str, str] | None = None) -> Any:
    answer = api.post("/render", data=json.dumps({"topic": "tea"}), headers=headers)
    assert answer.status_code == 202, answer.get_json()
    return answer.get_json()


def make_key(api: FlaskClient) -> dict[str, str]:
    body = json.dumps({"name": "asha", "role": "admin"})
    return {"X-API-Key": api.post("/keys", data=body).get_json()["secret"]}


def test_requests_without_a_key(api: FlaskClient, take: Take) -> None:
    job = post(api)["job_id"]
    take()
    post(api)
    assert take() == [STORED, SENT]
    status = api.get(f"/render/{job}/status")
    assert (status.status_code, take()) == (200, [READ])
    unchanged = api.get(f"/render/{job}/status", headers={"If-None-Match": status.headers["ETag"]})
    assert (unchanged.status_code, take()) == (304, [READ])
    assert (len(api.get("/library").get_json()["entries"]), take()) == (2, ["RunQuery", READ])
    assert (api.get("/library?page_size=1").get_json()["total"], take()) == (
        2,
        ["RunQuery", READ, "RunAggregationQuery"],
    )
    assert (api.get("/health").status_code, take()) == (200, [])


def test_an_order_with_a_key_and_all_limits(api: FlaskClient, take: Take, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RATE_LIMIT_PER_MIN", "10")
    forget()
    sent = make_key(api)
    post(api, sent)
    take()
    post(api, sent)
    rate = [STORED]
    assert take() == [*rate, STORED, SENT]  # this process remembers what it wrote of the key's window and jobs
    post(api, {**sent, "Idempotency-Key": "k"})
    used_before = [READ, READ]  # for a job, and for one that was deleted
    assert take() == [*rate, *used_before, STORED, SENT]
