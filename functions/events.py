"""The Pub/Sub functions: one for each topic, and ``dead_letter`` for messages that were delivered too often."""

from collections.abc import Callable, Mapping

import functions_framework
from cloudevents.http.event import CloudEvent

from functions import envelope
from sutradhar.domain.jobs.topics import TOPICS

EntryPoint = Callable[[CloudEvent], None]


def _entry_point(name: str, handle: EntryPoint) -> EntryPoint:
    """Return a function of the name ``name`` that passes its event to ``handle``."""

    def receive(event: CloudEvent) -> None:
        handle(event)

    receive.__name__ = receive.__qualname__ = name  # functions-framework registers a function under its name
    decorated: EntryPoint = functions_framework.cloud_event(receive)
    return decorated


ENTRY_POINTS: Mapping[str, EntryPoint] = {topic: _entry_point(topic, envelope.handle_event) for topic in TOPICS}
"""The function of each topic."""

dead_letter = _entry_point("dead_letter", envelope.handle_dead_event)
"""Fail the job of a message that was delivered too often, with the last cause."""


def __getattr__(name: str) -> EntryPoint:
    if name not in ENTRY_POINTS:
        raise AttributeError(f"there is no function {name}")
    return ENTRY_POINTS[name]
