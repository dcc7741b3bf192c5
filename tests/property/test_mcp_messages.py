"""The server answers every message of a client of MCP in JSON, and never fails by itself."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.agents.server import TOOLS
from tests.function_client import open_client
from tests.functions.mcp_calls import NEWEST, OLDER, send

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)
_METHODS = st.sampled_from(
    [
        *("initialize", "ping", "server/discover", "tools/list", "tools/call", "resources/list", "resources/read"),
        *("prompts/get", "prompts/list", "tasks/get", "tasks/update", "tasks/cancel", "subscriptions/listen", "none"),
    ]
)
_NAMES = st.sampled_from(["name", "uri", "taskId", "arguments", "cursor", "inputResponses"])
_VERSIONS = st.sampled_from([NEWEST, OLDER, "x"])
_UNTIMED = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def api(home: Path) -> FlaskClient:
    return open_client("api")


@st.composite
def draw_calls(draw: st.DrawFn) -> tuple[str, Mapping[str, Any]]:
    """Draw a tool and arguments of its names with any values, and some others."""
    tool = draw(st.sampled_from(sorted(TOOLS)))
    names = sorted(TOOLS[tool].arguments.model_fields.keys() - {"wait_sec"}) or ["none"]  # the wait is real
    return tool, draw(st.dictionaries(st.sampled_from(names) | st.text(max_size=5), _JSON, max_size=4))


@_UNTIMED
@given(
    method=_METHODS, params=st.dictionaries(_NAMES, _JSON, max_size=4), version=st.sampled_from([NEWEST, OLDER, "x"])
)
def test_every_message_is_answered(api: FlaskClient, method: str, params: dict[str, Any], version: str) -> None:
    params = {name: value for name, value in params.items() if isinstance(value, str | dict) or name == "arguments"}
    params = {name: value for name, value in params.items() if not isinstance(value, str) or is_header(value)}
    answer = send(api, method, params, version=version, with_tasks=True)
    assert answer.status_code < 500, answer.text
    assert answer.get_json()["jsonrpc"] == "2.0"
    assert "Internal" not in answer.get_json().get("error", {}).get("message", "")


def is_header(text: str) -> bool:
    """Return whether a client can send ``text`` as a header."""
    return text.isascii() and text.isprintable() and text == text.strip()


@_UNTIMED
@given(body=st.binary(max_size=60) | _JSON.map(lambda value: json.dumps(value).encode()))
def test_every_body_is_answered(api: FlaskClient, body: bytes) -> None:
    answer = api.post("/mcp", data=body, content_type="application/json", headers={"Accept": "application/json"})
    assert answer.status_code in (200, 202, 400), answer.text


@_UNTIMED
@given(call=draw_calls())
def test_every_wrong_argument_is_an_error_of_the_tool(api: FlaskClient, call: tuple[str, Mapping[str, Any]]) -> None:
    tool, arguments = call
    result = send(api, "tools/call", {"name": tool, "arguments": arguments}).get_json()["result"]
    assert result["structuredContent"].get("status") != 500, result
