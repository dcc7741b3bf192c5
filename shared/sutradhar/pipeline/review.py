"""Show the plan of a job before it is paid for, change it, and approve it."""

from collections.abc import Mapping
from dataclasses import dataclass

from sutradhar.domain.assets.asset import Asset
from sutradhar.domain.assets.slot import Slot
from sutradhar.domain.billing.ledger import Account
from sutradhar.domain.core.api_key import ApiKey
from sutradhar.domain.core.errors import Conflict, FieldError, InvalidRequest, ProviderError
from sutradhar.domain.jobs import review
from sutradhar.domain.jobs.job import Job, Outcome
from sutradhar.domain.jobs.review import Versions, get_plan_version
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.plan_patch import PlanChange, PlanPatch, change_fields, list_changes
from sutradhar.domain.plan.translated_plan import find_untranslated_scenes
from sutradhar.domain.plan.upload import find_uploads
from sutradhar.pipeline.active_jobs import take_place
from sutradhar.pipeline.billing.accounts import read_job_account
from sutradhar.pipeline.estimate import Estimate, estimate, estimate_assets, estimate_versions
from sutradhar.pipeline.notices import collect_notices
from sutradhar.pipeline.own_media import check_parts, measure_clips
from sutradhar.pipeline.plan import list_required_assets
from sutradhar.pipeline.preflight import refuse_impossible
from sutradhar.pipeline.produce import find_finished_assets
from sutradhar.pipeline.services import Services
from sutradhar.pipeline.submit import refuse_over_budget
from sutradhar.pipeline.upload_check import CHECK_WAIT_SEC, await_checks
from sutradhar.pipeline.upload_use import claim_uploads
from sutradhar.ports.providers import PlanResult


@dataclass(frozen=True)
class PlanView:
    """A job's plan with what its caller needs to decide."""

    job: Job
    narrations: Mapping[int, Asset]
    """The finished narrations by the index of their scene."""
    further_narrations: Mapping[Slot, Asset]
    """The finished narrations of further audio tracks."""
    cost: Estimate
    """The estimated cost of everything that is not made yet."""
    account: Account
    """The payments so far."""


def read_plan(services: Services, job_id: str) -> PlanView:
    """Return the plan of the job as it is now. Raise NotFound if there is no such job."""
    job = services.jobs.get(job_id)
    finished = job.assets or find_finished_assets(services, job)
    narrations = {
        slot.scene: asset
        for slot, asset in finished.items()
        if slot.role == "narration" and slot.scene is not None and slot.language is None
    }
    further = {slot: asset for slot, asset in finished.items() if slot.language}
    return PlanView(job, narrations, further, _estimate_rest(services, job), read_job_account(services.records, job.id))


def change_plan(
    services: Services, job_id: str, patch: PlanPatch, caller: ApiKey | None = None, versions: Versions = None
) -> Job:
    """Change the plan of a job that waits for approval, and return the job. A new narration is made at once; what did
    not change is not made again.

    Raises:
        NotFound: there is no such job.
        VersionMismatch: the plan has none of ``versions``.
        Conflict: the job does not wait for approval, or another caller changed the plan at the same time.
        InvalidRequest: names every field at fault.
    """
    job = services.jobs.get(job_id)
    review.require_waiting(job)
    review.require_version(job, versions)
    before = job.current_plan
    plan = change_fields(before, patch, job.plan_changes)
    fields = list_changes(before, plan)
    if not fields:
        return job
    uses_other_files = _list_files(plan) != _list_files(before)
    if uses_other_files:
        await_checks(services, {use.upload_id for use in find_uploads(plan)}, CHECK_WAIT_SEC)
        check_parts(services, plan, caller)
    _refuse_new_excesses(services, before, plan)
    _refuse_untranslated(plan)
    refuse_impossible(services, job.evolve(requested_plan=plan))
    try:
        requests = list_required_assets(services, plan)
        notices = _replace_notices(services, job, plan)
    except ProviderError as exc:
        raise InvalidRequest([FieldError("", f"{exc} ({exc.advice})" if exc.advice else str(exc))]) from exc
    if uses_other_files:
        claim_uploads(services, plan)  # before the change: retention must not take a file in between
    by = caller.id if caller else ""

    def change(current: Job) -> Outcome:
        review.require_waiting(current)
        review.require_version(current, versions)
        if get_plan_version(current) != get_plan_version(job):
            raise Conflict("another caller has changed the plan meanwhile; read it and try again")
        record = PlanChange(changed_at=services.clock.now(), changed_by=by, fields=fields)
        return review.change_plan(current, plan, requests, notices, record, services.find_deadline())

    return services.move(job_id, change)


