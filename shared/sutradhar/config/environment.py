"""Read frozen parts of the settings from environment variables. Only this package reads the environment."""

import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, ClassVar, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.fields import FieldInfo

from sutradhar.domain.core.base import Frozen
from sutradhar.domain.core.errors import FieldError
from sutradhar.domain.plan.field_messages import describe_error

P = TypeVar("P", bound=BaseModel)

# at its first validator pydantic looks for plugins in the metadata of every installed package: 5 ms, and we have none
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "1")
# the thread that reads documents from Firestore also drives the call: by default grpc starts a thread for each read,
# and for 20 callers at once that took as much CPU time as the rest of the read (grpcio 1.85)
os.environ.setdefault("GRPC_SINGLE_THREADED_UNARY_STREAM", "1")


class Part(Frozen):
    """A part of the settings. The alias of each field is the environment variable that sets it."""

    model_config = ConfigDict(validate_by_name=True)

    may_be_empty: ClassVar[Collection[str]] = ()
    """Variables whose empty value counts; otherwise an empty variable is one that is not set."""


def process_environment() -> dict[str, str]:
    """Return a copy of the environment of this process, which its child processes inherit."""
    return dict(os.environ)


def set_variable(name: str, value: str) -> None:
    """Set a variable of this process, before its settings are read."""
    os.environ[name] = value


def variables_of(kind: type[BaseModel]) -> dict[str, str]:
    """Return the variable of each field of a part; without an alias it is the field's name in capitals."""
    return {name: str(field.validation_alias or name.upper()) for name, field in kind.model_fields.items()}


def read_part(
    kind: type[P], env: Mapping[str, str], faults: list[FieldError], variables: Mapping[str, str] | None = None
) -> P:
    """Return the part that ``env`` describes.

    Args:
        kind: the type of the part.
        env: the environment.
        faults: gets an error for each wrong value, under the name of its variable; the part then has no valid fields.
        variables: the variable of each field, if the part itself does not say so.
    """
    variables = variables or variables_of(kind)
    may_be_empty = kind.may_be_empty if issubclass(kind, Part) else ()
    texts = {field: env[name].strip() for field, name in variables.items() if name in env}
    set_texts = {field: text for field, text in texts.items() if text or variables[field] in may_be_empty}
    if not set_texts and not any(field.is_required() for field in kind.model_fields.values()):
        # our own defaults need no check, and to build a validator takes 0.3 ms of a function's start
        return kind.model_construct()
    try:
        return kind.model_validate(set_texts, by_name=True, by_alias=False)
    except ValidationError as exc:
        wrong = {str(error["loc"][0]): error for error in reversed(exc.errors())}
        faults.extend(
            FieldError(name, _describe(kind.model_fields[field], wrong[field], texts.get(field)))
            for field, name in variables.items()
            if field in wrong
        )
        return kind.model_construct()


def split_names(text: Any) -> Any:
    """Return the names in a comma-separated text."""
    return tuple(part.strip() for part in text.split(",") if part.strip()) if isinstance(text, str) else text


def expand_path(path: Path) -> Path:
    """Return ``path`` with the home folder in place of ``~``."""
    return path.expanduser()


def _describe(field: FieldInfo, error: Any, text: str | None) -> str:
    """Describe one error of pydantic. A wrong number is described with its whole range."""
    if error["type"] == "missing":
        return "must be set with BACKEND=gcp"  # all other variables are optional
    if error["type"] == "value_error":
        return describe_error(error)
    lowest, highest = _limit(field, "ge"), _limit(field, "le")
    number = "a number" if float in (field.annotation, *get_args(field.annotation)) else "a whole number"
    if lowest is not None and highest is not None:
        return f"must be {number} from {lowest} to {highest} (got {text!r})"
    if lowest is not None:
        return f"must be {number}, {lowest} or more (got {text!r})"
    return describe_error(error)


def _limit(field: FieldInfo, name: str) -> int | None:
    return next((limit for mark in field.metadata if (limit := getattr(mark, name, None)) is not None), None)
