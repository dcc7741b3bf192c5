"""The port for counts that many processes add to at the same time, and that only the metrics read."""

from typing import Protocol

from sutradhar.domain.jobs.tallies import Tallies


class TallyStore(Protocol):
    """Every method raises BackendError if the store cannot be reached or refuses the call. The events of jobs are
    counted by the JobStore, in the write that makes them."""

    def add(self, changes: Tallies) -> None:
        """Add ``changes`` to the counts. A call that raises may have added them or not."""
        ...

    def read(self) -> Tallies:
        """Return all counts."""
        ...
