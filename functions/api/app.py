"""The HTTP function ``api``: routes by a table (``routes``), views that are imported when they are first called, and
errors as problem+json (RFC 9457)."""

import re
import secrets
from collections.abc import Mapping
from functools import cache, partial
from io import BytesIO
from time import monotonic
from typing import Any

import flask
import functions_framework
from werkzeug.wrappers import Response

from functions.api.access_log import log_access, read_trace
from functions.api.endpoint import call_view
from functions.api.pages import allow_page, answer_preflight
from functions.api.request_tallies import count_request
from functions.api.routes import Route, get_segment, group_rules
from functions.api.routing import ApiFlask
from functions.api.security_headers import protect
from functions.garbage import pause_at_first_call
from sutradhar.telemetry import bind_fields, span

MAX_BODY_BYTES = 1024 * 1024
_PREFIX = "/api"
"""Prefix below which every path also works."""
_SANE_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")


@functions_framework.http
def api(request: flask.Request) -> Response:
    """Answer a request to the HTTP API.

    The Flask app gets the body in an environment of its own: functions-framework reads the request's body again
    after the answer, and must find it untouched.
    """
    declared = request.content_length
    path: str = request.environ["PATH_INFO"]  # in WSGI's encoding, which the environment of the app needs too
    prefix = _PREFIX if path.startswith(f"{_PREFIX}/") else ""
    path = path.removeprefix(prefix)
    if _is_file_transfer(request.method, path):
        environ = {**request.environ, "sutradhar.too_large": (declared or 0) > _read_max_file_bytes()}
        return _run_app(environ, prefix, path, request)
    max_bytes = _find_max_body_bytes(request.method, path)
    too_large = declared is not None and declared > max_bytes
    # an oversized body is not read at all; one without a length is read only until it is too large
    body = b"" if too_large else request.stream.read(max_bytes + 1) if declared is None else request.get_data()
    environ = {**request.environ, "wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body))}
    environ["sutradhar.too_large"] = too_large or len(body) > max_bytes
    return _run_app(environ, prefix, path, request)


def _run_app(environ: dict[str, Any], prefix: str, path: str, request: flask.Request) -> Response:
    environ.pop("werkzeug.request", None)
    environ["PATH_INFO"] = path
    # links in answers begin with the prefix, because a proxy that forwards only /api cannot reach other paths
    environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + prefix
    sent = request.headers.get("X-Request-Id", "")
    environ["sutradhar.started"] = monotonic()
    environ["sutradhar.request_id"] = sent if _SANE_ID.fullmatch(sent) else secrets.token_hex(8)
    # every message of this request carries the id from function to function
    ids = {"request_id": environ["sutradhar.request_id"], **read_trace(request.headers)}
    with bind_fields(component="api", **ids), span("request", method=request.method, path=path):
        return flask.Response.from_app(_find_app(get_segment(path)).wsgi_app, environ)


def _find_app(segment: str) -> flask.Flask:
    """Return the app with the routes below the first segment of a path. Paths that no route has share one app, so that
    callers cannot make more of them."""
    return _create_app(segment if segment in group_rules() else "")


@cache
def _create_app(segment: str) -> flask.Flask:
    flask_app = ApiFlask("sutradhar", static_folder=None)
    for number, (method, path, route) in enumerate(group_rules().get(segment, ())):
        flask_app.add_url_rule(path, f"{route.view}-{number}", partial(_answer_call, route), methods=[method])
    flask_app.before_request(_prepare_request)
    flask_app.after_request(_complete_response)
    flask_app.register_error_handler(Exception, _answer_error)
    return flask_app


def _prepare_request() -> flask.Response | None:
    flask.g.request_id = flask.request.environ["sutradhar.request_id"]
    flask.g.caller = None
    if flask.request.environ.get("sutradhar.too_large"):
        from functions.api.problem import make_problem

        method, path = flask.request.method, flask.request.path
        max_bytes = _read_max_file_bytes() if _is_file_transfer(method, path) else _find_max_body_bytes(method, path)
        return make_problem(413, "Body too large", f"the body may have at most {max_bytes} bytes")
    return answer_preflight()


def _answer_call(route: Route, **values: str) -> Response:
    with pause_at_first_call(route.view):
        return _call_route(route, values)


def _call_route(route: Route, values: Mapping[str, str]) -> Response:
    if route.access != "open":
        from functions.api.auth import authenticate

        authenticate(route)
        if route.is_counted:
            from functions.api.limits import count_call

            count_call()
    response = call_view(route, values)
    if route.is_audited:
        from functions.api.audit import note_call

        note_call(route, values, response)
    return response


def _complete_response(response: flask.Response) -> flask.Response:
    response.headers["X-Request-Id"] = flask.g.request_id
    response.headers.extend(flask.g.get("limit_headers", {}))
    protect(response)
    _count_response(response)
    return allow_page(response)


def _count_response(response: flask.Response) -> None:
    request, seconds = flask.request, monotonic() - flask.request.environ["sutradhar.started"]
    rule = request.url_rule.rule if request.url_rule else "other"
    count_request(rule, request.method, response.status_code, seconds, is_quota=flask.g.get("is_quota", False))
    log_access(rule, response, seconds)


def _answer_error(exc: Exception) -> flask.Response:
    from functions.api.problem import answer_error

    return answer_error(exc)


def _is_file_transfer(method: str, path: str) -> bool:
    """Return whether a request's body is a file, which may be larger than any other body."""
    return method == "PUT" and path.startswith("/uploads/") and path.endswith("/bytes")


def _find_max_body_bytes(method: str, path: str) -> int:
    """Return the most bytes of a body that is no file: more for a batch, whose body has a table."""
    if method == "POST" and path in ("/batches", "/batches/check"):
        from sutradhar.domain.jobs.batch import MAX_BATCH_BYTES

        return MAX_BATCH_BYTES
    return MAX_BODY_BYTES


def _read_max_file_bytes() -> int:
    from sutradhar.domain.plan.upload import MAX_BYTES

    return MAX_BYTES
