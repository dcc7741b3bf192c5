"""The port for small records that several processes change at the same time: accounts, circuit breakers, API keys."""

from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

Values = Mapping[str, str]
"""JSON texts by name."""


class KeyValueStore(Protocol):
    """Names may be any text; values are JSON of a few kilobytes.

    Every method raises BackendError if the store cannot be reached or refuses the call.
    """

    def read(self, names: Iterable[str]) -> Values:
        """Return the values of those ``names`` that exist."""
        ...

    def update(self, names: Iterable[str], change: Callable[[Values], Values]) -> Values:
        """Change the values of ``names`` in one step, and return the values after it.

        The store reads all of ``names``, applies the pure ``change`` to the values that exist, and writes its result
        if no other process wrote to any of them in between; otherwise it starts again, so ``change`` may run more than
        once. A name that the result leaves out keeps its value.

        Raises:
            Exception: every error that ``change`` raises; nothing is written then.
        """
        ...
