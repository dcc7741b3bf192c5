"""Takes messages off the queue and hands them to whoever handles them, in a few threads of this process."""

import threading
from collections.abc import Callable
from pathlib import Path

from sutradhar.backends.local.queue import LEASE_SEC, Delivery, SqliteQueue, WakeListener
from sutradhar.domain.core.errors import LeaseHeld
from sutradhar.domain.jobs.messages import Message, ProduceAsset, message_subject
from sutradhar.telemetry import log

_IDLE_SEC = 5.0
"""How long to wait when nothing is due: new messages ring, so this only notices the leases of processes that died."""


class Worker:
    """``handle`` does what a message asks for and raises to have it again; ``give_up`` is told of each dead letter.

    ``makers`` assets are made side by side, so that many calls at most are lost when the process is killed.
    """

    def __init__(
        self,
        queue: SqliteQueue,
        home: Path,
        handle: Callable[[Message], None],
        give_up: Callable[[Message, BaseException], None],
        makers: int = 1,
    ) -> None:
        self._queue, self._home, self._handle, self._give_up = queue, home, handle, give_up
        self._stopping = threading.Event()
        # one thread makes no assets, so that nothing short ever waits behind a maker's long call
        left = [*[""] * makers, ProduceAsset.model_fields["type"].default]
        self._bells = [WakeListener(home) for _ in left]
        self._threads = [
            threading.Thread(target=self._work, args=(bell, leave), name=f"worker-{i}", daemon=True)
            for i, (bell, leave) in enumerate(zip(self._bells, left, strict=True))
        ]
        self._in_hand: dict[int, Delivery] = {}
        self._keeper = threading.Thread(target=self._keep_leases, name="lease-keeper", daemon=True)

    def start(self) -> None:
        for thread in (*self._threads, self._keeper):
            thread.start()

    def ask_to_stop(self) -> None:
        """Take nothing new."""
        self._stopping.set()
        for bell in self._bells:
            bell.ring()

    def stop(self, timeout_sec: float = 10.0) -> None:
        """Finish what is in hand. What is not done in time comes again when its lease is over."""
        self.ask_to_stop()
        for thread in self._threads:
            thread.join(timeout_sec)
        for bell in self._bells:
            bell.close()

    def _work(self, bell: WakeListener, leave: str) -> None:
        while not self._stopping.is_set():
            try:
                self._work_once(bell, leave)
            except Exception as exc:  # the queue itself failed, as on a full disk: the message comes again
                log("queue_failed", level="error", exc=exc)
                self._stopping.wait(_IDLE_SEC)

    def _work_once(self, bell: WakeListener, leave: str) -> None:
        delivery = self._queue.take(leave)
        if delivery is None:
            due = self._queue.next_due_in(leave)
            bell.wait(_IDLE_SEC if due is None else min(due, _IDLE_SEC))
        else:
            self._deliver(delivery)

    def _deliver(self, delivery: Delivery) -> None:
        self._in_hand[delivery.id] = delivery
        try:
            if delivery.is_exhausted:
                raise RuntimeError(f"the process died on this {delivery.deliveries} times")
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
            self._give_up(delivery.message, exc)
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
