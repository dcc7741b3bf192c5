"""All ports of one backend: the local one, or Google Cloud's."""

from collections.abc import Callable
from typing import Protocol

from sutradhar.domain.jobs.messages import Message
from sutradhar.ports.bus import MessageBus
from sutradhar.ports.clock import Clock
from sutradhar.ports.day_tallies import DayTallyStore
from sutradhar.ports.documents import DocumentStore
from sutradhar.ports.records import KeyValueStore
from sutradhar.ports.runner import RenderRunner
from sutradhar.ports.stores import AssetStore, BlobStore, JobStore, LeaseStore
from sutradhar.ports.tallies import TallyStore


class MessageWorker(Protocol):
    """Takes messages off the bus in threads of this process."""

    def start(self) -> None: ...

    def ask_to_stop(self) -> None:
        """Take no more messages."""
        ...

    def stop(self, timeout_sec: float = 10.0) -> None:
        """Wait at most ``timeout_sec`` seconds for each thread to finish its message."""
        ...


class Backend(Protocol):
    """The stores, the message bus and the renderer. An adapter may be made when its attribute is first read."""

    @property
    def jobs(self) -> JobStore: ...

    @property
    def assets(self) -> AssetStore: ...

    @property
    def leases(self) -> LeaseStore: ...

    @property
    def records(self) -> KeyValueStore: ...

    @property
    def documents(self) -> DocumentStore: ...

    @property
    def tallies(self) -> TallyStore: ...

    @property
    def day_tallies(self) -> DayTallyStore: ...

    @property
    def blobs(self) -> BlobStore: ...

    @property
    def bus(self) -> MessageBus: ...

    @property
    def runner(self) -> RenderRunner: ...

    @property
    def clock(self) -> Clock: ...

    def __hash__(self) -> int:
        """Return the hash of this very backend, under which answers that were read from it are cached."""
        ...

    def create_worker(
        self, handle: Callable[[Message], None], give_up: Callable[[Message, BaseException], None]
    ) -> MessageWorker:
        """Return a worker that hands each message of the bus to ``handle``, and each dead letter to ``give_up``.

        Raises:
            InvalidRequest: the bus delivers to functions instead.
        """
        ...

    def end_executions(self) -> None:
        """End the renderers that this process started, and wait for their end."""
        ...

    def close(self) -> None:
        """Close the connections and files of the backend."""
        ...
