"""Count the calls of each caller in the store, so that a limit holds over all instances."""

import math
from dataclasses import dataclass
from datetime import datetime

from sutradhar.domain.core.rate_window import WINDOW, RateWindow
from sutradhar.ports.clock import Clock
from sutradhar.ports.records import KeyValueStore, Values

_MOST_KNOWN = 1_000
"""The callers with a used-up window that a process remembers."""


@dataclass(frozen=True)
class Allowance:
    """The calls that are left to a caller after one call."""

    limit: int
    """The calls of a window."""
    left: int
    reset_sec: int
    """The seconds until the window ends, rounded up."""
    is_refused: bool
    """The window was used up before this call."""


class RateLimiter:
    """The limit of calls for each caller. A process that knows that a window is used up does not ask the store."""

    def __init__(self, records: KeyValueStore, clock: Clock, limit: int) -> None:
        self._records, self._clock, self._limit = records, clock, limit
        self._full: dict[str, RateWindow] = {}

    def count_call(self, caller: str) -> Allowance:
        """Count a call of ``caller``, a name of at most 100 characters, and return what is left to it.

        Raises:
            BackendError: the store cannot be reached.
        """
        now = self._clock.now()
        if (known := self._full.get(caller)) and known.is_open(now):
            return self._describe(known, now, is_refused=True)
        name = f"rate/{caller}"
        is_refused = False

        def add_call(values: Values) -> Values:
            nonlocal is_refused
            window = RateWindow.from_record(values[name]) if values.get(name) else None
            if window is None or not window.is_open(now):
                window = RateWindow(started_at=now)
            is_refused = window.calls >= self._limit
            return values if is_refused else {name: window.evolve(calls=window.calls + 1).to_record()}

        window = RateWindow.from_record(self._records.update([name], add_call)[name])
        if window.calls >= self._limit:
            self._remember_full(caller, window, now)
        return self._describe(window, now, is_refused=is_refused)

    def _remember_full(self, caller: str, window: RateWindow, now: datetime) -> None:
        if len(self._full) >= _MOST_KNOWN:
            self._full = {other: known for other, known in self._full.items() if known.is_open(now)}
        if len(self._full) < _MOST_KNOWN:
            self._full[caller] = window

    def _describe(self, window: RateWindow, now: datetime, *, is_refused: bool) -> Allowance:
        reset_sec = min(WINDOW.total_seconds(), (window.ends_at - now).total_seconds())
        return Allowance(self._limit, max(0, self._limit - window.calls), max(1, math.ceil(reset_sec)), is_refused)
