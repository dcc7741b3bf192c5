"""The fields in Firestore that the port does not show: Google's servers act on them, and no emulator does."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import combinations, product
from typing import Any

import pytest

from functions.dev.emulated_cloud.emulators import Emulators
from sutradhar.backends.gcp.documents import FirestoreDocumentStore
from sutradhar.backends.gcp.firestore import Firestore
from sutradhar.backends.gcp.indexes import INDEXES, TTL_COLLECTIONS, TTL_FIELD, UNINDEXED
from sutradhar.backends.gcp.records import FirestoreKeyValueStore
from sutradhar.backends.gcp.stores import FirestoreAssetStore, FirestoreJobStore, FirestoreLeaseStore
from sutradhar.domain.assets.asset import Asset
from sutradhar.domain.core.errors import InvalidRequest, StaleLease
from sutradhar.domain.jobs.job import Job
from sutradhar.domain.jobs.job_failure import JobFailure
from sutradhar.domain.jobs.library import LibraryFilter
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.ports.pagination import encode_cursor
from tests import emulated_cloud
from tests.emulators.proxy import proxy
from tests.fakes import FakeClock
from tests.notes import NOTES, make_note

ASSET = Asset(key="k", kind="music", blob="assets/x.wav", sha256="x", size=1, provider="m/1", samples=5)
KEEP_OVER, KEEP, MINUTE = timedelta(days=7), timedelta(days=29), timedelta(minutes=1)


@dataclass
class Stores:
    raw: Any
    """Return a plain client of the same project."""
    clock: FakeClock
    jobs: FirestoreJobStore
    assets: FirestoreAssetStore
    leases: FirestoreLeaseStore
    records: FirestoreKeyValueStore
    documents: FirestoreDocumentStore

    def field(self, path: str, name: str) -> Any:
        return self.raw.document(path).get().to_dict()[name]

    def new_job(self, name: str) -> Job:
        return self.jobs.create(Job.new(name, RenderPlan(topic="tea"), "hash", self.clock.now()))[0]


@pytest.fixture
def stores(emulators: Emulators) -> Iterator[Stores]:
    from google.cloud import firestore

    project, clock = emulated_cloud.project(), FakeClock()
    raw, store = firestore.Client(project=project), Firestore(project, "(default)")
    jobs, assets = FirestoreJobStore(store), FirestoreAssetStore(store, clock, KEEP)
    yield Stores(
        raw,
        clock,
        jobs,
        assets,
        FirestoreLeaseStore(store, clock),
        FirestoreKeyValueStore(store, clock),
        FirestoreDocumentStore(store),
    )
    raw.close()
    store.close()


def test_firestore_deletes_no_job_by_itself(stores: Stores) -> None:
    """Retention does, since it knows of pins and files."""
    stores.new_job("a")
    stores.jobs.update("a", lambda job: job.fail(JobFailure(stage="plan", cause="x"), stores.clock.now()))
    assert TTL_FIELD not in stores.raw.document("jobs/a").get().to_dict()
    assert "jobs" not in TTL_COLLECTIONS


def test_an_expired_asset_counts_as_missing(stores: Stores) -> None:
    """Its blob is deleted next, and Firestore deletes the record up to a day later."""
    lease = stores.leases.acquire("k", MINUTE)
    stores.assets.save(ASSET, lease)
    assert stores.field("assets/k", TTL_FIELD) == stores.clock.now() + KEEP
    stores.clock.advance(KEEP.total_seconds() - 1)
    assert stores.assets.get_many(["k"]) == {"k": ASSET}
    stores.clock.advance(1)
    assert stores.assets.get_many(["k"]) == {}
    assert stores.raw.document("assets/k").get().exists
    stores.assets.save(ASSET, stores.leases.acquire("k", MINUTE))
    assert stores.assets.get_many(["k"]) == {"k": ASSET}


def test_the_token_of_a_lease_grows_although_its_record_was_deleted(stores: Stores) -> None:
    slow = stores.leases.acquire("k", MINUTE)
    gone = stores.field("leases/k", TTL_FIELD)
    assert gone >= slow.expires
    stores.raw.document("leases/k").delete()
    with pytest.raises(StaleLease):
        stores.assets.save(ASSET, slow)
    stores.clock.advance((gone - stores.clock.now()).total_seconds())
    quick = stores.leases.acquire("k", MINUTE)
    assert quick.token > slow.token
    with pytest.raises(StaleLease):
        stores.assets.save(ASSET, slow)
    stores.leases.release(slow)  # not the one that is held now
    assert stores.field("leases/k", "expires") == quick.expires


def test_every_record_has_the_fields_that_terraform_names(stores: Stores) -> None:
    stores.new_job("k")
    stores.assets.save(ASSET, stores.leases.acquire("k", MINUTE))
    stores.records.update(["k"], lambda _values: {"k": "1"})
    stores.documents.create(NOTES, make_note("k", stores.clock.now()))
    for collection in TTL_COLLECTIONS:
        assert TTL_FIELD in stores.raw.document(_path(collection)).get().to_dict()
    job = stores.jobs.update("k", lambda j: j.start_producing(j.requested_plan, (), (), stores.clock.now()))[0]
    assert job.version == 1
    for collection, name in UNINDEXED:
        documents = [snapshot.to_dict() for snapshot in stores.raw.collection(collection).stream()]
        assert documents, collection
        assert all(isinstance(document[name], str | list | dict) for document in documents)


def _path(collection: str) -> str:
    """Return the path of the document ``k`` of the test above."""
    return f"{collection}/{'note%2Fk' if collection == 'documents' else 'k'}"


def test_counts_are_spread(stores: Stores) -> None:
    """One document takes only about one write per second for a long time."""
    for number in range(40):
        stores.new_job(f"job-{number}")
    shards = [shard.to_dict() for shard in stores.raw.collection("counts").stream()]
    assert len(shards) > 3
    assert sum(shard["total"] for shard in shards) == 40


@pytest.mark.parametrize(
    "created_at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "yesterday", "", "2020-13-01"]
)
def test_an_invented_cursor_is_refused(created_at: str, stores: Stores) -> None:
    with pytest.raises(InvalidRequest, match="after"):
        stores.jobs.list_latest(1, encode_cursor(created_at, "a"))


def test_every_query_has_its_index(emulators: Emulators, monkeypatch: pytest.MonkeyPatch) -> None:
    """Compare the queries that are sent with the indexes that Terraform creates."""
    with proxy(emulators.env["FIRESTORE_EMULATOR_HOST"]) as between:
        monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", between.host)
        store, clock = Firestore(emulated_cloud.project(), "(default)"), FakeClock()
        jobs = FirestoreJobStore(store)
        for name in ("a", "b"):
            jobs.create(Job.new(name, RenderPlan(topic="tea"), "hash", clock.now()))
        jobs.list_latest(1, jobs.list_latest(1).after)
        jobs.list_unfinished(clock.now())
        jobs.count_by_state()
        jobs.refresh_entries("", clock.now())
        filters = list(_list_filters())
        for matching in filters:
            jobs.list_entries(matching, 1, jobs.list_entries(matching, 1).after)
            jobs.count_entries(matching)
        document_queries = _send_document_queries(FirestoreDocumentStore(store), clock)
        store.close()
    sent = [_index(request) for method, request in between.requests if method == "RunQuery"]
    counted = [_index(request) for method, request in between.requests if method == "RunAggregationQuery"]
    assert len(sent) == 5 + 2 * len(filters) + 2 * document_queries + 1
    assert {index for index in sent if index} == set(INDEXES)
    assert len(counted) == len(filters) + document_queries
    assert {index for index in counted if index} < set(INDEXES)


def _send_document_queries(documents: FirestoreDocumentStore, clock: FakeClock) -> int:
    """Send every query of the document store; return the number of combinations of filters."""
    for name in ("a", "b"):
        documents.create(NOTES, make_note(name, clock.now()))
    filters = list(product((None, "key-1"), (None, "open")))
    for owner, state in filters:
        after = documents.list(NOTES, owner=owner, state=state, limit=1).after
        documents.list(NOTES, owner=owner, state=state, limit=1, after=after)
        documents.count(NOTES, owner=owner, state=state)
    documents.list_due(NOTES, clock.now())
    return len(filters)


def _list_filters() -> Iterator[LibraryFilter]:
    """Yield every combination of filters that finds the two jobs of the test."""
    values: dict[str, Any] = {"owner": "", "state": "pending", "language": "en", "words": ("tea",)}
    for count in range(5):
        for names in combinations(values, count):
            yield LibraryFilter(**{name: values[name] for name in names})


def _index(request: bytes) -> tuple[str, tuple[tuple[str, str], ...]] | None:
    """Return the composite index that Firestore needs for a query: fields it compares for equality, then those of its
    order; none for a single field (firebase.google.com/docs/firestore/query-data/index-overview)."""
    from google.cloud.firestore_v1.types import RunAggregationQueryRequest, RunQueryRequest, StructuredQuery

    query = RunQueryRequest.deserialize(request).structured_query
    if not query.from_:
        query = RunAggregationQueryRequest.deserialize(request).structured_aggregation_query.structured_query
    both = query.where.composite_filter.filters
    filters = [part.field_filter for part in both or ([query.where] if query.where else [])]
    operators = StructuredQuery.FieldFilter.Operator
    equal = [f.field.field_path for f in filters if f.op == operators.EQUAL]
    contained = [f.field.field_path for f in filters if f.op == operators.ARRAY_CONTAINS]
    order = [(o.field.field_path, o.direction.name) for o in query.order_by]
    unequal = {f.field.field_path for f in filters} - {*equal, *contained}
    assert unequal <= {path for path, _ in order}, "Firestore would put these first in its order"
    if order and order[-1][0] == "__name__":
        *order, (_, direction) = order
        assert not order or order[-1][1] == direction, "every index ends with the name, in its last direction"
    fields = (*((path, "ASCENDING") for path in equal), *((path, "CONTAINS") for path in contained), *order)
    return (query.from_[0].collection_id, fields) if len(fields) > 1 else None


def test_reading_documents_starts_no_thread(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    stores.new_job("job-1")
    started: list[threading.Thread] = []
    start = threading.Thread.start

    def note_start(thread: threading.Thread) -> None:
        started.append(thread)
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", note_start)
    assert stores.jobs.get("job-1").id == "job-1"
    assert [job.id for job in stores.jobs.list_latest().jobs] == ["job-1"]
    assert stores.records.read(["no-record"]) == {}
    assert started == []
