"""Fill the variables of a batch's template with the values of a row.

- ``{{name}}`` in any text stands for the value of that column as a text. A field whose whole text is one variable is
  left out if the value is empty or null, so the plan's default holds.
- ``{"$": "name"}`` in place of any value stands for the value with its type: a number, true or false, a list or an
  object. A cell of CSV is read as JSON there if it is JSON, and is a text otherwise.

Values are never searched for variables, so a cell with ``{{`` in it is a text like any other.
"""

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from sutradhar.domain.core.errors import FieldError
from sutradhar.domain.jobs.batch_table import ID_COLUMN, BatchTable, RowProblem

TYPED = "$"
_VARIABLE = re.compile(r"\{\{([^{}]*)\}\}")
_PARTS = re.compile(r"[^.\[\]]+|\[\d+\]")
_MOST_BLAMED = 3
"""The most columns that one problem names."""
_LEFT_OUT = object()
"""The value of a field that the plan of a row does not have."""


@dataclass(frozen=True)
class FilledRow:
    """One row with the JSON object of its plan."""

    number: int
    row_id: str
    body: dict[str, Any]
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The columns from which each field of the plan comes, by the path of the field."""
    gaps: tuple[str, ...] = ()
    """The columns whose empty value stands in the middle of a text."""

    def blame(self, error: FieldError) -> RowProblem:
        """Return the problem of this row that ``error`` about its plan describes, with the column that it comes from:
        that of the field itself, else the only one of the fields inside it, else that of what it is inside of."""
        columns = self.columns.get(error.path) or self._find_inner(error.path) or self._find_outer(error.path)
        column = ", ".join(columns) if len(columns) <= _MOST_BLAMED else ""
        return RowProblem(error.message, self.number, column, error.path)

    def is_from_table(self, path: str) -> bool:
        """Return whether a value of the row is at, inside or around the field ``path``."""
        return bool(self.columns.get(path) or self._find_inner(path) or self._find_outer(path))

    def _find_inner(self, path: str) -> tuple[str, ...]:
        inner = [columns for place, columns in self.columns.items() if _is_inside(place, path)]
        return tuple(dict.fromkeys(column for columns in inner for column in columns))

    def _find_outer(self, path: str) -> tuple[str, ...]:
        return next((columns for place, columns in self.columns.items() if place and _is_inside(path, place)), ())


def fill_rows(template: Mapping[str, Any] | None, table: BatchTable) -> tuple[list[FilledRow], list[RowProblem]]:
    """Return the rows of ``table`` with their plans, and every problem. Rows that cannot be filled are left out.

    ``template``: the plan with variables; None: each column is a field of the plan.
    """
    ids, problems = table.name_rows()
    problems = [*table.problems, *problems]
    if template is None:
        template = {name: {TYPED: name} for name in table.columns if name.casefold() != ID_COLUMN}
        is_whole_plan = True
    else:
        problems += find_missing_columns(template, table.columns)
        is_whole_plan = False
    known = set(table.columns)
    unreadable = {problem.row for problem in table.problems}
    rows: list[FilledRow] = []
    for number, (row_id, values) in enumerate(zip(ids, table.rows, strict=True), 1):
        if number in unreadable:
            continue
        filling = _Filling(values, known, is_text=table.is_text, is_whole_plan=is_whole_plan)
        body = filling.fill(template, "")
        problems += [RowProblem(message, number, column, path) for path, column, message in filling.problems]
        if not filling.problems:
            rows.append(FilledRow(number, row_id, body, filling.columns, tuple(filling.gaps)))
    return rows, problems


def find_missing_columns(template: Mapping[str, Any], columns: Sequence[str]) -> list[RowProblem]:
    """Return a problem for each variable of ``template`` that the table lacks."""
    problems = []
    places: dict[str, str] = {}
    for path, name in find_variables(template):
        places.setdefault(name, path)
    for name, path in places.items():
        if name in columns:
            continue
        if not name:
            problems.append(
                RowProblem("has a variable without a name; write {{name}} with a column's name", field=path)
            )
            continue
        lowered = {column.casefold(): column for column in columns}
        near = get_close_matches(name.casefold(), list(lowered), 1, 0.6)
        advice = f"did you mean {{{{{lowered[near[0]]}}}}}?" if near else f"its columns are {', '.join(columns)[:300]}"
        problems.append(RowProblem(f"the table has no column {name!r}; {advice}", column=name, field=path))
    return problems


def find_unused_columns(template: Mapping[str, Any] | None, columns: Sequence[str]) -> list[str]:
    """Return the columns that no variable names, without the column of the ids."""
    if template is None:
        return []
    used = {name for _, name in find_variables(template)}
    return [name for name in columns if name not in used and name.casefold() != ID_COLUMN]


def find_variables(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield the path and the name of every variable in ``value``."""
    if isinstance(value, str):
        for match in _VARIABLE.finditer(value):
            yield path, _read_name(match[1])
    elif (name := _read_typed(value)) is not None:
        yield path, name
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from find_variables(item, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from find_variables(item, f"{path}[{index}]")


class _Filling:
    """The work on one row. ``problems``: path, column and message; ``columns``: the columns of each filled field."""

    def __init__(self, values: Mapping[str, Any], known: set[str], *, is_text: bool, is_whole_plan: bool) -> None:
        self._values, self._known = values, known
        self._is_text, self._is_whole_plan = is_text, is_whole_plan
        self.columns: dict[str, tuple[str, ...]] = {}
        self.problems: list[tuple[str, str, str]] = []
        self.gaps: dict[str, None] = {}

    def fill(self, value: Any, path: str) -> Any:
        """Return ``value`` with its variables filled in, or ``_LEFT_OUT``."""
        if isinstance(value, str):
            return self._fill_text(value, path)
        if (name := _read_typed(value)) is not None:
            return self._find_typed(name, path)
        if isinstance(value, Mapping):
            filled = {key: self.fill(item, f"{path}.{key}" if path else str(key)) for key, item in value.items()}
            return {key: item for key, item in filled.items() if item is not _LEFT_OUT}
        if isinstance(value, list | tuple):
            items: list[Any] = []
            for item in value:  # an item that is left out makes no gap, so the paths count what stays
                place = f"{path}[{len(items)}]"
                if (filled_item := self.fill(item, place)) is _LEFT_OUT:
                    self.columns.pop(place, None)
                else:
                    items.append(filled_item)
            return items
        return value

    def _fill_text(self, text: str, path: str) -> Any:
        names = [_read_name(match[1]) for match in _VARIABLE.finditer(text)]
        if not names:
            return text
        texts = {name: self._format(name, path) for name in names}
        self.columns[path] = tuple(dict.fromkeys(names))
        if _VARIABLE.fullmatch(text.strip()) and not texts[names[0]].strip():
            return _LEFT_OUT
        self.gaps.update((name, None) for name, word in texts.items() if not word.strip())
        return _VARIABLE.sub(lambda match: texts[_read_name(match[1])], text)

    def _format(self, name: str, path: str) -> str:
        """Return the value of a column as a text."""
        value = self._find(name, path)
        if value is None:
            return ""
        if isinstance(value, list | Mapping):
            kind = "a list" if isinstance(value, list) else "an object"
            advice = f'write {{"{TYPED}": "{name}"}} in place of the whole text'
            self.problems.append((path, name, f"is {kind}, which no text can hold; {advice}"))
            return ""
        return value if isinstance(value, str) else json.dumps(value)

    def _find_typed(self, name: str, path: str) -> Any:
        value = self._find(name, path)
        self.columns[path] = (name,)
        if value is None or (isinstance(value, str) and not value.strip()):
            return _LEFT_OUT
        if not self._is_text or not isinstance(value, str):
            return value
        # a column that is a field of the plan is a text unless it cannot be one: the title "2026" stays a title
        if self._is_whole_plan and not value.lstrip().startswith(("[", "{")):
            return value
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value

    def _find(self, name: str, path: str) -> Any:
        """Return the value of a column. One that the whole table lacks is a problem of the template, noted before."""
        if name in self._values or self._is_whole_plan:
            return self._values.get(name)
        if name in self._known:
            self.problems.append((path, name, 'is missing in this row; write "" or null to leave the field out'))
        return None


def _read_typed(value: Any) -> str | None:
    """Return the name in ``{"$": "name"}``; None: ``value`` is something else."""
    if isinstance(value, Mapping) and len(value) == 1 and isinstance(value.get(TYPED), str):
        return _read_name(value[TYPED])
    return None


def _read_name(text: str) -> str:
    return unicodedata.normalize("NFC", text.strip())


def _is_inside(path: str, outer: str) -> bool:
    """Return whether the field ``path`` is a part of the field ``outer``; every field is a part of the plan."""
    parts, outer_parts = _PARTS.findall(path), _PARTS.findall(outer)
    return len(parts) > len(outer_parts) and parts[: len(outer_parts)] == outer_parts
