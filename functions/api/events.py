"""Push the status of a job as server-sent events (html.spec.whatwg.org, server-sent events)."""

import threading
from collections.abc import Iterator
from time import monotonic

import flask
from werkzeug.wrappers import Response

from functions.api.auth import require_access
from functions.api.endpoint import endpoint
from functions.api.links import make_url
from functions.api.problem import make_problem
from functions.api.render_status import describe_current
from sutradhar import bootstrap

STREAM_SEC = 50.0
"""Seconds of one stream, so that one that is forgotten holds no thread for long; the client then connects again and
names the last event that it has."""
POLL_SEC = 1.0
"""Seconds between two looks at the stored job. Several processes write to it, and the stores send no signal."""
HEARTBEAT_SEC = 10.0
"""Seconds between two signs of life. A client that is gone is noticed when the next one is sent."""
MAX_STREAMS = 16
"""Streams of one process at a time; each holds one of its 40 threads."""
_places = threading.BoundedSemaphore(MAX_STREAMS)


@endpoint(answers={200: "text/event-stream", 204: None})
def show_events(job_id: str) -> Response:
    """Push the status of a job when it changes, until the job ends.

    Each event is the answer of ``GET /render/{id}/status``. A client that sends Last-Event-ID gets only a status
    that is newer; for a job that has ended, 204 tells it to connect no more.
    """
    job = require_access(bootstrap.backend().jobs.get(job_id))
    last = flask.request.headers.get("Last-Event-ID", "")
    base = make_url(f"/render/{job_id}")
    if job.state.is_terminal and describe_current(job, base)[1] == last:
        return flask.Response(status=204)
    if not _places.acquire(blocking=False):
        response = make_problem(503, "Too many streams", f"ask GET /render/{job_id}/status every two seconds instead")
        response.headers["Retry-After"] = "5"
        return response
    response = flask.Response(
        _stream(job_id, base, last),
        mimetype="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},  # proxies pass events on at once
    )
    response.call_on_close(_places.release)
    return response


def _stream(job_id: str, base: str, last: str) -> Iterator[str]:
    """Yield the events, after the request itself has ended.

    Args:
        base: the URL of the job.
        last: the id of the last event that the client has; empty: it has none.
    """
    started = alive = monotonic()
    yield ": connected\n\n"  # no header leaves before the first piece
    version = -1
    wait = threading.Event().wait
    while monotonic() - started < STREAM_SEC:
        job = bootstrap.backend().jobs.get(job_id)
        if job.version != version or not job.assets:  # finished assets and payments do not write to the job
            version = job.version
            status, tag = describe_current(job, base)
            if tag != last:
                last, alive = tag, monotonic()
                yield f"id: {tag}\nevent: status\ndata: {status.model_dump_json()}\n\n"
        if job.state.is_terminal:
            return
        if monotonic() - alive >= HEARTBEAT_SEC:
            alive = monotonic()
            yield ": still connected\n\n"
        wait(POLL_SEC)
    yield "retry: 1000\n\n"
