"""Each verdict on a publication counts once, however often ticks and messages come, and wherever workers are killed."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, cast

import pytest
from prometheus_client.parser import text_string_to_metric_families

from functions.api.prometheus import write_metrics
from sutradhar.backends.gcp.documents import FirestoreDocumentStore
from sutradhar.backends.gcp.firestore import Firestore
from sutradhar.backends.gcp.records import FirestoreKeyValueStore
from sutradhar.backends.gcp.stores import FirestoreAssetStore, FirestoreJobStore, FirestoreLeaseStore
from sutradhar.backends.gcp.tallies import FirestoreTallyStore
from sutradhar.backends.local.blobs import FileBlobStore
from sutradhar.backends.local.database import Database
from sutradhar.backends.local.documents import SqliteDocumentStore
from sutradhar.backends.local.process_registry import ProcessRegistry
from sutradhar.backends.local.records import SqliteKeyValueStore
from sutradhar.backends.local.stores import SqliteAssetStore, SqliteJobStore, SqliteLeaseStore
from sutradhar.backends.local.tallies import SqliteTallyStore
from sutradhar.domain.jobs.messages import PublishVideo
from sutradhar.domain.plan.options import PlanDefaults
from sutradhar.domain.publishing.details import PublicationDetails
from sutradhar.domain.publishing.publication import Publication
from sutradhar.pipeline.operations import read_operations
from sutradhar.pipeline.publishing.due import publish_due
from sutradhar.pipeline.publishing.schedule import (
    PublicationOrder,
    cancel_publication,
    retry_publication,
    schedule_publication,
)
from sutradhar.pipeline.publishing.store import PUBLICATIONS
from sutradhar.pipeline.publishing.work import publish_video
from sutradhar.pipeline.services import Services
from tests import emulated_cloud
from tests.fake_providers import free_call_gate, provider_set
from tests.fakes import FakeClock, FakeProviders, FakeRunner, PortSet, Renderers
from tests.finished_job import store_finished_job
from tests.property.killed_functions import Executioner, MortalPort, UnorderedBus
from tests.property.processes import Stores
from tests.property.publishing_fates import FATES, FateDestination

STEP_SEC = 240.0
"""The time between two rounds at least; three deaths of workers still miss nothing."""
TICK_WRITES = 5
"""The writes of a tick with two publications; ticks are killed before each of them at least."""


class Newsroom:
    """The publications, and workers that are killed before each of their writes in turn."""

    def __init__(self, stores: Stores, folder: Path, clock: FakeClock, jobs: int) -> None:
        self.jobs = jobs
        """Each is published to each destination."""
        self.clock, self.executioner, self.bus = clock, Executioner(), UnorderedBus(seed=14)
        self.destinations = {fate: FateDestination(fate) for fate in FATES}
        self.ticks = 0
        self._deaths: Counter[str] = Counter()
        ports = {**vars(stores), "blobs": FileBlobStore(folder / "blobs"), "bus": self.bus}
        ports |= {"runner": FakeRunner(Renderers(), "one")}
        ports.pop("between")
        self.services = self._make_services(ports)
        self.mortal = self._make_services({name: MortalPort(port, self.executioner) for name, port in ports.items()})

    def _make_services(self, ports: dict[str, Any]) -> Services:
        backend = PortSet(**ports, clock=self.clock)
        gate = free_call_gate(ports["records"], ports["leases"], self.clock)
        providers = replace(provider_set(FakeProviders(), gate), destinations=cast(Any, self.destinations))
        return Services(backend, providers, PlanDefaults())

    def order_all(self) -> list[Publication]:
        ordered = []
        for number in range(self.jobs):
            job = store_finished_job(self.services, f"job-{number}")
            for fate in FATES:
                ahead = timedelta(hours=2) if "shown_at_its" in fate or fate == "canceled" else timedelta(0)
                order = PublicationOrder(fate, PublicationDetails(title="Tea"), self.clock.now() + ahead)
                ordered.append(schedule_publication(self.services, job, order))
        return ordered

    def work_until_all_ends(self, ordered: list[Publication]) -> None:
        for _ in range(300):
            self._tick()
            self._tick()
            for message in self.bus.take_all():
                assert isinstance(message, PublishVideo)
                self._run("publish", message.publication_id, partial(publish_video, self.mortal, message))
            now = list(self.services.documents.get_many(PUBLICATIONS, [one.id for one in ordered]).values())
            self._do_what_owners_want(now)
            waits = [one.due_at for one in now if one.due_at]
            if not waits:
                return
            self.clock.advance(max(STEP_SEC, (min(waits) - self.clock.now()).total_seconds()))
        raise AssertionError("the publications never ended")

    def _do_what_owners_want(self, publications: list[Publication]) -> None:
        """Cancel and retry as the fates say, twice each."""
        ended = {one.state for one in publications if one.destination == "retried"}
        if ended == {"failed"}:
            self.destinations["retried"].is_signed_in = True
            for one in [one for one in publications if one.destination == "retried"] * 2:
                retry_publication(self.services, one.id, None)
        for one in [one for one in publications if one.destination == "canceled"] * 2:
            cancel_publication(self.services, one.id, None)

    def _tick(self) -> None:
        self.ticks += self._run("tick", "", lambda: publish_due(self.mortal))

    def _run(self, kind: str, subject: str, work: Any) -> bool:
        """Return whether the function lived. A killed worker's message does not come again: the next tick makes up for
        it."""
        lives = self.executioner.spares(kind, self._deaths[subject])
        lived = self.executioner.run(kind, work, lives=lives)
        self._deaths[subject] = 0 if lived and kind == "tick" else self._deaths[subject] + (not lived)
        return lived


@pytest.fixture(params=["local", "gcp"])
def newsroom(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Newsroom]:
    clock = FakeClock()
    if request.param == "gcp":
        request.getfixturevalue("emulators")
        store = Firestore(emulated_cloud.project(), "(default)")
        stores = Stores(
            FirestoreJobStore(store),
            FirestoreAssetStore(store, clock, timedelta(days=29)),
            FirestoreLeaseStore(store, clock),
            FirestoreKeyValueStore(store, clock),
            FirestoreDocumentStore(store),
            FirestoreTallyStore(store),
        )
        room = Newsroom(stores, tmp_path, clock, jobs=1)
        room.executioner.watch_firestore(store)
        yield room
        store.close()
        return
    database, registry = Database(tmp_path / "state.db"), ProcessRegistry(tmp_path)
    leases = SqliteLeaseStore(database, registry, clock)
    others = (SqliteKeyValueStore(database), SqliteDocumentStore(database), SqliteTallyStore(database))
    room = Newsroom(
        Stores(SqliteJobStore(database), SqliteAssetStore(database), leases, *others), tmp_path, clock, jobs=3
    )
    room.executioner.watch_database(database)
    yield room
    registry.close()
    database.close()


def test_each_verdict_counts_once_wherever_workers_are_killed(newsroom: Newsroom) -> None:
    ordered = newsroom.order_all()
    newsroom.work_until_all_ends(ordered)
    operations = read_operations(newsroom.services.backend, ())
    families = text_string_to_metric_families(write_metrics(operations, None).decode())
    samples = [sample for family in families for sample in family.samples]
    counted = {
        (one.labels["destination"], one.labels["outcome"], one.labels["reason"]): one.value
        for one in samples
        if one.name == "publications_due_total" and one.value
    }
    jobs = newsroom.jobs
    assert counted == {(fate, *labels): jobs * n for fate, counts in FATES.items() for labels, n in counts.items()}
    budget = operations.sum_budget("publishing")
    verdicts = [outcome for counts in FATES.values() for outcome, _ in counts]
    assert (budget.good, budget.bad) == (jobs * verdicts.count("in_time"), jobs * verdicts.count("missed"))
    assert [one.value for one in samples if one.name == "publish_ticks_total"] == [newsroom.ticks]
    executioner = newsroom.executioner
    assert executioner.killed["publish"] >= set(range(executioner.most_writes["publish"]))
    # the first tick has two writes for each publication
    assert executioner.killed["tick"] >= set(range(TICK_WRITES))
