"""Mark the views of the API, read their arguments from the request, and turn what they return into a response.

A view is a function. It takes the values of its path by name, and ``query`` and ``body`` as pydantic models. It returns
the model of its answer, a tuple of the model, the status and headers, or a whole response.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar, get_type_hints

import flask
from werkzeug.wrappers import Response

if TYPE_CHECKING:
    from pydantic import BaseModel

    from functions.api.routes import Route

Answer = type["BaseModel"] | str | None
"""The model of an answer's JSON body, the media type of another body, or None: the answer has no body."""
F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Endpoint:
    """The facts about a view that its documentation and its tests need."""

    view: Callable[..., Any]
    answers: Mapping[int, Answer]
    """The answers by status, without errors."""
    errors: tuple[int, ...]
    """The statuses of errors that only this view has; those of every route are in the documentation anyway."""

    @cached_property
    def query(self) -> type[BaseModel] | None:
        return get_type_hints(self.view).get("query")

    @cached_property
    def body(self) -> type[BaseModel] | None:
        return get_type_hints(self.view).get("body")


_ENDPOINTS: dict[Callable[..., Any], Endpoint] = {}


def endpoint(*, answers: Mapping[int, Answer], errors: tuple[int, ...] = ()) -> Callable[[F], F]:
    """Mark a function as a view with these ``answers`` and ``errors``."""

    def mark(view: F) -> F:
        _ENDPOINTS[view] = Endpoint(view, answers, errors)
        return view

    return mark


@cache
def load_endpoint(name: str) -> Endpoint:
    """Import the view ``name``, such as ``renders:create_render``, and return its endpoint."""
    module, _, function = name.partition(":")
    return _ENDPOINTS[getattr(import_module(f"functions.api.{module}"), function)]


def call_view(route: Route, values: Mapping[str, str]) -> Response:
    """Call the view of ``route`` with the request; ``values``: the values in its path.

    Raises:
        InvalidRequest: the query or the body is wrong; names every wrong field.
    """
    called = load_endpoint(route.view)
    arguments: dict[str, Any] = dict(values)
    if model := called.query:
        from functions.api.body import read_query

        arguments["query"] = read_query(model)
    if model := called.body:
        from functions.api.body import read_model

        arguments["body"] = read_model(model)
    return _make_response(called, called.view(**arguments))


def _make_response(called: Endpoint, result: Any) -> Response:
    if isinstance(result, Response):
        return result
    model, status, headers = result if isinstance(result, tuple) else (result, next(iter(called.answers)), {})
    if called.answers.get(status) is not (None if model is None else type(model)):
        raise TypeError(
            f"{called.view.__name__} documents {called.answers.get(status)} for {status}, not {type(model)}"
        )
    body = "" if model is None else model.model_dump_json(by_alias=True)
    return flask.Response(body, status, headers, mimetype=None if model is None else "application/json")
