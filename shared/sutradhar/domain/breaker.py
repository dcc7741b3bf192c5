"""Whether a provider is asked at all: after several failures in a row it is left in peace for a while, then tried once.

Its state is shared by all instances, so that each need not find out for itself.
"""

from datetime import datetime, timedelta

from sutradhar.domain.base import Frozen
from sutradhar.domain.errors import ProviderError

FAILURES = 3
"""In a row, before it opens."""
FIRST, LONGEST = timedelta(seconds=30), timedelta(minutes=10)
"""Open so long, twice as long each time that the trial fails."""
_COUNTED = ("busy", "down", "key")


class Breaker(Frozen):
    failures: int = 0
    """In a row."""
    opened: int = 0
    """In a row, without a success between."""
    until: datetime | None = None
    """Open until then; afterwards one call may try."""
    reason: str = ""

    def wait(self, now: datetime) -> float:
        """Seconds until a call may be made; 0: now."""
        return max((self.until - now).total_seconds(), 0.0) if self.until else 0.0

    def tried(self, now: datetime) -> "Breaker":
        """Somebody makes the one call after the time is over; the others go on waiting for how it ends."""
        return self.evolve(until=now + FIRST) if self.until else self

    def succeeded(self) -> "Breaker":
        return Breaker()

    def failed(self, error: ProviderError, now: datetime) -> "Breaker":
        """What is the fault of one request says nothing about the next."""
        if error.fault not in _COUNTED:
            return self
        failures = self.failures + 1
        if error.retry_after is None and failures < FAILURES and error.fault != "key" and not self.opened:
            return self.evolve(failures=failures, reason=str(error))
        rest = min(FIRST * 2 ** min(self.opened, 10), LONGEST)
        if error.retry_after is not None:
            rest = min(timedelta(seconds=error.retry_after), LONGEST)
        return Breaker(failures=failures, opened=self.opened + 1, until=now + rest, reason=str(error))
