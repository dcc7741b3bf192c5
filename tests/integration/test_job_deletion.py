"""Delete jobs on the real local stores, with processes that are killed at every step."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from sutradhar.domain.core.api_key import ApiKey
from sutradhar.domain.core.errors import BackendError, Conflict, LeaseHeld, NotFound
from sutradhar.domain.jobs.deletion import KEEP, JobDeletion
from sutradhar.domain.jobs.job import JobState
from sutradhar.domain.jobs.job_failure import JobFailure
from sutradhar.domain.jobs.library import LibraryFilter
from sutradhar.domain.jobs.messages import (
    DeleteJobFiles,
    DispatchRender,
    Message,
    PlanRender,
    RenderFinished,
    RenderProgressed,
)
from sutradhar.domain.jobs.webhook import Webhook
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.pipeline.deleted_jobs import DELETIONS, mark_deleted
from sutradhar.pipeline.handle import handle, handle_dead_letter
from sutradhar.pipeline.job_deletion import delete_job
from sutradhar.pipeline.pins import set_pin
from sutradhar.pipeline.review import approve
from sutradhar.pipeline.services import Services
from sutradhar.pipeline.submit import cancel, retry, submit
from sutradhar.pipeline.sweep import sweep
from sutradhar.pipeline.webhook_delivery import DELIVERIES
from tests.integration.local_pipeline import PLAN, LocalPipeline
from tests.interrupted import Killed, interrupt


def require_gone(pipeline: LocalPipeline, job_id: str) -> None:
    with pytest.raises(NotFound):
        pipeline.job(job_id)
    assert pipeline.list_names(f"jobs/{job_id}/") == []
    entries = pipeline.services.jobs.list_entries(LibraryFilter(), 100).entries
    assert job_id not in [entry.job_id for entry in entries]


def test_a_deleted_job_leaves_nothing_and_the_job_beside_it_stays(pipeline: LocalPipeline) -> None:
    first, second = pipeline.make_video(), pipeline.make_video()
    assert pipeline.list_names(f"jobs/{first.id}/")
    kept = pipeline.list_names(f"jobs/{second.id}/")
    delete_job(pipeline.services, first.id)
    with pytest.raises(NotFound):
        pipeline.job(first.id)
    pipeline.work()
    require_gone(pipeline, first.id)
    assert first.execution in pipeline.renderers.forgotten
    assert second.execution not in pipeline.renderers.forgotten
    assert pipeline.list_names(f"jobs/{second.id}/") == kept
    assert all(pipeline.blobs.exists(asset.blob) for asset in second.assets.values())
    assert pipeline.services.jobs.count_by_state()[JobState.SUCCEEDED] == 2


def test_a_job_in_progress_is_not_deleted(pipeline: LocalPipeline) -> None:
    job = pipeline.start_rendering()
    with pytest.raises(Conflict, match="cancel it first"):
        delete_job(pipeline.services, job.id)
    assert pipeline.job(job.id) == job
    cancel(pipeline.services, job.id)
    delete_job(pipeline.services, job.id)
    pipeline.work()
    require_gone(pipeline, job.id)
    assert pipeline.renderers.running() == []


def test_a_waiting_job_is_canceled_and_deleted(pipeline: LocalPipeline) -> None:
    job, _ = submit(pipeline.services, RenderPlan(topic="tea", review=True))
    pipeline.work()
    assert pipeline.job(job.id).state is JobState.AWAITING_APPROVAL
    delete_job(pipeline.services, job.id)
    pipeline.work()
    require_gone(pipeline, job.id)
    assert pipeline.services.jobs.count_by_state()[JobState.CANCELLED] == 1
    with pytest.raises(NotFound):
        approve(pipeline.services, job.id)


def test_a_stranger_learns_nothing_and_a_repeat_changes_nothing(pipeline: LocalPipeline) -> None:
    asha, ravi = (ApiKey(id=name, name=name, digest=name, role="creator") for name in ("asha", "ravi"))
    job, _ = submit(pipeline.services, PLAN, caller=asha)
    cancel(pipeline.services, job.id)
    with pytest.raises(NotFound):
        delete_job(pipeline.services, job.id, ravi)
    for _ in range(2):
        delete_job(pipeline.services, job.id, asha)
        pipeline.work()
    with pytest.raises(NotFound):
        delete_job(pipeline.services, job.id, ravi)
    with pytest.raises(NotFound):
        delete_job(pipeline.services, "job-none")
    pipeline.clock.advance((KEEP + timedelta(days=1)).total_seconds())
    sweep(pipeline.services)
    with pytest.raises(NotFound):
        delete_job(pipeline.services, job.id, asha)


def test_the_event_of_the_end_is_sent_although_the_job_is_deleted(pipeline: LocalPipeline) -> None:
    job, _ = submit(pipeline.services, PLAN)
    webhook = Webhook(url="https://studio.example/hook", base_url="https://api.example")
    pipeline.services.jobs.update(job.id, lambda current: (current.evolve(webhook=webhook), []))
    pipeline.services.jobs.update(job.id, lambda current: current.cancel(pipeline.clock.now()))
    delete_job(pipeline.services, job.id)
    (delivery,) = pipeline.services.documents.list(DELIVERIES).records
    assert (delivery.subject, "render.canceled" in delivery.body) == (job.id, True)


@pytest.mark.parametrize("late", ["plan", "dispatch", "progress", "end", "delete"])
def test_a_late_message_of_a_deleted_job_does_nothing(pipeline: LocalPipeline, late: str) -> None:
    job = pipeline.make_video()
    delete_job(pipeline.services, job.id)
    pipeline.work()
    messages: dict[str, Message] = {
        "plan": PlanRender(job_id=job.id),
        "dispatch": DispatchRender(job_id=job.id),
        "progress": RenderProgressed(job_id=job.id, render_id=job.render_id, stage="x", done=1, total=2),
        "end": RenderFinished(job_id=job.id, render_id=job.render_id, summary_blob="jobs/x"),
        "delete": DeleteJobFiles(job_id=job.id),
    }
    handle(pipeline.services, messages[late])
    handle_dead_letter(pipeline.services, messages[late])
    pipeline.work()
    require_gone(pipeline, job.id)
    assert pipeline.renderers.running() == []


def test_a_renderer_that_was_started_for_a_deleted_job_is_ended(
    pipeline: LocalPipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The job is canceled and deleted while a worker starts its renderer."""
    job, _ = submit(pipeline.services, PLAN)
    start = pipeline.runner.start

    def start_late(*facts: Any, **more: Any) -> str:
        cancel(pipeline.services, job.id)
        delete_job(pipeline.services, job.id)
        handle(pipeline.services, DeleteJobFiles(job_id=job.id))
        return start(*facts, **more)

    monkeypatch.setattr(pipeline.runner, "start", start_late)
    pipeline.work()
    assert pipeline.renderers.running() == []
    require_gone(pipeline, job.id)


