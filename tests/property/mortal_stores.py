"""The stores of each backend, as functions that may be killed before each of their writes have them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest

from sutradhar.backends.gcp.documents import FirestoreDocumentStore
from sutradhar.backends.gcp.firestore import Firestore
from sutradhar.backends.gcp.records import FirestoreKeyValueStore
from sutradhar.backends.gcp.stores import FirestoreAssetStore, FirestoreJobStore, FirestoreLeaseStore
from sutradhar.backends.gcp.tallies import FirestoreTallyStore
from sutradhar.backends.local.database import Database
from sutradhar.backends.local.documents import SqliteDocumentStore
from sutradhar.backends.local.process_registry import ProcessRegistry
from sutradhar.backends.local.records import SqliteKeyValueStore
from sutradhar.backends.local.stores import SqliteAssetStore, SqliteJobStore, SqliteLeaseStore
from sutradhar.backends.local.tallies import SqliteTallyStore
from tests import emulated_cloud
from tests.fakes import FakeClock
from tests.property.fifty_jobs import FiftyJobs
from tests.property.processes import Stores

J = TypeVar("J", bound=FiftyJobs)


@contextmanager
def open_on_firestore(kind: type[J], folder: Path, clock: FakeClock, patch: pytest.MonkeyPatch) -> Iterator[J]:
    """Yield jobs of the class ``kind`` on the emulated Firestore."""
    store = Firestore(emulated_cloud.choose_deployment(patch), "(default)")
    stores = Stores(
        FirestoreJobStore(store),
        FirestoreAssetStore(store, clock, timedelta(days=29)),
        FirestoreLeaseStore(store, clock),
        FirestoreKeyValueStore(store, clock),
        FirestoreDocumentStore(store),
        FirestoreTallyStore(store),
    )
    jobs = kind(stores, folder, clock)
    jobs.executioner.watch_firestore(store)
    yield jobs
    store.close()


@contextmanager
def open_on_sqlite(kind: type[J], folder: Path, clock: FakeClock) -> Iterator[J]:
    """Yield jobs of the class ``kind`` on SQLite."""
    database, registry = Database(folder / "state.db"), ProcessRegistry(folder)
    stores = Stores(
        SqliteJobStore(database),
        SqliteAssetStore(database),
        SqliteLeaseStore(database, registry, clock),
        SqliteKeyValueStore(database),
        SqliteDocumentStore(database),
        SqliteTallyStore(database),
    )
    jobs = kind(stores, folder, clock)
    jobs.executioner.watch_database(database)
    yield jobs
    registry.close()
    database.close()
