"""Structured logs: one JSON object a line on stderr, as Cloud Logging reads them. Constant events, facts in fields."""

import json
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Literal

Level = Literal["debug", "info", "warning", "error"]
_LEVELS: tuple[Level, ...] = ("debug", "info", "warning", "error")

_bound: ContextVar[dict[str, object] | None] = ContextVar("bound", default=None)
_lock = threading.Lock()
_threshold: Level = "info"


def set_level(level: Level) -> None:
    """Leave out everything below ``level``; a terminal that shows a progress bar wants errors only."""
    global _threshold  # noqa: PLW0603 - one stream, one level a process
    _threshold = level


@contextmanager
def bound(**fields: object) -> Iterator[None]:
    """Every line written inside the block carries ``fields`` (``job_id``, ``request_id``)."""
    token = _bound.set({**(_bound.get() or {}), **fields})
    try:
        yield
    finally:
        _bound.reset(token)


def log(event: str, *, level: Level = "info", exc: BaseException | None = None, **fields: object) -> None:
    if _LEVELS.index(level) < _LEVELS.index(_threshold):
        return
    line: dict[str, object] = {
        "severity": level.upper(), "time": datetime.now(UTC).isoformat(), "event": event,
        **(_bound.get() or {}), **fields,
    }  # fmt: skip
    if exc is not None:
        line["error"] = str(exc) or type(exc).__name__
        line["stack_trace"] = "".join(traceback.format_exception(exc))
    with _lock:
        print(json.dumps(line, default=str, ensure_ascii=False), file=sys.stderr, flush=True)
