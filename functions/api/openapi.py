"""Write the OpenAPI document from the table of routes and the models that check requests and answers.

flask-openapi makes the document; it is imported when the document is first asked for, because requests are checked by
``endpoint`` and an instance that starts cold does without it.
"""

import re
from collections.abc import Callable, Iterator
from functools import cache
from http import HTTPStatus
from typing import Any

from flask_openapi.openapi import OpenAPI
from pydantic import BaseModel, create_model

from functions.api.endpoint import Endpoint, load_endpoint
from functions.api.problem import Problem
from functions.api.routes import ROUTES, Route

_PATH_VALUE = re.compile(r"<(?:path:)?(\w+)>")
_DESCRIPTION = (
    "Turns a topic, a prompt or a plan into a finished video. Every path also answers below /api. Errors are"
    " application/problem+json (RFC 9457) and name every wrong field at once."
)


@cache
def make_document() -> dict[str, Any]:
    """Return the OpenAPI document (version 3.2) of all routes."""
    app = OpenAPI(
        "openapi",
        info={"title": "Sutradhar", "version": "1", "description": _DESCRIPTION},
        security_schemes={
            "key": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
            "bearer": {"type": "http", "scheme": "bearer"},
            "view": {"type": "apiKey", "in": "query", "name": "view"},
        },
        # every operation documents 500 itself, so flask-openapi adds no answer of its own
        validation_error_status=500,
        validation_error_model=Problem,
        doc_ui=False,
    )
    app.components_schemas = {}
    for route in ROUTES:
        endpoint = load_endpoint(route.view)
        _add_operation(app, route, endpoint, route.method, route.path)
        for number, alias in enumerate(route.aliases, 1):
            method, _, path = alias.partition(" ")
            _add_operation(app, route, endpoint, method, path, number)
    document: dict[str, Any] = app.api_doc
    return document


def _add_operation(app: OpenAPI, route: Route, endpoint: Endpoint, method: str, path: str, alias: int = 0) -> None:
    """Document the call of ``path``. ``alias``: its number among the aliases of the route; 0: it is no alias.

    OpenAPI has no word for an alias (github.com/OAI/OpenAPI-Specification/issues/213): each is an operation with an id
    of its own. It is ``deprecated``, which asks new clients to use the other one; no alias is to be removed.
    """
    add: Callable[..., Any] = getattr(app, method.lower())
    name = endpoint.view.__name__ + (f"_alias_{alias}" if alias else "")
    options = {
        "tags": [{"name": route.tag}],
        "description": _describe(route, endpoint, is_alias=bool(alias)),
        "operation_id": name,
        "responses": dict(_list_responses(route, endpoint)),
        "security": _list_security(route),
        "deprecated": bool(alias),
    }
    add(path, **options)(_make_signature(endpoint, name, path))


def _list_security(route: Route) -> list[dict[str, list[str]]]:
    """Return the ways in which a caller may be let in; the empty one: no key is needed."""
    if route.access == "open":
        return []
    ways: list[dict[str, list[str]]] = [{"key": []}, {"bearer": []}, {}]
    return [{"view": []}, *ways] if route.takes_view_token else ways


def _make_signature(endpoint: Endpoint, name: str, path: str) -> Callable[..., None]:
    """Return a function whose annotations tell flask-openapi the models; it is never called."""

    def view() -> None: ...

    view.__name__, view.__doc__ = name, endpoint.view.__doc__
    models: dict[str, Any] = {"query": endpoint.query, "body": endpoint.body}
    if names := _PATH_VALUE.findall(path):
        fields: dict[str, Any] = dict.fromkeys(names, (str, ...))
        models["path"] = create_model(f"{name}_path", **fields)
    view.__annotations__ = {part: model for part, model in models.items() if model}
    return view


def _describe(route: Route, endpoint: Endpoint, *, is_alias: bool) -> str:
    text = (endpoint.view.__doc__ or "").strip()
    if is_alias:
        return f"The same as {_show_path(f'{route.method} {route.path}')}, for clients that use this path."
    return f"{text}\n\nAlso: {', '.join(map(_show_path, route.aliases))}" if route.aliases else text


def _show_path(path: str) -> str:
    """Return ``path`` with its values as OpenAPI writes them."""
    return "`" + _PATH_VALUE.sub(r"{\1}", path) + "`"


def _list_responses(route: Route, endpoint: Endpoint) -> Iterator[tuple[str, Any]]:
    for status, answer in endpoint.answers.items():
        phrase = HTTPStatus(status).phrase
        if isinstance(answer, str):
            yield str(status), {"description": phrase, "content": {answer: {}}}
        else:
            yield str(status), answer
    for status in sorted({*endpoint.errors, *_list_common_errors(route, endpoint)} - endpoint.answers.keys()):
        schema = {"$ref": "#/components/schemas/Problem"}
        content = {"application/problem+json": {"schema": schema}}
        yield str(status), {"description": HTTPStatus(status).phrase, "content": content}


def _list_common_errors(route: Route, endpoint: Endpoint) -> Iterator[int]:
    """Yield the statuses of errors that every route of this kind may answer."""
    yield from (500, 503)
    if route.access != "open":
        yield from (401, 429)
        if not route.takes_agents:
            yield 403
    if route.names or route.access == "admin" or _PATH_VALUE.search(route.path):
        yield 404
    if endpoint.query or endpoint.body:
        yield 400
    if route.method in ("POST", "PUT", "PATCH"):
        yield from (400, 413)


def list_models(endpoint: Endpoint) -> Iterator[type[BaseModel]]:
    """Yield every model of the requests and answers of ``endpoint``."""
    for model in (endpoint.query, endpoint.body, *endpoint.answers.values()):
        if isinstance(model, type):
            yield model
