"""The circuit breaker: after several failures in a row a provider is left alone for a while, then tried once.

Its state is shared by all instances, so that each need not find out for itself.
"""

from datetime import datetime, timedelta

from sutradhar.domain.core.errors import ProviderError
from sutradhar.domain.core.record import History, Record, keep_fields

FAILURES = 3
"""In a row, before it opens."""
FIRST, LONGEST = timedelta(seconds=30), timedelta(minutes=10)
"""The first and the longest pause; each trial that fails doubles it."""
_COUNTED = ("busy", "down", "key")


class Breaker(Record):
    history = History("circuit breaker", keep_fields)

    failures: int = 0
    """In a row."""
    opened: int = 0
    """Number of pauses in a row without a success between them."""
    until: datetime | None = None
    """Open until then; afterwards one call may try."""
    reason: str = ""

    def wait(self, now: datetime) -> float:
        """Seconds until a call may be made; 0: now."""
        return max((self.until - now).total_seconds(), 0.0) if self.until else 0.0

    def tried(self, now: datetime) -> "Breaker":
        """Return the breaker while one trial call runs after the pause; the other calls wait for its outcome."""
        return self.evolve(until=now + FIRST) if self.until else self

    def succeeded(self) -> "Breaker":
        return Breaker()

    def failed(self, error: ProviderError, now: datetime, *, is_trial: bool = False) -> "Breaker":
        """Return the breaker after a call that failed.

        A fault of one request tells nothing about the next. Calls that ran when the pause began may fail during it,
        so only the one trial after a pause lengthens the next pause.
        """
        if error.fault not in _COUNTED or (self.until and not is_trial):
            return self
        failures = self.failures + 1
        if error.retry_after is None and failures < FAILURES and error.fault != "key" and not self.opened:
            return self.evolve(failures=failures, reason=str(error))
        rest = min(FIRST * 2 ** min(self.opened, 10), LONGEST)
        if error.retry_after is not None:
            rest = min(timedelta(seconds=error.retry_after), LONGEST)
        return Breaker(failures=failures, opened=self.opened + 1, until=now + rest, reason=str(error))
