"""The rate of the uploads to a destination, estimated from the last ones."""

from datetime import timedelta

from sutradhar.domain.core.record import History, Record, keep_fields

LEAST_BYTES = 256 * 1024
"""A smaller upload tells more about the delay of a call than about the line, so it does not count."""
_KEPT = 20
_QUANTILE = 0.2
_SLOWEST, _FASTEST = 10_000.0, 100_000_000.0
"""Bytes per second. A clock that jumps can make any rate."""


class UploadRates(Record):
    """The rates of the last uploads of all workers, in bytes per second, the newest last."""

    history = History("upload rates", keep_fields)

    rates: tuple[float, ...] = ()

    def note(self, sent: int, time: timedelta) -> "UploadRates":
        """Return the rates after ``sent`` bytes took ``time``. What is too small or took no time changes nothing."""
        seconds = time.total_seconds()
        if sent < LEAST_BYTES or seconds <= 0:
            return self
        rate = min(max(sent / seconds, _SLOWEST), _FASTEST)
        return self.evolve(rates=(*self.rates, round(rate, 1))[-_KEPT:])

    def estimate(self) -> float | None:
        """Return a rate that four of five uploads reach; None: none was measured."""
        ordered = sorted(self.rates)
        return ordered[int(_QUANTILE * len(ordered))] if ordered else None
