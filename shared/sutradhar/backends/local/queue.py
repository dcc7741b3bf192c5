"""A durable queue in SQLite: delivery at least once, leases, retries with backoff, dead letters.

It works across processes: a process that publishes wakes all waiting workers of all processes.
"""

import json
import random
import socket
import sqlite3
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from sutradhar.backends.local.database import Database
from sutradhar.backends.local.process_registry import ProcessRegistry
from sutradhar.domain.core.errors import NewerRecord
from sutradhar.domain.jobs.messages import Message, decode_message
from sutradhar.ports.bus import MessageBus
from sutradhar.ports.clock import Clock
from sutradhar.telemetry import log, read_carried_fields, select_carried

LEASE_SEC = 60.0
MAX_FAILURES = 6
"""After this many errors a message becomes a dead letter: with the backoff below that takes about 30 s."""
MAX_DELIVERIES = 30
"""A message during which its process dies every time becomes a dead letter after this many deliveries."""


@dataclass(frozen=True)
class Delivery:
    """A message that this process has taken."""

    id: int
    message: Message
    failures: int
    """The number of earlier errors."""
    deliveries: int
    """The number of earlier deliveries."""
    carried: Mapping[str, str] = field(default_factory=dict)
    """The request id and the trace of the request that the message follows from."""

    @property
    def is_exhausted(self) -> bool:
        """True if its process died during so many deliveries that it must not be tried again."""
        return self.deliveries >= MAX_DELIVERIES

    @property
    def is_last_try(self) -> bool:
        """True if another error makes the message a dead letter."""
        return self.failures + 1 >= MAX_FAILURES


class SqliteQueue(MessageBus):
    """The bus of one machine. A worker calls ``take``, and then ``finish``, ``defer``, ``retry_later`` or
    ``move_to_dead_letters``."""

    reports_last_error = True

    def __init__(self, database: Database, processes: ProcessRegistry, clock: Clock, home: Path) -> None:
        self._database, self._processes, self._clock = database, processes, clock
        self._wake_sender = WakeSender(home)

    def publish(self, message: Message) -> None:
        """Queue ``message``. If an equal one waits, it is brought forward instead, so that repeated messages about one
        job do not fill the queue. One that has failed keeps its pause: a second one would have as many tries again, and
        a provider may charge for each."""
        now, body = self._now(), message.to_record()
        with self._database.write() as connection:
            updated = connection.execute(
                "UPDATE messages SET available = CASE WHEN failures = 0 THEN MIN(available, ?) ELSE available END"
                " WHERE body = ? AND owner IS NULL",
                (now, body),
            )
            if updated.rowcount == 0:
                connection.execute(
                    "INSERT INTO messages (type, body, available, attributes) VALUES (?, ?, ?, ?)",
                    (message.type, body, now, json.dumps(read_carried_fields())),
                )
        self._wake_sender.wake_all()

    def take(self, exclude_type: str = "") -> Delivery | None:
        """Return the next message that is due, leased to this process for ``LEASE_SEC``; None if there is none.
        Messages of the type ``exclude_type`` are left in the queue."""
        while True:
            with self._database.write() as connection:
                row = self._find_due(connection, exclude_type)
                if row is None:
                    return None
                number, body, failures, deliveries, attributes = row
                try:
                    message = decode_message(body)
                except NewerRecord as exc:  # a process of that version may take it from the same home
                    log("message_left", level="warning", error=str(exc))
                    later = (self._now() + LEASE_SEC, number)
                    connection.execute("UPDATE messages SET available = ?, owner = NULL WHERE id = ?", later)
                    continue
                except ValidationError as exc:
                    self._move_to_dead_letters(
                        connection, number, f"not a message of ours: {exc.errors(include_url=False)}"
                    )
                    continue
                connection.execute(
                    "UPDATE messages SET owner = ?, leased_until = ?, deliveries = deliveries + 1 WHERE id = ?",
                    (self._processes.owner, self._now() + LEASE_SEC, number),
                )
            return Delivery(number, message, failures, deliveries, select_carried(json.loads(attributes)))

    def _find_due(self, connection: sqlite3.Connection, exclude_type: str) -> tuple[int, str, int, int, str] | None:
        now = self._now()
        rows = connection.execute(
            "SELECT id, body, failures, deliveries, attributes FROM messages WHERE available <= ? AND type <> ?"
            " AND (owner IS NULL OR leased_until <= ?) ORDER BY available, id LIMIT 1",
            (now, exclude_type, now),
        )
        row: tuple[int, str, int, int, str] | None = rows.fetchone()
        if row:
            return row
        owners = connection.execute("SELECT DISTINCT owner FROM messages WHERE owner IS NOT NULL")
        dead = [owner for (owner,) in owners if not self._processes.is_alive(owner)]
        for owner in dead:
            connection.execute("UPDATE messages SET owner = NULL WHERE owner = ?", (owner,))
        return self._find_due(connection, exclude_type) if dead else None

    def extend(self, delivery: Delivery) -> None:
        """Extend the lease while the work goes on."""
        with self._database.write() as connection:
            connection.execute(
                "UPDATE messages SET leased_until = ? WHERE id = ? AND owner = ?",
                (self._now() + LEASE_SEC, delivery.id, self._processes.owner),
            )

    def finish(self, delivery: Delivery) -> None:
        """Delete the message: its work is done."""
        with self._database.write() as connection:
            connection.execute("DELETE FROM messages WHERE id = ? AND owner = ?", (delivery.id, self._processes.owner))

    def defer(self, delivery: Delivery, seconds: float) -> None:
        """Return the message to the queue for ``seconds`` from now, without counting a failure."""
        with self._database.write() as connection:
            connection.execute(
                "UPDATE messages SET owner = NULL, available = ?, deliveries = deliveries - 1"
                " WHERE id = ? AND owner = ?",
                (self._now() + seconds, delivery.id, self._processes.owner),
            )

    def retry_later(self, delivery: Delivery) -> None:
        """Return the message to the queue after an error, with the backoff of its failures."""
        with self._database.write() as connection:
            connection.execute(
                "UPDATE messages SET owner = NULL, available = ?, failures = failures + 1 WHERE id = ? AND owner = ?",
                (self._now() + backoff_sec(delivery.failures), delivery.id, self._processes.owner),
            )

    def move_to_dead_letters(self, delivery: Delivery, reason: str) -> None:
        """Put the message aside with the reason, for the operator to read; it is never delivered again."""
        with self._database.write() as connection:
            self._move_to_dead_letters(connection, delivery.id, reason)

    def next_due_in(self, exclude_type: str = "") -> float | None:
        """Return the seconds until a message that is not of the type ``exclude_type`` may be taken; None if there is
        none."""
        row = self._database.read().execute(
            "SELECT MIN(MAX(available, CASE WHEN owner IS NULL THEN 0 ELSE leased_until END)) FROM messages"
            " WHERE type <> ?",
            (exclude_type,),
        )
        (at,) = row.fetchone()
        return None if at is None else max(0.0, at - self._now())

    def depth(self) -> int:
        """Return the number of messages in the queue."""
        (count,) = self._database.read().execute("SELECT COUNT(*) FROM messages").fetchone()
        return int(count)

    def _move_to_dead_letters(self, connection: sqlite3.Connection, number: int, reason: str) -> None:
        connection.execute(
            "INSERT OR REPLACE INTO dead_letters SELECT id, body, ?, ? FROM messages WHERE id = ?",
            (reason, self._now(), number),
        )
        connection.execute("DELETE FROM messages WHERE id = ?", (number,))

    def _now(self) -> float:
        return self._clock.now().timestamp()


