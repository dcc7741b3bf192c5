"""API keys over HTTP, from the terminal and from the environment."""

import json
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from typer.testing import CliRunner

from functions.cli import app
from sutradhar import bootstrap
from sutradhar.config import Settings
from sutradhar.domain.core.errors import InvalidSettings
from sutradhar.pipeline import api_keys
from tests.conftest import forget
from tests.function_client import open_client

ADMIN, CREATOR = "admin-secret-key", "creator-secret-key"


def call(api: FlaskClient, method: str, path: str, secret: str = "", body: Any = None) -> Any:
    headers = {"X-API-Key": secret} if secret else {}
    return api.open(path, method=method, data=json.dumps(body) if body else None, headers=headers)


@pytest.fixture
def admin(api: FlaskClient) -> str:
    """The secret of the first key, which this machine may make without one."""
    answer = call(api, "POST", "/keys", body={"name": "boss", "role": "admin"})
    assert (answer.status_code, answer.headers["Cache-Control"]) == (201, "no-store")
    return str(answer.get_json()["secret"])


def test_an_admin_makes_a_key_whose_secret_is_shown_once(api: FlaskClient, admin: str) -> None:
    new = call(api, "POST", "/keys", admin, {"name": "studio", "daily_budget": 2.5}).get_json()
    assert (new["role"], new["daily_budget"], new["created_at"][-1]) == ("creator", 2.5, "Z")
    answer = call(api, "POST", "/render", new["secret"], {"topic": "Prahlad"})
    assert answer.status_code == 202
    listed = call(api, "GET", "/keys", admin)
    assert [key["name"] for key in listed.get_json()["keys"]] == ["boss", "studio"]
    assert new["secret"] not in listed.text
    assert "digest" not in listed.text


def test_the_first_key_shuts_out_callers_without_one_at_once(api: FlaskClient) -> None:
    assert call(api, "GET", "/library").status_code == 200
    call(api, "POST", "/keys", body={"name": "boss", "role": "admin"})
    assert call(api, "GET", "/library").status_code == 401


def test_a_creator_cannot_see_or_make_keys(api: FlaskClient, admin: str) -> None:
    creator = call(api, "POST", "/keys", admin, {"name": "studio"}).get_json()
    for method, path in (
        ("GET", "/keys"),
        ("POST", "/keys"),
        ("POST", f"/keys/{creator['id']}/rotate"),
        ("DELETE", f"/keys/{creator['id']}"),
    ):
        assert call(api, method, path, creator["secret"]).status_code == 404


@pytest.mark.parametrize(
    "body", [{}, {"name": ""}, {"name": "x", "role": "king"}, {"name": "x", "daily_budget": -1}, {"nom": "x"}]
)
def test_a_wrong_key_is_refused_by_field(api: FlaskClient, admin: str, body: dict[str, Any]) -> None:
    answer = call(api, "POST", "/keys", admin, body)
    assert (answer.status_code, len(answer.get_json()["errors"]) > 0) == (400, True)


def test_a_rotated_key_keeps_its_jobs_and_its_old_secret_ends(api: FlaskClient, admin: str) -> None:
    old = call(api, "POST", "/keys", admin, {"name": "studio"}).get_json()
    job = call(api, "POST", "/render", old["secret"], {"topic": "Prahlad"}).get_json()["job_id"]
    new = call(api, "POST", f"/keys/{old['id']}/rotate", admin).get_json()
    assert new["id"] == old["id"]
    assert call(api, "GET", f"/render/{job}/status", old["secret"]).status_code == 401
    assert call(api, "GET", f"/render/{job}/status", new["secret"]).status_code == 200


def test_a_revoked_key_ends_and_the_last_admins_key_stays(api: FlaskClient, admin: str) -> None:
    creator = call(api, "POST", "/keys", admin, {"name": "studio"}).get_json()
    (boss, _) = call(api, "GET", "/keys", admin).get_json()["keys"]
    assert call(api, "DELETE", f"/keys/{boss['id']}", admin).status_code == 409
    assert call(api, "DELETE", f"/keys/{creator['id']}", admin).get_json()["name"] == "studio"
    assert call(api, "DELETE", f"/keys/{creator['id']}", admin).status_code == 404
    assert call(api, "POST", "/keys/key-none/rotate", admin).status_code == 404
    assert call(api, "GET", "/library", creator["secret"]).status_code == 401