def test_a_key_of_a_deleted_job_makes_another_job(pipeline: LocalPipeline) -> None:
    """Messages of the deleted job may still arrive, so its id is not used again."""
    ids = set[str]()
    for _ in range(3):
        job, created = submit(pipeline.services, PLAN, "k")
        assert created
        assert submit(pipeline.services, PLAN, "k")[0].id == job.id
        cancel(pipeline.services, job.id)
        delete_job(pipeline.services, job.id)
        ids.add(job.id)
        pipeline.work()
    assert len(ids) == 3


def test_a_job_that_went_on_after_its_mark_stays(pipeline: LocalPipeline) -> None:
    """A process was killed between the mark and the deletion, and the caller retried the job."""
    job, _ = submit(pipeline.services, PLAN)
    now = pipeline.clock.now()
    failed, _ = pipeline.services.jobs.update(job.id, lambda j: j.fail(JobFailure(stage="plan", cause="x"), now))
    mark_deleted(pipeline.services, JobDeletion.mark(failed, now))
    retry(pipeline.services, job.id)
    pipeline.work()
    pipeline.finish()
    pipeline.work()
    pipeline.clock.advance(3600)
    sweep(pipeline.services)
    pipeline.work()
    assert pipeline.job(job.id).state is JobState.SUCCEEDED
    assert pipeline.list_names(f"jobs/{job.id}/")
    assert pipeline.services.documents.get(DELETIONS, job.id).state == "withdrawn"
    delete_job(pipeline.services, job.id)
    pipeline.work()
    require_gone(pipeline, job.id)


