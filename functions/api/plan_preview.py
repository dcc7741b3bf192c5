"""Show what a plan would make and cost: a free dry run of POST /render."""

from functions.api.auth import caller
from functions.api.client_plan import OrderedPlan
from functions.api.cost_estimate import CostEstimate, describe_estimate
from functions.api.endpoint import endpoint
from functions.api.library import PlanCopy, copy_plan
from functions.api.problem import ProblemField
from sutradhar import bootstrap
from sutradhar.domain.billing.price import usd
from sutradhar.domain.core.base import Frozen


class PlanEstimate(CostEstimate):
    """The estimated cost and time of a video."""

    video_seconds: float
    wait_seconds: int
    render_usd: float
    """The price of the machines that render it, which Google charges; 0 on a machine of your own."""
    budget_left_usd: float | None
    """The money that today's caps leave; None: there is no cap."""


class PlanPreview(Frozen):
    """The video that a plan would make."""

    accepted: bool
    """True if POST /render would accept the plan."""
    problems: tuple[ProblemField, ...]
    """Every reason for which it would be refused."""
    notices: tuple[str, ...]
    """Differences from the request: words that are not spoken, characters that no font draws, captions left out."""
    plan: PlanCopy
    """The plan with its scenes, ready to change and to send. A paid planner writes them in a job only."""
    estimate: PlanEstimate
    scene_seconds: tuple[float, ...]
    """The estimated length of each scene, in seconds."""
    kept: tuple[str, ...]
    """The slots of the assets that are stored already, such as ``scene-00-narration``: a job neither makes them again
    nor pays for them. Of plans that name their scenes only."""


@endpoint(answers={200: PlanPreview})
def preview_plan(body: OrderedPlan) -> PlanPreview:
    """Tell what a plan would make and cost, and every reason for which it would be refused.

    Nothing is ordered, paid for or stored.
    """
    from sutradhar.pipeline.dry_run import try_plan

    run = try_plan(bootstrap.services(), body, caller())
    job = bootstrap.estimate_job(run.plan, run.video_sec)
    return PlanPreview(
        accepted=not run.problems,
        problems=tuple(ProblemField(path=problem.path, message=problem.message) for problem in run.problems),
        notices=run.notices,
        plan=copy_plan(run.plan),
        estimate=PlanEstimate(
            **dict(describe_estimate(run.estimate)),
            video_seconds=round(run.video_sec, 1),
            wait_seconds=round(job.wait_sec),
            render_usd=round(job.render_usd, 4),
            budget_left_usd=None if run.left_today is None else usd(run.left_today),
        ),
        scene_seconds=tuple(round(sec, 2) for sec in run.scene_sec),
        kept=tuple(str(slot) for slot in run.kept),
    )
