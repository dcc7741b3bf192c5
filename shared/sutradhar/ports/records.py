"""The port for small records that several processes change at the same time: accounts, circuit breakers, API keys."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from sutradhar.domain.jobs.day_tallies import DayChange

Values = Mapping[str, str]
"""JSON texts by name."""


Count = Callable[[Values, Values], DayChange | None]
"""Returns what an update adds to the counts of a day, by the values before and after it."""


@dataclass(frozen=True)
class RecordChange:
    """A change of records in the same write as something else; ``change`` is as in ``KeyValueStore.update``."""

    names: Sequence[str]
    change: Callable[[Values], Values]


class KeyValueStore(Protocol):
    """Names may be any text; values are JSON of a few kilobytes.

    Every method raises BackendError if the store cannot be reached or refuses the call.
    """

    def read(self, names: Iterable[str]) -> Values:
        """Return the values of those ``names`` that exist."""
        ...

    def update(self, names: Iterable[str], change: Callable[[Values], Values], count: Count | None = None) -> Values:
        """Change the values of ``names`` in one step, and return the values after it.

        The store reads all of ``names``, applies the pure ``change`` to the values that exist, and writes its result
        if no other process wrote to any of them in between; otherwise it starts again, so ``change`` may run more than
        once. A name that the result leaves out keeps its value. What ``count`` returns is added to the DayTallyStore
        in the same write; an update that changes nothing adds nothing.

        Raises:
            Exception: every error that ``change`` raises; nothing is written then.
        """
        ...

    def list_names(self, prefix: str, limit: int = 100) -> Sequence[str]:
        """Return at most ``limit`` of the names that begin with ``prefix``, which ends with a slash, always in the
        same order. Firestore does not list names of more than about 1,500 bytes."""
        ...

    def delete(self, names: Iterable[str]) -> None:
        """Delete the values of ``names``, as far as they exist."""
        ...
