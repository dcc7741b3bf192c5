"""An attribute that is made when it is first read, by one thread only."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import cached_property
from typing import TypeVar

T = TypeVar("T")


class lazy(cached_property[T]):  # noqa: N801 - it is used as a decorator, like cached_property
    """A cached property with a lock: ``functools.cached_property`` has none since Python 3.12.

    Two threads that read the attribute at the same time would otherwise load a model each. The value then lies in the
    instance, so later reads take no lock.
    """

    def __init__(self, make: Callable[..., T]) -> None:
        super().__init__(make)
        self._lock = threading.RLock()

    def __get__(self, instance: object | None, owner: type | None = None) -> T:  # type: ignore[override] # read on instances only
        with self._lock:
            return super().__get__(instance, owner)
