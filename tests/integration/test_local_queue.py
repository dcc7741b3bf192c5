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


class Shop:
    """A queue and what is round it."""

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
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path)
    yield made
    made.database.close()
    made.process_registry.close()


def message(name: str = "job-1") -> Message:
    return PlanRender(job_id=name)


def test_messages_are_taken_in_order_and_gone_when_done(shop: Shop) -> None:
    for name in ("a", "b"):
        shop.queue.publish(message(name))
    first, second = shop.queue.take(), shop.queue.take()
    assert first
    assert second
    assert [first.message.job_id, second.message.job_id] == ["a", "b"]
    assert shop.queue.take() is None
    shop.queue.finish(first)
    shop.queue.finish(second)
    assert shop.queue.depth() == 0


def test_a_message_in_hand_comes_again_when_its_lease_is_over(shop: Shop) -> None:
    shop.queue.publish(message())
    taken = shop.queue.take()
    assert taken
    shop.clock.advance(LEASE_SEC - 1)
    shop.queue.extend(taken)
    shop.clock.advance(2)
    assert shop.queue.take() is None
    shop.clock.advance(LEASE_SEC)
    assert shop.queue.take()


def test_a_message_of_a_dead_process_comes_again_at_once(shop: Shop) -> None:
    process_registry, queue = shop.another_process()
    shop.queue.publish(message())
    assert queue.take()
    assert shop.queue.take() is None
    process_registry.close()
    again = shop.queue.take()
    assert again
    assert again.deliveries == 1


def test_a_slow_worker_cannot_end_what_was_given_to_another(shop: Shop) -> None:
    process_registry, queue = shop.another_process()
    shop.queue.publish(message())
    slow = queue.take()
    assert slow
    shop.clock.advance(LEASE_SEC + 1)
    assert shop.queue.take()
    queue.finish(slow)
    assert shop.queue.depth() == 1
    process_registry.close()


def test_an_error_backs_off_and_the_last_one_is_known(shop: Shop) -> None:
    shop.queue.publish(message())
    waited = []
    for number in range(MAX_FAILURES):
        taken = shop.queue.take()
        assert taken, number
        assert taken.is_last_try == (number == MAX_FAILURES - 1)
        shop.queue.retry_later(taken)
        due = shop.queue.next_due_in()
        assert due
        assert shop.queue.take() is None
        waited.append(due)
        shop.clock.advance(due + 0.001)
    assert all(1.2 * a < b for a, b in pairwise(waited))


def test_waiting_for_somebody_is_no_failure(shop: Shop) -> None:
    shop.queue.publish(message())
    for _ in range(MAX_DELIVERIES + 5):
        taken = shop.queue.take()
        assert taken
        assert (taken.failures, taken.is_exhausted) == (0, False)
        shop.queue.defer(taken, 1)
        shop.clock.advance(1)


def test_a_message_that_kills_its_process_every_time_is_worn_out(shop: Shop) -> None:
    shop.queue.publish(message())
    for _ in range(MAX_DELIVERIES):
        process_registry, queue = shop.another_process()
        taken = queue.take()
        assert taken
        assert not taken.is_exhausted
        process_registry.close()
    last = shop.queue.take()
    assert last
    assert last.is_exhausted


def test_rubbish_becomes_a_dead_letter_and_does_not_stop_the_rest(shop: Shop) -> None:
    with shop.database.write() as connection:
        connection.execute("INSERT INTO messages (type, body, available) VALUES ('Nonsense', '{}', 0)")
    shop.queue.publish(message())
    taken = shop.queue.take()
    assert taken
    assert taken.message == message()
    assert "not a message of ours" in shop.dead_letters()[0]