@pytest.fixture
def set_up(home: Path, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """The API with a key of each role in the environment."""
    monkeypatch.setenv("API_KEY_ADMIN", ADMIN)
    monkeypatch.setenv("API_KEY_CREATOR", CREATOR)
    forget()
    return open_client("api")


def test_the_keys_of_the_environment_are_let_in_by_their_roles(set_up: FlaskClient, home: Path) -> None:
    assert call(set_up, "GET", "/library").status_code == 401
    assert [call(set_up, "GET", "/keys", secret).status_code for secret in (ADMIN, CREATOR)] == [200, 404]
    assert set_up.get("/library", headers={"Authorization": f"Bearer {CREATOR}"}).status_code == 200
    assert set_up.get("/library", headers={"Authorization": "Bearer another-secret"}).status_code == 401
    job = call(set_up, "POST", "/render", CREATOR, {"topic": "Prahlad"}).get_json()["job_id"]
    assert bootstrap.backend().jobs.get(job).owner == "key-env-creator"
    files = [path for path in home.rglob("*") if path.is_file()]
    assert not [path for path in files if CREATOR.encode() in path.read_bytes()]


def test_a_new_value_replaces_the_key_and_its_jobs_stay(set_up: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    job = call(set_up, "POST", "/render", CREATOR, {"topic": "Prahlad"}).get_json()["job_id"]
    monkeypatch.setenv("API_KEY_CREATOR", "another-secret-key")
    bootstrap.backend().close()
    forget()
    restarted = open_client("api")
    assert call(restarted, "GET", f"/render/{job}/status", CREATOR).status_code == 401
    assert call(restarted, "GET", f"/render/{job}/status", "another-secret-key").status_code == 200
    assert len(call(restarted, "GET", "/keys", ADMIN).get_json()["keys"]) == 2


def test_a_key_of_the_environment_is_changed_there(set_up: FlaskClient) -> None:
    for method, path in (("DELETE", "/keys/key-env-creator"), ("POST", "/keys/key-env-creator/rotate")):
        answer = call(set_up, method, path, ADMIN)
        assert (answer.status_code, "API_KEY_CREATOR" in answer.get_json()["detail"]) == (409, True)
    new = call(set_up, "POST", "/keys", ADMIN, {"name": "other", "role": "admin"}).get_json()
    assert call(set_up, "DELETE", f"/keys/{new['id']}", ADMIN).status_code == 200


@pytest.mark.parametrize("secret", ["short", "two words here", "पासवर्ड-पासवर्ड"])
def test_a_secret_that_no_header_can_carry_is_refused_and_not_shown(secret: str) -> None:
    with pytest.raises(InvalidSettings, match="API_KEY_ADMIN: must have 12 to 200") as caught:
        Settings.from_env({"API_KEY_ADMIN": secret})
    assert secret not in str(caught.value)


def test_a_key_is_rotated_from_the_terminal(home: Path) -> None:
    run = CliRunner().invoke
    added = json.loads(run(app, ["keys", "add", "asha", "--json"]).stdout)
    rotated = json.loads(run(app, ["keys", "rotate", added["id"], "--json"]).stdout)
    known = api_keys.list_keys(bootstrap.backend().records)
    key = api_keys.find(known, rotated["secret"])
    assert (key and key.id, api_keys.find(known, added["secret"])) == (added["id"], None)
    assert run(app, ["keys", "rotate", added["id"]]).stdout.splitlines()[-1].startswith("sk_")
    assert run(app, ["keys", "rotate", "key-none"]).exit_code == 1


def test_metrics_are_open_or_for_admins_only(set_up: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = ("/metrics", "/metrics/prometheus")
    assert [call(set_up, "GET", path).status_code for path in paths] == [200, 200]
    bootstrap.backend().close()
    monkeypatch.setenv("METRICS_PRIVATE", "1")
    forget()
    private = open_client("api")
    for path in paths:
        assert [call(private, "GET", path, who).status_code for who in ("", CREATOR, ADMIN)] == [401, 404, 200]
    assert call(private, "GET", "/health").status_code == 200
