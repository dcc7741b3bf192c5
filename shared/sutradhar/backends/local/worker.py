"""Take messages off the queue and hand them to their handlers, in a few threads of this process."""

import threading
from collections.abc import Callable
from pathlib import Path

from sutradhar.backends.local.queue import LEASE_SEC, Delivery, SqliteQueue, WakeListener
from sutradhar.domain.core.errors import LeaseHeld, NeverEnded
from sutradhar.domain.jobs.messages import Message, ProduceAsset, message_subject
from sutradhar.telemetry import bind_fields, log

_IDLE_SEC = 5.0
"""Seconds to wait if no message is due: a new message wakes the workers, so this only notices the leases of processes
that died."""


class Worker:
    """The threads that handle the messages of the queue.

    Args:
        handle: handles a message; if it raises, the message is delivered again.
        fail_job: is called with each message that failed too often, and its last error.
        asset_workers: the number of assets that are produced at the same time, which is also the number of paid calls
            that are lost at most if the process is killed.
    """

    def __init__(
        self,
        queue: SqliteQueue,
        home: Path,
        handle: Callable[[Message], None],
        fail_job: Callable[[Message, BaseException], None],
        asset_workers: int = 1,
    ) -> None:
        self._queue, self._home, self._handle, self._fail_job = queue, home, handle, fail_job
        self._stopping = threading.Event()
        # one thread produces no assets, so that no short message waits behind the long call of a provider
        excluded_types = [*[""] * asset_workers, ProduceAsset.model_fields["type"].default]
        self._listeners = [WakeListener(home) for _ in excluded_types]
        self._threads = [
            threading.Thread(target=self._work, args=(listener, exclude_type), name=f"worker-{i}", daemon=True)
            for i, (listener, exclude_type) in enumerate(zip(self._listeners, excluded_types, strict=True))
        ]
        self._in_hand: dict[int, Delivery] = {}
        self._lease_keeper = threading.Thread(target=self._keep_leases, name="lease-keeper", daemon=True)

    def start(self) -> None:
        """Start the threads."""
        for thread in (*self._threads, self._lease_keeper):
            thread.start()

    def ask_to_stop(self) -> None:
        """Take no more messages; return at once."""
        self._stopping.set()
        for listener in self._listeners:
            listener.wake()

    def stop(self, timeout_sec: float = 10.0) -> None:
        """Wait until the messages in hand are finished, at most ``grace_sec`` seconds for each thread. A message that
        is not finished by then is delivered again when its lease has expired."""
        self.ask_to_stop()
        for thread in self._threads:
            thread.join(timeout_sec)
        for listener in self._listeners:
            listener.close()

    def _work(self, listener: WakeListener, exclude_type: str) -> None:
        while not self._stopping.is_set():
            try:
                self._work_once(listener, exclude_type)
            except Exception as exc:  # the queue itself failed, as on a full disk: the message comes again
                log("queue_failed", level="error", exc=exc)
                self._stopping.wait(_IDLE_SEC)

    def _work_once(self, listener: WakeListener, exclude_type: str) -> None:
        delivery = self._queue.take(exclude_type)
        if delivery is None:
            due = self._queue.next_due_in(exclude_type)
            listener.wait(_IDLE_SEC if due is None else min(due, _IDLE_SEC))
        else:
            self._deliver(delivery)

    def _deliver(self, delivery: Delivery) -> None:
        message = delivery.message
        with bind_fields(component="worker", message_type=message.type, **message_subject(message), **delivery.carried):
            self._deliver_once(delivery)

    def _deliver_once(self, delivery: Delivery) -> None:
        self._in_hand[delivery.id] = delivery
        try:
            if delivery.is_exhausted:
                raise NeverEnded(f"the process died {delivery.deliveries} times while it handled this message")
            self._handle(delivery.message)
        except LeaseHeld as exc:
            self._queue.defer(delivery, exc.wait_sec)
        except Exception as exc:  # whatever it is, the message must not be lost
            self._after_error(delivery, exc)
        else:
            self._queue.finish(delivery)
        finally:
            self._in_hand.pop(delivery.id, None)

    def _after_error(self, delivery: Delivery, exc: Exception) -> None:
        last = delivery.is_last_try or delivery.is_exhausted
        log(
            "message_failed",
            level="error" if last else "warning",
            exc=exc,
            dead=last,
            message_type=delivery.message.type,
            **message_subject(delivery.message),
            failures=delivery.failures + 1,
        )
        if last:
            self._fail_job(delivery.message, exc)
            self._queue.move_to_dead_letters(delivery, repr(exc))
        else:
            self._queue.retry_later(delivery)

    def _keep_leases(self) -> None:
        while not self._stopping.wait(LEASE_SEC / 3):
            for delivery in list(self._in_hand.values()):
                try:
                    self._queue.extend(delivery)
                except Exception as exc:  # the next round may succeed; otherwise another worker takes over
                    log("lease_not_extended", level="warning", exc=exc)
