"""Read the table of a batch: CSV with any usual delimiter, JSON lines, or a list of objects.

A cell stays what it is: ``=1+1`` is a text of four characters here, as it is in every table that this program writes.
"""

import csv
import io
import json
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sutradhar.domain.core.errors import FieldError, InvalidRequest
from sutradhar.domain.jobs.batch import MAX_ROWS
from sutradhar.domain.plan.plan_text import PlanTextError, decode_text

ID_COLUMN = "id"
MAX_ID_CHARS = 100
_DELIMITERS = ",;\t|"
_MAX_CELL = 1_000_000
"""The most characters of one cell; Python's own limit is 131,072."""


@dataclass(frozen=True)
class RowProblem:
    """One reason for which a batch is refused."""

    message: str
    row: int | None = None
    """The number of the row, from 1; None: it is about the whole table or about the template."""
    column: str = ""
    """The column with the wrong value; empty: several, or none."""
    field: str = ""
    """The field of the plan, such as ``scenes[0].narration``; empty: the plan as a whole."""

    def to_error(self) -> FieldError:
        """Return the problem as an error that names the row, and its column or else the field."""
        row = "" if self.row is None else f"row {self.row}"
        place = f"column {self.column}" if self.column else self.field
        return FieldError(", ".join(filter(None, (row, place))), self.message)


@dataclass(frozen=True)
class BatchTable:
    """The values of all rows, in the order of the table."""

    columns: tuple[str, ...]
    rows: Sequence[Mapping[str, Any]]
    is_text: bool
    """True: every value is a text, as in CSV; False: values have the types of JSON."""
    problems: Sequence[RowProblem] = ()

    def name_rows(self) -> tuple[list[str], list[RowProblem]]:
        """Return the id of each row, which is its number unless the table has a column ``id``, and the problems of
        ids that are no good or that two rows have."""
        column = next((name for name in self.columns if name.casefold() == ID_COLUMN), None)
        ids: list[str] = []
        problems: list[RowProblem] = []
        first_rows: dict[str, int] = {}
        for number, values in enumerate(self.rows, 1):
            cell = values.get(column) if column else None
            row_id = str(number) if cell is None or cell == "" else _read_id(cell)
            if row_id is None:
                message = f"must be a text of one line with at most {MAX_ID_CHARS} characters, or a whole number"
                problems.append(RowProblem(message, number, column or ID_COLUMN))
                row_id = str(number)
            elif (first := first_rows.setdefault(row_id, number)) != number:
                message = f"row {first} has the id {row_id[:60]!r} too; give each row its own id"
                problems.append(RowProblem(message, number, column or ID_COLUMN))
            ids.append(row_id)
        return ids, problems


def read_csv(text: str) -> BatchTable:
    """Return the table in ``text``, whose first line has the names of the columns and whose delimiter is a comma, a
    semicolon, a tab or a vertical bar.

    Raises:
        InvalidRequest: it is no table, or has more than ``MAX_ROWS`` rows.
    """
    text = text.removeprefix("\ufeff")
    delimiter, text = _find_delimiter(text)
    lines = _split_csv(text, delimiter)
    heading = [unicodedata.normalize("NFC", cell.strip()) for cell in lines[0]] if lines else []
    while heading and not heading[-1]:
        heading.pop()
    if not heading:
        raise _make_refusal("csv", "is empty; its first line names the columns, and each line after it is one video")
    _refuse_wrong_heading(heading)
    _refuse_count("csv", len(lines) - 1)
    rows: list[Mapping[str, Any]] = []
    problems: list[RowProblem] = []
    for number, cells in enumerate(lines[1:], 1):
        if len(cells) < len(heading) or any(cell.strip() for cell in cells[len(heading) :]):
            message = (
                f"has {len(cells)} cells, and the first line names {len(heading)} columns; put a cell that contains the"
                f" delimiter {delimiter!r} or a line break into double quotation marks"
            )
            problems.append(RowProblem(message, number))
        rows.append(dict(zip(heading, cells, strict=False)))
    return BatchTable(tuple(heading), rows, is_text=True, problems=problems)


def read_jsonl(text: str) -> BatchTable:
    """Return the table in ``text``, each line of which is a JSON object. Raise InvalidRequest."""
    lines = [(n, line) for n, line in enumerate(text.removeprefix("\ufeff").split("\n"), 1) if line.strip()]
    _refuse_count("jsonl", len(lines))
    objects: list[Any] = []
    for line_number, line in lines:
        try:
            objects.append(json.loads(line))
        except (ValueError, RecursionError) as exc:
            message = f"line {line_number} is no JSON object ({exc}); each line is one video"
            raise _make_refusal("jsonl", message) from exc
    return read_list(objects, "jsonl")


