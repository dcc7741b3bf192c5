"""Callers that ask the same at the same time share an answer, and none gets an older one than it may expect."""

import itertools
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from sutradhar.backends.gcp.shared_calls import SharedCalls
from sutradhar.domain.core.errors import BackendError


class Steps:
    """Counts how often something happened; a test waits for a number."""

    def __init__(self) -> None:
        self._count, self._changed = 0, threading.Condition()

    def add(self) -> int:
        with self._changed:
            self._count += 1
            self._changed.notify_all()
            return self._count

    def wait_for(self, count: int) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: self._count >= count, 30)


class NotedLock:
    """A lock whose uses are counted."""

    def __init__(self, uses: Steps) -> None:
        self._lock, self._uses = threading.Lock(), uses

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *_error: object) -> None:
        self._lock.release()
        self._uses.add()


def hold_calls(started: Steps, go_on: threading.Semaphore) -> Callable[[], int]:
    """Return a call that ends when the test lets it; its result is its number."""

    def call() -> int:
        number = started.add()
        assert go_on.acquire(timeout=30)
        return number

    return call


def test_all_that_come_while_a_call_runs_share_the_next_one(monkeypatch: pytest.MonkeyPatch) -> None:
    shared, started, uses, go_on = SharedCalls[int](), Steps(), Steps(), threading.Semaphore(0)
    call = hold_calls(started, go_on)
    with ThreadPoolExecutor(20) as pool:
        first = pool.submit(shared.get, "count", call)
        started.wait_for(1)
        assert shared.get("other", lambda: 7) == 7
        monkeypatch.setattr(shared, "_lock", NotedLock(uses))
        others = [pool.submit(shared.get, "count", call) for _ in range(9)]
        uses.wait_for(9)
        go_on.release()
        assert first.result(30) == 1
        go_on.release()
        assert [other.result(30) for other in others] == [2] * 9


def test_a_caller_sees_what_was_written_before_it_asked() -> None:
    shared, numbers, calls, newest = SharedCalls[int](), itertools.count(1), itertools.count(), 0
    lock = threading.Lock()

    def read() -> int:
        next(calls)
        return newest

    def write_and_read(_number: int) -> bool:
        nonlocal newest
        with lock:
            newest = mine = next(numbers)
        return shared.get("count", read) >= mine

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(write_and_read, range(2_000)))
    assert next(calls) <= 2_000


def test_an_error_reaches_those_that_share_it_and_does_not_stay() -> None:
    shared = SharedCalls[int]()

    def fail() -> int:
        raise BackendError("no disk", retryable=True)

    for _ in range(2):
        with pytest.raises(BackendError, match="no disk"):
            shared.get("count", fail)
    assert shared.get("count", lambda: 5) == 5
