"""One suite for every backend. A backend joins with a ``Kit``: its ports, and a raw way round them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sutradhar.backends.local.blobs import FileBlobStore
from sutradhar.backends.local.database import Database
from sutradhar.backends.local.presence import Presence
from sutradhar.backends.local.stores import SqliteAssetStore, SqliteJobStore, SqliteLeaseStore
from sutradhar.ports.stores import AssetStore, BlobStore, JobStore, LeaseStore
from tests.world import SetClock


@dataclass
class Kit:
    jobs: JobStore
    assets: AssetStore
    blobs: BlobStore
    leases: LeaseStore
    other_leases: LeaseStore
    """The same store as another process sees it."""
    clock: SetClock
    raw_job: Callable[[str], str]
    """The stored text of a job, read round the store."""
    raw_blob: Callable[[str], bytes]


@pytest.fixture(params=["local"])
def kit(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Kit]:
    yield from {"local": _local}[request.param](tmp_path)


def _local(folder: Path) -> Iterator[Kit]:
    import sqlite3

    clock = SetClock()
    database = Database(folder / "state.db")
    here, there = Presence(folder), Presence(folder)

    def raw_job(job_id: str) -> str:
        connection = sqlite3.connect(folder / "state.db")
        try:
            row: Any = connection.execute("SELECT body FROM jobs WHERE id = ?", (job_id,)).fetchone()
        finally:
            connection.close()
        return str(row[0])

    yield Kit(
        jobs=SqliteJobStore(database), assets=SqliteAssetStore(database),
        blobs=FileBlobStore(folder / "blobs", here.owner), leases=SqliteLeaseStore(database, here, clock),
        other_leases=SqliteLeaseStore(database, there, clock), clock=clock, raw_job=raw_job,
        raw_blob=lambda name: (folder / "blobs" / name).read_bytes(),
    )  # fmt: skip
    database.close()
    here.close()
    there.close()
