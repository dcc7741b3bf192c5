"""The backend on Google Cloud. Each adapter is imported and made when it is first read, so a function pays only for
the adapters on its own path."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NoReturn, Protocol, TypeVar

from sutradhar.bootstrap.lazy import lazy
from sutradhar.domain.core.errors import FieldError, InvalidRequest
from sutradhar.ports.clock import SystemClock

if TYPE_CHECKING:
    from sutradhar.backends.gcp.blobs import GcsBlobStore
    from sutradhar.backends.gcp.bus import PubSubBus
    from sutradhar.backends.gcp.day_tallies import FirestoreDayTallyStore
    from sutradhar.backends.gcp.documents import FirestoreDocumentStore
    from sutradhar.backends.gcp.firestore import Firestore
    from sutradhar.backends.gcp.records import FirestoreKeyValueStore
    from sutradhar.backends.gcp.runner import CloudRunRunner
    from sutradhar.backends.gcp.stores import FirestoreAssetStore, FirestoreJobStore, FirestoreLeaseStore
    from sutradhar.backends.gcp.tallies import FirestoreTallyStore
    from sutradhar.config import CloudSettings


class _Client(Protocol):
    def close(self) -> None: ...


C = TypeVar("C", bound=_Client)


class GcpBackend:
    """A Backend."""

    def __init__(self, settings: CloudSettings) -> None:
        self._settings = settings
        self._opened: list[_Client] = []
        self.clock = SystemClock()

    @lazy
    def _firestore(self) -> Firestore:
        from sutradhar.backends.gcp.firestore import Firestore

        return self._close_later(Firestore(self._settings.project, self._settings.database))

    @lazy
    def jobs(self) -> FirestoreJobStore:
        from sutradhar.backends.gcp.stores import FirestoreJobStore

        return FirestoreJobStore(self._firestore)

    @lazy
    def assets(self) -> FirestoreAssetStore:
        from sutradhar.backends.gcp.stores import FirestoreAssetStore

        # a record ends a day before the bucket deletes its file
        return FirestoreAssetStore(self._firestore, self.clock, timedelta(days=self._settings.asset_days - 1))

    @lazy
    def leases(self) -> FirestoreLeaseStore:
        from sutradhar.backends.gcp.stores import FirestoreLeaseStore

        return FirestoreLeaseStore(self._firestore, self.clock)

    @lazy
    def records(self) -> FirestoreKeyValueStore:
        from sutradhar.backends.gcp.records import FirestoreKeyValueStore

        return FirestoreKeyValueStore(self._firestore, self.clock)

    @lazy
    def documents(self) -> FirestoreDocumentStore:
        from sutradhar.backends.gcp.documents import FirestoreDocumentStore

        return FirestoreDocumentStore(self._firestore)

    @lazy
    def tallies(self) -> FirestoreTallyStore:
        from sutradhar.backends.gcp.tallies import FirestoreTallyStore

        return FirestoreTallyStore(self._firestore)

    @lazy
    def day_tallies(self) -> FirestoreDayTallyStore:
        from sutradhar.backends.gcp.day_tallies import FirestoreDayTallyStore

        return FirestoreDayTallyStore(self._firestore)

    @lazy
    def blobs(self) -> GcsBlobStore:
        from sutradhar.backends.gcp.blobs import GcsBlobStore

        cloud = self._settings
        return self._close_later(GcsBlobStore(cloud.project, cloud.bucket, cloud.service_account))

    @lazy
    def bus(self) -> PubSubBus:
        from sutradhar.backends.gcp.bus import PubSubBus

        return self._close_later(PubSubBus(self._settings.project, self._settings.topic_prefix))

    @lazy
    def runner(self) -> CloudRunRunner:
        from sutradhar.backends.gcp.runner import CloudRunRunner

        cloud = self._settings
        return self._close_later(
            CloudRunRunner(
                cloud.project, cloud.region, cloud.render_job, cloud.render_machine, cloud.run_endpoint, self.clock
            )
        )

    def create_worker(self, *_handlers: object) -> NoReturn:
        message = "must be local: on Google Cloud, Pub/Sub delivers to the functions"
        raise InvalidRequest([FieldError("BACKEND", message)])

    def end_executions(self) -> None:
        """Do nothing: Cloud Run's executions outlive the process that started them."""

    def close(self) -> None:
        for client in self._opened:
            client.close()

    def _close_later(self, client: C) -> C:
        self._opened.append(client)
        return client
