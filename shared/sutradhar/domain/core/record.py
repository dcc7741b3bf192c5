"""Values that are stored as JSON, and how a record of an earlier version becomes today's.

A stored record carries the number of its schema as ``"schema"``. Each model keeps its own ``history``: the steps from
every number to the next one, the first of which is the step from records without a number (0). Records inside another
record, such as the assets of a job, carry their own number and are upgraded by their own history.

To rename a field of a stored model, add one step at the end of its history::

    history = History("job", keep_fields, rename("wanted", "requested_plan"))

A field of a part that is no record itself is named with the path to it::

    rename("how", "timing_source", within="words.*")

A step must be pure and may be applied to any record of its number; it never changes once it is on main. Upgrading
happens when a record is read, and every write stores the newest number, so no store has to be stopped for it.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, ClassVar, Self

from pydantic import (
    SerializationInfo,
    SerializerFunctionWrapHandler,
    ValidationError,
    ValidationInfo,
    model_serializer,
    model_validator,
)

from sutradhar.domain.core.base import Frozen
from sutradhar.domain.core.errors import NewerRecord, UnreadableRecord

Fields = dict[str, Any]
Step = Callable[[Fields], Fields]
"""Returns the fields of the next version. A step that raises ValueError makes the record unreadable."""

STORED: Mapping[str, bool] = {"stored": True}
"""The context in which pydantic reads and writes stored records. In every other context, such as the bodies of API
calls, there is no schema number."""
_NUMBER = "schema"


class History:
    """The steps from version to version of one kind of record; ``name`` is the kind, as messages for users call it."""

    def __init__(self, name: str, *steps: Step) -> None:
        self.name, self._steps = name, steps

    @property
    def version(self) -> int:
        """The number that is written today."""
        return len(self._steps)

    def upgrade(self, stored: Mapping[str, Any]) -> Fields:
        """Return the fields of ``stored`` as today's version has them, without the number.

        Raises:
            NewerRecord: a newer version wrote the record.
            ValueError: the number is no number, or a step cannot be made.
        """
        fields = dict(stored)
        number = fields.pop(_NUMBER, 0)
        if type(number) is not int or number < 0:
            raise ValueError(f"the schema number is {number!r}")
        if number > self.version:
            raise NewerRecord(f"a stored {self.name}")
        try:
            for step in self._steps[number:]:
                fields = step(fields)
        except (AttributeError, KeyError, TypeError) as exc:  # the record is not what its number says
            raise ValueError(f"step failed: {exc!r}") from exc
        return fields


class Record(Frozen):
    """A value that is stored. ``to_record`` and ``from_record`` are the only way into a store and out of it."""

    history: ClassVar[History]

    def to_record(self, indent: int | None = None) -> str:
        return self.model_dump_json(context=STORED, indent=indent)

    @classmethod
    def from_record(cls, text: str | bytes) -> Self:
        """Return the value in ``text``, which this version or an earlier one wrote.

        Raises:
            NewerRecord: a newer version wrote it.
            UnreadableRecord: it cannot be brought to today's form.
        """
        try:
            return cls.model_validate_json(text, context=STORED)
        except ValidationError as exc:
            raise UnreadableRecord(f"a stored {cls.history.name}") from exc

    @model_validator(mode="before")
    @classmethod
    def _upgrade(cls, data: Any, info: ValidationInfo) -> Any:
        return cls.history.upgrade(data) if info.context is STORED and isinstance(data, Mapping) else data

    @model_serializer(mode="wrap")
    def _add_number(self, serialize: SerializerFunctionWrapHandler, info: SerializationInfo) -> dict[str, Any]:
        fields: dict[str, Any] = serialize(self)
        return {_NUMBER: self.history.version, **fields} if info.context is STORED else fields


def keep_fields(fields: Fields) -> Fields:
    """Make the first step of every history: a record without a number has the fields of version 1."""
    return fields


def rename(old: str, new: str, within: str = "") -> Step:
    """Return the step that renames the field ``old``.

    Args:
        within: the path to the part of the record that has the field, such as ``words.*`` or ``render``; ``*`` stands
            for every item of a list and every value of an object. A part that is missing or null is left alone.
    """

    def step(fields: Fields) -> Fields:
        for part in _find_parts(fields, within):
            if old in part:
                part[new] = part.pop(old)
        return fields

    return step


def remove(name: str, within: str = "") -> Step:
    """Return the step that removes the field ``name``, which is no longer used. ``within`` as for ``rename``."""

    def step(fields: Fields) -> Fields:
        for part in _find_parts(fields, within):
            part.pop(name, None)
        return fields

    return step


def _find_parts(value: Any, path: str) -> Iterator[Fields]:
    if not path:
        if isinstance(value, dict):
            yield value
        return
    first, _, rest = path.partition(".")
    if first != "*":
        inner = [value[first]] if isinstance(value, dict) and first in value else []
    elif isinstance(value, dict):
        inner = list(value.values())
    else:
        inner = list(value) if isinstance(value, list) else []
    for one in inner:
        yield from _find_parts(one, rest)
