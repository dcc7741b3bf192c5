"""Structured logs: one JSON object a line, as Cloud Logging reads them. Constant events, facts in fields."""

import json
import sys
import threading
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, get_args

Level = Literal["debug", "info", "warning", "error"]
_ORDER: tuple[Level, ...] = get_args(Level)

_bound: ContextVar[dict[str, object] | None] = ContextVar("bound", default=None)
_lock = threading.Lock()
_file: Path | None = None
_least: Level = "debug"


def show_from(level: Level) -> None:
    """Leave out every line below ``level`` from now on."""
    global _least  # noqa: PLW0603 - one log a process
    _least = level


def write_to(path: Path | None) -> None:
    """Append the log to ``path`` instead of stderr (None: stderr), for a terminal that shows something else."""
    global _file  # noqa: PLW0603 - one log a process
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
    _file = path


@contextmanager
def bound(**fields: object) -> Iterator[None]:
    """Every line written inside the block carries ``fields`` (``job_id``, ``request_id``)."""
    token = _bound.set({**(_bound.get() or {}), **fields})
    try:
        yield
    finally:
        _bound.reset(token)


def log(event: str, *, level: Level = "info", exc: BaseException | None = None, **fields: object) -> None:
    if _ORDER.index(level) < _ORDER.index(_least):
        return
    line: dict[str, object] = {
        "severity": level.upper(),
        "time": datetime.now(UTC).isoformat(),
        "event": event,
        **(_bound.get() or {}),
        **fields,
    }
    if exc is not None:
        line["error"] = str(exc) or type(exc).__name__
        line["stack_trace"] = "".join(traceback.format_exception(exc))
    text = json.dumps(line, default=str, ensure_ascii=False)
    with _lock:
        if _file is None:
            print(text, file=sys.stderr, flush=True)
            return
        with suppress(OSError), _file.open("a", encoding="utf-8", errors="replace") as out:
            out.write(text + "\n")  # a full disk loses the line, but not the work that it reports


def carried() -> Mapping[str, str]:
    """What goes along with every message that is sent inside the block, for the lines of whoever gets it."""
    trace = (_bound.get() or {}).get("trace")
    return {"trace": str(trace)} if trace else {}