def test_a_message_of_a_newer_version_is_left_to_its_processes(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as newer:
        newer.setattr(History, "version", 99)
        shop.queue.publish(message("newer"))
    shop.queue.publish(message("ours"))
    taken = shop.queue.take()
    assert taken
    assert taken.message == message("ours")
    shop.queue.finish(taken)
    assert shop.queue.take() is None
    assert shop.dead_letters() == []
    shop.clock.advance(LEASE_SEC)
    with monkeypatch.context() as newer:
        newer.setattr(History, "version", 99)
        again = shop.queue.take()
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


def test_a_type_can_be_left_to_others(shop: Shop) -> None:
    shop.queue.publish(message("a"))
    assert shop.queue.take(exclude_type="PlanRender") is None
    assert shop.queue.next_due_in(exclude_type="PlanRender") is None
    assert shop.queue.next_due_in() == 0
    assert shop.queue.take(exclude_type="ProduceAsset")


def test_publishing_rings_those_who_wait(shop: Shop) -> None:
    bell = WakeListener(shop.home)
    process_registry, queue = shop.another_process()
    queue.publish(message())
    assert bell.wait(30)
    assert not bell.wait(0.01)
    process_registry.close()
    assert shop.queue.take()
    bell.close()


def test_the_worker_delivers_retries_and_buries(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from threading import Event

    monkeypatch.setattr("sutradhar.backends.local.queue.backoff_sec", lambda _failures: 0.0)
    database, process_registry = Database(tmp_path / "state.db"), ProcessRegistry(tmp_path)
    queue = SqliteQueue(database, process_registry, SystemClock(), tmp_path)
    tries: list[str] = []
    given_up: list[tuple[str, str]] = []
    ended = Event()

    def handle(got: Message) -> None:
        tries.append(got.job_id)
        if got.job_id == "poison":
            raise ValueError("always")
        if got.job_id == "busy" and tries.count("busy") < 3:
            raise LeaseHeld

    def give_up(got: Message, exc: BaseException) -> None:
        given_up.append((got.job_id, str(exc)))
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
    shop, done = Shop(tmp_path), threading.Event()
    take, fails = shop.queue.take, iter([True] * 6)

    def sometimes(leave: str = "") -> Delivery | None:
        if next(fails, False):
            raise sqlite3.OperationalError("database or disk is full")
        return take(leave)

    monkeypatch.setattr(shop.queue, "take", sometimes)
    shop.queue.publish(message())
    worker = Worker(shop.queue, tmp_path, lambda _message: done.set(), lambda _message, _exc: None)
    worker.start()
    assert done.wait(30)
    worker.stop()
    shop.database.close()
    shop.process_registry.close()


def test_half_written_files_are_known_by_their_owner(tmp_path: Path) -> None:
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


def test_an_equal_message_that_waits_is_brought_forward_instead_of_doubled(shop: Shop) -> None:
    shop.queue.publish(message())
    first = shop.queue.take()
    assert first
    shop.queue.publish(message())  # the first one is being handled, so this is a second one
    shop.queue.publish(message())
    assert shop.queue.depth() == 2
    shop.queue.defer(first, 100)
    second = shop.queue.take()
    assert second
    shop.queue.finish(second)
    assert shop.queue.take() is None
    shop.queue.publish(message())
    assert shop.queue.take() == first


def test_a_message_that_failed_keeps_its_rest_and_gets_no_further_tries(shop: Shop) -> None:
    shop.queue.publish(message())
    for tries in range(1, MAX_FAILURES + 1):
        found = shop.queue.take()
        assert found
        assert found.is_last_try == (tries == MAX_FAILURES)
        shop.queue.retry_later(found)
        shop.queue.publish(message())  # as of a job that is looked after meanwhile
        assert shop.queue.depth() == 1
        assert shop.queue.take() is None
        shop.clock.advance(60)


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
    said = [process.communicate(timeout=120)[1] for process in running]
    assert [process.returncode for process in running] == [0] * 5, said
    for number in range(25):
        database = Database(tmp_path / f"{number}.db")
        assert database.read().execute("SELECT COUNT(*) FROM records").fetchone() == (5,)
        database.close()
