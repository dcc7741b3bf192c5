"""The one SQLite file: a write-ahead log, one connection per thread, each write in a BEGIN IMMEDIATE transaction."""

import fcntl
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from sutradhar.backends.local import library_tables
from sutradhar.domain.core.errors import NewerRecord, UnreadableRecord

_SCHEMA = """
CREATE TABLE IF NOT EXISTS jobs (
    id TEXT PRIMARY KEY, state TEXT NOT NULL, over INTEGER NOT NULL, created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL, waits_until TEXT, version INTEGER NOT NULL, body TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS jobs_unfinished ON jobs (over, updated_at);
CREATE INDEX IF NOT EXISTS jobs_newest ON jobs (created_at);
CREATE TABLE IF NOT EXISTS assets (key TEXT PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS leases (
    name TEXT PRIMARY KEY, token INTEGER NOT NULL, owner TEXT NOT NULL, expires REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT, type TEXT NOT NULL, body TEXT NOT NULL, available REAL NOT NULL,
    failures INTEGER NOT NULL DEFAULT 0, deliveries INTEGER NOT NULL DEFAULT 0, owner TEXT, leased_until REAL,
    attributes TEXT NOT NULL DEFAULT '{}'
);
CREATE INDEX IF NOT EXISTS messages_next ON messages (available);
CREATE TABLE IF NOT EXISTS records (name TEXT PRIMARY KEY, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS documents (
    kind TEXT NOT NULL, id TEXT NOT NULL, owner TEXT NOT NULL, created_at TEXT NOT NULL, state TEXT NOT NULL,
    due_at TEXT, expire_at TEXT, body TEXT NOT NULL, PRIMARY KEY (kind, id)
);
CREATE INDEX IF NOT EXISTS documents_newest ON documents (kind, created_at, id);
CREATE INDEX IF NOT EXISTS documents_newest_owner ON documents (kind, owner, created_at, id);
CREATE INDEX IF NOT EXISTS documents_newest_state ON documents (kind, state, created_at, id);
CREATE INDEX IF NOT EXISTS documents_newest_owner_state ON documents (kind, owner, state, created_at, id);
CREATE INDEX IF NOT EXISTS documents_due ON documents (kind, due_at, id) WHERE due_at IS NOT NULL;
CREATE INDEX IF NOT EXISTS documents_expired ON documents (expire_at) WHERE expire_at IS NOT NULL;
CREATE TABLE IF NOT EXISTS counts (state TEXT PRIMARY KEY, total INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS tallies (name TEXT PRIMARY KEY, total REAL NOT NULL);
CREATE TABLE IF NOT EXISTS day_tallies (
    owner TEXT NOT NULL, day TEXT NOT NULL, name TEXT NOT NULL, total REAL NOT NULL, PRIMARY KEY (owner, day, name)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS dead_letters (
    id INTEGER PRIMARY KEY, body TEXT NOT NULL, reason TEXT NOT NULL, at REAL NOT NULL
);
"""


_STATEMENTS = (*filter(str.strip, _SCHEMA.split(";")), *library_tables.STATEMENTS)
"""The statements that create the tables where they are missing."""
_VERSION = 9
"""The version of the tables above; raise it with every change to them."""
_MIGRATIONS: Mapping[int, Callable[[sqlite3.Connection], object]] = {
    3: library_tables.refresh_entries,
    4: lambda _connection: None,  # only the new table `documents`
    5: lambda _connection: None,  # only the new table `tallies`
    6: lambda connection: connection.execute("ALTER TABLE messages ADD COLUMN attributes TEXT NOT NULL DEFAULT '{}'"),
    7: lambda connection: connection.execute("ALTER TABLE jobs ADD COLUMN waits_until TEXT"),
    8: lambda _connection: None,  # only the new table `day_tallies`
}
"""The steps from a version to the next one. Each runs after the missing tables were created. A file of a version
without a step is refused."""
_INDEXES_OF_NEW_COLUMNS = (
    "CREATE INDEX IF NOT EXISTS jobs_waiting ON jobs (waits_until) WHERE waits_until IS NOT NULL",
)
"""Statements that run after the migrations, since these add the columns."""

_BUSY_SEC = 30.0
"""Seconds that a statement waits for another process's transaction; ours take milliseconds."""


class Database:
    """The file and its connections.

    A file of an earlier version gets today's tables when it is opened. Raises NewerRecord or UnreadableRecord when the
    file has the tables of a newer or a much older version, and sqlite3's errors as they are (``OperationalError`` after
    30 s behind another writer).

    Connections are opened and closed under a file lock. The switch of a new file to the write-ahead log, and the last
    connection's clean-up of that log, refuse other processes at once, whatever timeout they have (sqlite.org/wal.html,
    section 2.4), so two commands that begin or end together must take turns.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._threads = threading.local()
        self._opened: list[sqlite3.Connection] = []
        self._lock = threading.Lock()
        self._turn = threading.Lock()
        with self.write() as connection:
            _prepare_tables(connection, path)

    def read(self) -> sqlite3.Connection:
        """Return the connection of this thread. Each statement sees all earlier commits."""
        connection: sqlite3.Connection | None = getattr(self._threads, "connection", None)
        if connection is None:
            # closed by close() from another thread than the one that opened it
            with self._hold_file_lock():
                connection = sqlite3.connect(
                    self._path, timeout=_BUSY_SEC, isolation_level=None, check_same_thread=False
                )
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = NORMAL")
            self._threads.connection = connection
            with self._lock:
                self._opened.append(connection)
        return connection

    @contextmanager
    def write(self) -> Iterator[sqlite3.Connection]:
        """Run the block in a transaction that is the only writer from its first statement on; roll back if it raises.

        The threads of this process wait for their turn at a lock. SQLite itself makes a writer that meets another one
        sleep, for up to 0.1 s at a time, and under load the last of twenty threads slept for a second.
        """
        connection = self.read()
        if not self._turn.acquire(timeout=_BUSY_SEC):
            raise sqlite3.OperationalError("database is locked by another thread")
        try:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")
        finally:
            self._turn.release()

    @contextmanager
    def _hold_file_lock(self) -> Iterator[None]:
        """Exclude the other processes of this home, and the other threads of this one, from opening and closing."""
        with self._path.with_suffix(".lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def close(self) -> None:
        """Close the connections of all threads; the next call of a thread opens a new one."""
        with self._lock, self._hold_file_lock():
            for connection in self._opened:
                connection.close()
            self._opened.clear()
        self._threads = threading.local()


def _prepare_tables(connection: sqlite3.Connection, path: Path) -> None:
    """Create the tables of a new file, and bring those of an earlier version to today's.

    Raises:
        NewerRecord, UnreadableRecord: the file has the tables of a version that has no step to today's.
    """
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT COUNT(*) FROM sqlite_master").fetchone()
    if version > _VERSION:
        raise NewerRecord(str(path))
    if tables and version < min(_MIGRATIONS):
        raise UnreadableRecord(str(path), "move this file away and start this version again")
    for statement in _STATEMENTS:
        connection.execute(statement)
    for number in range(version, _VERSION) if tables else ():
        _MIGRATIONS[number](connection)
    for statement in _INDEXES_OF_NEW_COLUMNS:
        connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {_VERSION}")
