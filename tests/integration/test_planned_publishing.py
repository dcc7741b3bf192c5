"""Publications that a plan asks for, on the local stores: each is stored once, whatever is killed."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sutradhar.destinations.folder import FolderDestination
from sutradhar.domain.core.errors import FieldError
from sutradhar.domain.core.failure import FailureDetail
from sutradhar.domain.jobs.job import JobState
from sutradhar.domain.jobs.messages import PlanRender, RenderFinished, WakePublications
from sutradhar.domain.jobs.publication_note import has_live_publication
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.publishing.details import DetailsPatch, PublicationDetails
from sutradhar.domain.publishing.publication import Publication
from sutradhar.pipeline import active_jobs
from sutradhar.pipeline import submit as submitting
from sutradhar.pipeline.handle import handle
from sutradhar.pipeline.publishing import work
from sutradhar.pipeline.publishing.removal import list_all_publications_of
from sutradhar.pipeline.publishing.schedule import cancel_publication, change_publication
from sutradhar.pipeline.publishing.store import list_calendar
from sutradhar.pipeline.sweep import STALLED, sweep
from sutradhar.ports.runner import ExecutionState
from tests.integration.publisher import FolderPipeline


class Killed(BaseException):
    """The process is killed here."""


class Planner(FolderPipeline):
    """It orders publications by plans."""

    def order(self, key: str | None = None, **publish: Any) -> str:
        plan = RenderPlan.parse({"topic": "tea", "publish": {"destination": "folder", **publish}})
        return submitting.submit(self.services, plan, key)[0].id

    def list_publications(self, job_id: str) -> list[Publication]:
        return list(list_all_publications_of(self.services, job_id))


@pytest.fixture
def planner(tmp_path: Path) -> Iterator[Planner]:
    planner = Planner(tmp_path)
    yield planner
    planner.process_registry.close()
    planner.database.close()


def kill(*args: object, **values: object) -> None:
    raise Killed


def test_a_video_is_published_at_once_when_it_is_finished(planner: Planner) -> None:
    job_id = planner.order()
    planner.work()
    for _ in range(3 * 24):  # its owner takes days to approve it, as it were
        planner.tick(60)
    assert [one.state for one in planner.list_publications(job_id)] == ["waiting"]
    planner.end_render()  # without any tick of the minute
    (publication,) = planner.list_publications(job_id)
    assert (publication.state, len(planner.list_published())) == ("published", 1)
    assert publication.publish_at == publication.published_at == planner.clock.now()
    entries, _ = list_calendar(planner.services, None, publication.created_at, publication.publish_at, 10)
    assert entries == []  # the calendar has the day on which it was published, not that of the order
    planner.tick(1)
    assert len(planner.list_published()) == 1


def test_words_that_are_left_out_are_those_of_the_finished_plan(planner: Planner) -> None:
    plan = RenderPlan.parse({"prompt": "Say something about tea.", "publish": {"destination": "folder", "tags": ["a"]}})
    job_id = submitting.submit(planner.services, plan)[0].id
    (publication,) = planner.list_publications(job_id)
    assert publication.details.title == "Say something about tea."
    change_publication(planner.services, publication.id, None, details=DetailsPatch(description="My words."))
    planner.work()
    title = "A glass of tea"
    planner.services.jobs.update(job_id, lambda job: (job.evolve(plan=job.current_plan.evolve(title=title)), []))
    planner.end_render()
    (publication,) = planner.list_publications(job_id)
    details = publication.details
    assert (details.title, details.description, details.tags) == (title, "My words.", ("a",))


def test_a_word_that_the_destination_does_not_take_stays_as_it_was_ordered(planner: Planner) -> None:
    problem = FieldError("title", "has a sign that no title may have")

    class Picky(FolderDestination):
        def list_problems(self, details: PublicationDetails) -> list[FieldError]:
            return [problem] if "<" in details.title else []

    planner.services.providers.destinations["folder"] = Picky(planner.folder)  # type: ignore[index] # a dict of the fake
    job_id = planner.order()
    planner.work()
    plan = planner.job(job_id).current_plan.evolve(title="Tea < coffee", tags=("tea",))
    planner.services.jobs.update(job_id, lambda job: (job.evolve(plan=plan), []))
    planner.end_render()
    (publication,) = planner.list_publications(job_id)
    assert (publication.state, publication.details.title, publication.details.tags) == ("published", "tea", ("tea",))


def test_a_canceled_job_ends_its_publication_at_once(planner: Planner) -> None:
    job_id = planner.order(iso_datetime="2100-01-01T00:00Z")
    planner.work()
    planner.clock.advance(1)
    submitting.cancel(planner.services, job_id)
    planner.work()
    (publication,) = planner.list_publications(job_id)
    failure = publication.failure
    assert (publication.state, failure and failure.cause) == ("failed", "the job was canceled")
    assert not has_live_publication(planner.job(job_id).publications)  # so the job can be deleted


def fail_render(planner: Planner) -> None:
    (name,) = planner.renderers.running()
    job_id, render_id, _ = planner.renderers.request[name]
    planner.renderers.state[name] = ExecutionState.FAILED
    error = FailureDetail(stage="render", cause="the disk is full")
    planner.queue.publish(RenderFinished(job_id=job_id, render_id=render_id, error=error))
    planner.work()


def test_a_retry_of_the_job_brings_its_publication_back(planner: Planner) -> None:
    job_id = planner.order()
    planner.work()
    fail_render(planner)
    assert [one.state for one in planner.list_publications(job_id)] == ["failed"]
    planner.clock.advance(3 * 24 * 3600)
    for _ in range(2):
        submitting.retry(planner.services, job_id)
    planner.tick()
    assert [one.state for one in planner.list_publications(job_id)] == ["waiting"]
    planner.end_render()
    (publication,) = planner.list_publications(job_id)
    assert (publication.state, publication.number, len(planner.list_published())) == ("published", 1, 1)


def test_a_failed_job_may_be_retried_until_the_time_of_its_publication(planner: Planner) -> None:
    at = planner.clock.now() + timedelta(minutes=30)
    job_id = planner.order(iso_datetime=at.isoformat())
    planner.work()
    fail_render(planner)
    planner.tick(10)
    assert [one.state for one in planner.list_publications(job_id)] == ["scheduled"]
    submitting.retry(planner.services, job_id)
    planner.work()
    planner.end_render()
    planner.tick(21)
    (publication,) = planner.list_publications(job_id)
    assert (publication.state, publication.publish_at) == ("published", at)


def test_a_lost_message_costs_a_minute_and_no_publication(planner: Planner) -> None:
    job_id = planner.order()
    planner.work()
    planner.tick(1)
    planner.finish()
    while delivery := planner.queue.take():
        if not isinstance(delivery.message, WakePublications):
            handle(planner.services, delivery.message)
        planner.queue.finish(delivery)
    assert [one.state for one in planner.list_publications(job_id)] == ["waiting"]
    planner.tick(1)
    assert len(planner.list_published()) == 1


def test_a_job_that_ends_while_a_worker_looks_at_it_is_not_missed(
    planner: Planner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The end of the job wakes nothing, since a worker has the publication, and that worker saw the job before."""
    job_id = planner.order()
    planner.work()
    find_reason = work._find_reason_to_wait

    def end_job_then_answer(*args: Any) -> Any:
        reason = find_reason(*args)
        if planner.job(job_id).state is JobState.RENDERING:
            monkeypatch.undo()
            planner.finish()
            planner.work()
        return reason

    monkeypatch.setattr(work, "_find_reason_to_wait", end_job_then_answer)
    planner.tick()
    assert len(planner.list_published()) == 1


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