def backoff_sec(failures: int) -> float:
    """Return the seconds to wait after so many failures: 0.5, 1, 2, 4, 8 ..., at most 30, changed by up to 25 % at
    random."""
    return min(0.5 * 2.0**failures, 30.0) * random.uniform(0.75, 1.25)


class WakeSender:
    """Wakes the waiting workers of all processes: each has a datagram socket on loopback, and a file named after its
    port."""

    def __init__(self, home: Path) -> None:
        self._folder = home / "bells"
        self._folder.mkdir(parents=True, exist_ok=True)

    def wake_all(self) -> None:
        """Wake all workers that wait now."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            for path in self._folder.iterdir():
                # the file may be of a process that died; the queue works without a wake too, only later
                with suppress(OSError, ValueError):
                    sender.sendto(b"!", ("127.0.0.1", int(path.name)))


class WakeListener:
    """The socket on which one worker waits for a wake."""

    def __init__(self, home: Path) -> None:
        folder = home / "bells"
        folder.mkdir(parents=True, exist_ok=True)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._path = folder / str(self._socket.getsockname()[1])
        self._path.touch()

    def wait(self, seconds: float) -> bool:
        """Wait for a wake, at most ``seconds``; return whether one came."""
        self._socket.settimeout(max(seconds, 0.001))
        try:
            self._socket.recv(16)
        except TimeoutError:
            return False
        return True

    def wake(self) -> None:
        """Wake this worker."""
        with suppress(OSError):
            self._socket.sendto(b"!", self._socket.getsockname())

    def close(self) -> None:
        """Close the socket and remove its file."""
        self._path.unlink(missing_ok=True)
        self._socket.close()
