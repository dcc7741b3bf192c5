"""Write one line for each request, and read the id of the trace that a request belongs to."""

import re
from typing import Any

import flask
from werkzeug.datastructures import Headers

from sutradhar.telemetry import Level, log

_TRACE_ID = re.compile(r"(?!0{32})[0-9a-f]{32}")
_PROBES = ("/healthz", "/health", "/readyz", "/ready")


def read_trace(headers: Headers) -> dict[str, str]:
    """Return the field ``trace`` with the trace's id, or nothing.

    ``traceparent`` is W3C's Trace Context (version-traceid-parentid-flags), ``X-Cloud-Trace-Context`` is Google's form
    TRACE_ID/SPAN_ID;o=OPTIONS.
    """
    parts = headers.get("traceparent", "").split("-")
    candidates = (parts[1] if len(parts) >= 4 else "", headers.get("X-Cloud-Trace-Context", "").partition("/")[0])
    trace_id = next((text.lower() for text in candidates if _TRACE_ID.fullmatch(text.lower())), None)
    return {"trace": trace_id} if trace_id else {}


def log_access(endpoint: str, response: flask.Response, seconds: float) -> None:
    """Log a request with its answer. ``endpoint``: the path in the table of routes. Lines of probes are for debugging
    only."""
    request = flask.request
    caller = flask.g.get("caller")
    level: Level = "debug" if endpoint in _PROBES else "warning" if response.status_code >= 500 else "info"
    facts: dict[str, Any] = {
        "method": request.method,
        "path": request.path[:500],
        "endpoint": endpoint,
        "status": response.status_code,
        "duration_ms": round(seconds * 1000, 1),
        "bytes": response.content_length,
        "caller": caller.id if caller else None,
    }
    log("request", level=level, **facts)
