import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from sutradhar.backends.local.blobs import FileBlobStore
from sutradhar.backends.local.database import Database
from sutradhar.backends.local.process_registry import ProcessRegistry
from sutradhar.backends.local.queue import LEASE_SEC, MAX_DELIVERIES, MAX_FAILURES, Delivery, SqliteQueue, WakeListener
from sutradhar.backends.local.worker import Worker
from sutradhar.domain.core.errors import LeaseHeld, NewerRecord, SutradharError, UnreadableRecord
from sutradhar.domain.core.record import History
from sutradhar.domain.jobs.messages import Message, PlanRender
from sutradhar.ports.clock import SystemClock
from tests.fakes import FakeClock


class LocalQueue:
    """A queue with its database, clock and process registry."""

    def __init__(self, home: Path) -> None:
        self.home, self.clock = home, FakeClock()
        self.database = Database(home / "state.db")
        self.process_registry = ProcessRegistry(home)
        self.queue = SqliteQueue(self.database, self.process_registry, self.clock, home)

    def another_process(self) -> tuple[ProcessRegistry, SqliteQueue]:
        process_registry = ProcessRegistry(self.home)
        return process_registry, SqliteQueue(self.database, process_registry, self.clock, self.home)

    def dead_letters(self) -> list[str]:
        return [row[0] for row in self.database.read().execute("SELECT reason FROM dead_letters")]


@pytest.fixture
def local(tmp_path: Path) -> Iterator[LocalQueue]:
    local = LocalQueue(tmp_path)
    yield local
    local.database.close()
    local.process_registry.close()


def message(name: str = "job-1") -> Message:
    return PlanRender(job_id=name)


def job_of(message: Message) -> str:
    assert isinstance(message, PlanRender)
    return message.job_id


def test_messages_are_taken_in_order_and_deleted_when_finished(local: LocalQueue) -> None:
    for name in ("a", "b"):
        local.queue.publish(message(name))
    first, second = local.queue.take(), local.queue.take()
    assert first
    assert second
    assert [job_of(first.message), job_of(second.message)] == ["a", "b"]
    assert local.queue.take() is None
    local.queue.finish(first)
    local.queue.finish(second)
    assert local.queue.depth() == 0


def test_a_message_in_hand_is_delivered_again_when_its_lease_has_expired(local: LocalQueue) -> None:
    local.queue.publish(message())
    taken = local.queue.take()
    assert taken
    local.clock.advance(LEASE_SEC - 1)
    local.queue.extend(taken)
    local.clock.advance(2)
    assert local.queue.take() is None
    local.clock.advance(LEASE_SEC)
    assert local.queue.take()


def test_a_message_of_a_dead_process_is_delivered_again_at_once(local: LocalQueue) -> None:
    process_registry, queue = local.another_process()
    local.queue.publish(message())
    assert queue.take()
    assert local.queue.take() is None
    process_registry.close()
    again = local.queue.take()
    assert again
    assert again.deliveries == 1


def test_a_slow_worker_cannot_finish_a_message_that_another_one_has(local: LocalQueue) -> None:
    process_registry, queue = local.another_process()
    local.queue.publish(message())
    slow = queue.take()
    assert slow
    local.clock.advance(LEASE_SEC + 1)
    assert local.queue.take()
    queue.finish(slow)
    assert local.queue.depth() == 1
    process_registry.close()


def test_an_error_backs_off_and_the_last_one_is_known(local: LocalQueue) -> None:
    local.queue.publish(message())
    waited = []
    for number in range(MAX_FAILURES):
        taken = local.queue.take()
        assert taken, number
        assert taken.is_last_try == (number == MAX_FAILURES - 1)
        local.queue.retry_later(taken)
        due = local.queue.next_due_in()
        assert due
        assert local.queue.take() is None
        waited.append(due)
        local.clock.advance(due + 0.001)
    assert all(1.2 * a < b for a, b in pairwise(waited))


