"""Cache a costly result for a short while, and share it among concurrent callers."""

import threading
from collections.abc import Callable
from time import monotonic
from typing import Generic, TypeVar

from sutradhar import bootstrap

T = TypeVar("T")


class ResultCache(Generic[T]):
    """Keep a result for ``seconds``. Callers that come while it is being computed wait and get the same result."""

    def __init__(self, seconds: float) -> None:
        self._seconds, self._lock = seconds, threading.Lock()
        self._known: tuple[object, float, T] | None = None

    def get(self, find: Callable[[], T]) -> T:
        with self._lock:
            settings = bootstrap.settings()  # tests have several settings, a process has one
            if self._known and self._known[0] is settings and monotonic() < self._known[1]:
                return self._known[2]
            result = find()
            self._known = settings, monotonic() + self._seconds, result
            return result

    def forget(self) -> None:
        """Compute the result anew for the next caller."""
        with self._lock:
            self._known = None
