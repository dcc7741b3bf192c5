"""Publications that a plan asks for, on the local stores: each is stored once, whatever is killed."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sutradhar.destinations.folder import MANIFEST, FolderDestination
from sutradhar.domain.jobs.job import JobState
from sutradhar.domain.jobs.messages import PlanRender
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.publishing.publication import Publication
from sutradhar.pipeline import active_jobs
from sutradhar.pipeline import submit as submitting
from sutradhar.pipeline.handle import handle
from sutradhar.pipeline.publishing.due import publish_due
from sutradhar.pipeline.publishing.removal import list_all_publications_of
from sutradhar.pipeline.publishing.schedule import cancel_publication
from sutradhar.pipeline.sweep import STALLED, sweep
from tests.integration.local_pipeline import LocalPipeline


class Killed(BaseException):
    """The process is killed here."""


class Planner(LocalPipeline):
    """The pipeline with a folder as the destination."""

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        self.folder = home / "published"
        self.services.providers.destinations["folder"] = FolderDestination(self.folder)  # type: ignore[index] # a dict of the fake

    def order(self, key: str | None = None, **publish: Any) -> str:
        plan = RenderPlan.parse({"topic": "tea", "publish": {"destination": "folder", **publish}})
        return submitting.submit(self.services, plan, key)[0].id

    def list_publications(self, job_id: str) -> list[Publication]:
        return list(list_all_publications_of(self.services, job_id))

    def tick(self, minutes: float = 0) -> None:
        self.clock.advance(60 * minutes)
        publish_due(self.services)
        self.work()

    def end_render(self) -> None:
        self.finish()
        self.work()

    def list_published(self) -> list[Path]:
        return sorted(self.folder.glob(f"*/{MANIFEST}"))


@pytest.fixture
def planner(tmp_path: Path) -> Iterator[Planner]:
    planner = Planner(tmp_path)
    yield planner
    planner.process_registry.close()
    planner.database.close()


def kill(*args: object, **values: object) -> None:
    raise Killed


def test_a_video_is_published_once_when_it_is_finished(planner: Planner) -> None:
    job_id = planner.order()
    planner.work()
    planner.tick(2)
    assert [one.state for one in planner.list_publications(job_id)] == ["waiting"]
    planner.end_render()
    for _ in range(5):
        planner.tick(1)
    (publication,) = planner.list_publications(job_id)
    assert (publication.state, len(planner.list_published())) == ("published", 1)


@pytest.mark.parametrize("function", ["store_planned", "store_with_place"])
@pytest.mark.parametrize("is_repeated", [True, False])
def test_a_killed_order_leaves_the_publication_to_the_job(
    planner: Planner, monkeypatch: pytest.MonkeyPatch, function: str, is_repeated: bool
) -> None:
    """The process dies right before the publications are stored, or right after the job is."""
    store: Callable[..., Any] = active_jobs.store_with_place

    def store_and_die(*args: Any) -> None:
        store(*args)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(submitting, function, kill if function == "store_planned" else store_and_die)
        with pytest.raises(Killed):
            planner.order("key")
    (job,) = planner.services.jobs.list_latest(10).jobs
    assert planner.list_publications(job.id) == []
    if is_repeated:
        assert planner.order("key") == job.id
    else:
        planner.clock.advance(STALLED.total_seconds() + 1)
        assert sweep(planner.services) == 1
        planner.work()
    assert [one.number for one in planner.list_publications(job.id)] == [1]
    assert "folder" in planner.job(job.id).publications


def test_a_late_first_step_does_not_bring_a_canceled_publication_back(planner: Planner) -> None:
    job_id = planner.order(iso_datetime="2100-01-01T00:00Z")
    (publication,) = planner.list_publications(job_id)
    cancel_publication(planner.services, publication.id, None)
    for _ in range(2):
        handle(planner.services, PlanRender(job_id=job_id))
    assert [one.state for one in planner.list_publications(job_id)] == ["canceled"]


def test_a_time_that_passes_while_the_job_waits_is_no_reason_to_lose_it(
    planner: Planner, monkeypatch: pytest.MonkeyPatch
) -> None:
    soon = (planner.clock.now() + timedelta(minutes=5)).isoformat()
    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(submitting, "store_planned", kill)
        planner.order(iso_datetime=soon)
    planner.clock.advance(30 * 60)
    sweep(planner.services)
    planner.work()
    planner.end_render()
    planner.tick(1)
    (manifest,) = planner.list_published()
    assert json.loads(manifest.read_text())["job_id"].startswith("job-")


def test_a_job_that_is_canceled_before_its_plan_gets_no_publication(
    planner: Planner, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(submitting, "store_planned", kill)
        planner.order()
    (job,) = planner.services.jobs.list_latest(10).jobs
    assert submitting.cancel(planner.services, job.id).state is JobState.CANCELLED
    handle(planner.services, PlanRender(job_id=job.id))
    assert planner.list_publications(job.id) == []