def test_two_workers_do_not_delete_at_the_same_time(pipeline: LocalPipeline) -> None:
    job = pipeline.make_video()
    delete_job(pipeline.services, job.id)
    lease = pipeline.services.leases.acquire(f"delete/{job.id}", timedelta(minutes=1))
    with pytest.raises(LeaseHeld):
        handle(pipeline.services, DeleteJobFiles(job_id=job.id))
    pipeline.services.leases.release(lease)
    pipeline.work()
    require_gone(pipeline, job.id)


def test_a_deletion_that_is_killed_at_any_step_is_completed(pipeline: LocalPipeline) -> None:
    other = pipeline.make_video()
    kept = pipeline.list_names(f"jobs/{other.id}/")
    steps: list[Callable[[Services, str], None]] = [
        delete_job,
        lambda services, job_id: handle(services, DeleteJobFiles(job_id=job_id)),
    ]
    for number, step in enumerate(steps):
        effects, was_killed = 0, True
        while was_killed:
            job = pipeline.make_video()
            if number:
                delete_job(pipeline.services, job.id)
            try:
                step(interrupt(pipeline.services, effects), job.id)
                was_killed = False
            except Killed:
                effects += 1
            pipeline.lose_messages()
            pipeline.clock.advance(3600)
            if not _is_marked(pipeline, job.id):
                delete_job(pipeline.services, job.id)  # the caller got no answer and calls again
            sweep(pipeline.services)
            pipeline.work()
            require_gone(pipeline, job.id)
        assert effects > 5
    assert pipeline.list_names(f"jobs/{other.id}/") == kept


def _is_marked(pipeline: LocalPipeline, job_id: str) -> bool:
    try:
        return pipeline.services.documents.get(DELETIONS, job_id).state != "withdrawn"
    except NotFound:
        return False


def test_a_store_that_fails_is_asked_again(pipeline: LocalPipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    job = pipeline.make_video()
    delete_job(pipeline.services, job.id)
    with monkeypatch.context() as patch:

        def refuse(_name: str) -> None:
            raise BackendError("no answer", retryable=True)

        patch.setattr(pipeline.blobs, "delete", refuse)
        with pytest.raises(BackendError):
            handle(pipeline.services, DeleteJobFiles(job_id=job.id))
    assert pipeline.list_names(f"jobs/{job.id}/")
    handle(pipeline.services, DeleteJobFiles(job_id=job.id))
    require_gone(pipeline, job.id)


def test_a_pin_stays_with_the_job_and_its_entry(pipeline: LocalPipeline) -> None:
    job = pipeline.make_video()
    for pinned in (True, True, False, False):
        assert set_pin(pipeline.services, job.id, pinned).pinned is pinned
        (entry,) = pipeline.services.jobs.list_entries(LibraryFilter(), 10).entries
        assert entry.pinned is pinned
    assert pipeline.job(job.id).updated_at == job.updated_at
    stranger = ApiKey(id="ravi", name="ravi", digest="x", role="creator")
    pipeline.services.jobs.update(job.id, lambda current: (current.evolve(owner="asha"), []))
    with pytest.raises(NotFound):
        set_pin(pipeline.services, job.id, True, stranger)
