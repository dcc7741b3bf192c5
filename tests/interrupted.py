"""Services whose process is killed, or overtaken by another one, before one of its effects."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sutradhar.pipeline.services import Services

_PORTS = ("jobs", "assets", "documents", "records", "blobs", "leases", "bus", "runner")


class Killed(BaseException):
    """The process is gone; not an Exception, so no handler can catch it."""


def kill() -> None:
    raise Killed


class _Interrupted:
    """A port that calls ``act`` before the call number ``left``, counted over all ports of a process."""

    def __init__(self, port: Any, left: list[int], act: Callable[[], None]) -> None:
        self._port, self._left, self._act = port, left, act

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._port, name)

        def call(*args: Any, **named: Any) -> Any:
            self._left[0] -= 1
            if self._left[0] < 0:
                self._left[0] = 1_000_000_000
                self._act()
            return attribute(*args, **named)

        return call if callable(attribute) else attribute


def interrupt(services: Services, calls: int, act: Callable[[], None] = kill) -> Services:
    """Return ``services`` with ports that call ``act`` once after so many calls; ``kill`` ends the process there."""
    left = [calls]
    backend: Any = services.backend  # a PortSet
    ports = {name: _Interrupted(getattr(backend, name), left, act) for name in _PORTS}
    return replace(services, backend=replace(backend, **ports))
