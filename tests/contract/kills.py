"""Kill functions before their effects on the stores and the bus."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.contract.webhook_post import Killed, Post

_EFFECTS = {
    "documents": ("create", "update", "delete"),
    "jobs": ("update", "delete"),
    "assets": ("delete",),
    "blobs": ("delete",),
    "records": ("update", "delete"),
    "leases": ("acquire", "release"),
}


class Killer:
    """Kills the function that runs in ``kill_after`` when it has had so many effects."""

    def __init__(self, post: Post) -> None:
        self._effects_left: int | None = None
        for port, names in _EFFECTS.items():
            for name in names:
                self._stop_before(getattr(post.kit, port), name)
        self._stop_before(post.bus, "publish")

    @contextmanager
    def kill_after(self, effects: int | None) -> Iterator[None]:
        """Let the block have so many ``effects``, then raise Killed before each further one; None: never."""
        self._effects_left = effects
        try:
            yield
        finally:
            self._effects_left = None

    def _stop_before(self, target: Any, name: str) -> None:
        real = getattr(target, name)

        def call(*arguments: Any, **named: Any) -> Any:
            if self._effects_left is not None:
                self._effects_left -= 1
                if self._effects_left < 0:
                    raise Killed
            return real(*arguments, **named)

        setattr(target, name, call)
