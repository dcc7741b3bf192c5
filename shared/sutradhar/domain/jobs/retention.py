"""Decide what is no longer kept: files of jobs, jobs and uploads."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from sutradhar.domain.jobs.job import Job, Outcome
from sutradhar.domain.jobs.publication_note import has_live_publication
from sutradhar.domain.plan.upload import Upload, find_uploads

ORPHAN_AGE = timedelta(days=1)
"""The age from which files below ``jobs/`` without a job are deleted: a renderer of a deleted job wrote them late."""
LOST_UPLOAD_AGE = timedelta(days=8)
"""The age from which files below ``uploads/`` without an upload are deleted: a resumable session, which may be older
than the deletion of its upload, lives for a week."""


@dataclass(frozen=True)
class RetentionRules:
    """Days for which things are kept; 0: for ever. Pinned jobs, and the uploads that they use, are always kept."""

    output_days: int = 30
    """From the end of a job on, for its files."""
    upload_days: int = 7
    """From the last use of an upload on, unless a job whose files are kept uses it."""
    job_days: int = 0
    """From the end of a job on, for the job itself with all that is left of it."""


DEFAULT_RULES = RetentionRules()


class Verdict(NamedTuple):
    """The decision about one job."""

    fate: Literal["keep", "delete_files", "delete_job"]
    reason: str = ""


def judge_job(job: Job, rules: RetentionRules, now: datetime) -> Verdict:
    """Decide about a job. One that is in progress, waits, is pinned, whose last event is not stored, or
    whose video is yet to be published, is kept."""
    if job.pinned or not job.state.is_terminal or not job.is_settled or has_live_publication(job.publications):
        return Verdict("keep")
    age = now - job.entered_at[job.state]
    ended = f"it ended {age.days} days ago"
    if rules.job_days and age >= timedelta(days=rules.job_days):
        return Verdict("delete_job", f"{ended}; jobs are kept for {rules.job_days} (JOB_DAYS)")
    if rules.output_days and age >= timedelta(days=rules.output_days) and not job.files_deleted_at:
        return Verdict("delete_files", f"{ended}; files are kept for {rules.output_days} (OUTPUT_DAYS)")
    return Verdict("keep")


def mark_files_deleted(job: Job, rules: RetentionRules, now: datetime) -> Outcome:
    """Note that the files are no longer kept, if that is still so."""
    if judge_job(job, rules, now).fate != "delete_files":
        return job, []
    return job.evolve(files_deleted_at=now), []


def explain_old_upload(upload: Upload, rules: RetentionRules, now: datetime) -> str:
    """Return the reason why an upload that no kept job uses goes; empty: it stays."""
    age = now - upload.last_used_at
    if not rules.upload_days or age < timedelta(days=rules.upload_days):
        return ""
    return f"no kept job has used it for {age.days} days; uploads are kept for {rules.upload_days} (UPLOAD_DAYS)"


def list_upload_ids(job: Job) -> Collection[str]:
    """Return the ids of the uploads that the job uses, by the plan that was requested and by its present plan."""
    return {use.upload_id for plan in (job.requested_plan, job.current_plan) for use in find_uploads(plan)}
