"""Doubles of the transport and the bus of the publishing machine."""

from functools import cache
from typing import Any

from sutradhar.destinations.youtube.client import YouTubeClient
from sutradhar.domain.jobs.messages import Message


class Switch:
    """A transport that leads to the channel of the present machine: a client takes 20 ms to make."""

    target: Any = None

    def request(self, *args: Any, **kwargs: Any) -> Any:
        return self.target.request(*args, **kwargs)


PLAIN, STEPPED = Switch(), Switch()


@cache
def make_client(switch: Switch) -> YouTubeClient:
    return YouTubeClient(lambda: switch)


class RecordingBus:
    """A bus whose messages the machine delivers."""

    reports_last_error = True

    def __init__(self) -> None:
        self.messages: list[Message] = []

    def publish(self, message: Message) -> None:
        self.messages.append(message)
