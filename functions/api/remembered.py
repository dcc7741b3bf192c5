"""Cache a costly result for a short while, and share it among concurrent callers."""

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from sutradhar import bootstrap

T = TypeVar("T")


class Remembered(Generic[T]):
    """Keep a result for ``seconds``. Callers that come while it is being computed wait and get the same result."""

    def __init__(self, seconds: float) -> None:
        self._seconds, self._lock = seconds, threading.Lock()
        self._known: tuple[object, float, T] | None = None

    def get(self, find: Callable[[], T]) -> T:
        with self._lock:
            settings = bootstrap.settings()  # tests have several settings, a process has one
            if self._known and self._known[0] is settings and time.monotonic() < self._known[1]:
                return self._known[2]
            found = find()
            self._known = settings, time.monotonic() + self._seconds, found
            return found
