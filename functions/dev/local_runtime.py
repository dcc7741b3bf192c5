"""Run the whole system in one process of this machine. Messages go to the same entry points as in the cloud."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import count

from functions import envelope
from functions.events import ENTRY_POINTS
from sutradhar import bootstrap
from sutradhar.domain.jobs.messages import DispatchRender, Message
from sutradhar.free_memory import return_free_memory, share_one_arena
from sutradhar.pipeline.handle import fail_job
from sutradhar.pipeline.publishing.due import publish_due
from sutradhar.pipeline.retention import run_daily_retention
from sutradhar.pipeline.sweep import sweep
from sutradhar.telemetry import log

_numbers = count(1)


def deliver_message(message: Message) -> None:
    """Hand ``message`` to its function, in the envelope that Pub/Sub would bring it in."""
    ENTRY_POINTS[message.topic](envelope.to_event(message, message.topic, next(_numbers)))
    if isinstance(message, DispatchRender):
        # the assets are made, and the renderer, on the same machine, needs the memory now
        bootstrap.release_models()
        return_free_memory()


_LOOK_EVERY_SEC = 10.0
_STALLED = timedelta(seconds=30)
"""A renderer reports its progress every second, so a job without any change for this long may have lost the process
that worked on it. A message that is sent again while the work continues changes nothing."""


@contextmanager
def run_worker(*, with_retention: bool = False) -> Iterator[None]:
    """Work in the background while the block runs: first on the jobs of an earlier process, then on new ones.

    Meanwhile messages of stalled jobs are sent again, since the process that worked on such a job may have been killed.
    With ``with_retention``, what is no longer kept is deleted once a day.

    At the end of the block, also after an error, all processes that it started end; unfinished jobs continue in another
    process of this home, or in the next one.
    """
    share_one_arena()
    backend = bootstrap.backend()
    worker = backend.create_worker(deliver_message, lambda message, exc: fail_job(bootstrap.services(), message, exc))
    sweep(bootstrap.services(), stalled=timedelta(0))
    worker.start()
    leaving = threading.Event()
    caretaker = threading.Thread(target=_take_care, args=(leaving, with_retention), name="caretaker", daemon=True)
    caretaker.start()
    try:
        yield
    finally:
        leaving.set()
        worker.ask_to_stop()
        backend.end_executions()
        worker.stop()
        caretaker.join()
        backend.close()


def _take_care(leaving: threading.Event, with_retention: bool) -> None:
    while not leaving.wait(_LOOK_EVERY_SEC):
        try:
            publish_due(bootstrap.services())
            sweep(bootstrap.services(), stalled=_STALLED)
            if with_retention:
                run_daily_retention(bootstrap.services())
        except Exception as exc:  # the next round may succeed; a failed one must not make a command wait for ever
            log("sweep_failed", level="warning", exc=exc)
