"""The HTTP function ``api``: a Flask app with the resources as blueprints and errors as problem+json (RFC 9457)."""

import re
import secrets
from functools import cache
from io import BytesIO
from typing import Any

import flask
import functions_framework
from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.wrappers import Response

from functions.api import operations, renders, uploads
from functions.api.auth import Unauthorized, authenticate
from functions.api.pages import allow_page, answer_preflight
from functions.api.routing import ApiFlask
from functions.api.uploads import is_file_transfer
from sutradhar.domain.core.errors import (
    BackendError,
    BudgetSpent,
    Conflict,
    IdempotencyMismatch,
    InvalidRequest,
    InvalidSettings,
    NotFound,
    RecordError,
)
from sutradhar.domain.plan.upload import MAX_BYTES
from sutradhar.telemetry import bind_fields, log

MAX_BODY_BYTES = 1024 * 1024
_PREFIX = "/api"
"""Prefix below which every path also works."""
_SANE_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
# most specific first
_STATUS: tuple[tuple[type[Exception], int, str], ...] = (
    (InvalidRequest, 400, "The request has wrong fields"),
    (Unauthorized, 401, "Not let in"),
    (BudgetSpent, 402, "Budget spent"),
    (NotFound, 404, "Not found"),
    (IdempotencyMismatch, 422, "Idempotency-Key used twice"),
    (Conflict, 409, "Conflict"),
    (RecordError, 503, "Written by another version"),
)


@functions_framework.http
def api(request: flask.Request) -> Response:
    """Answer a request to the HTTP API.

    The Flask app gets the body in an environment of its own: functions-framework reads the request's body again
    after the answer, and must find it untouched.
    """
    declared = request.content_length
    prefix = _PREFIX if request.path.startswith(f"{_PREFIX}/") else ""
    path = request.environ["PATH_INFO"].removeprefix(_PREFIX) if prefix else request.path
    if is_file_transfer(request.method, path):
        environ = {**request.environ, "sutradhar.too_large": (declared or 0) > MAX_BYTES}
        return _run_app(environ, prefix, path, request)
    too_large = declared is not None and declared > MAX_BODY_BYTES
    # an oversized body is not read at all; one without a length is read only until it is too large
    body = b"" if too_large else request.stream.read(MAX_BODY_BYTES + 1) if declared is None else request.get_data()
    environ = {**request.environ, "wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body))}
    environ["sutradhar.too_large"] = too_large or len(body) > MAX_BODY_BYTES
    return _run_app(environ, prefix, path, request)


def _run_app(environ: dict[str, Any], prefix: str, path: str, request: flask.Request) -> Response:
    environ.pop("werkzeug.request", None)
    environ["PATH_INFO"] = path
    # links in answers begin with the prefix, because a proxy that forwards only /api cannot reach other paths
    environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + prefix
    sent = request.headers.get("X-Request-Id", "")
    environ["sutradhar.request_id"] = sent if _SANE_ID.fullmatch(sent) else secrets.token_hex(8)
    # every message of this request carries the id from function to function
    with bind_fields(trace=environ["sutradhar.request_id"]):
        return flask.Response.from_app(create_app().wsgi_app, environ)


@cache
def create_app() -> flask.Flask:
    flask_app = ApiFlask("sutradhar", static_folder=None)
    flask_app.json.sort_keys = False  # type: ignore[attr-defined]
    flask_app.json.ensure_ascii = False  # type: ignore[attr-defined]
    flask_app.register_blueprint(renders.blueprint)
    flask_app.register_blueprint(uploads.blueprint)
    flask_app.register_blueprint(operations.blueprint)
    flask_app.before_request(_prepare_request)
    flask_app.after_request(_complete_response)
    flask_app.register_error_handler(Exception, _answer_error)
    return flask_app


def _prepare_request() -> flask.Response | None:
    flask.g.request_id = flask.request.environ["sutradhar.request_id"]
    if flask.request.environ.get("sutradhar.too_large"):
        max_bytes = MAX_BYTES if is_file_transfer(flask.request.method, flask.request.path) else MAX_BODY_BYTES
        return make_problem(413, "Body too large", f"the body may have at most {max_bytes} bytes")
    if preflight := answer_preflight():
        return preflight
    authenticate()
    return None


def _complete_response(response: flask.Response) -> flask.Response:
    response.headers["X-Request-Id"] = flask.g.request_id
    return allow_page(response)


def _answer_error(exc: Exception) -> flask.Response:
    if isinstance(exc, InvalidSettings):
        log("settings_wrong", level="error", exc=exc)
        return make_problem(
            500, "Set up wrongly", "this service is set up wrongly; its log names the variable to change"
        )
    for kind, status, title in _STATUS:
        if isinstance(exc, kind):
            errors = (
                [{"path": e.path, "message": e.message} for e in exc.errors] if isinstance(exc, InvalidRequest) else []
            )
            response = make_problem(status, title, str(exc), errors)
            if isinstance(exc, Unauthorized):
                response.headers["WWW-Authenticate"] = "Bearer"
            return response
    if isinstance(exc, BackendError) and exc.retryable:
        log("backend_failed", level="error", exc=exc, path=flask.request.path)
        response = make_problem(
            503, "Unavailable for the moment", "a service behind this one does not answer; try again"
        )
        response.headers["Retry-After"] = "5"
        return response
    if isinstance(exc, HTTPException):
        response = make_problem(exc.code or 500, exc.name, _explain(exc))
        # such as Allow with 405, which RFC 9110 (section 15.5.6) requires
        response.headers.extend(
            (name, value) for name, value in exc.get_headers() if name.lower() not in ("content-type", "content-length")
        )
        return response
    with bind_fields(request_id=flask.g.request_id):
        log("request_failed", level="error", exc=exc, path=flask.request.path)
    return make_problem(500, "Internal error", "something went wrong on our side; the log has it under this request id")


def _explain(exc: HTTPException) -> str:
    """Return the fault in the path or the method of a request, and the path or method to use."""
    here = flask.request.script_root + flask.request.path
    if isinstance(exc, MethodNotAllowed):
        methods = sorted({*(exc.valid_methods or ())} - {"HEAD", "OPTIONS"})
        return f"{here} takes {' and '.join(methods)} (got {flask.request.method})"
    if exc.code == 404:
        return f"there is nothing at {here}; POST /render makes a video, and README.md lists the other paths"
    return exc.description or exc.name


def make_problem(status: int, title: str, detail: str, errors: list[dict[str, str]] | None = None) -> flask.Response:
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": flask.request.script_root + flask.request.path,
        "request_id": flask.g.request_id,
        "errors": errors or [],
    }
    response = flask.jsonify(body)
    response.status_code, response.mimetype = status, "application/problem+json"
    return response
