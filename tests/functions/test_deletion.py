"""Delete and pin jobs over HTTP, on both backends, and by the command line."""

import json
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from typer.testing import CliRunner

from functions.cli import app
from sutradhar import bootstrap
from sutradhar.domain.jobs.messages import DeleteJobFiles
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.pipeline import api_keys
from sutradhar.pipeline.audit import AUDIT
from sutradhar.pipeline.handle import handle
from sutradhar.pipeline.submit import cancel, submit
from tests.function_client import open_client


@pytest.fixture
def api(each_backend: None) -> FlaskClient:
    """The function ``api`` on the local backend, and on Google's emulators."""
    return open_client("api")


def send(api: FlaskClient, method: str, path: str, key: str = "") -> Any:
    return api.open(path, method=method, headers={"X-API-Key": key} if key else {})


def make_key(name: str) -> str:
    backend = bootstrap.backend()
    return api_keys.create(backend.records, backend.clock, name)[1]


def order(api: FlaskClient, key: str = "") -> str:
    headers = {"X-API-Key": key} if key else {}
    return str(api.post("/render", data=json.dumps({"topic": "tea"}), headers=headers).get_json()["job_id"])


def list_files(job_id: str) -> list[str]:
    return [blob.name for blob in bootstrap.backend().blobs.list(f"jobs/{job_id}/")]


@pytest.mark.parametrize("path", ["/render/{}", "/v1/jobs/{}", "/library/{}", "/api/render/{}"])
def test_a_job_is_deleted_with_its_files(api: FlaskClient, path: str) -> None:
    key, stranger = make_key("asha"), make_key("ravi")
    job_id, other = order(api, key), order(api, key)
    for one in (job_id, other):
        bootstrap.backend().blobs.put(f"jobs/{one}/renders/1/video.mp4", b"video")
    refused = send(api, "DELETE", path.format(job_id), key)
    assert refused.status_code == 409
    assert "cancel it first" in refused.get_json()["detail"]
    assert send(api, "DELETE", f"/render/{job_id}/cancel", key).status_code == 202
    assert send(api, "DELETE", path.format(job_id), stranger).status_code == 404
    for _ in range(2):
        answer = send(api, "DELETE", path.format(job_id), key)
        assert (answer.status_code, answer.data) == (204, b"")
    assert send(api, "DELETE", path.format(job_id), stranger).status_code == 404
    for method, below in (("GET", "status"), ("GET", "file"), ("POST", "retry"), ("DELETE", "cancel"), ("PUT", "pin")):
        assert send(api, method, f"/render/{job_id}/{below}", key).status_code == 404
    library = send(api, "GET", "/library", key).get_json()
    assert ([entry["job_id"] for entry in library["entries"]], library["total"]) == ([other], 1)
    assert list_files(job_id), "the API itself may not delete files; a worker does"
    handle(bootstrap.services(), DeleteJobFiles(job_id=job_id))
    assert (list_files(job_id), len(list_files(other))) == ([], 1)
    acts = [act for act in bootstrap.backend().documents.list(AUDIT).records if act.action == "delete_render"]
    assert {act.job_id for act in acts} == {job_id}
    assert acts[0].actor


def test_a_pin_is_shown(api: FlaskClient) -> None:
    job_id = order(api)
    for method, pinned in (("PUT", True), ("PUT", True), ("DELETE", False), ("DELETE", False)):
        answer = send(api, method, f"/render/{job_id}/pin")
        assert (answer.status_code, answer.get_json()) == (200, {"job_id": job_id, "pinned": pinned})
        assert send(api, "GET", f"/render/{job_id}/status").get_json()["pinned"] is pinned
        assert send(api, "GET", "/library").get_json()["entries"][0]["pinned"] is pinned
    assert send(api, "PUT", "/render/none/pin").status_code == 404


def run(*words: str) -> Any:
    return CliRunner(env={"COLUMNS": "200"}).invoke(app, words)  # no text of a table is wrapped


def make_canceled_job() -> str:
    services = bootstrap.services()
    job, _ = submit(services, RenderPlan(topic="tea"))
    bootstrap.backend().blobs.put(f"jobs/{job.id}/renders/1/video.mp4", b"video")
    return cancel(services, job.id).id


def test_the_command_deletes_a_job_without_a_server(home: Path) -> None:
    job_id = make_canceled_job()
    refused = run("delete", job_id)
    assert (refused.exit_code, "--yes" in refused.output) == (2, True)
    deleted = run("delete", job_id, "--yes", "--json")
    assert (deleted.exit_code, json.loads(deleted.stdout)) == (0, {"job_id": job_id, "deleted": True})
    assert list_files(job_id) == []
    assert run("status", job_id).exit_code == 1
    assert run("delete", "job-none", "--yes").exit_code == 1


def test_the_command_keeps_a_job_in_progress(home: Path) -> None:
    job, _ = submit(bootstrap.services(), RenderPlan(topic="tea"))
    refused = run("delete", job.id, "--yes")
    assert (refused.exit_code, "sutradhar cancel" in refused.output) == (1, True)
    assert bootstrap.services().jobs.get(job.id) == job


def test_the_commands_pin_and_unpin(home: Path) -> None:
    job_id = make_canceled_job()
    assert json.loads(run("pin", job_id, "--json").stdout) == {"job_id": job_id, "pinned": True}
    assert "(pinned)" in run("library").stdout
    assert "not pinned" in run("unpin", job_id).output
    assert "(pinned)" not in run("library").stdout
