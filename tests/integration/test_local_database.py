"""The one SQLite file of a home, with several threads and connections."""

import sqlite3
import threading
from pathlib import Path

import pytest

from sutradhar.backends.local import database as database_module
from sutradhar.backends.local.database import Database


def test_a_thread_that_waits_too_long_for_another_one_gives_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = Database(tmp_path / "state.db")
    monkeypatch.setattr(database_module, "_BUSY_SEC", 0.05)
    is_writing, may_end = threading.Event(), threading.Event()

    def write_slowly() -> None:
        with database.write():
            is_writing.set()
            may_end.wait(30)

    thread = threading.Thread(target=write_slowly)
    thread.start()
    assert is_writing.wait(30)
    with pytest.raises(sqlite3.OperationalError, match="locked"), database.write():
        pass
    may_end.set()
    thread.join()
    with database.write() as connection:  # the turn was given back
        connection.execute("INSERT INTO records VALUES ('a', '1')")
    database.close()


def test_a_failed_write_gives_its_turn_back(tmp_path: Path) -> None:
    database = Database(tmp_path / "state.db")
    with pytest.raises(ValueError, match="no"), database.write() as connection:
        connection.execute("INSERT INTO records VALUES ('a', '1')")
        raise ValueError("no")
    with database.write() as connection:
        assert connection.execute("SELECT COUNT(*) FROM records").fetchone() == (0,)
    database.close()
