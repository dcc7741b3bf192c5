"""Remember what is costly to find out: for a short while, and for all who ask at once."""

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from sutradhar import bootstrap

T = TypeVar("T")


class Remembered(Generic[T]):
    """Keeps a result for ``seconds``. Callers that come while it is being found wait for it, and find nothing again."""

    def __init__(self, seconds: float) -> None:
        self._seconds, self._lock = seconds, threading.Lock()
        self._known: tuple[object, float, T] | None = None

    def get(self, find: Callable[[], T]) -> T:
        with self._lock:
            settings = bootstrap.settings()  # a test has several, a process one
            if self._known and self._known[0] is settings and time.monotonic() < self._known[1]:
                return self._known[2]
            found = find()
            self._known = settings, time.monotonic() + self._seconds, found
            return found
