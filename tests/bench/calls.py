"""Measure how long 20 concurrent callers wait for each call of a served function ``api``."""

import http.client
import json
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

CALLERS = 20
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


def measure_calls(port: int, count: int) -> Mapping[str, Sequence[float]]:
    """Return the seconds of ``count`` calls of each kind. The jobs that are submitted are those that are asked for."""
    jobs: list[str] = []

    def submit(number: int) -> None:
        jobs.append(json.loads(_expect(202, call(port, "POST", "/render", make_plan(f"video {number}"))))["job_id"])

    def show_status(number: int) -> None:
        _expect(200, call(port, "GET", f"/render/{jobs[number % len(jobs)]}/status"))

    def list_library(number: int) -> None:
        _expect(200, call(port, "GET", f"/library?page={number % 5 + 1}&page_size=20"))

    def check_health(_number: int) -> None:
        _expect(200, call(port, "GET", "/health"))

    kinds = {"submit": submit, "status": show_status, "library": list_library, "health": check_health}
    return {name: _measure_waits(kind, count) for name, kind in kinds.items()}


def find_p99_ms(waits: Sequence[float]) -> float:
    return 1000 * statistics.quantiles(waits, n=100)[98]


def _measure_waits(make_call: Callable[[int], None], count: int) -> list[float]:
    def measure(number: int) -> float:
        started = time.perf_counter()
        make_call(number)
        return time.perf_counter() - started

    with ThreadPoolExecutor(CALLERS) as pool:
        list(pool.map(measure, range(2 * CALLERS)))  # the connections to the stores are made once
        return list(pool.map(measure, range(2 * CALLERS, 2 * CALLERS + count)))


def _expect(status: int, answer: tuple[int, bytes]) -> bytes:
    if answer[0] != status:
        raise RuntimeError(f"the call was answered with {answer[0]} instead of {status}: {answer[1][:200]!r}")
    return answer[1]
