"""The backend of one machine: SQLite, files, and renderers in processes of their own."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sutradhar.backends.local.blobs import FileBlobStore
from sutradhar.backends.local.database import Database
from sutradhar.backends.local.day_tallies import SqliteDayTallyStore
from sutradhar.backends.local.documents import SqliteDocumentStore
from sutradhar.backends.local.process_registry import ProcessRegistry
from sutradhar.backends.local.queue import SqliteQueue
from sutradhar.backends.local.records import SqliteKeyValueStore
from sutradhar.backends.local.runner import LocalRenderRunner
from sutradhar.backends.local.stores import SqliteAssetStore, SqliteJobStore, SqliteLeaseStore
from sutradhar.backends.local.tallies import SqliteTallyStore
from sutradhar.backends.local.worker import Worker
from sutradhar.ports.clock import SystemClock

if TYPE_CHECKING:
    from pathlib import Path

    from sutradhar.config import Settings
    from sutradhar.domain.jobs.messages import Message
    from sutradhar.ports.bus import MessageBus
    from sutradhar.ports.clock import Clock
    from sutradhar.ports.day_tallies import DayTallyStore
    from sutradhar.ports.documents import DocumentStore
    from sutradhar.ports.records import KeyValueStore
    from sutradhar.ports.runner import RenderRunner
    from sutradhar.ports.stores import AssetStore, BlobStore, JobStore, LeaseStore
    from sutradhar.ports.tallies import TallyStore


_MAX_FREE_WORKERS = 4
"""Assets that are made at a time without a key, at most: each takes up to 100 MB."""


@dataclass(frozen=True)
class _Machine:
    """The adapters that share this machine's files and processes."""

    home: Path
    database: Database
    processes: ProcessRegistry
    queue: SqliteQueue
    runner: LocalRenderRunner
    asset_workers: int


@dataclass(frozen=True, eq=False, repr=False)  # each feature of a class takes time when it is made
class LocalBackend:
    """A Backend."""

    jobs: JobStore
    assets: AssetStore
    leases: LeaseStore
    records: KeyValueStore
    documents: DocumentStore
    tallies: TallyStore
    day_tallies: DayTallyStore
    blobs: BlobStore
    bus: MessageBus
    runner: RenderRunner
    clock: Clock
    machine: _Machine

    def create_worker(
        self, handle: Callable[[Message], None], give_up: Callable[[Message, BaseException], None]
    ) -> Worker:
        machine = self.machine
        return Worker(machine.queue, machine.home, handle, give_up, machine.asset_workers)

    def end_executions(self) -> None:
        self.machine.runner.close()

    def close(self) -> None:
        self.machine.database.close()
        self.machine.processes.close()


def local_backend(settings: Settings) -> LocalBackend:
    """Open the backend in ``settings.home``, and remove the unfinished files of processes that died."""
    home, clock = settings.home, SystemClock()
    processes = ProcessRegistry(home)
    database = Database(home / "state.db")
    queue = SqliteQueue(database, processes, clock, home)
    blobs = FileBlobStore(home / "blobs", processes.owner)
    for owner, path in blobs.list_unfinished():
        if not processes.is_alive(owner):
            path.unlink(missing_ok=True)
    environment = {**settings.environment, "SUTRADHAR_HOME": str(home)}
    runner = LocalRenderRunner(home, processes, queue, environment, settings.render_task.tmp_workdir or home / "tmp")
    return LocalBackend(
        jobs=SqliteJobStore(database),
        assets=SqliteAssetStore(database),
        leases=SqliteLeaseStore(database, processes, clock),
        records=SqliteKeyValueStore(database),
        documents=SqliteDocumentStore(database),
        tallies=SqliteTallyStore(database),
        day_tallies=SqliteDayTallyStore(database),
        blobs=blobs,
        bus=queue,
        runner=runner,
        clock=clock,
        machine=_Machine(home, database, processes, queue, runner, choose_asset_workers(settings)),
    )


def choose_asset_workers(settings: Settings) -> int:
    """Return how many assets are made at a time.

    If the settings leave it open it is 1, since a killed process loses the paid calls in hand. Without any key nothing
    is paid, and the providers of this machine use its cores.
    """
    if settings.worker.asset_workers is not None:
        return settings.worker.asset_workers
    return 1 if settings.providers.connections else min(os.cpu_count() or 1, _MAX_FREE_WORKERS)
