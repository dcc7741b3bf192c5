"""Renders and publications are tasks of MCP: polled, canceled, and finished with the result of the call."""

from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from sutradhar import bootstrap
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.pipeline.submit import submit
from tests.functions.mcp_calls import OLDER, ask, fail, refuse, use
from tests.functions.test_approvals import costly, keys
from tests.functions.test_mcp import PLAN, TEA

__all__ = ["costly", "keys"]


def start_task(api: FlaskClient, tool: str, arguments: dict[str, Any], key: str = "") -> Any:
    return ask(api, "tools/call", {"name": tool, "arguments": arguments}, key=key, with_tasks=True)


def get_task(api: FlaskClient, task_id: str, key: str = "") -> Any:
    return ask(api, "tasks/get", {"taskId": task_id}, key=key, with_tasks=True)


def test_a_render_is_a_task_for_clients_that_know_tasks(api: FlaskClient) -> None:
    created = start_task(api, "render", {"plan": TEA})
    assert (created["resultType"], created["status"], created["ttlMs"]) == ("task", "working", None)
    task = get_task(api, created["taskId"])
    assert (task["resultType"], task["status"], "0 %" in task["statusMessage"]) == ("complete", "working", True)
    assert ask(api, "tasks/update", {"taskId": created["taskId"], "inputResponses": {}}, with_tasks=True)
    for version in ({}, {"version": OLDER}):
        answer = use(api, "render", {"plan": TEA}, **version)  # a client without tasks gets the same job at once
        assert answer["job"]["job_id"] == created["taskId"]


def test_a_client_that_has_not_declared_tasks_is_told(api: FlaskClient) -> None:
    job = use(api, "render", {"plan": TEA})["job"]["job_id"]
    for version in ({}, {"version": OLDER}):
        error = refuse(api, "tasks/get", {"taskId": job}, **version)
        assert error["code"] == -32021
        assert "io.modelcontextprotocol/tasks" in error["data"]["requiredCapabilities"]["extensions"]


@pytest.mark.parametrize("method", ["tasks/get", "tasks/update", "tasks/cancel"])
def test_a_task_of_another_is_as_one_that_does_not_exist(api: FlaskClient, keys: dict[str, str], method: str) -> None:
    task = start_task(api, "render", {"plan": TEA}, keys["agent"])["taskId"]
    errors = [
        refuse(api, method, {"taskId": name, "inputResponses": {}}, key=keys["ravi"], with_tasks=True)
        for name in (task, "job-none", "ap-none", "x")
    ]
    assert {error["code"] for error in errors} == {-32602}
    assert errors[0]["message"].replace(task, "job-none") == errors[1]["message"]


def test_a_canceled_task_cancels_its_job_once(api: FlaskClient) -> None:
    task = start_task(api, "render", {"plan": TEA})["taskId"]
    for _ in range(2):
        ask(api, "tasks/cancel", {"taskId": task}, with_tasks=True)
    assert get_task(api, task)["status"] == "cancelled"
    assert use(api, "status", {"id": task, "wait_sec": 20})["job"]["state"] == "canceled"


def test_an_agent_cancels_no_job_that_a_person_has_ordered(api: FlaskClient) -> None:
    job, _ = submit(bootstrap.services(), RenderPlan.parse(dict(PLAN)))
    assert fail(api, "cancel", {"job_id": job.id})["status"] == 409
    ask(api, "tasks/cancel", {"taskId": job.id}, with_tasks=True)
    assert get_task(api, job.id)["status"] == "working"
    mine = use(api, "render", {"plan": TEA})["job"]["job_id"]
    assert use(api, "cancel", {"job_id": mine})["state"] == "canceled"


def test_an_approval_is_a_task_until_its_video_is_made(api: FlaskClient, keys: dict[str, str], costly: None) -> None:
    task = start_task(api, "render", {"plan": PLAN}, keys["agent"])["taskId"]
    waiting = get_task(api, task, keys["agent"])
    assert (waiting["status"], "approval" in waiting["statusMessage"]) == ("working", True)
    ask(api, "tasks/cancel", {"taskId": task}, key=keys["agent"], with_tasks=True)  # the person still may answer
    assert api.post(f"/approvals/{task}/grant", headers={"X-API-Key": keys["asha"]}).status_code == 200
    assert "%" in get_task(api, task, keys["agent"])["statusMessage"]
    ask(api, "tasks/cancel", {"taskId": task}, key=keys["agent"], with_tasks=True)
    assert get_task(api, task, keys["agent"])["status"] == "cancelled"


def test_a_publication_waits_for_a_person_and_is_a_task_until_it_has_ended(
    api: FlaskClient, keys: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PUBLISH_FOLDER", str(tmp_path / "published"))
    job = use(api, "render", {"plan": TEA}, key=keys["agent"])["job"]["job_id"]
    words = {"job_id": job, "destination": "folder", "title": "Good tea", "tags": ["tea"]}
    task = start_task(api, "publish", words, keys["agent"])["taskId"]
    assert start_task(api, "publish", words, keys["agent"])["taskId"] == task
    assert "publications" not in use(api, "status", {"id": job}, key=keys["agent"])["job"]
    assert api.post(f"/approvals/{task}/grant", headers={"X-API-Key": keys["asha"]}).status_code == 200
    status = use(api, "status", {"id": task}, key=keys["agent"])
    (publication,) = status["job"]["publications"]
    assert (publication["id"], publication["destination"]) == (status["approval"]["publication_id"], "folder")
    assert get_task(api, task, keys["agent"])["status"] == "working"
    answer = api.delete(f"/publications/{publication['id']}", headers={"X-API-Key": keys["asha"]})
    assert answer.status_code == 200
    assert get_task(api, task, keys["agent"])["status"] == "completed"


def test_wrong_words_of_a_publication_are_named(api: FlaskClient) -> None:
    job = use(api, "render", {"plan": TEA})["job"]["job_id"]
    paths = {"privacy": "secret", "destination": "nowhere", "iso_datetime": "soon", "title": "x" * 101}
    for name, value in paths.items():
        problem = fail(api, "publish", {"job_id": job, "destination": "folder", name: value})
        assert name in [error["path"] for error in problem["errors"]], problem
    assert fail(api, "publish", {"job_id": "job-none", "destination": "folder"})["status"] == 404
