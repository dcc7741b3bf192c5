"""Retention on the real local stores: what goes, what stays, and what happens in between."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from sutradhar.domain.core.errors import Conflict, InvalidRequest, NotFound
from sutradhar.domain.jobs.job import Job, JobState
from sutradhar.domain.jobs.job_failure import JobFailure
from sutradhar.domain.jobs.library import LibraryFilter
from sutradhar.domain.jobs.retention import RetentionRules
from sutradhar.domain.plan.brand import BrandFields
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.upload import MediaInfo
from sutradhar.pipeline.audit import AUDIT
from sutradhar.pipeline.brands.save import save_brand
from sutradhar.pipeline.job_deletion import delete_job
from sutradhar.pipeline.pins import set_pin
from sutradhar.pipeline.retention import apply_removal, run_daily_retention, run_retention
from sutradhar.pipeline.retention_plan import Removal, plan_retention
from sutradhar.pipeline.services import hold_lease
from sutradhar.pipeline.submit import cancel, retry, submit
from sutradhar.pipeline.upload_records import get_upload, update_upload
from sutradhar.pipeline.uploads import create_upload
from sutradhar.ports.stores import MAX_LEASE
from tests.integration.local_pipeline import PLAN, LocalPipeline

DAY = 86_400


@pytest.fixture(autouse=True)
def real_time(pipeline: LocalPipeline) -> None:
    """Begin at the time of this machine, which the files have."""
    pipeline.clock.at = datetime.now(UTC)


def send_file(pipeline: LocalPipeline, name: str = "a.png") -> str:
    upload = create_upload(pipeline.services, name, "image/png", 5)
    pipeline.blobs.put(upload.blob, b"image")
    facts = MediaInfo(kind="image", width=640, height=360)
    return update_upload(pipeline.services, upload.id, lambda one: one.evolve(facts=facts)).id


def order_with(pipeline: LocalPipeline, upload_id: str) -> Job:
    """Return a job that uses the upload, and on which no worker works."""
    plan = RenderPlan.parse({"scenes": [{"image": upload_id, "narration": "Tea."}]})
    job, _ = submit(pipeline.services, plan)
    pipeline.lose_messages()
    return job


def run(pipeline: LocalPipeline) -> list[tuple[str, str]]:
    removals = run_retention(pipeline.services)
    pipeline.work()
    return describe(removals)


def describe(removals: Sequence[Removal]) -> list[tuple[str, str]]:
    return [(removal.kind, removal.id) for removal in removals]


def test_the_files_of_a_job_go_after_thirty_days_and_the_job_stays(pipeline: LocalPipeline) -> None:
    old = pipeline.make_video()
    pipeline.clock.advance(10 * DAY)
    young = pipeline.make_video()
    pipeline.clock.advance(20 * DAY)
    (planned,) = plan_retention(pipeline.services)
    sizes = [blob.size for blob in pipeline.blobs.list(f"jobs/{old.id}/")]
    assert (planned.kind, planned.id, planned.title) == ("files", old.id, "tea")
    assert (planned.files, planned.size) == (len(sizes), sum(sizes))
    assert "OUTPUT_DAYS" in planned.reason
    assert pipeline.job(old.id) == old, "a plan changes nothing"
    assert run(pipeline) == [("files", old.id)]
    assert pipeline.list_names(f"jobs/{old.id}/") == []
    assert pipeline.list_names(f"jobs/{young.id}/")
    after = pipeline.job(old.id)
    assert (after.state, after.result) == (JobState.SUCCEEDED, old.result)
    entries = {entry.job_id: entry for entry in pipeline.services.jobs.list_entries(LibraryFilter(), 9).entries}
    assert (entries[old.id].has_video, entries[young.id].has_video) == (False, True)
    assert run(pipeline) == []
    assert all(pipeline.blobs.exists(asset.blob) for asset in young.assets.values())


def test_a_job_goes_with_all_that_is_left_of_it(pipeline: LocalPipeline) -> None:
    pipeline.services = replace(pipeline.services, retention=RetentionRules(output_days=14, job_days=90))
    job = pipeline.make_video()
    pipeline.clock.advance(14 * DAY)
    assert run(pipeline) == [("files", job.id)]
    pipeline.clock.advance(76 * DAY)
    assert run(pipeline) == [("job", job.id)]
    with pytest.raises(NotFound):
        pipeline.job(job.id)
    assert run(pipeline) == []
    acts = {act.action for act in pipeline.services.documents.list(AUDIT).records if act.actor == "retention"}
    assert acts == {"retention_files", "retention_job"}


def test_a_job_in_progress_or_pinned_stays(pipeline: LocalPipeline) -> None:
    pinned, running = pipeline.make_video(), pipeline.start_rendering()
    waiting, _ = submit(pipeline.services, RenderPlan(topic="rain", review=True))
    pipeline.work()
    set_pin(pipeline.services, pinned.id, True)
    pipeline.clock.advance(400 * DAY)
    assert run(pipeline) == []
    for job in (pinned, running, waiting):
        assert pipeline.job(job.id).files_deleted_at is None
    assert pipeline.list_names(f"jobs/{running.id}/")
    set_pin(pipeline.services, pinned.id, False)
    assert run(pipeline) == [("files", pinned.id)]


def test_a_job_that_is_pinned_after_the_plan_stays_with_its_upload(pipeline: LocalPipeline) -> None:
    upload_id = send_file(pipeline)
    job = order_with(pipeline, upload_id)
    cancel(pipeline.services, job.id)
    pipeline.clock.advance(40 * DAY)
    removals = plan_retention(pipeline.services)
    assert describe(removals) == [("files", job.id), ("upload", upload_id)]
    set_pin(pipeline.services, job.id, True)
    assert [apply_removal(pipeline.services, removal) for removal in removals] == [False, False]
    pipeline.clock.advance(400 * DAY)
    assert run(pipeline) == []
    assert get_upload(pipeline.services, upload_id)


def test_a_job_without_its_files_is_not_retried(pipeline: LocalPipeline) -> None:
    job, _ = submit(pipeline.services, PLAN)
    now = pipeline.clock.now()
    pipeline.services.jobs.update(job.id, lambda current: current.fail(JobFailure(stage="plan", cause="x"), now))
    pipeline.clock.advance(31 * DAY)
    run(pipeline)
    with pytest.raises(Conflict, match="files of this job were deleted"):
        retry(pipeline.services, job.id)


def test_an_upload_goes_a_week_after_its_last_use(pipeline: LocalPipeline) -> None:
    unused, used = send_file(pipeline, "unused.png"), send_file(pipeline, "used.png")
    pipeline.clock.advance(6 * DAY)
    job = order_with(pipeline, used)
    pipeline.clock.advance(1 * DAY)
    (removal,) = plan_retention(pipeline.services)
    assert (removal.kind, removal.id, removal.title) == ("upload", unused, "unused.png")
    assert (removal.files, removal.size) == (1, 5)
    assert run(pipeline) == [("upload", unused)]
    assert pipeline.list_names("uploads/") == [f"uploads/{used}"]
    with pytest.raises(NotFound):
        get_upload(pipeline.services, unused)
    with pytest.raises(InvalidRequest, match="there is no upload"):
        order_with(pipeline, unused)
    pipeline.clock.advance(100 * DAY)
    assert run(pipeline) == [], "the job is in progress"
    cancel(pipeline.services, job.id)
    pipeline.clock.advance(29 * DAY)
    assert run(pipeline) == [], "the job keeps its files and its uploads"
    pipeline.clock.advance(1 * DAY)
    assert run(pipeline) == [("files", job.id), ("upload", used)]
    assert pipeline.list_names("uploads/") == []
    assert run(pipeline) == []


def test_the_files_of_a_brand_stay_as_long_as_it_has_them(pipeline: LocalPipeline) -> None:
    logo = send_file(pipeline)
    save_brand(pipeline.services, "tea", BrandFields.parse({"logo": logo}))
    pipeline.clock.advance(90 * DAY)
    assert run(pipeline) == []
    save_brand(pipeline.services, "tea", BrandFields.parse({"voice": "M"}))
    pipeline.clock.advance(6 * DAY)
    assert run(pipeline) == [], "the week begins when the brand gives the file up"
    pipeline.clock.advance(1 * DAY)
    assert run(pipeline) == [("upload", logo)]


def test_an_upload_that_is_used_after_the_plan_stays(pipeline: LocalPipeline) -> None:
    upload_id = send_file(pipeline)
    pipeline.clock.advance(8 * DAY)
    (removal,) = plan_retention(pipeline.services)
    order_with(pipeline, upload_id)
    assert not apply_removal(pipeline.services, removal)
    assert get_upload(pipeline.services, upload_id)


def test_an_upload_that_goes_is_refused_to_a_new_job(pipeline: LocalPipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    """The upload is marked between the checks of the plan and the creation of its job."""
    upload_id = send_file(pipeline)
    pipeline.clock.advance(8 * DAY)

    def mark_first(*_facts: object) -> None:
        run_retention(pipeline.services)

    monkeypatch.setattr("sutradhar.pipeline.submit.refuse_impossible", mark_first)
    with pytest.raises(InvalidRequest, match="no longer kept; send it again"):
        order_with(pipeline, upload_id)
    assert pipeline.services.jobs.list_latest().jobs == []


def test_files_without_a_job_or_an_upload_go(pipeline: LocalPipeline) -> None:
    job = pipeline.make_video()
    delete_job(pipeline.services, job.id)
    pipeline.work()
    pipeline.blobs.put(f"jobs/{job.id}/renders/1/video.mp4", b"late")
    pipeline.blobs.put("uploads/up-lost", b"late")
    pipeline.blobs.put("uploads/failures/up-lost/x.json", b"{}")
    pipeline.clock.advance(DAY - 60)
    assert run(pipeline) == []
    pipeline.clock.advance(120)
    assert run(pipeline) == [("orphan", job.id)]
    assert pipeline.list_names("jobs/") == []
    assert run(pipeline) == []
    pipeline.clock.advance(7 * DAY)
    assert run(pipeline) == [("lost_upload", "up-lost")]
    assert pipeline.list_names("uploads/") == []


def test_a_lost_message_is_made_up_for_by_the_next_run(pipeline: LocalPipeline) -> None:
    job, upload_id = pipeline.make_video(), send_file(pipeline)
    pipeline.clock.advance(31 * DAY)
    run_retention(pipeline.services)
    pipeline.lose_messages()
    assert pipeline.list_names(f"jobs/{job.id}/")
    assert run(pipeline) == [("files", job.id)]
    assert pipeline.list_names("jobs/") == []
    assert get_upload(pipeline.services, upload_id, with_deleted=True).deleting_since, "its message comes by the sweep"


def test_a_server_runs_it_once_a_day(pipeline: LocalPipeline) -> None:
    job = pipeline.make_video()
    set_pin(pipeline.services, job.id, True)
    pipeline.clock.advance(31 * DAY)
    run_daily_retention(pipeline.services)
    set_pin(pipeline.services, job.id, False)
    pipeline.clock.advance(DAY - 1)
    run_daily_retention(pipeline.services)
    assert pipeline.job(job.id).files_deleted_at is None
    pipeline.clock.advance(1)
    with hold_lease(pipeline.services, "retention", MAX_LEASE):
        run_daily_retention(pipeline.services)
    assert pipeline.job(job.id).files_deleted_at is None, "another server runs it now"
    run_daily_retention(pipeline.services)
    assert pipeline.job(job.id).files_deleted_at == pipeline.clock.now()