def read_list(objects: Sequence[Any], field: str = "rows") -> BatchTable:
    """Return the table whose rows are ``objects``. Raise InvalidRequest. ``field``: the field that has them."""
    _refuse_count(field, len(objects))
    problems: list[RowProblem] = []
    columns: dict[str, None] = {}
    rows: list[Mapping[str, Any]] = []
    for number, one in enumerate(objects, 1):
        if not isinstance(one, Mapping):
            problems.append(RowProblem('must be an object, such as {"title": "Goa"}', number))
        cells = one if isinstance(one, Mapping) else {}
        row = {unicodedata.normalize("NFC", str(name).strip()): value for name, value in cells.items()}
        rows.append(row)
        columns.update(dict.fromkeys(row))
    return BatchTable(tuple(columns), rows, is_text=False, problems=problems)


def read_table_file(data: bytes, name: str) -> BatchTable:
    """Return the table in the file ``name``: CSV, or JSON lines or a JSON list if it begins like these.

    Raises:
        InvalidRequest: it is no text, or no table.
    """
    try:
        text = decode_text(data)
    except PlanTextError as exc:
        advice = "" if "UTF-8" in str(exc) else "; export the table as CSV"
        raise _make_refusal("rows", f"({name}) {exc}{advice}") from exc
    start = text.lstrip()[:1]
    if start == "[":
        try:
            return read_list(json.loads(text))
        except (ValueError, RecursionError) as exc:
            raise _make_refusal("rows", f"({name}) is no JSON list: {exc}") from exc
    return read_jsonl(text) if start == "{" else read_csv(text)


def _read_id(value: object) -> str | None:
    """Return an id as text; None: it is no good."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    text = unicodedata.normalize("NFC", str(value).strip())
    is_good = 0 < len(text) <= MAX_ID_CHARS and text.isprintable()
    return text if is_good else None


def _split_csv(text: str, delimiter: str) -> list[list[str]]:
    """Return the cells of each line that has any. Raise InvalidRequest."""
    csv.field_size_limit(_MAX_CELL)
    lines: list[list[str]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        lines.extend(cells for cells in reader if any(cell.strip() for cell in cells))
    except csv.Error as exc:
        problem = f"cannot be read near its line {reader.line_num} ({exc})"
        advice = "a quotation mark inside a cell is written twice, and its cell is put into quotation marks"
        raise _make_refusal("csv", f"{problem}; {advice}") from exc
    return lines


def _find_delimiter(text: str) -> tuple[str, str]:
    """Return the delimiter of a table, and its text without Excel's line ``sep=;``. It is the one that divides the
    first line into most cells."""
    first, _, rest = text.partition("\n")
    line = first.strip("\r").strip('"')
    if line.casefold().startswith("sep=") and len(line) == 5:
        return line[4], rest
    heading = _read_heading(text)
    counts = {one: heading.count(one) for one in _DELIMITERS}
    best = max(_DELIMITERS, key=lambda one: counts[one])
    return (best if counts[best] else ","), text


def _read_heading(text: str) -> str:
    """Return the first line of a table that has any text, without what stands in quotation marks."""
    kept: list[str] = []
    is_quoted = False
    for character in text:
        if character == '"':
            is_quoted = not is_quoted
        elif character in "\r\n" and not is_quoted:
            if "".join(kept).strip():
                break
            kept.clear()
        elif not is_quoted:
            kept.append(character)
    return "".join(kept)


def _refuse_wrong_heading(heading: Sequence[str]) -> None:
    errors = [
        FieldError("csv", f"column {number} has no name in the first line")
        for number, name in enumerate(heading, 1)
        if not name
    ]
    errors += [FieldError("csv", f"two columns have the name {name!r}; rename one") for name in _find_twice(heading)]
    if errors:
        raise InvalidRequest(errors)


def _find_twice(names: Iterable[str]) -> list[str]:
    counts = Counter(filter(None, names))
    return [name for name, count in counts.items() if count > 1]


def _refuse_count(field: str, count: int) -> None:
    if count > MAX_ROWS:
        message = f"a batch has at most {MAX_ROWS:,} rows (got {count:,}); divide the table into several batches"
        raise _make_refusal(field, message)
    if count < 1:
        raise _make_refusal(field, "has no rows; each row is one video")


def _make_refusal(field: str, message: str) -> InvalidRequest:
    return InvalidRequest([FieldError(field, message)])
