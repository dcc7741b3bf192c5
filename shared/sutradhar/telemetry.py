"""Structured logs: one JSON object per line, as Cloud Logging reads them. Events are constant, facts are fields.

Warnings of libraries, such as Google's clients, become lines of the same form.
"""

import fcntl
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
_also_stderr = False
MAX_LOG_BYTES = 32_000_000
"""Size at which the file of the log becomes its only older copy, with .1 behind its name. 32 MB hold the lines of about
a thousand jobs."""


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
    """Writes lines to the file of ``write_to``, or to the standard error stream of the moment, or to both."""

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
            if _file is None or _also_stderr:
                print(text, file=sys.stderr, flush=True)
            if _file is not None:
                with suppress(OSError):  # a full disk loses the line, but not the work that it reports
                    _append_line(_file, text)


def _append_line(path: Path, text: str) -> None:
    """Append a line, and put a file that has become too large aside. Several processes may write to the same file."""
    with path.open("a", encoding="utf-8", errors="replace") as out:
        out.write(text + "\n")
        if out.tell() <= MAX_LOG_BYTES:
            return
    with path.with_name(f"{path.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if path.stat().st_size > MAX_LOG_BYTES:  # otherwise another process was quicker
            path.replace(path.with_name(f"{path.name}.1"))


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


def write_to(path: Path | None, *, also_stderr: bool = False) -> None:
    """Append the log to ``path`` instead of stderr (None: stderr), for a terminal that shows something else.

    ``also_stderr``: write each line to both.
    """
    global _file, _also_stderr
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
    _file, _also_stderr = path, also_stderr


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
