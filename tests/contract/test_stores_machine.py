"""Compare each store with a plain dict: in any order of calls both give the same answers."""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from sutradhar.domain.assets.asset import Asset
from sutradhar.domain.core.errors import LeaseHeld, NotFound, StaleLease
from sutradhar.domain.jobs.job import Job, JobState
from sutradhar.domain.jobs.job_failure import JobFailure
from sutradhar.domain.jobs.messages import Message
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.ports.stores import Lease
from tests.contract.conftest import StoreFixture, gcp_kit, local_kit
from tests.contract.machines import play

NAMES = st.sampled_from(["a", "b", "c/d", "ё हि", "e@f"])
BLOBS = st.sampled_from(["a", "b/c", "b/d.mp4", "ё/हि"])


class StoresMachine(RuleBasedStateMachine):
    kits: Callable[[], Iterator[StoreFixture]]

    def __init__(self) -> None:
        super().__init__()
        self._kit = type(self).kits()
        self.kit = next(self._kit)
        self.jobs: dict[str, Job] = {}
        self.entered: dict[JobState, int] = {}
        self.assets: dict[str, Asset] = {}
        self.blobs: dict[str, bytes] = {}
        self.leases: dict[str, Lease] = {}
        self.tokens: dict[str, int] = {}
        self.old: list[Lease] = []

    @initialize()
    def begin(self) -> None:
        self.advance_clock()

    @rule()
    def advance_clock(self) -> None:
        self.kit.clock.advance(1)

    @rule(name=st.sampled_from(["job-1", "job-2", "job-3"]))
    def create(self, name: str) -> None:
        self.kit.clock.advance(1)  # each job has a moment of its own, so that the order is known
        expected = Job.new(name, RenderPlan(topic="tea"), "hash", self.kit.clock.now())
        stored, created = self.kit.jobs.create(expected)
        assert created == (name not in self.jobs)
        assert stored == self.jobs.setdefault(name, expected)
        if created:
            self._count_entry(expected)

    @rule(name=st.sampled_from(["job-1", "job-2", "job-3"]), how=st.sampled_from(["note", "fail", "retry", "nothing"]))
    def update(self, name: str, how: str) -> None:
        now = self.kit.clock.now()

        def change(job: Job) -> tuple[Job, Sequence[Message]]:
            if how == "note":
                return job.evolve(notices=(*job.notices, "x"), updated_at=now), []
            if how == "fail":
                return job.fail(JobFailure(stage="plan", cause="x"), now)
            if how == "retry" and job.state is JobState.FAILED:
                return job.retry(now)
            return job, []

        before = self.jobs.get(name)
        if before is None:
            with pytest.raises(NotFound):
                self.kit.jobs.update(name, change)
            return
        expected, messages = change(before)
        expected = expected if expected == before else expected.evolve(version=before.version + 1)
        stored, sent = self.kit.jobs.update(name, change)
        assert (stored, list(sent)) == (expected, list(messages))
        self.jobs[name] = expected
        if expected.state is not before.state:
            self._count_entry(expected)

    @rule(name=st.sampled_from(["job-1", "job-2", "job-3"]))
    def delete(self, name: str) -> None:
        assert self.kit.jobs.delete(name) == (self.jobs.pop(name, None) is not None)

    @rule(name=NAMES, seconds=st.integers(1, 4))
    def acquire(self, name: str, seconds: int) -> None:
        held = self.leases.get(name)
        if held and held.expires > self.kit.clock.now():
            with pytest.raises(LeaseHeld):
                self.kit.other_leases.acquire(name, timedelta(seconds=seconds))
            return
        lease = self.kit.leases.acquire(name, timedelta(seconds=seconds))
        assert lease.token > self.tokens.get(name, 0)
        self.tokens[name], self.leases[name] = lease.token, lease
        self.old.append(lease)

    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        if self.old:
            lease = data.draw(st.sampled_from(self.old))
            self.kit.leases.release(lease)
            if self.leases.get(lease.name) == lease:
                del self.leases[lease.name]

    @rule(data=st.data(), size=st.integers(0, 9))
    def save(self, data: st.DataObject, size: int) -> None:
        if not self.old:
            return
        lease = data.draw(st.sampled_from(self.old))
        asset = Asset(key=lease.name, kind="music", blob="x", sha256="x", size=size, provider="m", samples=5)
        if self.tokens[lease.name] == lease.token:
            self.kit.assets.save(asset, lease)
            self.assets[asset.key] = asset
        else:
            with pytest.raises(StaleLease):
                self.kit.assets.save(asset, lease)

    @rule(name=BLOBS, data=st.binary(max_size=20), new=st.booleans())
    def put(self, name: str, data: bytes, new: bool) -> None:
        if new:
            assert self.kit.blobs.put_new(name, data) == (name not in self.blobs)
            self.blobs.setdefault(name, data)
        else:
            self.kit.blobs.put(name, data)
            self.blobs[name] = data

    @rule(name=BLOBS, into=BLOBS)
    def copy(self, name: str, into: str) -> None:
        if name in self.blobs:
            self.kit.blobs.copy(name, into)
            self.blobs[into] = self.blobs[name]
        else:
            with pytest.raises(NotFound):
                self.kit.blobs.copy(name, into)

    @rule(name=BLOBS)
    def read(self, name: str) -> None:
        assert self.kit.blobs.exists(name) == (name in self.blobs)
        if name in self.blobs:
            assert self.kit.blobs.get(name) == self.blobs[name]
            assert self.kit.blobs.size(name) == len(self.blobs[name])

    @rule(name=BLOBS)
    def delete_blob(self, name: str) -> None:
        self.kit.blobs.delete(name)
        self.blobs.pop(name, None)

    @rule(prefix=st.sampled_from(["", "b", "b/", "b/c", "ё/"]))
    def list_blobs(self, prefix: str) -> None:
        listed = [(blob.name, blob.size) for blob in self.kit.blobs.list(prefix)]
        expected = {name: len(data) for name, data in self.blobs.items() if name.startswith(prefix)}
        assert listed == sorted(expected.items(), key=lambda one: one[0].encode())

    @rule(limit=st.integers(1, 3))
    def leaf_through(self, limit: int) -> None:
        listed: list[str] = []
        after = None
        while True:
            page = self.kit.jobs.list_latest(limit, after)
            listed += [job.id for job in page.jobs]
            after = page.after
            if after is None:
                break
        assert listed == [job.id for job in sorted(self.jobs.values(), key=lambda job: job.created_at, reverse=True)]

    @invariant()
    def jobs_are_the_same(self) -> None:
        for name, job in self.jobs.items():
            assert self.kit.jobs.get(name) == job
        alive = sorted((j for j in self.jobs.values() if not j.state.is_terminal), key=lambda j: (j.updated_at, j.id))
        unfinished = self.kit.jobs.list_unfinished(self.kit.clock.now())
        assert sorted(unfinished, key=lambda j: (j.updated_at, j.id)) == alive
        assert [j.updated_at for j in unfinished] == [j.updated_at for j in alive]
        assert self.kit.jobs.count_by_state() == self.entered

    @invariant()
    def assets_are_the_same(self) -> None:
        assert self.kit.assets.get_many([*self.tokens, "nope"]) == self.assets

    def teardown(self) -> None:
        next(self._kit, None)

    def _count_entry(self, job: Job) -> None:
        self.entered[job.state] = self.entered.get(job.state, 0) + 1


def test_the_local_stores_behave_like_a_dict(tmp_path_factory: pytest.TempPathFactory) -> None:
    play(StoresMachine, lambda: local_kit(Path(tmp_path_factory.mktemp("stores"))), examples=60, steps=30)


@pytest.mark.usefixtures("emulators")
def test_the_stores_of_google_cloud_behave_like_a_dict() -> None:
    play(StoresMachine, gcp_kit, examples=40, steps=30)
