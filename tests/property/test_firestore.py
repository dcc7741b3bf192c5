"""The pipeline's property on Firestore: the same events, and other processes may write between a job's reading and
writing."""

from datetime import timedelta

import pytest

from sutradhar.backends.gcp.documents import FirestoreDocumentStore
from sutradhar.backends.gcp.firestore import Firestore
from sutradhar.backends.gcp.records import FirestoreKeyValueStore
from sutradhar.backends.gcp.stores import FirestoreAssetStore, FirestoreJobStore, FirestoreLeaseStore
from sutradhar.backends.gcp.tallies import FirestoreTallyStore
from sutradhar.backends.local.process_registry import ProcessRegistry
from tests import emulated_cloud
from tests.property.machine import PipelineMachine
from tests.property.processes import Stores
from tests.property.test_pipeline import run


class FirestoreMachine(PipelineMachine):
    def __init__(self) -> None:
        # a project for each schedule: nothing is there when it begins
        self.firestore = Firestore(emulated_cloud.project(), "(default)")
        super().__init__()

    def stores(self, process_registry: ProcessRegistry) -> Stores:
        return Stores(
            FirestoreJobStore(self.firestore),
            FirestoreAssetStore(self.firestore, self.clock, timedelta(days=29)),
            FirestoreLeaseStore(self.firestore, self.clock),
            FirestoreKeyValueStore(self.firestore, self.clock),
            FirestoreDocumentStore(self.firestore),
            FirestoreTallyStore(self.firestore),
            between=True,
        )

    def teardown(self) -> None:
        try:
            super().teardown()
        finally:
            self.firestore.close()


@pytest.mark.usefixtures("emulators")
@pytest.mark.parametrize("part", range(2))
def test_on_firestore_too_every_job_ends_once_and_nothing_is_made_twice(part: int) -> None:
    """2 × 40 schedules."""
    run(FirestoreMachine, part, 40)
