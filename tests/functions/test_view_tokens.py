"""View tokens: a browser loads files by a URL without the key, for an hour, and nothing else."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from itsdangerous.timed import TimestampSigner

from functions.api.routes import ROUTES
from functions.api.view_tokens import PREFIX
from sutradhar import bootstrap, telemetry
from sutradhar.pipeline import api_keys
from sutradhar.pipeline.audit import AUDIT
from sutradhar.pipeline.view_secret import get_view_secret
from tests.conftest import forget
from tests.function_client import open_client
from tests.functions.test_api import finish
from tests.issuer import AUDIENCE, Issuer, run_issuer


def make_key(name: str, **facts: Any) -> tuple[str, dict[str, str]]:
    """Return the id of a new key, and the header that shows it."""
    backend = bootstrap.backend()
    key, secret = api_keys.create(backend.records, backend.clock, name, **facts)
    return key.id, {"X-API-Key": secret}


def make_job(api: FlaskClient, headers: dict[str, str]) -> str:
    job_id: str = api.post("/render", data=json.dumps({"topic": "Prahlad"}), headers=headers).get_json()["job_id"]
    finish(job_id)
    return job_id


def make_token(api: FlaskClient, headers: dict[str, str]) -> str:
    answer = api.post("/me/view-token", headers=headers)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    token: str = answer.get_json()["token"]
    return token


def load(api: FlaskClient, job_id: str, token: str) -> int:
    return api.get(f"/render/{job_id}/file?kind=thumbnail&view={token}", buffered=True).status_code


def test_a_token_opens_the_files_of_its_caller_and_the_audit_log_names_the_key(api: FlaskClient) -> None:
    key_id, asha = make_key("asha")
    job = make_job(api, asha)
    token = make_token(api, asha)
    assert token.startswith(PREFIX)
    assert asha["X-API-Key"] not in token
    assert load(api, job, token) == 200
    part = api.get(f"/api/render/{job}/file?view={token}", headers={"Range": "bytes=0-4"}, buffered=True)
    assert part.status_code == 206
    (entry,) = [entry for entry in bootstrap.backend().documents.list(AUDIT).records if entry.action == "download_file"]
    assert (entry.actor, entry.job_id) == (key_id, job)


def test_a_token_opens_nothing_else(api: FlaskClient) -> None:
    _, asha = make_key("asha")
    _, boss = make_key("boss", role="admin")
    job = make_job(api, asha)
    for headers in (asha, boss):
        token = make_token(api, headers)
        for method, path in (
            ("GET", "/library"),
            ("GET", f"/render/{job}/status"),
            ("GET", "/keys"),
            ("POST", f"/render/{job}/frame"),
            ("DELETE", f"/render/{job}"),
            ("POST", "/me/view-token"),
        ):
            assert api.open(f"{path}?view={token}", method=method).status_code == 401, (method, path)


def test_a_job_of_another_caller_is_404_and_an_admin_sees_it(api: FlaskClient) -> None:
    _, asha = make_key("asha")
    job = make_job(api, asha)
    assert load(api, job, make_token(api, make_key("ravi")[1])) == 404
    assert load(api, job, make_token(api, make_key("boss", role="admin")[1])) == 200


def test_a_wrong_or_expired_token_is_refused(api: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    _, asha = make_key("asha")
    job = make_job(api, asha)
    token = make_token(api, asha)
    head, _, signature = token.rpartition(".")
    for wrong in (token[4:], f"{head}.{signature[::-1]}", f"{PREFIX}a.b.c", PREFIX, asha["X-API-Key"], "ü", "x" * 5000):
        assert load(api, job, wrong) == 401, wrong
    began = TimestampSigner.get_timestamp
    for seconds, status in ((3599, 200), (3602, 401)):
        monkeypatch.setattr(TimestampSigner, "get_timestamp", lambda self, more=seconds: began(self) + more)
        assert load(api, job, token) == status
    answer = api.get(f"/render/{job}/file?view={token}")
    assert "POST /me/view-token" in answer.get_json()["detail"]


def test_a_revoked_key_and_a_new_secret_end_the_tokens(api: FlaskClient) -> None:
    _, boss = make_key("boss", role="admin")
    for method, path in (("DELETE", ""), ("POST", "/rotate")):
        key_id, asha = make_key("asha")
        job = make_job(api, asha)
        token = make_token(api, asha)
        assert load(api, job, token) == 200
        assert api.open(f"/keys/{key_id}{path}", method=method, headers=boss).status_code == 200
        assert load(api, job, token) == 401


def test_where_no_key_is_needed_there_is_no_token(api: FlaskClient) -> None:
    assert api.post("/me/view-token").get_json() == {"token": None, "expires_at": None}
    job = make_job(api, {})
    assert api.get(f"/render/{job}/file?kind=thumbnail", buffered=True).status_code == 200


def test_every_instance_takes_the_tokens_of_the_others(api: FlaskClient) -> None:
    _, asha = make_key("asha")
    job = make_job(api, asha)
    token = make_token(api, asha)
    secret = get_view_secret(bootstrap.backend().records)
    bootstrap.backend().close()
    forget()
    assert load(open_client("api"), job, token) == 200
    assert get_view_secret(bootstrap.backend().records) == secret


def test_no_log_has_a_token(api: FlaskClient, capsys: pytest.CaptureFixture[str]) -> None:
    _, asha = make_key("asha")
    job = make_job(api, asha)
    token = make_token(api, asha)
    telemetry.write_to(None)
    load(api, job, token)
    telemetry.log("odd", url=f"http://localhost/render/{job}/file?kind=video&view={token}", words=f"({token})")
    lines = capsys.readouterr().err
    assert '"event": "request"' in lines
    assert token[8:] not in lines
    assert token.split(".")[-1] not in lines


def test_captions_come_from_the_api_where_asked_since_a_track_needs_its_own_origin(
    api: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = make_job(api, {})
    names = []

    def sign(_blob: str, _life: object, name: str) -> str:
        names.append(name)
        return "https://storage.example/signed"

    monkeypatch.setattr(bootstrap.backend().blobs, "url", sign)
    captions = f"/render/{job}/file?kind=captions&lang=en&format=vtt"
    moved = api.get(captions)
    assert (moved.status_code, moved.headers["Location"]) == (302, "https://storage.example/signed")
    assert names == ["Prahlad, the Boy Who Was Not Afraid.en.vtt"]
    own = api.get(f"{captions}&redirect=0", buffered=True)
    assert (own.status_code, own.mimetype, len(own.data) > 0) == (200, "text/vtt", True)


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    with run_issuer() as running:
        yield running


def test_the_account_of_an_oidc_token_has_view_tokens_too(
    home: object, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OIDC_ISSUER", issuer.url)
    monkeypatch.setenv("OIDC_AUDIENCE", AUDIENCE)
    forget()
    api = open_client("api")
    asha, ravi = ({"Authorization": f"Bearer {issuer.sign(sub=name)}"} for name in ("asha", "ravi"))
    job = make_job(api, asha)
    token = make_token(api, asha)
    assert load(api, job, token) == 200
    assert load(api, job, make_token(api, ravi)) == 404
    monkeypatch.delenv("OIDC_ISSUER")
    monkeypatch.delenv("OIDC_AUDIENCE")
    bootstrap.backend().close()
    forget()
    assert load(open_client("api"), job, token) == 401  # accounts may no longer call


def test_only_reading_calls_that_need_a_key_take_tokens() -> None:
    flagged = [route for route in ROUTES if route.takes_view_token]
    assert flagged
    assert {(route.method, route.access) for route in flagged} == {("GET", "caller")}
