"""Structured logs: one JSON object per line, as Cloud Logging reads them. Events are constant, facts are fields.

Warnings of libraries, such as Google's clients, become lines of the same form.
"""

import json
import logging
import sys
import threading
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

Level = Literal["debug", "info", "warning", "error"]
_LEVELS: Mapping[Level, int] = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}
_NAME = "sutradhar"

_fields: ContextVar[Mapping[str, object] | None] = ContextVar("fields", default=None)
_lock = threading.Lock()
_file: Path | None = None


class _JsonFormatter(logging.Formatter):
    """Formats a record as the JSON object that Cloud Logging reads."""

    def format(self, record: logging.LogRecord) -> str:
        text = record.getMessage()
        source = {} if record.name == _NAME else {"logger": record.name, "message": text}
        line: dict[str, object] = {
            "severity": record.levelname,
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "event": "library_message" if source else text,
            **source,
            **(_fields.get() or {}),
            **getattr(record, "fields", {}),
        }
        if record.exc_info and (exc := record.exc_info[1]):
            line["error"] = str(exc) or type(exc).__name__
            line["stack_trace"] = "".join(traceback.format_exception(exc))
        return json.dumps(line, default=str, ensure_ascii=False)


class _JsonHandler(logging.Handler):
    """Writes lines to the file of ``write_to``, or else to the standard error stream of the moment."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(_JsonFormatter())

    def emit(self, record: logging.LogRecord) -> None:
        try:
            text = self.format(record)
        except Exception:  # a library's message does not fit its arguments: the line is lost, but not the work
            self.handleError(record)
            return
        with _lock:
            if _file is None:
                print(text, file=sys.stderr, flush=True)
                return
            with suppress(OSError), _file.open("a", encoding="utf-8", errors="replace") as out:
                out.write(text + "\n")  # a full disk loses the line, but not the work that it reports


_logger = logging.getLogger(_NAME)
_logger.setLevel(logging.DEBUG)
_logger.propagate = False
_logger.addHandler(_JsonHandler())
_library_handler = _JsonHandler()


def configure(level: Level) -> None:
    """Leave out our lines below ``level`` from now on, and write the lines of libraries in the same form.

    Libraries are heard from warnings on only: below that, Google's clients write each request with its headers.
    """
    _logger.setLevel(_LEVELS[level])
    _library_handler.setLevel(max(_LEVELS[level], logging.WARNING))
    logging.getLogger().addHandler(_library_handler)  # a handler that is there already is not added twice
    # the first client of google.api_core cuts this logger off from the root, unless it has a level of its own
    google = logging.getLogger("google")
    google.setLevel(logging.WARNING)
    google.propagate = True


def write_to(path: Path | None) -> None:
    """Append the log to ``path`` instead of stderr (None: stderr), for a terminal that shows something else."""
    global _file  # noqa: PLW0603 - one log per process
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
    _file = path


@contextmanager
def bind_fields(**fields: object) -> Iterator[None]:
    """Add ``fields`` (``job_id``, ``request_id``) to every line that is written inside the block."""
    token = _fields.set({**(_fields.get() or {}), **fields})
    try:
        yield
    finally:
        _fields.reset(token)


def log(event: str, *, level: Level = "info", exc: BaseException | None = None, **fields: object) -> None:
    """Write one line: the constant name ``event`` in snake_case, its ``fields``, and ``exc`` with its stack trace."""
    _logger.log(_LEVELS[level], event, exc_info=exc, extra={"fields": fields})


def trace_attributes() -> Mapping[str, str]:
    """Return the attributes that go with each message sent inside the block, for the log lines of its receiver."""
    trace = (_fields.get() or {}).get("trace")
    return {"trace": str(trace)} if trace else {}
