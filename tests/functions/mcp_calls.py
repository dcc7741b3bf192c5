"""Send messages of MCP to the function ``api``, as a client of each revision writes them."""

import json
from collections.abc import Mapping
from typing import Any

from flask.testing import FlaskClient

from functions.agents.tasks import IDENTIFIER

NEWEST, OLDER = "2026-07-28", "2025-11-25"
_CLIENT = {"name": "test", "version": "1"}


def send(
    api: FlaskClient,
    method: str,
    params: Mapping[str, Any] | None = None,
    *,
    key: str = "",
    version: str = NEWEST,
    with_tasks: bool = False,
) -> Any:
    """Return the answer of ``POST /mcp``, of any status."""
    body, headers = (
        dict(params or {}),
        {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": version},
    )
    if version == NEWEST:
        extensions: dict[str, Any] = {IDENTIFIER: {}} if with_tasks else {}
        body["_meta"] = {
            "io.modelcontextprotocol/protocolVersion": version,
            "io.modelcontextprotocol/clientCapabilities": {"extensions": extensions},
            "io.modelcontextprotocol/clientInfo": _CLIENT,
        }
        headers["Mcp-Method"] = method
        if name := body.get("name") or body.get("uri") or body.get("taskId"):
            headers["Mcp-Name"] = name
    headers |= {"X-API-Key": key} if key else {}
    message = json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": body})
    return api.post("/mcp", data=message, content_type="application/json", headers=headers)


def ask(api: FlaskClient, method: str, params: Mapping[str, Any] | None = None, **options: Any) -> Any:
    """Return the result of a request that succeeds."""
    answer = send(api, method, params, **options).get_json()
    assert "error" not in answer, answer
    return answer["result"]


def refuse(api: FlaskClient, method: str, params: Mapping[str, Any] | None = None, **options: Any) -> Any:
    """Return the error of a request that the protocol refuses."""
    answer = send(api, method, params, **options).get_json()
    assert "result" not in answer, answer
    return answer["error"]


def use(api: FlaskClient, tool: str, arguments: Mapping[str, Any], **options: Any) -> Any:
    """Return the data of a tool's answer."""
    result = ask(api, "tools/call", {"name": tool, "arguments": arguments}, **options)
    assert not result.get("isError"), result
    return result["structuredContent"]


def fail(api: FlaskClient, tool: str, arguments: Mapping[str, Any], **options: Any) -> Any:
    """Return the data of a tool's error."""
    result = ask(api, "tools/call", {"name": tool, "arguments": arguments}, **options)
    assert result.get("isError"), result
    assert result["content"][0]["text"]
    return result["structuredContent"]
