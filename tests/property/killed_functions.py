"""Functions that are killed before each of their writes in turn, while every message is delivered more than once and in
any order. A killed function leaves its leases and its message behind, as SIGKILL does."""

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from sqlite3 import Connection
from typing import Any

from sutradhar.backends.gcp.firestore import Firestore
from sutradhar.backends.local.database import Database
from sutradhar.domain.core.errors import LeaseHeld, ProviderError, StaleLease
from sutradhar.domain.jobs.messages import Message
from sutradhar.ports.stores import MAX_LEASE
from tests.fakes import FakeClock
from tests.property.interleaving import Killed

COPIES = 2
"""The copies of each message that are delivered at least."""
_KILLS, _MOST_KILLS = 1, 3
"""The functions with each message that are killed, and their number as long as no function of their kind was killed
before some of its writes."""
_FIRST_GUESS = 8
"""The number of writes that a kind of function has, until one of them has lived to its end."""
_READS = ("get", "read", "list", "count", "exists", "report", "open", "size", "fetch", "url")


class Executioner:
    """Kills a function before one of its writes, and over time before each of them."""

    def __init__(self) -> None:
        self.killed: dict[str, set[int]] = defaultdict(set)
        """The numbers of the writes before which a function was killed, by kind of function."""
        self.most_writes: Counter[str] = Counter()
        """The most writes of a function that lived to its end, by kind of function."""
        self._turn: Counter[str] = Counter()
        self._kind, self._point, self._writes, self._is_dead = "", -1, 0, False
        self._commits = 0

    def run(self, kind: str, work: Callable[[], object], *, lives: bool) -> bool:
        """Return whether the function lived to its end."""
        self._kind, self._writes, self._is_dead = kind, 0, False
        self._point = -1 if lives else self._choose_point(kind)
        try:
            work()
        except Killed:
            return False
        finally:
            self._turn[kind] += not lives
            self._is_dead = False
            self._point = -1
        self.most_writes[kind] = max(self.most_writes[kind], self._writes)
        return True

    def spares(self, kind: str, deaths: int) -> bool:
        """Return whether the next function lives, after ``deaths`` deaths with the same message."""
        return deaths >= (_MOST_KILLS if self._list_missing(kind) else _KILLS)

    def _choose_point(self, kind: str) -> int:
        """Return the number of a write before which no function of this kind was killed yet; if there is none, of the
        next one in turn."""
        missing, number = self._list_missing(kind), self.most_writes[kind] or _FIRST_GUESS
        return missing[0] if missing else self._turn[kind] % number

    def _list_missing(self, kind: str) -> list[int]:
        numbers = range(self.most_writes[kind] or _FIRST_GUESS)
        return [number for number in numbers if number not in self.killed[kind]]

    def enter(self, *, is_write: bool) -> None:
        """Raise Killed if the function is dead, or dies now."""
        if is_write and self._writes == self._point:
            self._is_dead = True
            self.killed[self._kind].add(self._writes)
        if self._is_dead:
            raise Killed
        self._writes += is_write
        self._commits = 0

    def commit(self) -> None:
        """Kill the function also between two transactions of one call of a port; no call of ours has two."""
        self._commits += 1
        if self._commits > 1:
            self.enter(is_write=True)

    def watch_database(self, database: Database) -> None:
        """Call ``commit`` before each transaction of SQLite."""
        write = database.write

        @contextmanager
        def write_watched() -> Iterator[Connection]:
            self.commit()
            with write() as connection:
                yield connection

        database.write = write_watched  # type: ignore[method-assign]  # this is the point of it

    def watch_firestore(self, store: Firestore) -> None:
        """Call ``commit`` before each commit of a batch."""
        make_batch = store.client.batch

        def make_watched() -> Any:
            batch = make_batch()
            write = batch.commit

            def commit(*args: Any, **kwargs: Any) -> Any:
                self.commit()
                return write(*args, **kwargs)

            batch.commit = commit
            return batch

        store.client.batch = make_watched


class MortalPort:
    """A port of a function that may be killed before each write."""

    def __init__(self, port: object, executioner: Executioner) -> None:
        self._port, self._executioner = port, executioner

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._port, name)
        if not callable(attribute):
            return attribute

        def call(*args: Any, **kwargs: Any) -> Any:
            self._executioner.enter(is_write=not name.startswith(_READS))
            return attribute(*args, **kwargs)

        return call


class UnorderedBus:
    """A bus that delivers each message ``COPIES`` times or more often, in any order."""

    reports_last_error = True

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._waiting: list[Message] = []

    def publish(self, message: Message) -> None:
        self._waiting += [message] * (COPIES - self._waiting.count(message))

    def take_all(self) -> list[Message]:
        """Return all messages that wait, in any order."""
        messages, self._waiting = self._waiting, []
        self._random.shuffle(messages)
        return messages

    def put_back(self, message: Message) -> None:
        self._waiting.append(message)

    def __len__(self) -> int:
        return len(self._waiting)


class MortalWorker:
    """Delivers all messages of the bus until there are none; time passes between two deliveries."""

    def __init__(
        self,
        bus: UnorderedBus,
        clock: FakeClock,
        executioner: Executioner,
        handle: Callable[[Message], None],
        fail_job: Callable[[Message, BaseException], None],
        observe: Callable[[str], None],
    ) -> None:
        self._bus, self._clock, self._executioner = bus, clock, executioner
        self._handle, self._fail_job, self._observe = handle, fail_job, observe
        self._tries: Counter[str] = Counter()
        self._random = random.Random(1)

    def call(self, kind: str, work: Callable[[], object], job_id: str) -> None:
        """Do what a caller asks for. Its function is killed at first; then the caller asks again, and once more."""
        deaths = lives = 0
        while lives < 2:
            self._clock.advance(self._random.uniform(0, 3))
            lived = self._executioner.run(kind, work, lives=self._executioner.spares(kind, deaths + lives))
            lives, deaths = lives + lived, deaths + (not lived)
            self._observe(job_id)

    def deliver_all(self) -> None:
        """Deliver what waits now once. A message whose function failed or was killed goes back."""
        for message in self._bus.take_all():
            self._clock.advance(self._random.uniform(0, 3))
            name = message.to_record()
            lives = self._executioner.spares(message.type, self._tries[name])
            lived = self._executioner.run(message.type, partial(self._deliver, message), lives=lives)
            self._tries[name] += 1
            if not lived:
                self._bus.put_back(message)
            self._observe(getattr(message, "job_id", ""))
        self._clock.advance(MAX_LEASE.total_seconds())  # the leases of the killed functions end

    def _deliver(self, message: Message) -> None:
        try:
            self._handle(message)
        except (LeaseHeld, StaleLease):
            self._bus.put_back(message)
        except ProviderError as exc:
            if not exc.retryable:
                self._fail_job(message, exc)
            else:
                self._bus.put_back(message)