def test_waiting_for_a_lease_is_no_failure(local: LocalQueue) -> None:
    local.queue.publish(message())
    for _ in range(MAX_DELIVERIES + 5):
        taken = local.queue.take()
        assert taken
        assert (taken.failures, taken.is_exhausted) == (0, False)
        local.queue.defer(taken, 1)
        local.clock.advance(1)


def test_a_message_that_kills_its_process_every_time_is_exhausted(local: LocalQueue) -> None:
    local.queue.publish(message())
    for _ in range(MAX_DELIVERIES):
        process_registry, queue = local.another_process()
        taken = queue.take()
        assert taken
        assert not taken.is_exhausted
        process_registry.close()
    last = local.queue.take()
    assert last
    assert last.is_exhausted


def test_an_unreadable_message_becomes_a_dead_letter_and_does_not_stop_the_others(local: LocalQueue) -> None:
    with local.database.write() as connection:
        connection.execute("INSERT INTO messages (type, body, available) VALUES ('Nonsense', '{}', 0)")
    local.queue.publish(message())
    taken = local.queue.take()
    assert taken
    assert taken.message == message()
    assert "not a message of ours" in local.dead_letters()[0]


def test_a_message_of_a_newer_version_is_left_to_its_processes(
    local: LocalQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as newer:
        newer.setattr(History, "version", 99)
        local.queue.publish(message("newer"))
    local.queue.publish(message("ours"))
    taken = local.queue.take()
    assert taken
    assert taken.message == message("ours")
    local.queue.finish(taken)
    assert local.queue.take() is None
    assert local.dead_letters() == []
    local.clock.advance(LEASE_SEC)
    with monkeypatch.context() as newer:
        newer.setattr(History, "version", 99)
        again = local.queue.take()
    assert again
    assert again.message == message("newer")


@pytest.mark.parametrize(
    ("version", "error", "advice"),
    [
        (2, UnreadableRecord, "move this file away and start this version again"),
        (99, NewerRecord, "install that version"),
    ],
)
def test_tables_of_another_version_are_refused(
    tmp_path: Path, version: int, error: type[Exception], advice: str
) -> None:
    Database(tmp_path / "state.db").close()
    connection = sqlite3.connect(tmp_path / "state.db")
    connection.execute(f"PRAGMA user_version = {version}")
    connection.close()
    with pytest.raises(error, match=advice) as refused:
        Database(tmp_path / "state.db")
    assert str(refused.value).startswith(f"{tmp_path / 'state.db'} was written by ")


def test_a_type_of_message_can_be_excluded(local: LocalQueue) -> None:
    local.queue.publish(message("a"))
    assert local.queue.take(exclude_type="PlanRender") is None
    assert local.queue.next_due_in(exclude_type="PlanRender") is None
    assert local.queue.next_due_in() == 0
    assert local.queue.take(exclude_type="ProduceAsset")


def test_publishing_wakes_the_waiting_workers(local: LocalQueue) -> None:
    listener = WakeListener(local.home)
    process_registry, queue = local.another_process()
    queue.publish(message())
    assert listener.wait(30)
    assert not listener.wait(0.01)
    process_registry.close()
    assert local.queue.take()
    listener.close()


def test_the_worker_delivers_retries_and_puts_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from threading import Event

    monkeypatch.setattr("sutradhar.backends.local.queue.backoff_sec", lambda _failures: 0.0)
    database, process_registry = Database(tmp_path / "state.db"), ProcessRegistry(tmp_path)
    queue = SqliteQueue(database, process_registry, SystemClock(), tmp_path)
    tries: list[str] = []
    given_up: list[tuple[str, str]] = []
    ended = Event()

    def handle(got: Message) -> None:
        tries.append(job_of(got))
        if job_of(got) == "poison":
            raise ValueError("always")
        if job_of(got) == "busy" and tries.count("busy") < 3:
            raise LeaseHeld

    def give_up(got: Message, exc: BaseException) -> None:
        given_up.append((job_of(got), str(exc)))
        ended.set()

    worker = Worker(queue, tmp_path, handle, give_up)
    worker.start()
    for name in ("fine", "poison", "busy"):
        queue.publish(message(name))
    assert ended.wait(30)
    while queue.depth():
        pass
    worker.stop()
    assert given_up == [("poison", "always")]
    assert (tries.count("fine"), tries.count("poison"), tries.count("busy")) == (1, MAX_FAILURES, 3)
    database.close()
    process_registry.close()


def test_a_worker_outlives_errors_of_the_queue_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk is full for a while: the message is handled once there is space again."""
    monkeypatch.setattr("sutradhar.backends.local.worker._IDLE_SEC", 0.01)
    local, done = LocalQueue(tmp_path), threading.Event()
    take, fails = local.queue.take, iter([True] * 6)

    def sometimes(leave: str = "") -> Delivery | None:
        if next(fails, False):
            raise sqlite3.OperationalError("database or disk is full")
        return take(leave)

    monkeypatch.setattr(local.queue, "take", sometimes)
    local.queue.publish(message())
    worker = Worker(local.queue, tmp_path, lambda _message: done.set(), lambda _message, _exc: None)
    worker.start()
    assert done.wait(30)
    worker.stop()
    local.database.close()
    local.process_registry.close()


def test_unfinished_files_are_listed_with_their_owner(tmp_path: Path) -> None:
    store = FileBlobStore(tmp_path, "me")
    with pytest.raises(FileNotFoundError):
        store.put_file("a", tmp_path / "missing")
    assert list(store.list_unfinished()) == []
    (tmp_path / ".unfinished" / "you.abc").write_bytes(b"half")
    assert [owner for owner, _ in store.list_unfinished()] == ["you"]
    assert not store.exists("a")


def test_a_file_of_another_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "state.db") as old:
        old.execute("CREATE TABLE messages (id INTEGER)")
    old.close()
    with pytest.raises(SutradharError, match="another version"):
        Database(tmp_path / "state.db")
    with sqlite3.connect(tmp_path / "state.db") as old:
        assert old.execute("SELECT name FROM sqlite_master").fetchall() == [("messages",)]
    old.close()


def test_an_equal_message_that_waits_is_brought_forward_instead_of_doubled(local: LocalQueue) -> None:
    local.queue.publish(message())
    first = local.queue.take()
    assert first
    local.queue.publish(message())  # the first one is being handled, so this is a second one
    local.queue.publish(message())
    assert local.queue.depth() == 2
    local.queue.defer(first, 100)
    second = local.queue.take()
    assert second
    local.queue.finish(second)
    assert local.queue.take() is None
    local.queue.publish(message())
    assert local.queue.take() == first


def test_a_message_that_failed_keeps_its_pause_and_gets_no_further_tries(local: LocalQueue) -> None:
    local.queue.publish(message())
    for tries in range(1, MAX_FAILURES + 1):
        delivery = local.queue.take()
        assert delivery
        assert delivery.is_last_try == (tries == MAX_FAILURES)
        local.queue.retry_later(delivery)
        local.queue.publish(message())  # as of a job that is looked after meanwhile
        assert local.queue.depth() == 1
        assert local.queue.take() is None
        local.clock.advance(60)


OPEN_AND_CLOSE = """
import pathlib, sys
from sutradhar.backends.local.database import Database
for number in range(25):
    database = Database(pathlib.Path(sys.argv[1]) / f"{number}.db")
    with database.write() as connection:
        connection.execute("INSERT INTO records VALUES (?, '')", (sys.argv[2],))
    database.close()
"""


def test_processes_that_begin_and_end_together_share_a_new_home(tmp_path: Path) -> None:
    """Each of 25 new databases is opened, written and closed by five processes at about the same time."""
    argv = [sys.executable, "-c", OPEN_AND_CLOSE, str(tmp_path)]
    running = [subprocess.Popen([*argv, str(i)], stderr=subprocess.PIPE, text=True) for i in range(5)]
    outputs = [process.communicate(timeout=120)[1] for process in running]
    assert [process.returncode for process in running] == [0] * 5, outputs
    for number in range(25):
        database = Database(tmp_path / f"{number}.db")
        assert database.read().execute("SELECT COUNT(*) FROM records").fetchone() == (5,)
        database.close()
