"""`/status` and the metrics are open to all, so many calls cause few readings of the store."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from functions.api.operations import KEEP_SEC
from sutradhar import bootstrap
from sutradhar.domain.core.errors import BackendError
from tests.conftest import forget
from tests.function_client import open_client

PATHS = ("/status", "/metrics", "/metrics/prometheus", "/api/status")


class Clock:
    """The seconds that the cache sees."""

    def __init__(self) -> None:
        self.now = 5000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("functions.api.result_cache.monotonic", clock)
    return clock


class Spy:
    """Counts the calls of every method of a store, and can hold them up or let them fail."""

    def __init__(self, store: Any, name: str, calls: Counter[str]) -> None:
        self._store, self._name, self._calls = store, name, calls
        self.gate: threading.Event | None = None
        self.entered = threading.Event()
        self.error: Exception | None = None

    def __getattr__(self, method: str) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            self._calls[f"{self._name}.{method}"] += 1
            self.entered.set()
            if self.gate:
                assert self.gate.wait(30)
            if self.error:
                raise self.error
            return getattr(self._store, method)(*arguments, **named)

        return call


@pytest.fixture
def spies(home: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[dict[str, Spy], Counter[str]]]:
    """Yield the stores of the backend with their calls counted."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-a-test")
    forget()
    backend, calls = bootstrap.backend(), Counter[str]()
    with monkeypatch.context() as patch:
        spies = {name: Spy(getattr(backend, name), name, calls) for name in ("jobs", "tallies", "records", "documents")}
        for name, spy in spies.items():
            patch.setitem(vars(backend), name, spy)  # the backend is frozen
        yield spies, calls


def test_a_hundred_calls_read_the_store_once_and_say_how_long_their_answers_hold(
    spies: tuple[dict[str, Spy], Counter[str]], clock: Clock
) -> None:
    _, calls = spies
    api = open_client("api")
    first = api.get("/status")
    once = Counter(calls)
    assert (once["jobs.count_by_state"], once["tallies.read"]) == (1, 1)
    for number in range(100):
        answer = api.get(PATHS[number % len(PATHS)])
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, f"public, max-age={KEEP_SEC}")
    assert calls == once
    clock.now += KEEP_SEC - 0.1
    assert api.get("/status").get_data() == first.get_data()
    assert calls["tallies.read"] == 1
    clock.now += 0.2
    api.get("/metrics")
    assert calls["tallies.read"] == 2


def test_callers_at_the_same_time_share_one_reader(spies: tuple[dict[str, Spy], Counter[str]]) -> None:
    stores, calls = spies
    api = open_client("api")
    api.get("/healthz")
    stores["tallies"].gate = threading.Event()
    with ThreadPoolExecutor(8) as pool:
        clients = [api.application.test_client() for _ in range(8)]
        answers = [pool.submit(client.get, PATHS[n % len(PATHS)]) for n, client in enumerate(clients)]
        assert stores["tallies"].entered.wait(30)
        stores["tallies"].gate.set()
        assert [one.result().status_code for one in answers] == [200] * 8
    assert (calls["tallies.read"], calls["jobs.count_by_state"]) == (1, 1)


def test_a_store_that_fails_is_not_cached(spies: tuple[dict[str, Spy], Counter[str]]) -> None:
    stores, _ = spies
    api = open_client("api")
    stores["tallies"].error = BackendError("no disk", retryable=True)
    assert api.get("/status").status_code == 503
    stores["tallies"].error = None
    assert api.get("/status").status_code == 200


def test_private_metrics_are_for_no_shared_cache(home: object, monkeypatch: pytest.MonkeyPatch, clock: Clock) -> None:
    monkeypatch.setenv("API_KEY_ADMIN", "a-secret-of-an-admin")
    monkeypatch.setenv("METRICS_PRIVATE", "1")
    forget()
    api = open_client("api")
    answer = api.get("/metrics", headers={"X-API-Key": "a-secret-of-an-admin"})
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, f"private, max-age={KEEP_SEC}")
    assert api.get("/metrics").status_code == 401
