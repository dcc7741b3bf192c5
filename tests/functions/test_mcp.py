"""Agents use the service by the Model Context Protocol, with the keys, limits and log of every other caller."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from flask.testing import FlaskClient

from functions.agents.server import TOOLS
from sutradhar import bootstrap
from sutradhar.domain.jobs.approval import MAX_WAITING
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.short_plan import shorten_plan
from sutradhar.pipeline import api_keys
from sutradhar.pipeline.audit import AUDIT
from sutradhar.pipeline.templates import list_templates
from tests.functions.mcp_calls import NEWEST, OLDER, ask, fail, refuse, send, use
from tests.functions.test_approvals import costly, keys

__all__ = ["costly", "keys"]
PLAN: Mapping[str, Any] = {"topic": "Prahlad", "length_sec": 20}
SCENES = [{"narration": text, "image_prompt": "a cup", "duration_sec": 2} for text in ("Tea is hot.", "Tea is good.")]
TEA: Mapping[str, Any] = {"title": "Tea", "language": "en", "scenes": SCENES, "music": False}


@pytest.mark.parametrize("version", [NEWEST, OLDER])
def test_clients_of_each_revision_see_the_tools(api: FlaskClient, version: str) -> None:
    tools = ask(api, "tools/list", version=version)["tools"]
    assert [tool["name"] for tool in tools] == list(TOOLS)
    for tool in tools:
        assert tool["description"].endswith(".")
        assert all("description" in field for name, field in tool["inputSchema"].get("properties", {}).items())


def test_both_beginnings_of_a_client_are_answered(api: FlaskClient) -> None:
    answer = ask(api, "server/discover")
    assert "io.modelcontextprotocol/tasks" in answer["capabilities"]["extensions"]
    hello = {"protocolVersion": OLDER, "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
    assert ask(api, "initialize", hello, version=OLDER)["protocolVersion"] == OLDER
    notice = json.dumps({"jsonrpc": "2.0", "method": "notifications/initialized"})
    accepts = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": OLDER}
    assert api.post("/mcp", data=notice, content_type="application/json", headers=accepts).status_code == 202
    assert api.get("/mcp", headers=accepts).status_code == 405  # there is no stream to listen to


def test_a_message_of_no_declared_type_is_json(api: FlaskClient) -> None:
    answer = api.post("/mcp", data='{"jsonrpc": "2.0", "id": 1, "method": "tools/list"}')
    assert answer.get_json()["result"]["tools"]


def test_no_tool_grants_an_approval() -> None:
    assert not [name for name in TOOLS if "grant" in name or "approve" in name or "refuse" in name]


def test_a_plan_is_written_estimated_and_changed(api: FlaskClient) -> None:
    proposal = use(api, "plan", {"topic": "Prahlad", "length_sec": 20, "style": "watercolor"})
    assert proposal["accepted"]
    plan = proposal["plan"]
    assert (plan["style"], len(plan["scenes"]) > 1) == ("watercolor", True)
    cost = use(api, "estimate", {"plan": plan})
    assert (cost["accepted"], cost["estimate"]["expected_usd"]) == (True, 0)
    changed = use(api, "change_scene", {"plan": plan, "scene": 1, "changes": {"narration": "He said no."}})
    after = {one["path"]: one["after"] for one in changed["changed"]}
    assert after == {"scenes[1].narration": "He said no.", "scenes[1].translations": {}}  # they fit no longer
    assert changed["plan"]["scenes"][0] == plan["scenes"][0]
    titled = use(api, "change_scene", {"plan": plan, "changes": {"title": "The boy"}})["plan"]
    assert titled == {**plan, "title": "The boy"}
    story = use(api, "plan", {"template_id": "fox_and_grapes", "language": "hi", "length_sec": 30})["plan"]
    assert (story["language"], story["based_on"]) == ("hi", "template/fox_and_grapes")


def test_a_short_plan_is_the_same_plan(api: FlaskClient) -> None:
    for template in list_templates(bootstrap.services()):
        plan = RenderPlan.parse(use(api, "plan", {"template_id": template.id})["plan"])
        assert RenderPlan.parse(shorten_plan(plan)) == plan


@pytest.mark.parametrize(
    ("tool", "arguments", "path"),
    [
        ("estimate", {"plan": {"topic": "t", "length_sec": 4}}, "length_sec"),
        ("estimate", {"plam": {}}, "plam"),
        ("plan", {"topic": 7}, "topic"),
        ("plan", {"template_id": "fox_and_grapes", "topic": "t"}, "topic"),
        ("change_scene", {"plan": TEA, "scene": 9, "changes": {"narration": "x"}}, "scenes[0].index"),
        ("change_scene", {"changes": {}}, "plan"),
        ("show_frame", {"plan": TEA, "job_id": "job-1"}, "plan"),
        ("library", {"state": "done"}, "state"),
        ("library", {"limit": 1000}, "limit"),
        ("list_templates", {"language": "xx"}, "language"),
        ("status", {"id": "job-1", "wait_sec": 3600}, "wait_sec"),
        ("render", {"plan": {"topic": "t", "voyce": "F"}}, "voyce"),
    ],
)
def test_every_wrong_field_is_named(api: FlaskClient, tool: str, arguments: dict[str, Any], path: str) -> None:
    problem = fail(api, tool, arguments)
    assert path in [error["path"] for error in problem["errors"]], problem


def test_faults_of_the_protocol_are_its_errors(api: FlaskClient) -> None:
    assert refuse(api, "tools/call", {"name": "make", "arguments": {}})["code"] == -32602
    assert refuse(api, "resources/read", {"uri": "sutradhar://docs/../server.py"})["code"] == -32602
    assert refuse(api, "prompts/get", {"name": "make_video", "arguments": {"subject": "tea"}})["code"] == -32602
    assert refuse(api, "no/method")["code"] == -32601
    assert api.post("/mcp", data="{", content_type="application/json").status_code in (400, 406)


def test_resources_and_prompts(api: FlaskClient) -> None:
    for resource in ask(api, "resources/list")["resources"]:
        (content,) = ask(api, "resources/read", {"uri": resource["uri"]})["contents"]
        assert content["mimeType"] == resource["mimeType"]
        assert content["text"]
    (content,) = ask(api, "resources/read", {"uri": "sutradhar://templates/fox_and_grapes"})["contents"]
    assert json.loads(content["text"])["plan"]["scenes"]
    job = use(api, "render", {"plan": TEA})["job"]["job_id"]
    (content,) = ask(api, "resources/read", {"uri": f"sutradhar://jobs/{job}/plan"})["contents"]
    assert json.loads(content["text"])["title"] == "Tea"
    (message,) = ask(api, "prompts/get", {"name": "make_video", "arguments": {"topic": "tea"}})["messages"]
    assert "tea" in message["content"]["text"]


def test_without_a_function_that_draws_the_agent_is_told(api: FlaskClient) -> None:
    problem = fail(api, "show_frame", {"plan": TEA})
    assert (problem["status"], "FRAME_URL" in problem["detail"]) == (503, True)


def test_a_video_that_costs_nothing_is_one_job_however_often_it_is_asked_for(
    api: FlaskClient, keys: dict[str, str]
) -> None:
    jobs = {use(api, "render", {"plan": TEA}, key=keys["agent"])["job"]["job_id"] for _ in range(3)}
    (job,) = jobs
    asha = next(one for one in api_keys.list_keys(bootstrap.backend().records).values() if one.name == "asha")
    assert bootstrap.backend().jobs.get(job).owner == asha.id
    assert use(api, "library", {}, key=keys["asha"])["total"] == 1
    assert use(api, "library", {}, key=keys["ravi"])["total"] == 0


def test_money_waits_for_a_person_and_the_grant_makes_the_video(
    api: FlaskClient, keys: dict[str, str], costly: None
) -> None:
    asked = use(api, "render", {"plan": PLAN}, key=keys["agent"])
    approval = asked["approval"]["approval_id"]
    assert (asked["approval"]["state"], asked["approval"]["max_usd"], "job" in asked) == ("waiting", 1.0, False)
    assert use(api, "render", {"plan": PLAN}, key=keys["agent"])["approval"]["approval_id"] == approval
    assert use(api, "library", {}, key=keys["asha"])["total"] == 0
    grant = f"/approvals/{approval}/grant"
    assert api.post(grant, headers={"X-API-Key": keys["agent"]}).status_code == 403
    assert api.post(grant, headers={"X-API-Key": keys["asha"]}).status_code == 200
    status = use(api, "status", {"id": approval}, key=keys["agent"])
    assert (status["approval"]["state"], status["job"]["state"]) == ("granted", "pending")
    assert fail(api, "status", {"id": approval}, key=keys["ravi"])["status"] == 404


def test_a_refusal_reaches_the_agent_with_its_note(api: FlaskClient, keys: dict[str, str], costly: None) -> None:
    approval = use(api, "render", {"plan": PLAN}, key=keys["agent"], with_tasks=False)["approval"]["approval_id"]
    body = json.dumps({"note": "make it shorter"})
    assert api.post(f"/approvals/{approval}/refuse", data=body, headers={"X-API-Key": keys["asha"]}).status_code == 200
    status = use(api, "status", {"id": approval, "wait_sec": 20}, key=keys["agent"])
    assert (status["approval"]["state"], status["approval"]["note"]) == ("refused", "make it shorter")
    task = ask(api, "tasks/get", {"taskId": approval}, key=keys["agent"], with_tasks=True)
    assert (task["status"], task["result"]["isError"]) == ("completed", True)


def test_an_agent_that_loops_is_stopped(api: FlaskClient, keys: dict[str, str], costly: None) -> None:
    for number in range(MAX_WAITING):
        use(api, "render", {"plan": {**PLAN, "title": f"No. {number}"}}, key=keys["agent"])
    problem = fail(api, "render", {"plan": {**PLAN, "title": "one more"}}, key=keys["agent"])
    assert (problem["status"], str(MAX_WAITING) in problem["detail"]) == (429, True)


@pytest.fixture
def two_calls_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RATE_LIMIT_PER_MIN", "2")


@pytest.mark.usefixtures("two_calls_a_minute")
def test_tools_that_ask_for_work_are_counted(api: FlaskClient, keys: dict[str, str]) -> None:
    for _ in range(2):
        use(api, "render", {"plan": TEA}, key=keys["agent"])
        use(api, "estimate", {"plan": TEA}, key=keys["agent"])
    problem = fail(api, "render", {"plan": TEA}, key=keys["agent"])
    assert (problem["status"], "RATE_LIMIT_PER_MIN" in problem["detail"]) == (429, True)
    use(api, "estimate", {"plan": TEA}, key=keys["agent"])


def test_the_audit_log_tells_what_the_agent_did(api: FlaskClient, keys: dict[str, str], costly: None) -> None:
    use(api, "render", {"plan": PLAN}, key=keys["agent"])
    acts = bootstrap.backend().documents.list(AUDIT, limit=10).records
    agent = next(one for one in api_keys.list_keys(bootstrap.backend().records).values() if one.role == "agent")
    assert [(one.action, one.actor) for one in acts if one.action == "ask_approval"] == [("ask_approval", agent.id)]


def test_without_a_key_a_stranger_is_not_let_in(api: FlaskClient, keys: dict[str, str]) -> None:
    assert send(api, "tools/list").status_code == 401
    assert send(api, "tools/list", key="sk-wrong").status_code == 401
    assert send(api, "tools/list", key=keys["agent"]).status_code == 200


def test_a_page_of_another_site_is_not_let_in(api: FlaskClient) -> None:
    message = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "tools/list"})
    headers = {"Accept": "application/json", "Origin": "https://elsewhere.example"}
    assert api.post("/mcp", data=message, content_type="application/json", headers=headers).status_code == 401
