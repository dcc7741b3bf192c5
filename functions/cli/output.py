"""Print the result of a command: a table for people, or one JSON document for programs."""

import json
import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

import typer
from pydantic import BaseModel, ValidationError
from rich.console import Console
from rich.table import Table
from rich.text import Text

from functions.cli.console import make_printable
from sutradhar.config import process_environment
from sutradhar.domain.core.errors import FieldError, InvalidRequest
from sutradhar.domain.plan.field_messages import describe_error
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.short_plan import shorten_plan

M = TypeVar("M", bound=BaseModel)

AsJson = Annotated[
    bool,
    typer.Option(
        "--json", help="Print one JSON document on standard output and nothing else there; notes go to standard error."
    ),
]
_WIDTH_OF_PIPES = 160
"""Columns of a table that no terminal shows, unless COLUMNS says otherwise: ids must not be cut."""
_STYLES = {
    "success": "green",
    "error": "red",
    "canceled": "dim",
    "pending": "yellow",
    "running": "cyan",
    "awaiting_approval": "magenta",
    "scheduled": "yellow",
    "waiting": "magenta",
    "uploading": "cyan",
    "uploaded": "cyan",
    "published": "green",
    "failed": "red",
}


def print_json(value: Any) -> None:
    """Print ``value``, which may hold pydantic models and times, as one JSON document."""
    print(json.dumps(value, ensure_ascii=False, indent=2, default=_to_json))


def print_plan(plan: RenderPlan) -> None:
    """Print ``plan`` as JSON on standard output, in the short form that `make --plan` and `POST /render` take."""
    print_json(shorten_plan(plan))


def parse_options(model: type[M], texts: Mapping[str, str | int | None]) -> M:
    """Return ``model`` with the values of the options; None: the option is not given.

    Raises:
        InvalidRequest: it names each wrong option as it is written on the command line.
    """
    try:
        return model.model_validate_strings({name: str(text) for name, text in texts.items() if text is not None})
    except ValidationError as exc:
        errors = exc.errors(include_url=False)
        raise InvalidRequest(
            [FieldError(f"--{'.'.join(map(str, e['loc']))}".replace("_", "-"), describe_error(e)) for e in errors]
        ) from exc


def make_table(*columns: str) -> Table:
    """Return an empty table. The first column has ids, which are never wrapped."""
    table = Table()
    for number, column in enumerate(columns):
        table.add_column(column, no_wrap=number == 0)
    return table


def add_row(table: Table, *cells: str | Text) -> None:
    """Add one row; texts are printed unchanged, whatever markup they seem to have."""
    table.add_row(*(Text(make_printable(cell)) if isinstance(cell, str) else cell for cell in cells))


def print_table(table: Table, if_empty: str) -> None:
    """Print ``table``, or the sentence ``if_empty`` if it has no rows."""
    Console(width=find_width(), highlight=False).print(table if table.row_count else if_empty)


def find_width() -> int:
    """Return the columns of the terminal, or those of a table that no terminal shows."""
    is_shown = sys.stdout.isatty() or process_environment().get("COLUMNS")
    return Console().width if is_shown else _WIDTH_OF_PIPES


def style_state(state: str) -> Text:
    """Return the API's word for a state in its colour."""
    return Text(state, style=get_state_style(state))


def get_state_style(state: str) -> str:
    """Return the colour of a state."""
    return _STYLES.get(state, "")


def format_time(at: datetime | None) -> str:
    """Return the date and minute of ``at`` in the time zone of this machine; empty for None."""
    return f"{at.astimezone():%Y-%m-%d %H:%M}" if at else ""


def format_seconds(seconds: float | None) -> str:
    """Return a length as ``1:05``; empty for None."""
    return "" if seconds is None else f"{round(seconds) // 60}:{round(seconds) % 60:02d}"


def join_words(words: Iterable[str]) -> str:
    return ", ".join(words)


def _to_json(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    raise TypeError(f"{type(value).__name__} is no JSON value")
