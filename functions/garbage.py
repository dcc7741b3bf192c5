"""Keep garbage collection out of imports, where it finds nothing to free: a collection looks through all modules."""

import gc
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

_called: set[str] = set()
"""The calls that this process has answered once."""


@contextmanager
def pause_garbage_collection() -> Iterator[None]:
    """Pause collection in the block, which imports modules: it takes 7 of the 80 ms that the import of `api` takes."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.freeze()  # classes and functions stay for ever; to look through them once costs another 2 ms
            gc.enable()


def pause_at_first_call(name: str) -> AbstractContextManager[None]:
    """Return a pause for the first call of ``name`` in this process, which imports what it needs, and nothing later.

    The first POST /render imports 750 modules, with Google's clients; collection took a fifth of its CPU time.
    """
    if name in _called:
        return nullcontext()
    _called.add(name)
    return pause_garbage_collection()
