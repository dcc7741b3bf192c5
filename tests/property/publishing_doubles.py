"""Doubles of the transport and the bus of the publishing machine."""

import threading
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from sutradhar.destinations.youtube.client import YouTubeClient
from sutradhar.domain.jobs.messages import Message
from sutradhar.domain.publishing.publication import LONGEST_WORK
from tests.fakes import FakeClock
from tests.property.interleaving import Killed
from tests.youtube_stub import YouTubeStub


class Switch:
    """A transport that leads to the channel of the present machine: a client takes 20 ms to make."""

    target: Any = None

    def request(self, *args: Any, **kwargs: Any) -> Any:
        return self.target.request(*args, **kwargs)


PLAIN, STEPPED = Switch(), Switch()


@cache
def make_client(switch: Switch) -> YouTubeClient:
    return YouTubeClient(lambda: switch)


class MortalTransport:
    """A channel, to which a worker that has lived too long changes no words: its platform has ended it by then.

    All other calls go through at any age, so that the proof of one video does not lean on that end.
    """

    def __init__(self, channel: YouTubeStub, clock: FakeClock) -> None:
        self._channel, self._clock = channel, clock
        self.born: dict[int, datetime] = {}
        """The time at which the worker of each thread began."""

    def request(self, uri: str, method: str = "GET", *args: Any, **kwargs: Any) -> Any:
        born = self.born.get(threading.get_ident())
        is_change = method == "PUT" and urlsplit(uri).path.endswith("/youtube/v3/videos")
        if is_change and born and self._clock.now() > born + LONGEST_WORK:
            raise Killed
        return self._channel.request(uri, method, *args, **kwargs)


class RecordingBus:
    """A bus whose messages the machine delivers."""

    reports_last_error = True

    def __init__(self) -> None:
        self.messages: list[Message] = []

    def publish(self, message: Message) -> None:
        self.messages.append(message)
