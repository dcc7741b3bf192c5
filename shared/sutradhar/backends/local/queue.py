"""A durable queue in SQLite: at least once, leases, retry with backoff, dead letters.

It works across processes: whoever publishes rings the bell of everybody who waits.
"""

import random
import socket
import sqlite3
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from sutradhar.backends.local.database import Database
from sutradhar.backends.local.process_registry import ProcessRegistry
from sutradhar.domain.core.errors import NewerRecord
from sutradhar.domain.jobs.messages import Message, decode_message
from sutradhar.ports.clock import Clock
from sutradhar.telemetry import log

LEASE_SEC = 60.0
MAX_FAILURES = 6
"""After this many errors a message is dead: with the backoff below that is about 30 s of trying."""
MAX_DELIVERIES = 30
"""A message that takes its process down every time is dead after this many starts."""


@dataclass(frozen=True)
class Delivery:
    id: int
    message: Message
    failures: int
    """Errors so far, this delivery not counted."""
    deliveries: int
    """How often it was taken before."""

    @property
    def is_exhausted(self) -> bool:
        """Its process died on it so often that it must not be tried again."""
        return self.deliveries >= MAX_DELIVERIES

    @property
    def is_last_try(self) -> bool:
        return self.failures + 1 >= MAX_FAILURES


class SqliteQueue:
    """Implements MessageBus; the worker side is ``take`` and then one of ``done``, ``later``, ``failed``, ``bury``."""

    reports_last_error = True

    def __init__(self, database: Database, processes: ProcessRegistry, clock: Clock, home: Path) -> None:
        self._database, self._processes, self._clock = database, processes, clock
        self._bells = WakeSender(home)

    def publish(self, message: Message) -> None:
        """Queue ``message``. If an equal one waits, it is brought forward instead, so that repeated messages about one
        job do not fill the queue. One that has failed keeps its rest: a second one would have as many tries again, and
        a vendor may charge for each."""
        now, body = self._now(), message.to_record()
        with self._database.write() as connection:
            waiting = connection.execute(
                "UPDATE messages SET available = CASE WHEN failures = 0 THEN MIN(available, ?) ELSE available END"
                " WHERE body = ? AND owner IS NULL",
                (now, body),
            )
            if waiting.rowcount == 0:
                connection.execute(
                    "INSERT INTO messages (type, body, available) VALUES (?, ?, ?)", (message.type, body, now)
                )
        self._bells.ring()

    def take(self, leave: str = "") -> Delivery | None:
        """The next message that is due and not of type ``leave``, leased to this process for ``LEASE_SEC``."""
        while True:
            with self._database.write() as connection:
                row = self._due(connection, leave)
                if row is None:
                    return None
                number, body, failures, deliveries = row
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
            return Delivery(number, message, failures, deliveries)

    def _due(self, connection: sqlite3.Connection, leave: str) -> tuple[int, str, int, int] | None:
        now = self._now()
        rows = connection.execute(
            "SELECT id, body, failures, deliveries FROM messages WHERE available <= ? AND type <> ?"
            " AND (owner IS NULL OR leased_until <= ?) ORDER BY available, id LIMIT 1",
            (now, leave, now),
        )
        found: tuple[int, str, int, int] | None = rows.fetchone()
        if found:
            return found
        owners = connection.execute("SELECT DISTINCT owner FROM messages WHERE owner IS NOT NULL")
        dead = [owner for (owner,) in owners if not self._processes.is_alive(owner)]
        for owner in dead:
            connection.execute("UPDATE messages SET owner = NULL WHERE owner = ?", (owner,))
        return self._due(connection, leave) if dead else None

    def extend(self, delivery: Delivery) -> None:
        """Keep the lease while the work goes on."""
        with self._database.write() as connection:
            connection.execute(
                "UPDATE messages SET leased_until = ? WHERE id = ? AND owner = ?",
                (self._now() + LEASE_SEC, delivery.id, self._processes.owner),
            )

    def finish(self, delivery: Delivery) -> None:
        with self._database.write() as connection:
            connection.execute("DELETE FROM messages WHERE id = ? AND owner = ?", (delivery.id, self._processes.owner))

    def defer(self, delivery: Delivery, seconds: float) -> None:
        """Give it back for another time; that is no failure."""
        with self._database.write() as connection:
            connection.execute(
                "UPDATE messages SET owner = NULL, available = ?, deliveries = deliveries - 1"
                " WHERE id = ? AND owner = ?",
                (self._now() + seconds, delivery.id, self._processes.owner),
            )

    def retry_later(self, delivery: Delivery) -> None:
        """Give it back after an error, for a later try."""
        with self._database.write() as connection:
            connection.execute(
                "UPDATE messages SET owner = NULL, available = ?, failures = failures + 1 WHERE id = ? AND owner = ?",
                (self._now() + backoff_sec(delivery.failures), delivery.id, self._processes.owner),
            )

    def move_to_dead_letters(self, delivery: Delivery, reason: str) -> None:
        """Make it a dead letter: kept for a person to read, never delivered again."""
        with self._database.write() as connection:
            self._move_to_dead_letters(connection, delivery.id, reason)

    def next_due_in(self, leave: str = "") -> float | None:
        """Seconds until something that is not of type ``leave`` may be taken; None when there is no such message."""
        row = self._database.read().execute(
            "SELECT MIN(MAX(available, CASE WHEN owner IS NULL THEN 0 ELSE leased_until END)) FROM messages"
            " WHERE type <> ?",
            (leave,),
        )
        (at,) = row.fetchone()
        return None if at is None else max(0.0, at - self._now())

    def depth(self) -> int:
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
    """0.5, 1, 2, 4, 8 ... s, at most 30, with a jitter of a quarter either way."""
    return min(0.5 * 2.0**failures, 30.0) * random.uniform(0.75, 1.25)


class WakeSender:
    """Wakes waiting workers of any process: each has a datagram socket on loopback whose port is a file's name."""

    def __init__(self, home: Path) -> None:
        self._folder = home / "bells"
        self._folder.mkdir(parents=True, exist_ok=True)

    def ring(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            for path in self._folder.iterdir():
                # a bell whose owner died rings in vain; the queue itself does not depend on bells
                with suppress(OSError, ValueError):
                    sender.sendto(b"!", ("127.0.0.1", int(path.name)))


class WakeListener:
    """One waiting worker's bell."""

    def __init__(self, home: Path) -> None:
        folder = home / "bells"
        folder.mkdir(parents=True, exist_ok=True)
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._path = folder / str(self._socket.getsockname()[1])
        self._path.touch()

    def wait(self, seconds: float) -> bool:
        """Until somebody rings, at most ``seconds``; whether somebody did."""
        self._socket.settimeout(max(seconds, 0.001))
        try:
            self._socket.recv(16)
        except TimeoutError:
            return False
        return True

    def ring(self) -> None:
        with suppress(OSError):
            self._socket.sendto(b"!", self._socket.getsockname())

    def close(self) -> None:
        self._path.unlink(missing_ok=True)
        self._socket.close()
