"""The circuit breaker: after several failures in a row no call is made for a while, then one trial call.

All instances share its state, so that each of them need not learn of the failure by itself.
"""

from datetime import datetime, timedelta

from sutradhar.domain.core.errors import ProviderError
from sutradhar.domain.core.record import History, Record, keep_fields

FAILURES = 3
"""Failures in a row that open the breaker."""
INITIAL_OPEN, MAX_OPEN = timedelta(seconds=30), timedelta(minutes=10)
"""Initial and maximum open time; it doubles after each failed trial call."""
_COUNTED = ("busy", "down", "key")


class Breaker(Record):
    history = History("circuit breaker", keep_fields)

    failures: int = 0
    """Failures in a row."""
    opened: int = 0
    """Number of open times in a row without a success between them."""
    until: datetime | None = None
    """The breaker is open until then; afterwards one call may try. None: it is closed."""
    reason: str = ""
    since: datetime | None = None
    """The time at which the breaker opened for the first of these times; None: it is closed."""

    def seconds_until_retry(self, now: datetime) -> float:
        """Return the seconds until a call may be made; 0: now."""
        return max((self.until - now).total_seconds(), 0.0) if self.until else 0.0

    def half_open(self, now: datetime) -> "Breaker":
        """Return the breaker while one trial call runs after the open time; the other calls wait for its outcome."""
        return self.evolve(until=now + INITIAL_OPEN) if self.until else self

    def record_success(self) -> "Breaker":
        """Return the breaker after a call that succeeded: closed."""
        return Breaker()

    def record_failure(self, error: ProviderError, now: datetime, *, is_trial: bool = False) -> "Breaker":
        """Return the breaker after a call that failed.

        A fault of one request tells nothing about the next. Calls that ran when the breaker opened may fail while it is
        open, so only the one trial after an open time lengthens the next one.
        """
        if error.fault not in _COUNTED or (self.until and not is_trial):
            return self
        failures = self.failures + 1
        if error.retry_after is None and failures < FAILURES and error.fault != "key" and not self.opened:
            return self.evolve(failures=failures, reason=str(error))
        open_time = min(INITIAL_OPEN * 2 ** min(self.opened, 10), MAX_OPEN)
        if error.retry_after is not None:
            open_time = min(timedelta(seconds=error.retry_after), MAX_OPEN)
        return Breaker(
            failures=failures,
            opened=self.opened + 1,
            until=now + open_time,
            reason=str(error),
            since=self.since or now,
        )
