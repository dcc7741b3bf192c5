"""Small values that several processes change together: accounts, circuit breakers."""

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

Values = Mapping[str, str]


class KeyValueStore(Protocol):
    """Names are any text; values are JSON of a few kilobytes."""

    def read(self, names: Iterable[str]) -> Values:
        """Those that exist."""
        ...

    def update(self, names: Iterable[str], change: Callable[[Values], Values]) -> Values:
        """Read all of ``names``, apply the pure ``change`` to those that exist, and write what it answers in one step
        if nobody wrote to any of them in between, else again. What it does not name stays as it is.

        ``change`` may run more than once; whatever it raises is raised, and nothing is written then.
        """
        ...
