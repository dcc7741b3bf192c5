"""Read the JSON bodies of requests."""

from typing import Any

import flask

from sutradhar.domain.core.errors import FieldError, InvalidRequest
from sutradhar.domain.plan.plan_text import NoJsonError, PlanTextError, parse_plan_text

_EXAMPLE = 'such as {"topic": "Prahlad"}'


def read_json_body() -> Any:
    """Return the decoded body. Raise InvalidRequest if it is not JSON, or too deep or large for the decoder."""
    data = flask.request.get_data()
    if flask.request.mimetype == "multipart/form-data":
        raise _make_refusal("is a form; send JSON, and send a file by POST /uploads first")
    try:
        return parse_plan_text(data) if data.strip() else None
    except NoJsonError as exc:
        raise _make_refusal(f"{exc}; send a JSON object, {_EXAMPLE}") from exc
    except PlanTextError as exc:
        raise _make_refusal(str(exc)) from exc


def _make_refusal(problem: str) -> InvalidRequest:
    return InvalidRequest([FieldError("", f"the body {problem}")])
