"""The audit log: each sensitive act is stored once, and stands in the file of its day once."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from typer.testing import CliRunner

from functions.cli import app
from sutradhar import bootstrap
from sutradhar.backends.local import stores
from sutradhar.domain.core.errors import BackendError, NotFound
from sutradhar.domain.jobs.job_failure import JobFailure
from sutradhar.pipeline import api_keys, sweep
from sutradhar.pipeline.audit import AUDIT
from tests.conftest import forget
from tests.function_client import open_client

NOON = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)


class DayClock:
    def __init__(self) -> None:
        self.time = NOON

    def go_to(self, time: datetime) -> None:
        self.time = time


@pytest.fixture
def clock(home: object, monkeypatch: pytest.MonkeyPatch) -> DayClock:
    monkeypatch.setenv("RATE_LIMIT_PER_MIN", "3")
    forget()
    clock = DayClock()
    monkeypatch.setattr(type(bootstrap.backend().clock), "now", lambda _self: clock.time)
    return clock


@pytest.fixture
def api(clock: DayClock) -> FlaskClient:
    return open_client("api")


def make_key(name: str = "asha", **facts: Any) -> tuple[str, dict[str, str]]:
    backend = bootstrap.backend()
    key, secret = api_keys.create(backend.records, backend.clock, name, **facts)
    return key.id, {"X-API-Key": secret}


def post(api: FlaskClient, headers: dict[str, str], topic: str = "Prahlad") -> Any:
    return api.post("/render", data=json.dumps({"topic": topic}), headers=headers)


def list_acts() -> list[tuple[str, str]]:
    entries = bootstrap.backend().documents.list(AUDIT, limit=100).records
    return [(entry.action, entry.actor) for entry in reversed(entries)]


def read_file(day: str = "20261127") -> list[dict[str, Any]]:
    text = bootstrap.backend().blobs.get(f"audit/audit-{day}.jsonl").decode()
    return [json.loads(line) for line in text.splitlines()]


def test_a_job_is_in_the_file_from_its_order_to_its_end(api: FlaskClient, clock: DayClock) -> None:
    owner, asha = make_key()
    sent = {**asha, "Idempotency-Key": "k", "X-Request-Id": "req-1"}
    job = post(api, sent).get_json()["job_id"]
    assert post(api, sent).status_code == 200  # a repeat is no act
    clock.go_to(NOON + timedelta(minutes=1))
    assert api.delete(f"/render/{job}/cancel", headers=asha).status_code == 202
    assert api.get(f"/render/{job}/status", headers=asha).status_code == 200
    sweep.sweep(bootstrap.services())
    order, *others = read_file()
    assert order == {
        "time": "2026-11-27T12:00:00Z",
        "id": order["id"],
        "action": "create_render",
        "actor": owner,
        "address": "127.0.0.1",
        "job_id": job,
        "request_id": "req-1",
        "topic": "Prahlad",
        "scenes": 0,
        "estimated_cost_usd": 0.0,
    }
    assert sorted((one["action"], one["job_id"], one.get("state", "")) for one in others) == [
        ("cancel_render", job, ""),
        ("end_render", job, "canceled"),
    ]


def test_the_end_of_a_job_is_noted_once_however_often_it_is_told(api: FlaskClient) -> None:
    owner, asha = make_key()
    services = bootstrap.services()
    job = post(api, asha).get_json()["job_id"]
    for _ in range(3):
        services.move(job, lambda one: one.fail(JobFailure(stage="x", cause="y"), services.clock.now()))
    assert list_acts().count(("end_render", owner)) == 1


def test_limits_and_strangers_are_noted_once_a_minute(api: FlaskClient, clock: DayClock) -> None:
    owner, asha = make_key()
    for _ in range(2):
        clock.go_to(clock.time + timedelta(minutes=2))
        assert [post(api, asha).status_code for _ in range(6)][-1] == 429
        for secret in ("sk_guess-number-one", "sk_guess-number-two"):
            assert post(api, {"X-API-Key": secret}).status_code == 401
        assert api.get("/library").status_code == 401
    acts = list_acts()
    assert acts.count(("limit_reached", owner)) == 2
    assert acts.count(("refuse_key", "")) == 2
    sweep.sweep(bootstrap.services())
    assert "sk_guess" not in json.dumps(read_file())


def test_a_refused_budget_is_noted(api: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    owner, asha = make_key()
    monkeypatch.setenv("MAX_ACTIVE_JOBS", "1")
    bootstrap.backend().close()
    forget()
    assert [post(api, asha, topic).status_code for topic in ("One", "Two")] == [202, 429]
    assert sorted(list_acts()) == [("create_render", owner), ("quota_refused", owner)]


def test_changes_of_keys_are_noted_without_secrets(api: FlaskClient) -> None:
    admin = api.post("/keys", data=json.dumps({"name": "boss", "role": "admin"})).get_json()
    headers = {"X-API-Key": admin["secret"]}
    creator = api.post("/keys", data=json.dumps({"name": "studio"}), headers=headers).get_json()
    rotated = api.post(f"/keys/{creator['id']}/rotate", headers=headers).get_json()
    CliRunner().invoke(app, ["keys", "revoke", creator["id"]])
    assert sorted(list_acts()) == [
        ("create_key", ""),
        ("create_key", admin["id"]),
        ("revoke_key", "terminal"),
        ("rotate_key", admin["id"]),
    ]
    sweep.sweep(bootstrap.services())
    lines = read_file()
    assert sorted(line["key_id"] for line in lines) == sorted([admin["id"], *[creator["id"]] * 3])
    assert not [secret for secret in (admin["secret"], rotated["secret"]) if secret in json.dumps(lines)]


def test_each_act_stands_once_in_the_file_of_its_day(api: FlaskClient, clock: DayClock) -> None:
    _, asha = make_key()
    services = bootstrap.services()
    late = NOON.replace(hour=23, minute=50)
    for time, topic in ((NOON, "One"), (NOON + timedelta(minutes=10), "Two"), (late, "Three")):
        clock.go_to(time)
        post(api, asha, topic)
        sweep.sweep(services)
    clock.go_to(late + timedelta(minutes=20))  # the next day
    post(api, asha, "Four")
    sweep.sweep(services)
    for _ in range(3):
        clock.go_to(clock.time + timedelta(hours=1))
        sweep.sweep(services)
    assert [line["topic"] for line in read_file()] == ["One", "Two", "Three"]
    assert [line["topic"] for line in read_file("20261128")] == ["Four"]
    with pytest.raises(NotFound):
        read_file("20261129")


def test_a_sweep_that_is_killed_while_it_writes_is_made_good_by_the_next(
    api: FlaskClient, clock: DayClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, asha = make_key()
    post(api, asha)
    clock.go_to(NOON + timedelta(days=2))
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(type(bootstrap.backend().records), "update", raise_interrupt)
        sweep.sweep(bootstrap.services())
    sweep.sweep(bootstrap.services())
    assert len(read_file()) == 1


def raise_interrupt(*_arguments: object) -> None:
    raise KeyboardInterrupt


def test_an_act_that_cannot_be_stored_is_in_the_log(
    api: FlaskClient, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(type(bootstrap.backend().documents), "create", fail)
    assert api.post("/keys", data=json.dumps({"name": "asha"})).status_code == 201
    (lost,) = [json.loads(line) for line in capsys.readouterr().err.splitlines() if "audit_entry_lost" in line]
    assert (lost["severity"], lost["entry"]["action"]) == ("ERROR", "create_key")


def test_no_job_is_stored_without_its_entry(api: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(stores, "insert_document", fail)
        assert post(api, {}).status_code == 503
    assert bootstrap.backend().jobs.list_latest().jobs == []
    # the job was stored, although its message could not be sent
    with monkeypatch.context() as patch:
        patch.setattr(type(bootstrap.backend().bus), "publish", fail)
        assert post(api, {}).status_code == 503
    assert list_acts() == [("create_render", "")]


def fail(*_arguments: object) -> None:
    raise BackendError("no disk", retryable=True)
