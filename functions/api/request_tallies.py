"""Count the requests of this process, and add the counts to those of the store every few seconds.

An instance that is killed takes the counts of its last seconds with it; Cloud Run's own metrics of requests have those
too, and the alerts on Google Cloud go by them (terraform/monitoring.tf). Everything about jobs is counted by the store.
"""

import atexit
import threading
from contextlib import suppress
from datetime import UTC, datetime
from time import monotonic
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from sutradhar.domain.jobs.tallies import Tally

EVERY_SEC = 10.0
"""The time between two writes of one process."""
_PROBES = ("/healthz", "/health")


class _Request(NamedTuple):
    """The facts of a request that are counted. ``seconds`` has steps of a millisecond: equal requests share a count."""

    endpoint: str
    method: str
    status: int
    seconds: float
    is_quota: bool


class _Waiting:
    """The requests of this process that the store does not know of yet."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: dict[_Request, int] = {}
        self._last_write = monotonic()
        self._is_registered = False

    def add(self, request: _Request) -> bool:
        """Return whether the requests have to be written now."""
        with self._lock:
            if not self._is_registered:
                atexit.register(_write_last)
                self._is_registered = True
            self._requests[request] = self._requests.get(request, 0) + 1
            return monotonic() >= self._last_write + EVERY_SEC

    def take(self) -> dict[_Request, int]:
        with self._lock:
            requests, self._requests = self._requests, {}
            self._last_write = monotonic()
            return requests


_waiting = _Waiting()


def count_request(endpoint: str, method: str, status: int, seconds: float, *, is_quota: bool = False) -> None:
    """Count a request; every ``EVERY_SEC`` seconds write the counts.

    Args:
        endpoint: the path in the table of routes, or ``other``.
        is_quota: a quota refused the request, and not a rate limit.

    The probe of health touches no store, so its requests never write.
    """
    if _waiting.add(_Request(endpoint, method, status, round(seconds, 3), is_quota)) and endpoint not in _PROBES:
        write_counts()


def write_counts() -> None:
    """Add the counts of this process to those of the store. If the write fails they are lost, because the store may
    have them."""
    from sutradhar.domain.core.errors import SutradharError
    from sutradhar.telemetry import log

    requests = _waiting.take()
    if not requests:
        return
    try:
        from sutradhar import bootstrap  # not earlier: a cold start pays for it

        bootstrap.backend().tallies.add(_tally(requests))
    except (SutradharError, OSError) as exc:
        log("request_counts_lost", level="warning", exc=exc, requests=sum(requests.values()))


def drop_counts() -> None:
    """Forget the counts of this process: the next ones belong to another store, as in tests."""
    _waiting.take()


def _write_last() -> None:
    from sutradhar import bootstrap

    if bootstrap.backend.cache_info().currsize:  # a process that answered probes only has opened no store
        with suppress(Exception):  # the process ends, and its store may be gone already
            write_counts()


def _tally(requests: dict[_Request, int]) -> "dict[Tally, float]":
    from sutradhar.domain.jobs.metrics import HTTP_BUCKETS
    from sutradhar.domain.jobs.tallies import Tally, tally_day, tally_duration

    totals: dict[Tally, float] = {}
    now = datetime.now(UTC)
    for (endpoint, method, status, seconds, is_quota), times in requests.items():
        counts = {
            Tally("http_requests_total", (endpoint, method, str(status))): 1.0,
            **tally_duration("http_request_duration_seconds", (endpoint, method), seconds, HTTP_BUCKETS),
            tally_day("api", now, is_good=status < 500): 1.0,
        }
        if status == 402 or is_quota:
            counts[Tally("quota_violations_total")] = 1.0
        elif status == 429:
            counts[Tally("rate_limit_hits_total")] = 1.0
        for tally, count in counts.items():
            totals[tally] = totals.get(tally, 0) + count * times
    return totals
