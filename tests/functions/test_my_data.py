"""A caller removes all own data over HTTP, an admin that of a key, and the terminal does the same."""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from typer.testing import CliRunner

from functions.api import my_data
from functions.cli import app
from functions.dev import local_runtime
from sutradhar import bootstrap
from sutradhar.domain.jobs.messages import RemoveData
from sutradhar.pipeline import api_keys
from sutradhar.pipeline.audit import AUDIT
from tests.functions.test_upload_check import deliver, take_messages


def make_key(name: str, **facts: Any) -> tuple[str, dict[str, str]]:
    backend = bootstrap.backend()
    key, secret = api_keys.create(backend.records, backend.clock, name, **facts)
    return key.id, {"X-API-Key": secret}


def fill(api: FlaskClient, headers: dict[str, str]) -> tuple[str, str]:
    """Order a job and announce an upload; return their ids."""
    body = json.dumps({"filename": "a.png", "size": 5})
    upload_id = api.post("/uploads", data=body, headers=headers).get_json()["upload_id"]
    assert api.put(f"/uploads/{upload_id}/bytes", data=b"12345", headers=headers).status_code == 204
    job_id = api.post("/render", data=json.dumps({"topic": "tea"}), headers=headers).get_json()["job_id"]
    bootstrap.backend().blobs.put(f"jobs/{job_id}/renders/1/video.mp4", b"video")
    return job_id, upload_id


@pytest.fixture
def no_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the API answer without waiting for the end of a removal."""
    monkeypatch.setattr(my_data, "WAIT_SEC", 0.0)


def test_a_removal_goes_on_batch_by_batch_and_tells_how_far_it_is(api: FlaskClient, no_wait: None) -> None:
    (asha_id, asha), (_, ravi) = make_key("asha"), make_key("ravi")
    (job, upload), (others_job, others_upload) = fill(api, asha), fill(api, ravi)
    answer = api.delete("/api/me/data", headers=asha)
    assert (answer.status_code, answer.headers["Retry-After"]) == (202, "1")
    place = answer.headers["Location"]
    body = answer.get_json()
    assert place == f"http://localhost/api/me/data/removals/{body['removal_id']}"
    assert (body["state"], body["key_id"], body["removed"]["jobs"]["count"]) == ("running", asha_id, 0)
    take_messages()
    message = RemoveData(removal_id=body["removal_id"])
    for _ in range(20):
        if api.get(place, headers=asha).get_json()["state"] == "done":
            break
        assert deliver(message, "dispatch") == 200
        take_messages()
    shown = api.get(place, headers=asha)
    removed = {kind: one["count"] for kind, one in shown.get_json()["removed"].items() if one["count"]}
    assert (shown.status_code, removed) == (200, {"jobs": 1, "job_files": 1, "uploads": 1})
    assert (shown.get_json()["bytes"], shown.get_json()["finished_at"][-1]) == (10, "Z")
    assert "the lines of the audit log" in shown.get_json()["kept"]
    assert api.get(f"/render/{job}/status", headers=asha).status_code == 404
    assert api.get(f"/uploads/{upload}", headers=asha).status_code == 404
    assert api.get("/library", headers=asha).get_json()["entries"] == []
    assert api.get(f"/render/{others_job}/status", headers=ravi).status_code == 200
    assert api.get(f"/uploads/{others_upload}", headers=ravi).status_code == 200
    actions = [entry.action for entry in bootstrap.backend().documents.list(AUDIT, limit=100).records]
    assert {"create_render", "remove_my_data", "end_data_removal"} <= set(actions)


def test_a_short_removal_is_answered_with_its_outcome(api: FlaskClient) -> None:
    _, admin = make_key("admin", role="admin")
    with local_runtime.run_worker():
        body = json.dumps({"filename": "a.png", "size": 5})
        api.post("/uploads", data=body, headers=admin)
        answer = api.delete("/me/data", headers=admin)
    assert (answer.status_code, answer.get_json()["state"]) == (200, "done")
    assert answer.get_json()["removed"]["uploads"] == {"count": 1, "bytes": 0}
    assert api.get("/library", headers=admin).status_code == 200  # the key stays valid


def test_an_admin_removes_the_data_of_a_key_also_of_a_revoked_one(api: FlaskClient) -> None:
    (_, admin), (asha_id, asha) = make_key("admin", role="admin"), make_key("asha")
    job, upload = fill(api, asha)
    api.delete(f"/keys/{asha_id}", headers=admin)
    assert api.delete("/keys/key-none/data", headers=admin).status_code == 404
    assert api.delete(f"/keys/{asha_id}/data", headers=asha).status_code in (401, 404)
    with local_runtime.run_worker():
        answer = api.delete(f"/keys/{asha_id}/data", headers=admin)
    assert (answer.status_code, answer.get_json()["key_id"]) == (200, asha_id)
    assert api.get(f"/render/{job}/status", headers=admin).status_code == 404
    assert api.get(f"/uploads/{upload}", headers=admin).status_code == 404
    assert api.delete(f"/keys/{asha_id}/data", headers=admin).status_code == 404  # neither a key nor data


def test_without_keys_the_data_of_callers_without_a_key_is_removed(api: FlaskClient, no_wait: None) -> None:
    answer = api.delete("/me/data")
    assert (answer.status_code, answer.get_json()["key_id"]) == (202, None)


def test_the_terminal_removes_the_data_of_a_key(api: FlaskClient) -> None:
    asha_id, asha = make_key("asha")
    job, _ = fill(api, asha)
    command = ["keys", "delete-data", asha_id]
    unasked = CliRunner().invoke(app, command)
    assert (unasked.exit_code, "--yes" in unasked.output) == (2, True)
    assert api.get(f"/render/{job}/status", headers=asha).status_code == 200
    done = CliRunner().invoke(app, [*command, "--yes", "--json"])
    answer = json.loads(done.stdout)
    assert (done.exit_code, answer["state"], answer["removed"]["jobs"]["count"], answer["bytes"]) == (0, "done", 1, 10)
    assert api.get(f"/render/{job}/status", headers=asha).status_code == 404
    fill(api, asha)
    table = CliRunner().invoke(app, [*command, "--yes"])
    assert ("uploads" in table.stdout, "the lines of the audit log" in table.output) == (True, True)
    unknown = CliRunner().invoke(app, ["keys", "delete-data", "key-none", "--yes"])
    assert (unknown.exit_code != 0, "there is no key key-none" in unknown.output) == (True, True)
    acts = [(one.action, one.actor) for one in bootstrap.backend().documents.list(AUDIT, limit=100).records]
    assert ("remove_key_data", "terminal") in acts
