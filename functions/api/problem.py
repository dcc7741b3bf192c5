"""Answer errors as problem+json (RFC 9457)."""

import flask
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from functions.api.errors import FrameUnavailable, IssuerUnreachable, NotForAgents, Unauthorized
from sutradhar.domain.core.base import Frozen
from sutradhar.domain.core.errors import (
    BackendError,
    BudgetSpent,
    Conflict,
    IdempotencyMismatch,
    InvalidRequest,
    InvalidSettings,
    LimitReached,
    NotFound,
    RecordError,
    VersionMismatch,
)
from sutradhar.telemetry import log


class ProblemField(Frozen):
    """One wrong field of a request."""

    path: str
    """The path of the field, such as ``scenes[0].narration``; empty: the request as a whole."""
    message: str


class Problem(Frozen):
    """The body of every error (RFC 9457)."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    instance: str
    """The path of the request."""
    request_id: str
    """The id under which the log has this request."""
    errors: tuple[ProblemField, ...] = ()
    """Every wrong field."""


# most specific first
_STATUS: tuple[tuple[type[Exception], int, str], ...] = (
    (InvalidRequest, 400, "The request has wrong fields"),
    (Unauthorized, 401, "Not let in"),
    (BudgetSpent, 402, "Budget spent"),
    (NotForAgents, 403, "Not for agents"),
    (NotFound, 404, "Not found"),
    (LimitReached, 429, "Limit reached"),
    (VersionMismatch, 412, "Changed meanwhile"),
    (IdempotencyMismatch, 422, "Idempotency-Key used twice"),
    (Conflict, 409, "Conflict"),
    (RecordError, 503, "Written by another version"),
    (IssuerUnreachable, 503, "Unavailable for the moment"),
    (FrameUnavailable, 503, "No preview for the moment"),
)


def answer_error(exc: Exception) -> flask.Response:
    if isinstance(exc, Unauthorized | BudgetSpent | LimitReached | InvalidRequest):
        from functions.api.audit import note_refusal

        note_refusal(exc)
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
                response.headers["WWW-Authenticate"] = exc.challenge
            if isinstance(exc, LimitReached | IssuerUnreachable | FrameUnavailable):
                response.headers["Retry-After"] = str(exc.wait_sec)
            if isinstance(exc, LimitReached):
                flask.g.is_quota = exc.is_quota
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
    log("request_failed", level="error", exc=exc, path=flask.request.path)
    return make_problem(500, "Internal error", "something went wrong on our side; the log has it under this request id")


def _explain(exc: HTTPException) -> str:
    """Return the fault in the path or the method of a request, and the path or method to use."""
    here = flask.request.script_root + flask.request.path
    if isinstance(exc, MethodNotAllowed):
        methods = sorted({*(exc.valid_methods or ())} - {"HEAD", "OPTIONS"})
        return f"{here} takes {' and '.join(methods)} (got {flask.request.method})"
    if exc.code == 404:
        return f"there is nothing at {here}; POST /render makes a video, and /docs lists the other paths"
    return exc.description or exc.name


def make_problem(status: int, title: str, detail: str, errors: list[dict[str, str]] | None = None) -> flask.Response:
    problem = Problem(
        title=title,
        status=status,
        detail=detail,
        instance=flask.request.script_root + flask.request.path,
        request_id=flask.g.request_id,
        errors=tuple(ProblemField(**error) for error in errors or []),
    )
    return flask.Response(problem.model_dump_json(), status, mimetype="application/problem+json")
