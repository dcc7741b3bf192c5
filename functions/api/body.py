"""Bodies of requests."""

import json
from typing import Any

import flask

from sutradhar.domain.errors import FieldError, InvalidRequest


def json_body() -> Any:
    """Return the decoded body. Raise InvalidRequest if it is not JSON, or too deep or large for the decoder."""
    try:
        return json.loads(flask.request.get_data() or b"null")
    except RecursionError as exc:
        raise InvalidRequest(
            [FieldError("", "the body cannot be read: its lists and objects are nested too deeply")]
        ) from exc
    except json.JSONDecodeError as exc:
        raise InvalidRequest([FieldError("", f"the body is not valid JSON: {exc}")]) from exc
    except UnicodeDecodeError as exc:
        raise InvalidRequest([FieldError("", "the body is not valid JSON: it must be text in UTF-8")]) from exc
    except ValueError as exc:  # Python refuses whole numbers of over 4,300 digits
        raise InvalidRequest(
            [FieldError("", "the body has a whole number of over 4,300 digits; send a smaller one")]
        ) from exc
