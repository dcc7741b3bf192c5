"""The publications of a key are those of no other: each route answers 404, and the calendar leaves them out."""

import json
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from sutradhar import bootstrap
from sutradhar.domain.core.api_key import Role
from sutradhar.pipeline import api_keys
from tests.function_client import open_client
from tests.functions.test_publications import folder

__all__ = ["folder"]  # a fixture


@pytest.fixture
def client(folder: Path) -> FlaskClient:
    return open_client("api")


def make_key(name: str, role: Role = "creator") -> str:
    backend = bootstrap.backend()
    return api_keys.create(backend.records, backend.clock, name, role)[1]


def test_another_key_finds_nothing(client: FlaskClient) -> None:
    owner, stranger, admin = make_key("asha"), make_key("ravi"), make_key("meera", "admin")

    def call(key: str, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        data = None if body is None else json.dumps(body)
        answer = client.open(path, method=method, data=data, headers={"X-API-Key": key})
        return answer.status_code, answer.get_json(silent=True)

    job_id = call(owner, "POST", "/render", {"topic": "Tea"})[1]["job_id"]
    order = {"destination": "folder", "iso_datetime": "2100-06-01T00:00"}
    status, publication = call(owner, "POST", f"/publish/{job_id}/schedule", order)
    assert status == 201
    link = f"/publications/{publication['id']}"
    for method, path, body in (
        ("POST", f"/publish/{job_id}", {"destination": "folder"}),
        ("POST", f"/publish/{job_id}/schedule", order),
        ("GET", f"/publish/{job_id}", None),
        ("DELETE", f"/publish/{job_id}/cancel", None),
        ("GET", link, None),
        ("PATCH", link, {"title": "Mine"}),
        ("PATCH", link, {}),
        ("POST", f"{link}/retry", None),
        ("DELETE", link, None),
    ):
        assert call(stranger, method, path, body)[0] == 404, (method, path)
        assert call("", method, path, body)[0] == 401, (method, path)
    span = "/publish?from=2100-05-01&to=2100-07-01"
    listed = {key: [one["id"] for one in call(key, "GET", span)[1]["publications"]] for key in (owner, stranger, admin)}
    assert list(listed.values()) == [[publication["id"]], [], [publication["id"]]]
    assert call(owner, "GET", link) == (200, publication)
    assert call(admin, "DELETE", link)[1]["state"] == "canceled"
