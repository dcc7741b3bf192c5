"""The rules of retention, day by day."""

from datetime import UTC, datetime, timedelta

import pytest

from sutradhar.domain.core.errors import Conflict, NotFound
from sutradhar.domain.jobs import keeping
from sutradhar.domain.jobs.job import Job
from sutradhar.domain.jobs.job_failure import JobFailure
from sutradhar.domain.jobs.retention import (
    DEFAULT_RULES,
    RetentionRules,
    explain_old_upload,
    judge_job,
    list_upload_ids,
    mark_files_deleted,
)
from sutradhar.domain.jobs.webhook import Webhook
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.upload import Upload

NOW = datetime(2026, 11, 27, tzinfo=UTC)
NEW = Job.new("job-1", RenderPlan(topic="tea"), "hash", NOW)
CANCELED = NEW.cancel(NOW)[0]
FAILED = NEW.fail(JobFailure(stage="plan", cause="x"), NOW)[0]
FOR_EVER = RetentionRules(output_days=0, upload_days=0, job_days=0)
BOTH = RetentionRules(output_days=14, upload_days=7, job_days=90)


@pytest.mark.parametrize(
    ("job", "rules", "days", "fate"),
    [
        (CANCELED, DEFAULT_RULES, 29.99, "keep"),
        (CANCELED, DEFAULT_RULES, 30, "delete_files"),
        (CANCELED, DEFAULT_RULES, 3000, "delete_files"),
        (FAILED, DEFAULT_RULES, 30, "delete_files"),
        (NEW, DEFAULT_RULES, 3000, "keep"),
        (CANCELED.evolve(pinned=True), BOTH, 3000, "keep"),
        (CANCELED, BOTH, 14, "delete_files"),
        (CANCELED.evolve(files_deleted_at=NOW), BOTH, 89, "keep"),
        (CANCELED.evolve(files_deleted_at=NOW), BOTH, 90, "delete_job"),
        (CANCELED, BOTH, 90, "delete_job"),
        (CANCELED, FOR_EVER, 9999, "keep"),
        (CANCELED, RetentionRules(output_days=30, job_days=2), 2, "delete_job"),
    ],
)
def test_a_job_is_judged_by_the_days_since_its_end(job: Job, rules: RetentionRules, days: float, fate: str) -> None:
    verdict = judge_job(job, rules, NOW + timedelta(days=days))
    assert verdict.fate == fate
    assert bool(verdict.reason) == (fate != "keep")


def test_a_job_whose_event_is_not_stored_yet_stays() -> None:
    webhook = Webhook(url="https://studio.example/hook", base_url="https://api.example")
    job = NEW.evolve(webhook=webhook).cancel(NOW)[0]
    assert not job.is_settled
    assert judge_job(job, DEFAULT_RULES, NOW + timedelta(days=99)).fate == "keep"


def test_the_mark_of_deleted_files_is_set_once_and_only_if_they_are_old() -> None:
    later = NOW + timedelta(days=31)
    assert mark_files_deleted(CANCELED, DEFAULT_RULES, NOW) == (CANCELED, [])
    marked, _ = mark_files_deleted(CANCELED, DEFAULT_RULES, later)
    assert marked.files_deleted_at == later
    assert mark_files_deleted(marked, DEFAULT_RULES, later + timedelta(days=1)) == (marked, [])
    assert mark_files_deleted(CANCELED.evolve(pinned=True), DEFAULT_RULES, later)[0].files_deleted_at is None


def test_a_job_without_its_files_is_not_retried_and_has_no_links() -> None:
    gone = FAILED.evolve(files_deleted_at=NOW)
    with pytest.raises(Conflict, match="2026-11-27"):
        keeping.retry(gone, NOW)
    assert keeping.retry(FAILED, NOW) == FAILED.retry(NOW)
    assert keeping.get_kept_result(gone) is None
    with pytest.raises(NotFound, match="duplicate"):
        keeping.require_files(gone)
    keeping.require_files(FAILED)


@pytest.mark.parametrize(
    ("used", "days", "upload_days", "goes"),
    [(None, 6.9, 7, False), (None, 7, 7, True), (5, 11.9, 7, False), (5, 12, 7, True), (None, 999, 0, False)],
)
def test_an_upload_goes_some_days_after_its_last_use(
    used: float | None, days: float, upload_days: int, goes: bool
) -> None:
    used_at = None if used is None else NOW + timedelta(days=used)
    upload = Upload(id="u", filename="a.png", content_type="image/png", size=1, created_at=NOW, used_at=used_at)
    rules = RetentionRules(upload_days=upload_days)
    assert bool(explain_old_upload(upload, rules, NOW + timedelta(days=days))) == goes


def test_the_uploads_of_both_plans_of_a_job_are_in_use() -> None:
    one, two, three, four = (f"up-{number:016x}" for number in range(4))
    requested = RenderPlan.parse(
        {"scenes": [{"image": one, "duration_sec": 2}, {"clip": two}], "music": {"upload": three}}
    )
    job = NEW.evolve(requested_plan=requested, plan=RenderPlan.parse({"scenes": [{"image": four, "duration_sec": 2}]}))
    assert set(list_upload_ids(job)) == {one, two, three, four}
