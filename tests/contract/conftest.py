"""One suite for every backend. A backend joins with a ``StoreFixture``: its ports, and a way to read the store without
them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sutradhar.backends.local.blobs import FileBlobStore
from sutradhar.backends.local.database import Database
from sutradhar.backends.local.day_tallies import SqliteDayTallyStore
from sutradhar.backends.local.documents import SqliteDocumentStore
from sutradhar.backends.local.process_registry import ProcessRegistry
from sutradhar.backends.local.records import SqliteKeyValueStore
from sutradhar.backends.local.stores import SqliteAssetStore, SqliteJobStore, SqliteLeaseStore
from sutradhar.backends.local.tallies import SqliteTallyStore
from sutradhar.ports.day_tallies import DayTallyStore
from sutradhar.ports.documents import DocumentStore
from sutradhar.ports.records import KeyValueStore
from sutradhar.ports.stores import AssetStore, BlobStore, JobStore, LeaseStore
from sutradhar.ports.tallies import TallyStore
from tests import emulated_cloud
from tests.fakes import FakeClock


@dataclass
class StoreFixture:
    jobs: JobStore
    assets: AssetStore
    blobs: BlobStore
    records: KeyValueStore
    documents: DocumentStore
    tallies: TallyStore
    day_tallies: DayTallyStore
    leases: LeaseStore
    other_leases: LeaseStore
    """Return the same store as another process sees it."""
    clock: FakeClock
    raw_job: Callable[[str], str]
    """Return the stored text of a job, read without the store."""
    raw_blob: Callable[[str], bytes]


@pytest.fixture(params=["local", "gcp"])
def kit(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[StoreFixture]:
    if request.param == "local":
        yield from local_kit(tmp_path)
    else:
        request.getfixturevalue("emulators")
        yield from gcp_kit()


def local_kit(folder: Path) -> Iterator[StoreFixture]:
    import sqlite3

    clock = FakeClock()
    database = Database(folder / "state.db")
    here, there = ProcessRegistry(folder), ProcessRegistry(folder)

    def raw_job(job_id: str) -> str:
        connection = sqlite3.connect(folder / "state.db")
        try:
            row: Any = connection.execute("SELECT body FROM jobs WHERE id = ?", (job_id,)).fetchone()
        finally:
            connection.close()
        return str(row[0])

    yield StoreFixture(
        jobs=SqliteJobStore(database),
        assets=SqliteAssetStore(database),
        records=SqliteKeyValueStore(database),
        documents=SqliteDocumentStore(database),
        tallies=SqliteTallyStore(database),
        day_tallies=SqliteDayTallyStore(database),
        blobs=FileBlobStore(folder / "blobs", here.owner),
        leases=SqliteLeaseStore(database, here, clock),
        other_leases=SqliteLeaseStore(database, there, clock),
        clock=clock,
        raw_job=raw_job,
        raw_blob=lambda name: (folder / "blobs" / name).read_bytes(),
    )
    database.close()
    here.close()
    there.close()


def gcp_kit() -> Iterator[StoreFixture]:
    """Return the stores on the emulators of the environment, in a project and bucket of their own."""
    from google.cloud import firestore, storage

    from sutradhar.backends.gcp.blobs import GcsBlobStore
    from sutradhar.backends.gcp.day_tallies import FirestoreDayTallyStore
    from sutradhar.backends.gcp.documents import FirestoreDocumentStore
    from sutradhar.backends.gcp.firestore import Firestore
    from sutradhar.backends.gcp.records import FirestoreKeyValueStore
    from sutradhar.backends.gcp.stores import FirestoreAssetStore, FirestoreJobStore, FirestoreLeaseStore
    from sutradhar.backends.gcp.tallies import FirestoreTallyStore

    project, clock = emulated_cloud.project(), FakeClock()
    raw_store, raw_bucket = firestore.Client(project=project), storage.Client(project=project).create_bucket(project)
    here, there = Firestore(project, "(default)"), Firestore(project, "(default)")
    blobs = GcsBlobStore(project, project, "")
    yield StoreFixture(
        jobs=FirestoreJobStore(here),
        assets=FirestoreAssetStore(here, clock, timedelta(days=29)),
        records=FirestoreKeyValueStore(here, clock),
        documents=FirestoreDocumentStore(here),
        tallies=FirestoreTallyStore(here),
        day_tallies=FirestoreDayTallyStore(here),
        blobs=blobs,
        leases=FirestoreLeaseStore(here, clock),
        other_leases=FirestoreLeaseStore(there, clock),
        clock=clock,
        raw_job=lambda job_id: str(raw_store.document(f"jobs/{job_id}").get().get("body")),
        raw_blob=lambda name: bytes(raw_bucket.blob(name).download_as_bytes()),
    )
    for client in (here, there, blobs, raw_store):
        client.close()
