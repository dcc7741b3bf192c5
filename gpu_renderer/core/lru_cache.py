"""The last few values made, so that memory does not grow with the number of scenes."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Recent(Generic[Key, Value]):
    """Keeps ``limit`` values, those used last."""

    def __init__(self, limit: int) -> None:
        self._limit, self._made = limit, OrderedDict[Key, Value]()

    def get(self, key: Key, make: Callable[[], Value]) -> Value:
        if key not in self._made:
            while len(self._made) >= self._limit:  # before making: there is never room for one more
                self._made.popitem(last=False)
            self._made[key] = make()
        self._made.move_to_end(key)
        return self._made[key]

    def __len__(self) -> int:
        return len(self._made)
