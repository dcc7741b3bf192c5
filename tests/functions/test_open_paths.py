"""Once an API key exists, the table of routes alone says which paths are open; a path that is not there is 404."""

import re

import pytest
from flask.testing import FlaskClient

from functions.api.routes import ROUTES, Route
from sutradhar import bootstrap
from sutradhar.pipeline import api_keys

RULES = [(rule, route) for route in ROUTES for rule in (f"{route.method} {route.path}", *route.aliases)]


@pytest.fixture
def guarded_api(api: FlaskClient) -> FlaskClient:
    """The API with a key, so that callers need one."""
    backend = bootstrap.backend()
    api_keys.create(backend.records, backend.clock, "asha")
    return api


@pytest.mark.parametrize(("rule", "route"), RULES, ids=[rule for rule, _ in RULES])
def test_without_a_key_only_open_paths_answer(guarded_api: FlaskClient, rule: str, route: Route) -> None:
    method, _, path = rule.partition(" ")
    path = re.sub(r"<(?:path:)?\w+>", "some-id", path)
    for prefix in ("", "/api"):
        response = guarded_api.open(f"{prefix}{path}", method=method)
        assert (response.status_code == 401) == (route.access != "open"), response.text


@pytest.mark.parametrize(("short", "long"), [("/health", "/healthz"), ("/ready", "/readyz")])
def test_the_short_paths_answer_like_the_ones_with_a_z(api: FlaskClient, short: str, long: str) -> None:
    """On Google Cloud only the short ones reach the function."""
    answers = [api.get(path) for path in (short, long)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert set(answers[0].get_json()) == set(answers[1].get_json())


def test_a_path_that_is_not_there_is_404_without_a_key(guarded_api: FlaskClient) -> None:
    for path in ("/nowhere", "/api/nowhere", "/render/job-1/nothing"):
        assert guarded_api.get(path).status_code == 404
