"""Answer one HTTP request by the MCP server: stateless, so that any instance answers any request, and without streams.

The SDK serves ASGI and functions-framework WSGI. A request runs in an event loop of its own, in the thread that
functions-framework gave it; the context of the request, with its caller, holds there as well.
"""

from collections.abc import Callable, MutableMapping
from functools import cache
from typing import Any, TypeVar

import anyio
import flask
from mcp.server.lowlevel import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

from functions.agents.server import make_server

T = TypeVar("T")
_Message = MutableMapping[str, Any]


def answer_request() -> flask.Response:
    """Return the answer to the current request of Flask."""
    return anyio.run(_answer)


async def _answer() -> flask.Response:
    request = flask.request
    manager = StreamableHTTPSessionManager(_open_server(), json_response=True, stateless=True)
    body, events = request.get_data(), list[_Message]()
    has_sent_body = False

    async def receive() -> _Message:
        nonlocal has_sent_body
        if has_sent_body:
            await anyio.sleep_forever()  # the client stays until it has its answer, as far as WSGI tells
        has_sent_body = True
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(event: _Message) -> None:
        events.append(event)

    async with manager.run():
        await manager.handle_request(_make_scope(request), receive, send)
    start = next(event for event in events if event["type"] == "http.response.start")
    parts = [event.get("body", b"") for event in events if event["type"] == "http.response.body"]
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in start["headers"]]
    return flask.Response(b"".join(parts), start["status"], headers)


def _make_scope(request: flask.Request) -> dict[str, Any]:
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in request.headers]
    # as in every other call, a body of no declared type is JSON, and a caller that does not say what it takes takes it
    for name, value in (("Content-Type", b"application/json"), ("Accept", b"application/json")):
        if not request.headers.get(name):
            headers.append((name.lower().encode(), value))
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": request.scheme,
        "path": request.path,
        "raw_path": request.path.encode(),
        "root_path": "",
        "query_string": request.query_string,
        "headers": headers,
        "server": None,
        "client": None,
    }


async def _call(run: Callable[[], T]) -> T:
    """Run ``run`` at once: this event loop has nothing else to do."""
    return run()


@cache
def _open_server() -> "Server[Any]":
    return make_server(_call)
