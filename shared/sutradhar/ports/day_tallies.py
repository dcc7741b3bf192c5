"""The port for the counts of days. The stores of jobs and of records add to them, in the write that makes an event."""

from collections.abc import Mapping
from datetime import date
from typing import Protocol

from sutradhar.domain.jobs.day_tallies import Counts


class DayTallyStore(Protocol):
    def read(self, owner: str, first: date, last: date) -> Mapping[date, Counts]:
        """Return the counts of ``owner``, or of EVERYONE, for each day from ``first`` to ``last`` that has any.

        The time that this takes grows with the number of days only.

        Raises:
            BackendError: the store cannot be reached or refuses the call.
        """
        ...
