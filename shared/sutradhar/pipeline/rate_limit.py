"""Count the calls of each caller in the store, so that a limit holds over all instances.

Many calls at once would all change the record of their caller, and Firestore takes about one write a second to a record
for a long time. So a process takes calls from the caller's window in the store for all that wait for it, and then in
parts that grow: no more than it has already used in this window, and no more than 1/20 of what is left to all. Other
instances cannot use a part that is taken, so such a window may end early by what the instances hold, but it never
accepts a call too many. A window is exact below 40 calls, and so are the last 40 of a larger one.
"""

import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from sutradhar.domain.core.errors import BackendError
from sutradhar.domain.core.rate_window import WINDOW, RateWindow
from sutradhar.ports.clock import Clock
from sutradhar.ports.records import KeyValueStore, Values

_MOST_KNOWN = 1_000
"""The callers whose windows a process remembers."""
_PARTS = 20
"""The parts of what is left, of which a process takes at most one in advance."""


@dataclass(frozen=True)
class Allowance:
    """The calls that are left to a caller after one call."""

    limit: int
    """The calls of a window."""
    left: int
    """As far as this process knows: others may have used some since."""
    reset_sec: int
    """The seconds until the window ends, rounded up."""
    is_refused: bool
    """The window was used up before this call."""


@dataclass
class _Share:
    """The part of a caller's window that this process has taken."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    """One thread at a time asks the store for this caller."""
    waiting: int = 0
    """The calls that are being counted now."""
    window: RateWindow | None = None
    """The window as it was when this process last took from it."""
    left: int = 0
    """The calls that are taken and not used."""
    used: int = 0
    failure: BackendError | None = None
    """The last failure of the store. All calls that waited for that answer fail with it, not one after another."""

    def is_known(self, now: datetime, limit: int) -> bool:
        """Return whether the next call can be answered without the store."""
        return self.window is not None and self.window.is_open(now) and (self.left > 0 or self.window.calls >= limit)


class RateLimiter:
    """The limit of calls for each caller. A process that knows that a window is used up does not ask the store."""

    def __init__(self, records: KeyValueStore, clock: Clock, limit: int) -> None:
        self._records, self._clock, self._limit = records, clock, limit
        self._lock = threading.Lock()
        self._shares: dict[str, _Share] = {}

    def count_call(self, caller: str) -> Allowance:
        """Count a call of ``caller``, a name of at most 100 characters, and return what is left to it.

        Raises:
            BackendError: the store cannot be reached.
        """
        with self._wait_for(caller) as share:
            now = self._clock.now()
            if not share.is_known(now, self._limit):
                try:
                    self._take_calls(caller, share, now)
                except BackendError as exc:
                    share.failure = exc
                    raise
            is_refused = share.left == 0
            if not is_refused:
                share.left -= 1
                share.used += 1
            return self._describe(share, now, is_refused=is_refused)

    @contextmanager
    def _wait_for(self, caller: str) -> Iterator[_Share]:
        """Wait for this call's turn among those of its caller in this process."""
        share = self._find_share(caller)
        failure_before = share.failure
        try:
            with share.lock:
                if (failure := share.failure) and failure is not failure_before:
                    raise BackendError(str(failure), retryable=failure.retryable, advice=failure.advice)
                yield share
        finally:
            with self._lock:
                share.waiting -= 1

    def _find_share(self, caller: str) -> _Share:
        with self._lock:
            share = self._shares.get(caller)
            if share is None:
                share = _Share()
                if len(self._shares) >= _MOST_KNOWN:
                    self._forget_ended()
                if len(self._shares) < _MOST_KNOWN:
                    self._shares[caller] = share
            share.waiting += 1
            return share

    def _forget_ended(self) -> None:
        now = self._clock.now()
        self._shares = {
            caller: share
            for caller, share in self._shares.items()
            if share.waiting or (share.window and share.window.is_open(now))
        }

    def _take_calls(self, caller: str, share: _Share, now: datetime) -> None:
        """Take calls from the window in the store for all that wait here; none if it is used up."""
        name, taken = f"rate/{caller}", 0
        used = share.used if share.window and share.window.is_open(now) else 0

        def take(values: Values) -> Values:
            nonlocal taken
            window = RateWindow.from_record(values[name]) if values.get(name) else None
            if window is None or not window.is_open(now):
                window = RateWindow(started_at=now)
            free = self._limit - window.calls
            taken = min(max(free, 0), max(share.waiting, min(used, free // _PARTS)))
            return {name: window.evolve(calls=window.calls + taken).to_record()} if taken else values

        window = RateWindow.from_record(self._records.update([name], take)[name])
        share.window, share.left, share.used = window, taken, used

    def _describe(self, share: _Share, now: datetime, *, is_refused: bool) -> Allowance:
        assert share.window is not None
        reset_sec = min(WINDOW.total_seconds(), (share.window.ends_at - now).total_seconds())
        left = max(0, self._limit - share.window.calls + share.left)
        return Allowance(self._limit, left, max(1, math.ceil(reset_sec)), is_refused)
