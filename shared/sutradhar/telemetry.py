"""Structured logs: one JSON object per line, as Cloud Logging reads them. Events are constant, facts are fields.

Warnings of libraries, such as Google's clients, become lines of the same form.
"""

import fcntl
import json
import logging
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from sutradhar.scrubbing import Scrubber, list_secrets

Level = Literal["debug", "info", "warning", "error"]
_LEVELS: Mapping[Level, int] = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}
LOGGER_NAME = "sutradhar"

_fields: ContextVar[Mapping[str, object] | None] = ContextVar("fields", default=None)
_lock = threading.Lock()
_file: Path | None = None
_also_stderr = False
_scrubber = Scrubber()
_project = ""
_CARRIED = ("request_id", "trace")
"""The fields that go with a message to the process that handles it."""
_INVISIBLE = {
    code: f"\\u{code:04x}"
    for code in (*range(0x7F, 0xA0), 0x2028, 0x2029, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF)
}
"""Characters with which a caller could end a line, colour a terminal or turn the order of a text; JSON escapes those
below a space itself."""
_TRACE_CHARS = 32
MAX_LOG_BYTES = 32_000_000
"""Size at which the file of the log becomes its only older copy, with .1 behind its name. 32 MB hold the lines of about
a thousand jobs."""


class _JsonFormatter(logging.Formatter):
    """Formats a record as the JSON object that Cloud Logging reads."""

    def format(self, record: logging.LogRecord) -> str:
        line = describe_record(record)
        trace = str(line.get("trace", ""))
        if _project and len(trace) == _TRACE_CHARS:
            line["logging.googleapis.com/trace"] = f"projects/{_project}/traces/{trace}"
        return format_line(line)


def describe_record(record: logging.LogRecord) -> dict[str, object]:
    """Return the fields of the line for ``record``."""
    text = record.getMessage()
    source = {} if record.name == LOGGER_NAME else {"logger": record.name, "message": text}
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
    return line


def format_line(line: Mapping[str, object]) -> str:
    """Return the fields as a line of JSON without secrets, and without characters that a terminal would obey."""
    return json.dumps(_scrubber.scrub(line), default=str, ensure_ascii=False).translate(_INVISIBLE)


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
                with suppress(OSError):  # a full disk or a reader that has died loses the line, but not the work
                    print(text, file=sys.stderr, flush=True)
            if _file is not None:
                with suppress(OSError):
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


_logger = logging.getLogger(LOGGER_NAME)
_logger.setLevel(logging.DEBUG)
_logger.propagate = False
_logger.addHandler(_JsonHandler())
_library_handler = _JsonHandler()


def configure(level: Level, environment: Mapping[str, str] | None = None, project: str = "") -> None:
    """Leave out our lines below ``level`` from now on, and write the lines of libraries in the same form.

    The secrets of ``environment`` are hidden wherever they occur. ``project``: the project on Google Cloud, by which
    Cloud Logging shows the lines of a request together.

    Libraries are heard from warnings on only: below that, Google's clients write each request with its headers.
    """
    global _scrubber, _project
    _scrubber, _project = Scrubber(list_secrets(environment or {})), project
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


SpanFactory = Callable[[str, dict[str, str]], AbstractContextManager[None]]
_span_factories: list[SpanFactory] = []
"""At most one."""


def set_spans(open_span: SpanFactory | None) -> None:
    """Let ``open_span`` open the spans of this process from now on; None: there are none."""
    _span_factories[:] = [] if open_span is None else [open_span]


def span(name: str, **attributes: str) -> AbstractContextManager[None]:
    """Return a span for the block, or nothing if no collector is set."""
    return _span_factories[0](name, attributes) if _span_factories else nullcontext()


def hide_secrets(value: Any) -> Any:
    """Return ``value`` without secrets, at any depth."""
    return _scrubber.scrub(value)


def read_carried_fields() -> dict[str, str]:
    """Return the fields that go with each message sent inside the block, for the log lines of its receiver."""
    fields = _fields.get() or {}
    return {name: str(fields[name]) for name in _CARRIED if fields.get(name)}


def select_carried(attributes: Mapping[str, Any]) -> dict[str, str]:
    """Return the fields that came with a message among ``attributes``."""
    return {name: str(attributes[name]) for name in _CARRIED if attributes.get(name)}


def write_carried_variable() -> dict[str, str]:
    """Return the environment variable with the fields that go with a process started inside the block; empty: none."""
    fields = read_carried_fields()
    return {"CARRIED_FIELDS": json.dumps(fields)} if fields else {}


def read_carried_variable(text: str) -> dict[str, str]:
    """Return the fields of ``write_carried_variable``; none if ``text`` is not from it."""
    with suppress(ValueError):
        fields = json.loads(text)
        if isinstance(fields, dict):
            return select_carried(fields)
    return {}
