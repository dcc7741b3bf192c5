"""API keys: who is let in, who sees what, and what a day may cost."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from typer.testing import CliRunner

from functions.cli import app
from sutradhar import bootstrap
from sutradhar.domain.billing.ledger import Account, AccountId, day_account, key_account
from sutradhar.domain.core.api_key import ApiKey
from sutradhar.domain.jobs.job import Job
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.pipeline import api_keys
from sutradhar.pipeline.billing.accounts import read_account
from sutradhar.pipeline.submit import submit
from sutradhar.ports.records import KeyValueStore
from tests.function_client import open_client
from tests.providers.billing_harness import STUB_ANSWERS
from tests.providers.server import KEY, ProviderStub

ELSEWHERE = {"REMOTE_ADDR": "203.0.113.7"}


class Clock:
    """The seconds that the cache of keys sees."""

    def __init__(self) -> None:
        self.now = 3000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("functions.api.result_cache.monotonic", clock)
    return clock


def key(name: str = "asha", **facts: Any) -> tuple[ApiKey, dict[str, str]]:
    """A new key, and the header that shows it."""
    backend = bootstrap.backend()
    api_key, secret = api_keys.create(backend.records, backend.clock, name, **facts)
    return api_key, {"X-API-Key": secret}


def post(api: FlaskClient, headers: Any = None, **more: Any) -> Any:
    return api.post("/render", data=json.dumps({"topic": "Prahlad"}), headers=headers, **more)


def test_without_keys_only_this_machine_is_let_in(api: FlaskClient) -> None:
    assert post(api).status_code == 202
    answer = post(api, environ_overrides=ELSEWHERE)
    assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")
    assert "sutradhar keys add" in answer.get_json()["detail"]
    assert api.get("/healthz", environ_overrides=ELSEWHERE).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "203.0.113.7"},
        {"Forwarded": "for=203.0.113.7"},
        {"X-Real-IP": "127.0.0.1"},
        {"Via": "1.1 a"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Origin": "http://[oops"},
        {"Host": "elsewhere.example"},
        {"Host": "localhost.elsewhere.example:8080"},
    ],
)
def test_a_proxy_or_a_page_of_another_site_is_not_this_machine(api: FlaskClient, headers: dict[str, str]) -> None:
    assert post(api, headers).status_code == 401
    _, shown = key()
    assert post(api, {**headers, **shown}).status_code == 202


@pytest.mark.parametrize(
    ("headers", "says"),
    [
        ({"Origin": "https://a.example"}, ("a web page of https://a.example", "CORS_ORIGINS=https://a.example")),
        ({"Origin": "null"}, ("opened as a file", "http://localhost")),
        ({"Host": "elsewhere.example"}, ("only this machine may call", "`sutradhar keys add NAME`")),
    ],
)
def test_a_refused_caller_is_told_why(api: FlaskClient, headers: dict[str, str], says: tuple[str, ...]) -> None:
    detail = post(api, headers).get_json()["detail"]
    assert all(words in detail for words in says), detail


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "127.0.0.1:8080"},
        {"Host": "[::1]:8080"},
        {"Origin": "http://localhost:3000"},
    ],
)
def test_a_page_of_this_machine_is_let_in(api: FlaskClient, headers: dict[str, str]) -> None:
    assert post(api, headers).status_code == 202


@pytest.mark.parametrize("address", ["", "unix:"])
def test_a_caller_without_an_address_is_not_let_in(api: FlaskClient, address: str) -> None:
    assert post(api, environ_overrides={"REMOTE_ADDR": address}).status_code == 401


def test_a_revoked_key_opens_for_half_a_minute_at_most(api: FlaskClient, clock: Clock) -> None:
    (revoked, shown), (_, other) = key("asha"), key("ravi")
    assert post(api, shown).status_code == 202
    api_keys.revoke(bootstrap.backend().records, revoked.id)
    clock.now += 29.9
    assert post(api, shown).status_code == 202  # the store is not read for every call
    clock.now += 0.2
    assert [post(api, who).status_code for who in (shown, other)] == [401, 202]


def test_wrong_keys_cause_few_readings_of_the_store(
    api: FlaskClient, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    readings = []
    list_keys = api_keys.list_keys

    def count_reading(records: KeyValueStore) -> Mapping[str, ApiKey]:
        readings.append(1)
        return list_keys(records)

    monkeypatch.setattr(api_keys, "list_keys", count_reading)
    key("asha")
    for number in range(200):
        clock.now += 0.1
        assert api.get("/library", headers={"X-API-Key": f"sk_guess-{number}"}).status_code == 401
    assert len(readings) <= 31
    _, ravi = key("ravi")
    clock.now += 30
    assert api.get("/library", headers=ravi).status_code == 200


def test_once_there_is_a_key_every_call_needs_one(api: FlaskClient, clock: Clock) -> None:
    api_key, shown = key()
    refused = post(api)
    assert (refused.status_code, refused.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert post(api, {"X-API-Key": "sk_wrong"}).status_code == 401
    assert post(api, shown, environ_overrides=ELSEWHERE).status_code == 202
    assert post(api, {"Authorization": f"Bearer {shown['X-API-Key']}"}).status_code == 202
    # an identity token is for the proxy in front of the API
    assert post(api, {"Authorization": "Bearer eyJhbGciOi", **shown}).status_code == 202
    for path in ("/healthz", "/readyz", "/metrics"):
        assert api.get(path).status_code in (200, 503)
    api_keys.revoke(bootstrap.backend().records, api_key.id)
    clock.now += 31
    other, _ = key("ravi")
    assert other.id != api_key.id
    assert post(api, shown).status_code == 401


def test_secrets_are_not_kept(api: FlaskClient, home: Path) -> None:
    _, shown = key()
    post(api, shown)
    secret = shown["X-API-Key"].encode()
    assert not [path for path in home.rglob("*") if path.is_file() and secret in path.read_bytes()]


def test_a_creator_has_their_own_jobs_and_an_admin_all(api: FlaskClient) -> None:
    (_, asha), (_, ravi), (_, admin) = key("asha"), key("ravi"), key("boss", role="admin")
    path = post(api, asha).headers["Location"]
    job = path.removesuffix("/status")
    assert [api.get(path, headers=who).status_code for who in (asha, ravi, admin)] == [200, 404, 200]
    assert api.get(f"{job}/file", headers=ravi).status_code == 404
    assert api.post(f"{job}/retry", headers=ravi).status_code == 404
    assert api.delete(f"{job}/cancel", headers=ravi).status_code == 404
    assert api.get(path, headers=ravi).get_json()["detail"] == api.get(
        "/render/job-none/status", headers=ravi
    ).get_json()["detail"].replace("job-none", job.rpartition("/")[2])
    assert api.delete(f"{job}/cancel", headers=asha).status_code == 202


def test_an_idempotency_key_is_its_callers(api: FlaskClient) -> None:
    (_, asha), (_, ravi) = key("asha"), key("ravi")
    jobs = [post(api, {**who, "Idempotency-Key": "k"}).get_json()["job_id"] for who in (asha, ravi, asha)]
    assert (jobs[0] == jobs[2], jobs[0] == jobs[1]) == (True, False)


def test_uploads_are_their_senders(api: FlaskClient) -> None:
    (_, asha), (_, ravi) = key("asha"), key("ravi")
    body = json.dumps({"filename": "a.png", "content_type": "image/png", "size": 5})
    upload = api.post("/uploads", data=body, headers=asha).get_json()["upload_id"]
    for path, method in ((f"/uploads/{upload}", api.get), (f"/uploads/{upload}/complete", api.post)):
        assert method(path, headers=ravi).status_code == 404
    assert api.put(f"/uploads/{upload}/bytes", data=b"12345", headers=ravi).status_code == 404
    assert api.put(f"/uploads/{upload}/bytes", data=b"12345", headers=asha).status_code == 204
    assert [len(api.get("/uploads", headers=who).get_json()["uploads"]) for who in (ravi, asha)] == [0, 1]
    scenes = [{"image": {"upload": upload}, "duration_sec": 2}]
    answer = api.post("/render", data=json.dumps({"title": "x", "scenes": scenes}), headers=ravi)
    assert "there is no upload" in answer.get_json()["detail"]


@pytest.fixture
def paid_api(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FlaskClient]:
    """Yield the API with a provider whose images cost money."""
    with ProviderStub(STUB_ANSWERS) as stub:
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
        monkeypatch.setenv("OPENAI_BASE_URL", f"{stub.url('openai')}/v1")
        monkeypatch.setenv("DAILY_BUDGET_USD", "100")
        yield open_client("api")


def read_commitment(account_id: AccountId) -> int:
    return read_account(bootstrap.backend().records, account_id).commitment


def test_a_video_that_does_not_fit_in_a_keys_day_is_402(paid_api: FlaskClient) -> None:
    (poor, shown), (_, rich) = key("asha", daily_budget_usd=0.05), key("ravi", daily_budget_usd=50)
    answer = post(paid_api, shown)
    assert (answer.status_code, answer.get_json()["title"]) == (402, "Budget spent")
    assert "and 0.05 are left for today" in answer.get_json()["detail"]
    assert post(paid_api, rich).status_code == 202
    # and so is one for which another has left too little of the day's budget that all callers share
    day = bootstrap.backend().clock.now().date().isoformat()
    spent = Account(spent=99_900_000).to_record()
    name = str(day_account(day))
    bootstrap.backend().records.update([name], lambda _current: {name: spent})
    assert post(paid_api, rich).status_code == 402
    assert read_commitment(key_account(poor.id, day)) == 0


def test_a_repeat_is_answered_with_its_job_also_when_the_day_is_spent(paid_api: FlaskClient) -> None:
    api_key, shown = key("asha", daily_budget_usd=5)
    sent = {**shown, "Idempotency-Key": "k"}
    first = post(paid_api, sent)
    name = str(key_account(api_key.id, bootstrap.backend().clock.now().date().isoformat()))
    spent = Account(spent=5_000_000).to_record()
    bootstrap.backend().records.update([name], lambda _current: {name: spent})
    again = post(paid_api, sent)
    assert (again.status_code, again.headers["Idempotent-Replayed"]) == (200, "true")
    assert again.get_json()["job_id"] == first.get_json()["job_id"]
    other = paid_api.post("/render", data=json.dumps({"topic": "Ganga"}), headers=sent)
    assert other.status_code == 422
    assert post(paid_api, {**shown, "Idempotency-Key": "another"}).status_code == 402


def test_what_a_keys_jobs_cost_is_counted_for_it(paid_api: FlaskClient) -> None:
    api_key, _ = key("asha", daily_budget_usd=50)
    services = bootstrap.services()
    job, _ = submit(services, RenderPlan(topic="A river", length_sec=15), None, api_key)
    assert (job.owner, job.owner_cap_micros) == (api_key.id, 50_000_000)
    day = services.clock.now().date().isoformat()
    from sutradhar.pipeline.handle import handle

    handle(services, job.pending_messages()[0])
    assert 0 < read_commitment(key_account(api_key.id, day)) == read_commitment(day_account(day))
    assert Job.from_record(job.to_record()).owner == api_key.id


def test_keys_from_the_terminal(home: Path) -> None:
    run = CliRunner().invoke
    added = run(app, ["keys", "add", "asha", "--daily-budget", "2.5"])
    secret = next(line for line in added.output.splitlines() if line.startswith("sk_"))
    (stored_key,) = api_keys.list_keys(bootstrap.backend().records).values()
    assert api_keys.find(api_keys.list_keys(bootstrap.backend().records), secret) == stored_key
    assert (stored_key.name, stored_key.role, stored_key.daily_budget) == ("asha", "creator", 2_500_000)
    (as_json,) = json.loads(run(app, ["keys", "list", "--json"]).stdout)["keys"]
    assert (as_json["id"], as_json["daily_budget"], "digest" in as_json) == (stored_key.id, 2.5, False)
    listed = run(app, ["keys", "list"]).output
    assert stored_key.id in listed
    assert secret not in listed
    assert run(app, ["keys", "add", "x", "--role", "king"]).exit_code == 2
    assert run(app, ["keys", "revoke", "key-none"]).exit_code == 1
    run(app, ["keys", "add", "ravi"])
    gone = run(app, ["keys", "revoke", stored_key.id])
    assert (gone.exit_code, "the last key" in gone.output) == (0, False)
    (last,) = api_keys.list_keys(bootstrap.backend().records).values()
    assert "the last key" in run(app, ["keys", "revoke", last.id]).output
    assert api_keys.list_keys(bootstrap.backend().records) == {}
