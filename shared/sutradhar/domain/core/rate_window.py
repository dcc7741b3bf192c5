"""Define the window of time in which the calls of one caller are counted."""

from datetime import datetime, timedelta

from sutradhar.domain.core.record import History, Record, keep_fields

WINDOW = timedelta(minutes=1)


class RateWindow(Record):
    """The calls of one caller since ``started_at``. A window begins with a call, and ends after ``WINDOW``."""

    history = History("rate window", keep_fields)

    started_at: datetime
    calls: int = 0
    """The calls that processes have taken: they accept them now, or keep some for the next seconds."""

    @property
    def ends_at(self) -> datetime:
        return self.started_at + WINDOW

    def is_open(self, now: datetime) -> bool:
        # the clocks of instances differ a little, so a window may begin in the future, but not by a whole window
        return self.started_at - WINDOW < now < self.ends_at
