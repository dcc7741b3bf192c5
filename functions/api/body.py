"""Read the JSON bodies and the queries of requests."""

from typing import Any, TypeVar

import flask
from pydantic import BaseModel, ValidationError

from sutradhar.domain.core.errors import FieldError, InvalidRequest
from sutradhar.domain.plan.field_messages import describe_error, join_path
from sutradhar.domain.plan.plan_text import NoJsonError, PlanTextError, parse_plan_text

M = TypeVar("M", bound=BaseModel)

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


def read_model(model: type[M]) -> M:
    """Return the JSON body as ``model``; without a body its defaults. Raise InvalidRequest, which names each wrong
    field."""
    data = read_json_body()
    if parse := getattr(model, "parse", None):  # the model has messages of its own
        parsed: M = parse(data)
        return parsed
    if data is None:
        data = {}
    if not isinstance(data, dict):
        raise InvalidRequest([FieldError("", f"the body must be a JSON object with {_list_fields(model)}")])
    try:
        return model.model_validate(data, strict=True)
    except ValidationError as exc:
        raise InvalidRequest([_make_error(model, error) for error in exc.errors(include_url=False)]) from exc


def read_query(model: type[M]) -> M:
    """Return the query as ``model``; of a name that comes twice the first value. Raise InvalidRequest.

    Names that the model lacks are ignored: proxies and browsers add some.
    """
    names = {field.alias or name for name, field in model.model_fields.items()}
    known = {name: text for name, text in flask.request.args.items() if name in names}
    try:
        return model.model_validate_strings(known)
    except ValidationError as exc:
        raise InvalidRequest([_make_error(model, error) for error in exc.errors(include_url=False)]) from exc


def _make_error(model: type[BaseModel], error: Any) -> FieldError:
    path = join_path(error["loc"])
    if error["type"] == "extra_forbidden":
        return FieldError(path, f"is not a field here; the fields are {_list_fields(model)}")
    return FieldError(path, describe_error(error, path))


def _list_fields(model: type[BaseModel]) -> str:
    return ", ".join(model.model_fields)
