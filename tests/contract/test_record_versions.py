"""Stores of every backend number their records, read those without a number, and refuse those of a newer version."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from sutradhar.domain.assets.asset import Asset
from sutradhar.domain.billing.breaker import Breaker
from sutradhar.domain.core.errors import NewerRecord, UnreadableRecord
from sutradhar.domain.core.record import History, Record
from sutradhar.domain.jobs.job import Job
from sutradhar.domain.plan.plan import RenderPlan
from tests.contract.conftest import StoreFixture

ASSET = Asset(key="k", kind="image", blob="assets/a.png", sha256="a", size=1, provider="p/1")


@pytest.fixture
def job(kit: StoreFixture) -> Job:
    return Job.new("job-1", RenderPlan(topic="tea"), "hash", kit.clock.now())


@pytest.fixture
def newer(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Write as a version does that has changed every model once more; ``undo`` brings this version back."""
    with monkeypatch.context() as version:
        version.setattr(History, "version", 99)
        yield version


def save_asset(kit: StoreFixture) -> None:
    kit.assets.save(ASSET, kit.leases.acquire("asset/k", timedelta(minutes=1)))


def test_a_job_is_stored_with_its_number(kit: StoreFixture, job: Job) -> None:
    kit.jobs.create(job)
    stored = json.loads(kit.raw_job("job-1"))
    assert (stored["schema"], stored["requested_plan"]["schema"]) == (Job.history.version, RenderPlan.history.version)


def test_records_without_a_number_are_read(kit: StoreFixture, job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as first_version:
        first_version.setattr(Record, "to_record", lambda self: self.model_dump_json())
        kit.jobs.create(job)
        save_asset(kit)
        kit.records.update(["breaker/p"], lambda _texts: {"breaker/p": Breaker(failures=2).to_record()})
    assert "schema" not in json.loads(kit.raw_job("job-1"))
    assert kit.jobs.get("job-1") == job
    assert kit.assets.get_many(["k"]) == {"k": ASSET}
    assert Breaker.from_record(kit.records.read(["breaker/p"])["breaker/p"]) == Breaker(failures=2)
    kit.jobs.update("job-1", lambda before: before.cancel(kit.clock.now()))
    assert json.loads(kit.raw_job("job-1"))["schema"] == Job.history.version


@pytest.mark.parametrize(
    "read",
    [
        lambda kit: kit.jobs.get("job-1"),
        lambda kit: kit.jobs.list_latest(),
        lambda kit: kit.jobs.list_unfinished(kit.clock.now()),
        lambda kit: kit.jobs.update("job-1", lambda job: (job, [])),
        lambda kit: kit.jobs.create(Job.new("job-1", RenderPlan(topic="tea"), "hash", kit.clock.now())),
    ],
    ids=["get", "latest", "unfinished", "update", "create"],
)
def test_a_newer_job_is_refused(
    kit: StoreFixture, job: Job, newer: pytest.MonkeyPatch, read: Callable[[StoreFixture], object]
) -> None:
    kit.jobs.create(job)
    newer.undo()
    before = kit.raw_job("job-1")
    with pytest.raises(NewerRecord, match=r"^a stored job was written by a newer version of Sutradhar; install"):
        read(kit)
    assert kit.raw_job("job-1") == before


def test_a_newer_asset_is_refused(kit: StoreFixture, newer: pytest.MonkeyPatch) -> None:
    save_asset(kit)
    newer.undo()
    with pytest.raises(NewerRecord, match=r"^a stored asset was written"):
        kit.assets.get_many(["k"])


def test_a_job_that_cannot_be_upgraded_says_how_to_drain_the_store(
    kit: StoreFixture, job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as other_version:
        other_version.setattr(Record, "to_record", lambda _self: '{"schema": 0, "steps": []}')
        kit.jobs.create(job)
    with pytest.raises(UnreadableRecord, match=r"let that version finish its jobs \(`sutradhar serve` until"):
        kit.jobs.get("job-1")
