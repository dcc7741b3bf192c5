"""Tell what a plan would make and cost, and why it would be refused, without a job, a payment or anything stored."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from sutradhar.domain.assets.slot import Slot
from sutradhar.domain.core.api_key import ApiKey
from sutradhar.domain.core.errors import BudgetSpent, FieldError, InvalidRequest, ProviderError
from sutradhar.domain.jobs.job import Job
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.pipeline.audio_plans import needs_planner, write_plan
from sutradhar.pipeline.brands.apply import apply_brand
from sutradhar.pipeline.estimate import Estimate, estimate, find_kept_slots
from sutradhar.pipeline.models import refuse_gone
from sutradhar.pipeline.notices import collect_notices
from sutradhar.pipeline.own_media import check_own_media, estimate_length, estimate_scenes
from sutradhar.pipeline.preflight import find_untranslatable, refuse_impossible
from sutradhar.pipeline.publishing.planned import check_planned
from sutradhar.pipeline.services import Services
from sutradhar.pipeline.submit import refuse_over_budget

_PAID_PLANNER = "the scenes are not shown, because writing them would cost money; a job writes them"


@dataclass(frozen=True)
class DryRun:
    """The outcome of a plan that is not ordered."""

    plan: RenderPlan
    """The plan, with its scenes if they could be written for nothing."""
    estimate: Estimate
    video_sec: float
    """The estimated length of the video in seconds."""
    left_today: int | None
    """The money that today's caps leave, in millionths of a US dollar; None: there is no cap."""
    problems: tuple[FieldError, ...]
    """Every reason for which a job would be refused."""
    notices: tuple[str, ...]
    scene_sec: tuple[float, ...]
    """The estimated length of each scene in seconds."""
    kept: tuple[Slot, ...]
    """The assets that are stored already: a job neither makes them again nor pays for them."""


def try_plan(services: Services, requested_plan: RenderPlan, caller: ApiKey | None = None) -> DryRun:
    """Return what a job for ``requested_plan`` would make. No paid provider is called, and nothing is stored."""
    problems: list[FieldError] = []
    branded = requested_plan
    try:
        branded = apply_brand(services, requested_plan, caller)
    except InvalidRequest as exc:
        problems += exc.errors
    job = Job.new("dry-run", branded.with_defaults(services.defaults), "", services.clock.now())
    if caller:
        job = job.evolve(owner=caller.id, owner_cap_micros=caller.daily_budget)
    problems += [
        *_find_problems(lambda: check_own_media(services, branded, services.limits, caller)),
        *_find_problems(lambda: refuse_impossible(services, job)),
        *_find_problems(lambda: check_planned(services, requested_plan, job)),
    ]
    plan, notices = job.requested_plan, job.requested_plan.notices
    cost = Estimate(())
    if not problems:
        plan, notices, more = _write_scenes(services, plan)
        problems += more or find_untranslatable(services, plan)
    if not problems:
        cost, more = _estimate(services, plan)
        problems += more
        problems += _find_problems(lambda: refuse_over_budget(services, job, cost))
        if plan.strict:
            problems += _find_problems(lambda: refuse_gone(services, cost.lines))
    left = services.providers.call_gate.accounts.remaining_budget(job.owner, job.owner_cap_micros)
    return DryRun(
        plan=plan,
        estimate=cost,
        video_sec=estimate_length(services, plan),
        left_today=left,
        problems=tuple(problems),
        notices=notices,
        scene_sec=tuple(estimate_scenes(services, plan)),
        # scenes that the planner has just written are new; the providers are not loaded for those
        kept=_find_kept(services, plan) if requested_plan.scenes and not problems else (),
    )


def _find_kept(services: Services, plan: RenderPlan) -> tuple[Slot, ...]:
    try:
        return tuple(find_kept_slots(services, plan))
    except ProviderError:
        return ()  # the estimate has told it already, or the job will


def _write_scenes(services: Services, plan: RenderPlan) -> tuple[RenderPlan, tuple[str, ...], list[FieldError]]:
    """Return the plan with its scenes, notices, and problems. A paid planner is not called."""
    gate, planner = services.providers.call_gate, services.providers.planner
    if needs_planner(plan) and gate.has_paid_providers and gate.is_paid(planner.provider_id):
        return plan, plan.notices if plan.scenes else (*plan.notices, _PAID_PLANNER), []
    try:
        result = write_plan(services, planner, plan, listens=False)
    except ProviderError as exc:
        return plan, plan.notices, [_describe_failure(exc)]
    return result.plan, tuple(collect_notices(services, result, plan)), []


def _estimate(services: Services, plan: RenderPlan) -> tuple[Estimate, list[FieldError]]:
    try:
        return estimate(services, plan), []
    except ProviderError as exc:
        return Estimate(()), [_describe_failure(exc)]


def _describe_failure(failure: ProviderError) -> FieldError:
    return FieldError("", f"{failure}; {failure.advice}" if failure.advice else str(failure))


def _find_problems(check: Callable[[], object]) -> Iterator[FieldError]:
    try:
        check()
    except InvalidRequest as exc:
        yield from exc.errors
    except BudgetSpent as exc:
        yield FieldError("budget_usd", str(exc))