def approve(services: Services, job_id: str, versions: Versions = None, *, needs_place: bool = False) -> Job:
    """Let the rest of the job be made and paid for, and return the job. A repeat changes nothing.

    ``needs_place``: the job counts among those that its key has in progress; a waiting job does not.

    Raises:
        NotFound: there is no such job.
        VersionMismatch: the plan has none of ``versions``.
        Conflict: the job does not wait for approval.
        InvalidRequest: the rest would cost more than the job may cost.
        BudgetSpent: the rest would cost more than is left for today.
        LimitReached: the key has as many jobs in progress as it may have.
    """
    job = services.jobs.get(job_id)
    if not job.approved_at:
        review.require_waiting(job)
        review.require_version(job, versions)
        spent = read_job_account(services.records, job.id).commitment
        refuse_over_budget(services, job, _estimate_rest(services, job), spent)
        if needs_place:
            take_place(services, job)
    return services.move(job_id, lambda current: review.approve(current, versions, services.clock.now()))


def _estimate_rest(services: Services, job: Job) -> Estimate:
    """Estimate the cost of everything that the job still needs; it is empty if no provider can make a part of it."""
    if job.state.is_terminal or job.assets:
        return Estimate(())
    try:
        if job.plan is None:
            return estimate(services, job.requested_plan)
        finished = find_finished_assets(services, job)
        rest = estimate_assets(services, [r for r in job.requests if r.slot not in finished])
        return Estimate([*rest.lines, *estimate_versions(services, job.plan).lines])
    except ProviderError:
        return Estimate(())  # the job itself will fail with the same error


def _list_files(plan: RenderPlan) -> list[object]:
    return [
        plan.song,
        plan.narration_audio,
        plan.intro,
        plan.outro,
        *((scene.image, scene.clip) for scene in plan.scenes),
    ]


def _refuse_new_excesses(services: Services, before: RenderPlan, plan: RenderPlan) -> None:
    """Raise InvalidRequest for each limit that the plan exceeds by its change; a planner may exceed some."""
    old, new = ([*services.limits.find_excesses(one, measure_clips(services, one))] for one in (before, plan))
    allowed = {error.path for error in old}
    if errors := [error for error in new if error.path not in allowed]:
        raise InvalidRequest(errors)


def _refuse_untranslated(plan: RenderPlan) -> None:
    """Raise InvalidRequest for each language in which a narration can no longer be spoken: a new narration drops its
    translations."""
    missing = [
        (index, language) for language in plan.other_languages for index in find_untranslated_scenes(plan, language)
    ]
    if missing:
        message = "is missing: a new narration drops its translations; give this one in the same change"
        raise InvalidRequest([FieldError(f"scenes[{i}].translations.{language}", message) for i, language in missing])


def _replace_notices(services: Services, job: Job, plan: RenderPlan) -> list[str]:
    """Return the notices of the job with those about its plan replaced by those about ``plan``."""
    old, new = (
        collect_notices(services, PlanResult(one, provider=""), job.requested_plan, is_translated=False)
        for one in (job.current_plan, plan)
    )
    return [*(notice for notice in job.notices if notice not in old), *new]
