"""Small values that several processes change together: accounts, circuit breakers."""

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

Texts = Mapping[str, str]


class RecordStore(Protocol):
    """Names are any text; values are JSON of a few kilobytes."""

    def read(self, names: Iterable[str]) -> Texts:
        """Those that exist."""
        ...

    def update(self, names: Iterable[str], change: Callable[[Texts], Texts]) -> Texts:
        """Read all of ``names``, apply the pure ``change`` to those that exist, and write what it answers in one step
        if nobody wrote to any of them in between, else again. What it does not name stays as it is.

        ``change`` may run more than once; whatever it raises is raised, and nothing is written then.
        """
        ...
