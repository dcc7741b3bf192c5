"""Jobs whose plans ask for a publication, made by functions that are killed before each of their writes, while every
message comes twice or more often and in any order: each job has its one publication, and each video is there once."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from sutradhar.destinations.folder import MANIFEST, FolderDestination
from sutradhar.domain.core.errors import NotFound
from sutradhar.domain.jobs.job import JobState
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.publishing.publication import Publication
from sutradhar.pipeline.idempotency import find_keyed_job
from sutradhar.pipeline.publishing.due import publish_due
from sutradhar.pipeline.publishing.removal import list_all_publications_of
from sutradhar.pipeline.submit import submit
from sutradhar.pipeline.sweep import sweep
from tests.fakes import FakeClock
from tests.property.fifty_jobs import CANCELLED_IN, FiftyJobs, describe_plan
from tests.property.mortal_stores import open_on_firestore, open_on_sqlite
from tests.property.processes import Stores

_FATES = ("succeeds", "retried", "broken", *(f"cancelled in {state}" for state in CANCELLED_IN))
_DELAYS = (None, timedelta(hours=3))
"""The time of the publication after the order; None: as soon as the video is finished."""
_ROUNDS = 40


class PlannedJobs(FiftyJobs):
    """A job of each fate for each time, and the tick that looks for publications."""

    def __init__(self, stores: Stores, folder: Path, clock: FakeClock) -> None:
        super().__init__(stores, folder, clock)
        self.folder = folder / "published"
        self.services.providers.destinations["folder"] = FolderDestination(self.folder)  # type: ignore[index] # a dict of the fake
        self.publish_at: dict[str, datetime | None] = {}
        self.delays: tuple[timedelta | None, ...] = _DELAYS
        self.asked_once = 12
        """The jobs whose caller was killed and never asks again; each is killed before another write."""

    def submit_all(self) -> None:
        """Submit each job. Most callers ask again until they hear of the job, and the last ones ask once."""
        orders = [(fate, delay) for fate in _FATES for delay in self.delays]
        for fate, delay in orders:
            order, job_id = self._prepare(fate, delay)
            self._worker.call("submit", order, job_id)
        for number in range(self.asked_once):
            order, job_id = self._prepare("succeeds", self.delays[number % len(self.delays)])
            self.executioner.run("asked once", order, lives=False)
            with suppress(NotFound):
                self.ledger.observe(job_id)
                continue
            del self._fates[job_id], self.publish_at[job_id]

    def _prepare(self, fate: str, delay: timedelta | None) -> tuple[Callable[[], object], str]:
        """Return the function that submits a job, and the job's id."""
        number = len(self._fates)
        key = f"order {number} {fate}"
        job_id, _ = find_keyed_job(self.services, key)
        at = self.publish_at[job_id] = self._clock.now() + delay if delay else None
        publish = {"destination": "folder", **({"iso_datetime": at.isoformat()} if at else {})}
        plan = RenderPlan.parse({**describe_plan(number, fate), "publish": publish})
        self._fates[job_id] = fate
        return partial(submit, self.services, plan, key), job_id

    def run(self) -> None:
        sweep(self.services, stalled=timedelta(0))
        for _ in range(_ROUNDS):
            self._do_what_callers_want()
            self._end_renders()
            self._worker.call("tick", partial(publish_due, self.services), "")
            self._worker.deliver_all()
            if not self._bus and all(one.has_ended and one.is_reported for one in self.list_publications()):
                return
        raise AssertionError("the publications never ended")

    def list_publications(self) -> list[Publication]:
        return [one for job_id in self._fates for one in list_all_publications_of(self.services, job_id)]

    def get_fate(self, job_id: str) -> str:
        return self._fates[job_id]


@pytest.fixture(params=["local", "gcp"])
def jobs(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PlannedJobs]:
    clock = FakeClock()
    clock.at = datetime.now(UTC)
    if request.param == "gcp":
        request.getfixturevalue("emulators")
        with open_on_firestore(PlannedJobs, tmp_path, clock, monkeypatch) as jobs:
            jobs.delays, jobs.asked_once = (None,), 6  # each call takes longer there
            yield jobs
    else:
        with open_on_sqlite(PlannedJobs, tmp_path, clock) as jobs:
            yield jobs


def test_each_job_has_its_one_publication(jobs: PlannedJobs) -> None:
    jobs.submit_all()
    assert len(jobs.publish_at) > len(_FATES) * len(jobs.delays), "no job was stored by a caller that was killed"
    jobs.run()
    publications = jobs.list_publications()
    assert Counter(one.job_id for one in publications) == Counter(list(jobs.publish_at))
    for one in publications:
        is_made = jobs.get_fate(one.job_id) in ("succeeds", "retried")
        assert one.state == ("published" if is_made else "failed"), (jobs.get_fate(one.job_id), one.failure)
        assert jobs.services.jobs.get(one.job_id).publications["folder"].state == one.state
        if at := jobs.publish_at[one.job_id]:
            assert one.publish_at == at
            assert one.published_at is None or one.published_at >= at
        elif is_made:
            ended_at = jobs.services.jobs.get(one.job_id).entered_at[JobState.SUCCEEDED]
            assert one.published_at
            assert one.published_at >= one.publish_at >= ended_at
    published = [one for one in publications if one.state == "published"]
    assert len(list(jobs.folder.glob(f"*/{MANIFEST}"))) == len(list(jobs.folder.iterdir())) == len(published)
    for kind in ("submit", "PlanRender", "PublishVideo", "WakePublications", "retry", "tick"):
        assert len(jobs.executioner.killed[kind]) >= min(jobs.executioner.most_writes[kind], 2), kind
