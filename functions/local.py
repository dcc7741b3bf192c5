"""The whole system in one process of this machine: the queue's messages go to the same entry points as in the cloud."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from itertools import count

from cloudevents.http.event import CloudEvent

from functions import dispatch, envelope, finish, plan, produce
from sutradhar import bootstrap
from sutradhar.domain.messages import Message
from sutradhar.pipeline.handle import give_up
from sutradhar.pipeline.sweep import sweep

ENTRY_POINTS: Mapping[str, Callable[[CloudEvent], None]] = {
    "plan": plan.plan, "produce": produce.produce, "dispatch": dispatch.dispatch, "finish": finish.finish,
}  # fmt: skip
"""By topic."""

_numbers = count(1)


def deliver(message: Message) -> None:
    """Hand ``message`` to its function, in the envelope that Pub/Sub would bring it in."""
    ENTRY_POINTS[message.topic](envelope.to_event(message, message.topic, next(_numbers)))


@contextmanager
def at_work() -> Iterator[None]:
    """Work in the background while the block runs: first whatever an earlier process left, then what comes.

    However the block ends, nothing that was started here outlives it; jobs that are not over go on the next time.
    """
    backend = bootstrap.backend()
    worker = backend.worker(deliver, lambda message, exc: give_up(bootstrap.services(), message, exc))
    sweep(bootstrap.services(), stalled=timedelta(0))
    worker.start()
    try:
        yield
    finally:
        worker.ask_to_stop()
        backend.end_executions()
        worker.stop()
        backend.close()
