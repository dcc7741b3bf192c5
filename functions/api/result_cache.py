"""Cache a costly result for a short while, and share it among concurrent callers."""

import threading
from collections.abc import Callable
from time import monotonic
from typing import Generic, TypeVar

from sutradhar import bootstrap

T = TypeVar("T")


class ResultCache(Generic[T]):
    """Keep a result for ``seconds``. Callers that come while it is being computed wait and get the same result."""

    def __init__(self, seconds: float, most_renewals: int = 0) -> None:
        """``most_renewals``: the most times in ``seconds`` that ``renew`` computes the result."""
        self._seconds, self._lock = seconds, threading.Lock()
        self._known: tuple[object, float, T] | None = None
        self._most_renewals, self._renewals, self._period_end = most_renewals, 0, 0.0

    def get(self, find: Callable[[], T]) -> T:
        with self._lock:
            if self._known and self._is_valid():
                return self._known[2]
            return self._compute(find)

    def renew(self, find: Callable[[], T]) -> T:
        """Compute the result anew, unless that was done too often in this period; return the newest result."""
        with self._lock:
            if self._known is None or not self._is_valid():
                return self._compute(find)
            if monotonic() >= self._period_end:
                self._period_end, self._renewals = monotonic() + self._seconds, 0
            if self._renewals >= self._most_renewals:
                return self._known[2]
            self._renewals += 1
            return self._compute(find)

    def _is_valid(self) -> bool:
        """Return whether there is a result, for the settings of this process, that is young enough."""
        settings = bootstrap.settings()  # tests have several settings, a process has one
        return self._known is not None and self._known[0] is settings and monotonic() < self._known[1]

    def _compute(self, find: Callable[[], T]) -> T:
        settings, result = bootstrap.settings(), find()
        if self._known is None or self._known[0] is not settings:
            self._period_end = 0.0
        self._known = settings, monotonic() + self._seconds, result
        return result

    def forget(self) -> None:
        """Compute the result anew for the next caller."""
        with self._lock:
            self._known = None
