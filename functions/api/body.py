"""Bodies of requests."""

import json
from typing import Any

import flask

from sutradhar.domain.errors import FieldError, InvalidRequest


def json_body() -> Any:
    """Raises InvalidRequest for a body that is no JSON."""
    try:
        return json.loads(flask.request.get_data() or b"null")
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as exc:
        raise InvalidRequest([FieldError("", f"the body is not valid JSON: {exc}")]) from exc
