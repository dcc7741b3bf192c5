"""Record the calls that reach Firestore and Pub/Sub, so that the round trips of a request can be counted."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from tests.emulators.proxy import proxy

_VARIABLES = ("FIRESTORE_EMULATOR_HOST", "PUBSUB_EMULATOR_HOST")


@contextmanager
def record_round_trips(env: Mapping[str, str]) -> Iterator[tuple[Mapping[str, str], Callable[[], list[str]]]]:
    """Yield the variables of proxies in front of the emulators, and a function that returns the names of the calls
    since it was last called."""
    first, second = (env[name] for name in _VARIABLES)
    with proxy(first) as firestore, proxy(second) as pubsub:

        def take() -> list[str]:
            names = [name for between in (firestore, pubsub) for name, _ in between.requests]
            for between in (firestore, pubsub):
                between.requests.clear()
            return names

        yield {**env, **dict(zip(_VARIABLES, (firestore.host, pubsub.host), strict=True))}, take
