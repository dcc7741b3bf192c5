"""A publication makes one video at most, also when messages are lost and workers are killed."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from sutradhar.backends.gcp.documents import FirestoreDocumentStore
from sutradhar.backends.gcp.firestore import Firestore
from sutradhar.backends.gcp.records import FirestoreKeyValueStore
from sutradhar.backends.gcp.stores import FirestoreAssetStore, FirestoreJobStore, FirestoreLeaseStore
from sutradhar.backends.gcp.tallies import FirestoreTallyStore
from sutradhar.destinations.youtube import upload
from tests import emulated_cloud
from tests.property.processes import Stores
from tests.property.publishing_machine import PublishingMachine


@pytest.fixture(autouse=True)
def keep_chunk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the machine choose the size of the pieces in which the video is sent."""
    monkeypatch.setattr(upload, "CHUNK", upload.CHUNK)


class FirestoreMachine(PublishingMachine):
    def make_stores(self) -> Stores:
        # a project for each schedule: nothing is there when it begins
        self.firestore = Firestore(emulated_cloud.project(), "(default)")
        return Stores(
            FirestoreJobStore(self.firestore),
            FirestoreAssetStore(self.firestore, self.clock, timedelta(days=29)),
            FirestoreLeaseStore(self.firestore, self.clock),
            FirestoreKeyValueStore(self.firestore, self.clock),
            FirestoreDocumentStore(self.firestore),
            FirestoreTallyStore(self.firestore),
        )

    def teardown(self) -> None:
        try:
            super().teardown()
        finally:
            self.firestore.close()


@pytest.mark.parametrize("part", range(6))
def test_a_publication_makes_one_video_and_none_before_its_minute(part: int) -> None:
    """6 × 200 schedules."""
    run(PublishingMachine, part, 200)


@pytest.mark.usefixtures("emulators")
def test_on_firestore_too_a_publication_makes_one_video() -> None:
    """40 schedules."""
    run(FirestoreMachine, 0, 40)


def run(machine: type[PublishingMachine], number: int, schedules: int) -> None:
    seeded = seed(number)(run_state_machine_as_test)
    seeded(
        machine,
        settings=settings(
            max_examples=schedules,
            stateful_step_count=40,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
