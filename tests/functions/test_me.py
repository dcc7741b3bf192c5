"""GET /me: callers see who they are, and what they may spend."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from sutradhar import bootstrap
from sutradhar.pipeline import api_keys
from tests.conftest import forget
from tests.function_client import open_client


def show_me(api: FlaskClient, secret: str = "") -> Any:
    answer = api.get("/me", headers={"X-API-Key": secret} if secret else {})
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.get_json()


def make_key(name: str, **facts: Any) -> str:
    backend = bootstrap.backend()
    return api_keys.create(backend.records, backend.clock, name, **facts)[1]


def test_without_keys_the_caller_may_do_everything(api: FlaskClient) -> None:
    me = show_me(api)
    assert (me["key"], me["role"]) == (None, "admin")
    assert me["budgets"] == {
        "today_spent_usd": None,
        "today_cap_usd": None,
        "left_usd": None,
        "max_job_cost_usd": 50.0,
    }
    assert (me["limits"]["scenes"], me["limits"]["video_sec"]) == (20, 600)


def test_the_smaller_budget_counts(home: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAILY_BUDGET_USD", "4")
    forget()
    api = open_client("api")
    for own, cap in ((2.5, 2.5), (9, 4), (None, 4)):
        me = show_me(api, make_key("asha", daily_budget_usd=own))
        assert (me["key"]["name"], me["role"]) == ("asha", "creator")
        assert (me["budgets"]["today_cap_usd"], me["budgets"]["left_usd"]) == (cap, cap)
        assert me["budgets"]["today_spent_usd"] == 0


def test_a_wrong_key_is_refused(api: FlaskClient) -> None:
    make_key("asha")
    assert api.get("/me", headers={"X-API-Key": "sk_wrong"}).status_code == 401
