"""Let callers that ask the same at the same time share one answer that is as new as each of them may expect."""

import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future, wait
from typing import Generic, TypeVar

T = TypeVar("T")


class SharedCalls(Generic[T]):
    """Calls with equal keys run one after another. All that come while one runs share the next one, which begins after
    they came, so each sees what was written before it asked."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: dict[Hashable, Future[T]] = {}
        self._next: dict[Hashable, Future[T]] = {}

    def get(self, key: Hashable, call: Callable[[], T]) -> T:
        """Return the result of ``call`` as this thread or another one gets it. Raise the errors of ``call``."""
        with self._lock:
            shared, running = self._next.get(key), self._running.get(key)
            future = shared or self._next.setdefault(key, Future())
        if shared is None:
            self._run(key, future, running, call)
        return future.result()

    def _run(self, key: Hashable, future: "Future[T]", running: "Future[T] | None", call: Callable[[], T]) -> None:
        try:
            if running:
                wait([running])
            with self._lock:
                self._running[key] = self._next.pop(key)
            future.set_result(call())
        except BaseException as exc:  # the others must not wait for ever
            future.set_exception(exc)
        finally:
            with self._lock:
                for calls in (self._running, self._next):
                    if calls.get(key) is future:
                        del calls[key]
