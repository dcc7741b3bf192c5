"""Measure how long 20 concurrent callers wait for each call of a served function ``api``."""

import http.client
import json
import statistics
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import psutil

from tests.function_server import FunctionServer

CALLERS = 20
_WARM_UP = 15 * CALLERS
"""The calls of each kind that are not measured."""
LIMITS_MS: Mapping[str, float] = {"health": 50, "status": 100, "submit": 150, "library": 300}
"""The longest wait of 99 of 100 calls, in milliseconds."""


def make_plan(title: str) -> bytes:
    return json.dumps({"topic": "tea", "title": title}).encode()


def call(port: int, method: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
    """Return the status and the body of the answer. Raise OSError if there is no server."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(method, path, body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


@dataclass(frozen=True)
class CallCost:
    """The cost of one kind of call."""

    waits: Sequence[float]
    """The seconds of each call."""
    cpu_sec: float
    """The CPU seconds of the function for one call; the emulators and the callers are not in it."""


class Callers(threading.local):
    """The callers of one server: each thread keeps its connection, as Google's front end keeps those to an instance."""

    def __init__(self, port: int) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)

    def call(self, status: int, method: str, path: str, body: bytes | None = None) -> bytes:
        """Return the body of the answer. Raise RuntimeError if it has another status."""
        self._connection.request(method, path, body, {"Content-Type": "application/json"})
        answer = self._connection.getresponse()
        text = answer.read()
        if answer.status != status:
            raise RuntimeError(f"the call was answered with {answer.status} instead of {status}: {text[:200]!r}")
        return text


def measure_calls(server: FunctionServer, count: int) -> Mapping[str, CallCost]:
    """Return the cost of ``count`` calls of each kind."""
    return {name: _measure_cost(server, kind, count) for name, kind in _list_kinds(server.port).items()}


def count_round_trips(port: int, take: Callable[[], Sequence[str]]) -> Mapping[str, Sequence[str]]:
    """Return the calls of the stores that one call of each kind makes.

    ``take``: returns the names of the calls of stores since it was last called.
    """
    trips = {}
    for name, kind in _list_kinds(port).items():
        for number in (1, 2, 0):  # the first one also reads the keys, and opens a window of the rate limit
            take()
            kind(number)
        trips[name] = take()
    return trips


def _list_kinds(port: int) -> Mapping[str, Callable[[int], None]]:
    """Return the calls by the names of their limits. The jobs that are submitted are those that are asked for."""
    jobs: list[str] = []
    callers = Callers(port)

    def submit(number: int) -> None:
        jobs.append(json.loads(callers.call(202, "POST", "/render", make_plan(f"video {number}")))["job_id"])

    def show_status(number: int) -> None:
        callers.call(200, "GET", f"/render/{jobs[number % len(jobs)]}/status")

    def list_library(number: int) -> None:
        callers.call(200, "GET", f"/library?page={number % 5 + 1}&page_size=20")

    def check_health(_number: int) -> None:
        callers.call(200, "GET", "/health")

    return {"submit": submit, "status": show_status, "library": list_library, "health": check_health}


def find_p99_ms(waits: Sequence[float]) -> float:
    return 1000 * statistics.quantiles(waits, n=100)[98]


def _measure_cost(server: FunctionServer, make_call: Callable[[int], None], count: int) -> CallCost:
    def measure(number: int) -> float:
        started = time.perf_counter()
        make_call(number)
        return time.perf_counter() - started

    with ThreadPoolExecutor(CALLERS) as pool:
        # the connections to the stores are made once, and Java compiles the emulators' code in their first calls
        list(pool.map(measure, range(_WARM_UP)))
        cpu_before = _read_cpu_sec(server)
        waits = list(pool.map(measure, range(_WARM_UP, _WARM_UP + count)))
        return CallCost(waits, (_read_cpu_sec(server) - cpu_before) / count)


def _read_cpu_sec(server: FunctionServer) -> float:
    """Return the CPU seconds of the server and its workers so far."""
    process = psutil.Process(server.process.pid)
    times = [one.cpu_times() for one in (process, *process.children(recursive=True))]
    return sum(one.user + one.system for one in times)
