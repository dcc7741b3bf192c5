"""Tests of the app's URL rules: they match and build URLs as Flask's own do."""

import gc
from typing import Any

import flask
import pytest
from flask.testing import FlaskClient
from werkzeug.exceptions import NotFound

from functions import garbage
from functions.api import app
from functions.api.endpoint import call_view
from functions.api.routing import ApiFlask


def _make_app(kind: type[flask.Flask]) -> flask.Flask:
    app = kind("routes", static_folder=None)
    app.add_url_rule("/jobs/<job_id>", "job", lambda job_id: job_id)
    app.add_url_rule("/pages/<int:page>", "page", str)
    return app


def test_built_urls_are_the_urls_of_flask() -> None:
    urls = []
    for kind in (flask.Flask, ApiFlask):
        with _make_app(kind).test_request_context("/"):
            urls.append([flask.url_for("job", job_id="a b/c", q="1 2"), flask.url_for("page", page=3)])
    assert urls[0] == urls[1] == ["/jobs/a%20b/c?q=1+2", "/pages/3"]


def test_paths_are_matched() -> None:
    adapter = _make_app(ApiFlask).url_map.bind("here")
    assert adapter.match("/pages/7") == ("page", {"page": 7})
    with pytest.raises(NotFound):
        adapter.match("/pages/seven")


@pytest.mark.parametrize("name", ["%0A", "%0AQ", "a%0D%0Ab", "%E2%80%A8", "%00"])
def test_a_line_break_in_a_path_is_answered_as_any_other(api: FlaskClient, name: str) -> None:
    answer = api.get(f"/render/{name}/status")
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")


def test_garbage_is_collected_again_after_the_first_call_of_a_route(
    api: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    collects: list[bool] = []

    def note(*arguments: Any) -> Any:
        collects.append(gc.isenabled())
        return call_view(*arguments)

    monkeypatch.setattr(garbage, "_called", set())
    monkeypatch.setattr(app, "call_view", note)
    for path in ("/templates", "/templates", "/render/none/status", "/templates"):
        api.get(path)
        assert gc.isenabled()
    assert collects == [False, True, False, True]
