"""Values that JSON and stored records contain as text."""

from collections.abc import Callable
from typing import Any, TypeVar

from pydantic_core import CoreSchema, core_schema

_T = TypeVar("_T")


def text_schema(value_type: type[_T], parse: Callable[[str], _T]) -> CoreSchema:
    """Return pydantic's schema of a value that ``str`` writes as text and ``parse`` reads from it.

    ``parse`` raises ValueError for a text that is no such value. The text may also be the key of a mapping.
    """

    def read(value: Any) -> _T:
        if isinstance(value, value_type):
            return value
        if isinstance(value, str):
            return parse(value)
        raise ValueError(f"must be a text (got {value!r})")

    return core_schema.no_info_plain_validator_function(
        read, serialization=core_schema.plain_serializer_function_ser_schema(str)
    )
