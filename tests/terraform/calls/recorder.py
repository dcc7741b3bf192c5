"""Backends whose ports note each call with the function that makes it, and that answer as Google Cloud's would."""

import json
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from sutradhar.domain.jobs.messages import Message

_FIRESTORE = ("jobs", "assets", "leases", "records", "documents", "tallies")
_CHAINS = frozenset(
    {"planner", "narrator", "images", "clips", "footage", "sounds", "composer", "models", "with_gate", "registry"}
)
"""The attributes of a pipeline's Providers that use a provider's key."""
_ADDRESS = "https://storage.example/signed"


class Call(NamedTuple):
    """One call of a port."""

    who: str
    """The function, or the renderer."""
    port: str
    method: str
    name: str = ""
    """The blob or the topic."""


_running: ContextVar[str | None] = ContextVar("running", default=None)


@contextmanager
def act_as(who: str) -> Iterator[None]:
    """Note the calls of the block as those of ``who``."""
    token = _running.set(who)
    try:
        yield
    finally:
        _running.reset(token)


class Recorder:
    """Notes calls. ``who`` makes those outside of ``act_as``; None: they are the test's own, and are not noted."""

    def __init__(self, who: str | None = None) -> None:
        self.calls: set[Call] = set()
        self.messages: deque[Message] = deque()
        """The messages that were sent and not delivered yet."""
        self.sent: list[Message] = []
        """All different messages that were ever sent."""
        self.is_repeating = False
        """A message is delivered once more: those that it sends again are not delivered again."""
        self._who = who

    def note(self, port: str, method: str, name: str = "") -> None:
        if who := _running.get() or self._who:
            self.calls.add(Call(who, port, method, name))

    def send(self, message: Message) -> None:
        if message in self.sent and (self.is_repeating or message in self.messages):
            return
        self.messages.append(message)
        if message not in self.sent:
            self.sent.append(message)

    def wrap(self, backend: Any, **replaced: Any) -> Any:
        """Return the local backend with ports that note their calls."""
        stores = {port: _Noting(self, "firestore", getattr(backend, port)) for port in _FIRESTORE}
        ports = {**stores, "blobs": _CloudBlobs(self, "blobs", backend.blobs), "bus": _CloudBus(self)}
        return replace(backend, **ports, **replaced)

    def wrap_providers(self, providers: Any) -> Any:
        return _Noting(self, "providers", providers, only=_CHAINS)

    def save(self, path: Path) -> None:
        """Write the calls and the messages of this process."""
        messages = [message.to_record() for message in self.messages]
        path.write_text(json.dumps({"calls": sorted(self.calls), "messages": messages}))


class _Noting:
    """A port, or providers. An attribute that is no method counts as a call too."""

    def __init__(self, recorder: Recorder, port: str, target: Any, only: frozenset[str] | None = None) -> None:
        self._recorder, self._port, self._target, self._only = recorder, port, target, only

    def __getattr__(self, method: str) -> Any:
        if self._only is None or method in self._only:
            self._recorder.note(self._port, method)
        return getattr(self._target, method)


class _CloudBlobs:
    """The local blob store, which hands out URLs as the bucket does."""

    has_upload_urls = True

    def __init__(self, recorder: Recorder, port: str, target: Any) -> None:
        self._recorder, self._port, self._target = recorder, port, target

    def __getattr__(self, method: str) -> Callable[..., Any]:
        def call(name: str, *arguments: Any, **named: Any) -> Any:
            if method == "copy":
                self._recorder.note(self._port, "get", name)
                self._recorder.note(self._port, "put", arguments[0])
            else:
                self._recorder.note(self._port, method, name)
            if method in ("url", "upload_url"):
                return _ADDRESS
            return getattr(self._target, method)(name, *arguments, **named)

        return call


class _CloudBus:
    """Keeps the messages until the test delivers them. As on Google Cloud, a dead letter carries no reason."""

    reports_last_error = False

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder

    def publish(self, message: Message) -> None:
        self._recorder.note("bus", "publish", message.topic)
        self._recorder.send(message)
