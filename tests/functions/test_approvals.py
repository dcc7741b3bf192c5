"""An agent asks, a person answers, and the answer does exactly what was asked, once."""

import json
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from typer.testing import CliRunner

from functions.api.routes import ROUTES
from functions.cli import app
from sutradhar import bootstrap
from sutradhar.domain.assets.slot import PLAN as PLAN_SLOT
from sutradhar.domain.billing.price import micros
from sutradhar.domain.core.errors import BackendError, BudgetSpent
from sutradhar.domain.jobs.approval import APPROVAL_LIFE, MAX_WAITING, Approval
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.pipeline import api_keys, approvals
from sutradhar.pipeline.approvals import APPROVALS
from sutradhar.pipeline.audit import AUDIT
from sutradhar.pipeline.dry_run import DryRun, try_plan
from sutradhar.pipeline.estimate import Estimate, EstimateLine

PLAN = {"topic": "Prahlad", "length_sec": 20}
_COST = Estimate([EstimateLine(PLAN_SLOT, "openai", "gpt", micros(0.5), micros(1))])


@pytest.fixture
def keys(api: FlaskClient) -> dict[str, str]:
    """The secrets of a creator, of an agent that works for her, and of another creator."""
    backend = bootstrap.backend()
    asha, secret = api_keys.create(backend.records, backend.clock, "asha", daily_budget_usd=5)
    _, agent = api_keys.create(backend.records, backend.clock, "assistant", "agent", works_for=asha.id)
    _, ravi = api_keys.create(backend.records, backend.clock, "ravi")
    return {"asha": secret, "agent": agent, "ravi": ravi}


