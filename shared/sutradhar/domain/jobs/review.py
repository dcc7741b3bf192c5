"""The transitions of a job whose caller wants to see the plan, and hear its narrations, before the rest is paid for."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sutradhar.domain.assets.requests import AssetRequest
from sutradhar.domain.core.errors import Conflict, VersionMismatch
from sutradhar.domain.core.utc_time import format_utc
from sutradhar.domain.jobs.job import Job, JobState, Outcome
from sutradhar.domain.jobs.job_times import note_kinds
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.plan_patch import PlanChange

Versions = Collection[int] | None
"""The versions of the plan that a caller has seen; None: any version will do."""
_MAX_HISTORY_BYTES = 200_000
"""A job is stored as one document of at most 1 MB."""


def get_plan_version(job: Job) -> int:
    """Return the version of the plan, from 1: each change raises it."""
    return len(job.plan_changes) + 1


def await_approval(
    job: Job, made_for: Sequence[AssetRequest], now: datetime, waits_until: datetime | None = None
) -> Outcome:
    """Wait for the caller's approval until ``waits_until``: every narration of the requests ``made_for`` exists. If the
    plan was changed meanwhile, other narrations may be missing, and the job stays as it is."""
    if job.state is not JobState.PRODUCING or not job.needs_approval or tuple(made_for) != job.requests:
        return job, job.pending_messages()
    times = note_kinds(job, {request.slot for request in job.due_requests}, now)
    job = job.transition(JobState.AWAITING_APPROVAL, now, waits_until=waits_until).evolve(kind_times=times)
    return job, job.pending_messages()


def change_plan(
    job: Job,
    plan: RenderPlan,
    requests: Sequence[AssetRequest],
    notices: Sequence[str],
    change: PlanChange,
    waits_until: datetime | None = None,
) -> Outcome:
    """Replace the plan by ``plan``, and make the narrations and the song that are new. If there are none, the job waits
    on until ``waits_until``.

    Raises:
        Conflict: the job does not wait for approval, or it has too long a history.
    """
    require_waiting(job)
    changes = (*job.plan_changes, change)
    if sum(len(one.model_dump_json().encode()) for one in changes) > _MAX_HISTORY_BYTES:
        raise Conflict("the plan was changed so often that its history is full; approve it, or make a new job of it")
    known = {request.key for request in job.requests if request.precedes_approval}
    changed = job.evolve(
        plan=plan,
        requests=tuple(requests),
        notices=tuple(notices),
        plan_changes=changes,
        waits_until=waits_until,
        updated_at=change.changed_at,
    )
    if any(request.key not in known for request in changed.due_requests):
        changed = changed.transition(JobState.PRODUCING, change.changed_at).evolve(kind_times={})
    return changed, changed.pending_messages()


def approve(job: Job, versions: Versions, now: datetime) -> Outcome:
    """Make the rest of the assets. A repeat changes nothing.

    Raises:
        VersionMismatch: the plan has none of ``versions``.
        Conflict: the job does not wait for approval.
    """
    if job.approved_at:
        return job, job.pending_messages()
    require_waiting(job)
    require_version(job, versions)
    job = job.evolve(approved_at=now).transition(JobState.PRODUCING, now)
    return job, job.pending_messages()


def expire(job: Job, now: datetime) -> Outcome:
    """Cancel a job that has waited for approval until its time was over; leave every other job as it is."""
    if job.state is not JobState.AWAITING_APPROVAL or job.waits_until is None or now < job.waits_until:
        return job, []
    until = format_utc(job.waits_until.replace(microsecond=0))
    reason = f"its plan was not approved until {until}; duplicate the job to begin again with what is made"
    return job.cancel(now, reason)


def require_waiting(job: Job) -> None:
    """Raise Conflict if the job does not wait for approval."""
    if job.state is JobState.AWAITING_APPROVAL:
        return
    if not job.requested_plan.review:
        raise Conflict("this job waits for no approval: its plan did not ask for a review")
    if job.state.is_terminal or job.approved_at:
        reason = f": it was cancelled, since {job.cancel_reason}" if job.cancel_reason else ""
        raise Conflict(f"this job waits for no approval any more{reason}")
    raise Conflict("this job does not wait for approval yet: its plan and its narrations are being made")


def require_version(job: Job, versions: Versions) -> None:
    """Raise VersionMismatch if the plan of the job has none of ``versions``."""
    if versions is not None and get_plan_version(job) not in versions:
        version = get_plan_version(job)
        raise VersionMismatch(f"the plan has been changed since you read it; its version is {version} now")