@pytest.fixture
def costly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each video cost money."""

    def try_costly(*values: Any) -> DryRun:
        trial = try_plan(*values)
        return DryRun(**{**vars(trial), "estimate": _COST})

    monkeypatch.setattr(approvals, "try_plan", try_costly)


def call(api: FlaskClient, secret: str, method: str, path: str, body: Any = None) -> Any:
    data = None if body is None else json.dumps(body)
    return api.open(path, method=method, data=data, headers={"X-API-Key": secret})


def ask(api: FlaskClient, secret: str, **plan: Any) -> dict[str, Any]:
    answer = call(api, secret, "POST", "/approvals", {"plan": {**PLAN, **plan}})
    assert answer.status_code == 201, answer.text
    item: dict[str, Any] = answer.get_json()
    return item


def count_jobs(api: FlaskClient, secret: str) -> int:
    total: int = call(api, secret, "GET", "/library").get_json()["total"]
    return total


def test_a_grant_makes_the_video_of_the_owner_once(api: FlaskClient, keys: dict[str, str], costly: None) -> None:
    asked = ask(api, keys["agent"])
    assert (asked["state"], asked["max_cost_usd"], asked["request"]) == ("waiting", 1.0, PLAN)
    assert "1.00 USD" in asked["summary"]
    assert ask(api, keys["agent"])["approval_id"] == asked["approval_id"]
    assert count_jobs(api, keys["asha"]) == 0
    path = f"/approvals/{asked['approval_id']}"
    granted = [call(api, keys["asha"], "POST", f"{path}/grant", {"note": "go on"}).get_json() for _ in range(2)]
    assert granted[0] == granted[1]
    assert (granted[0]["state"], granted[0]["answer_note"]) == ("granted", "go on")
    job = bootstrap.backend().jobs.get(granted[0]["job_id"])
    assert (job.requested_plan.topic, job.owner_cap_micros) == ("Prahlad", micros(5))
    assert bootstrap.services().billing_context(job).job_cap == micros(1), "no more than the person has seen"
    assert count_jobs(api, keys["asha"]) == 1
    assert call(api, keys["agent"], "GET", path).get_json()["job_id"] == job.id
    assert call(api, keys["agent"], "GET", f"/render/{job.id}/status").status_code == 200
    assert call(api, keys["asha"], "POST", f"{path}/refuse").status_code == 409


def test_a_refusal_is_final_and_tells_the_reason(api: FlaskClient, keys: dict[str, str], costly: None) -> None:
    asked = ask(api, keys["agent"])
    path = f"/approvals/{asked['approval_id']}"
    assert call(api, keys["asha"], "POST", f"{path}/refuse", {"note": "too long"}).status_code == 200
    again = ask(api, keys["agent"])
    assert (again["approval_id"], again["state"], again["answer_note"]) == (asked["approval_id"], "refused", "too long")
    assert call(api, keys["asha"], "POST", f"{path}/grant").status_code == 409
    assert count_jobs(api, keys["asha"]) == 0


def test_an_agent_can_answer_nothing_and_a_stranger_sees_nothing(
    api: FlaskClient, keys: dict[str, str], costly: None
) -> None:
    path = f"/approvals/{ask(api, keys['agent'])['approval_id']}"
    for act in ("grant", "refuse"):
        assert call(api, keys["agent"], "POST", f"{path}/{act}").status_code == 403
        assert call(api, keys["ravi"], "POST", f"{path}/{act}").status_code == 404
    assert call(api, keys["ravi"], "GET", "/approvals").get_json()["approvals"] == []
    assert call(api, keys["agent"], "GET", path).get_json()["state"] == "waiting"


def test_a_video_that_costs_nothing_is_made_at_once_and_once(api: FlaskClient, keys: dict[str, str]) -> None:
    answers = [call(api, keys["agent"], "POST", "/approvals", {"plan": PLAN}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202]
    [job_id] = {answer.get_json()["job_id"] for answer in answers}
    context = bootstrap.services().billing_context(bootstrap.backend().jobs.get(job_id))
    assert context.job_cap == 0, "it may not begin to cost money"
    assert count_jobs(api, keys["asha"]) == 1


def test_a_publication_in_the_plan_needs_an_approval_even_if_the_video_is_free(
    api: FlaskClient, keys: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    asked = ask(api, keys["agent"], publish={"destination": "folder"})
    assert "publish it on folder" in asked["summary"]


def test_a_publication_is_ordered_by_the_answer(api: FlaskClient, keys: dict[str, str]) -> None:
    job_id = call(api, keys["asha"], "POST", "/render", PLAN).get_json()["job_id"]
    words = {"destination": "folder", "title": "Green tea", "iso_datetime": "2100-01-01T12:00Z"}
    assert call(api, keys["agent"], "POST", f"/publish/{job_id}", {"destination": "folder"}).status_code == 403
    asked = call(api, keys["agent"], "POST", "/approvals", {"job_id": job_id, "publish": words}).get_json()
    assert (asked["action"], "'Green tea' on folder" in asked["summary"]) == ("publish", True)
    granted = call(api, keys["asha"], "POST", f"/approvals/{asked['approval_id']}/grant").get_json()
    stored = call(api, keys["agent"], "GET", f"/publications/{granted['publication_id']}").get_json()
    assert (stored["title"], stored["state"]) == ("Green tea", "scheduled")
    again = call(api, keys["asha"], "POST", f"/approvals/{asked['approval_id']}/grant").get_json()
    assert again == granted


def test_a_process_that_is_killed_after_the_answer_loses_nothing(
    api: FlaskClient, keys: dict[str, str], costly: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ask(api, keys["agent"])
    services, clock_time = bootstrap.services(), bootstrap.backend().clock.now()
    services.documents.update(  # as the killed process has left it
        APPROVALS,
        asked["approval_id"],
        lambda one: one.evolve(state="granted", answered_at=clock_time - timedelta(minutes=5)),
    )
    for _ in range(2):
        approvals.complete_answers(services)
    assert approvals.read(services, asked["approval_id"]).job_id
    assert count_jobs(api, keys["asha"]) == 1


@pytest.mark.parametrize("failure", [BackendError("the store is away", retryable=True), BudgetSpent("nothing is left")])
def test_an_answer_that_cannot_be_carried_out_waits_as_before(
    api: FlaskClient, keys: dict[str, str], costly: None, monkeypatch: pytest.MonkeyPatch, failure: Exception
) -> None:
    path = f"/approvals/{ask(api, keys['agent'])['approval_id']}"

    def fail(*_values: Any, **_named: Any) -> Any:
        raise failure

    with monkeypatch.context() as broken:
        broken.setattr(approvals, "submit", fail)
        assert call(api, keys["asha"], "POST", f"{path}/grant").status_code in (402, 503)
    assert call(api, keys["asha"], "GET", path).get_json()["state"] == "waiting"
    assert call(api, keys["asha"], "POST", f"{path}/grant").get_json()["job_id"]


def test_an_expired_question_may_be_asked_again(api: FlaskClient, keys: dict[str, str], costly: None) -> None:
    asked = ask(api, keys["agent"])
    services = bootstrap.services()
    services.documents.update(
        APPROVALS, asked["approval_id"], lambda one: one.evolve(expires_at=services.clock.now() - timedelta(seconds=1))
    )
    assert call(api, keys["asha"], "POST", f"/approvals/{asked['approval_id']}/grant").status_code == 409
    approvals.complete_answers(services)
    assert call(api, keys["asha"], "GET", f"/approvals/{asked['approval_id']}").get_json()["state"] == "expired"
    assert ask(api, keys["agent"])["approval_id"] == f"{asked['approval_id']}-2"


def test_an_agent_that_loops_is_stopped(api: FlaskClient, keys: dict[str, str]) -> None:
    services = bootstrap.services()
    owner = next(key.id for key in api_keys.list_keys(services.records).values() if key.name == "asha")
    now = services.clock.now()
    for number in range(MAX_WAITING):
        waiting = Approval(
            id=f"ap-{number}",
            owner=owner,
            action="render",
            request=PLAN,
            summary="Make a video.",
            created_at=now,
            expires_at=now + APPROVAL_LIFE,
        )
        services.documents.create(APPROVALS, waiting)
    body = {"plan": {**PLAN, "publish": {"destination": "folder"}}}
    answer = call(api, keys["agent"], "POST", "/approvals", body)
    assert (answer.status_code, int(answer.headers["Retry-After"]) > 0) == (429, True)


def test_a_wrong_plan_is_refused_before_a_person_is_asked(api: FlaskClient, keys: dict[str, str]) -> None:
    for body in ({"plan": {"topic": "Prahlad", "length_sec": 1}}, {"plan": PLAN, "job_id": "job-1"}, {}):
        assert call(api, keys["agent"], "POST", "/approvals", body).status_code == 400
    assert call(api, keys["agent"], "GET", "/approvals").get_json()["approvals"] == []


def test_a_key_of_an_agent_may_only_look_and_plan(api: FlaskClient, keys: dict[str, str]) -> None:
    allowed = {route.view.partition(":")[2] for route in ROUTES if route.takes_agents and route.method != "GET"}
    assert allowed <= {
        "ask_approval",
        "answer_mcp",
        "preview_frame",
        "preview_plan",
        "estimate_seconds",
        "preview_plan_frame",
        "make_plan",
        "create_upload",
        "receive_bytes",
        "complete_upload",
        "order_analysis",
        "order_alignment",
        "check_batch",
    }
    for path in ("/render", "/keys", "/me/view-token", "/webhooks/secret/rotate"):
        assert call(api, keys["agent"], "POST", path, PLAN).status_code in (403, 404)
    assert call(api, keys["agent"], "DELETE", "/me/data").status_code == 403
    assert call(api, keys["agent"], "GET", "/webhooks/secret").status_code == 403
    me = call(api, keys["agent"], "GET", "/me").get_json()
    assert (me["role"], me["budgets"]["today_cap_usd"]) == ("agent", 5.0)


def test_the_key_of_an_agent_ends_with_the_key_that_it_works_for(api: FlaskClient, keys: dict[str, str]) -> None:
    records = bootstrap.backend().records
    owner = next(key.id for key in api_keys.list_keys(records).values() if key.name == "asha")
    api_keys.revoke(records, owner)
    from functions.api.auth import forget_keys

    forget_keys()
    assert call(api, keys["agent"], "GET", "/library").status_code == 401


@pytest.mark.parametrize(
    "body",
    [
        {"name": "x", "role": "agent"},
        {"name": "x", "role": "agent", "works_for": "key-unknown"},
        {"name": "x", "role": "creator", "works_for": "key-1"},
        {"name": "x", "role": "agent", "works_for": "key-env-creator", "daily_budget": 1},
    ],
)
def test_a_wrong_key_of_an_agent_is_refused_by_field(api: FlaskClient, body: dict[str, Any]) -> None:
    answer = api.post("/keys", data=json.dumps(body))
    assert (answer.status_code, answer.get_json()["errors"][0]["path"]) in (
        (400, "works_for"),
        (400, "daily_budget"),
    )


def test_the_audit_log_tells_who_asked_and_who_answered(api: FlaskClient, keys: dict[str, str], costly: None) -> None:
    asked = ask(api, keys["agent"])
    call(api, keys["asha"], "POST", f"/approvals/{asked['approval_id']}/grant")
    by_name = {key.name: key.id for key in api_keys.list_keys(bootstrap.backend().records).values()}
    acts = {entry.action: entry for entry in bootstrap.backend().documents.list(AUDIT, limit=100).records}
    assert acts["ask_approval"].actor == by_name["assistant"]
    assert acts["grant_approval"].actor == by_name["asha"]
    assert acts["create_render"].facts["approval_id"] == asked["approval_id"]


def test_the_terminal_lists_and_refuses_but_grants_only_to_a_person(
    api: FlaskClient, keys: dict[str, str], costly: None
) -> None:
    asked = ask(api, keys["agent"])
    shown = CliRunner().invoke(app, ["approvals", "list", "--json"])
    assert json.loads(shown.stdout)["approvals"][0]["id"] == asked["approval_id"]
    refused = CliRunner().invoke(app, ["approvals", "grant", asked["approval_id"]])  # no terminal here
    assert (refused.exit_code, "needs a person" in refused.output) == (2, True)
    assert CliRunner().invoke(app, ["approvals", "refuse", asked["approval_id"], "--note", "no"]).exit_code == 0
    assert approvals.read(bootstrap.services(), asked["approval_id"]).answered_by == "terminal"


def test_plans_with_other_words_are_other_questions(api: FlaskClient, keys: dict[str, str], costly: None) -> None:
    assert ask(api, keys["agent"])["approval_id"] != ask(api, keys["agent"], seed=2)["approval_id"]
    assert RenderPlan.parse(PLAN).seed == 0
