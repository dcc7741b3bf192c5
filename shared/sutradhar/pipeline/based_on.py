"""Widen the limits of a plan that began as a template or as another job's plan.

A planner may write more and longer scenes than a caller may send. A plan that a caller got from this system and sends
back must not be refused for its own scenes.
"""

from collections.abc import Iterator
from typing import get_args

from sutradhar.domain.core.api_key import ApiKey
from sutradhar.domain.core.errors import NotFound
from sutradhar.domain.plan.choices import Voice
from sutradhar.domain.plan.limits import PlanLimits
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.template import ORIGIN
from sutradhar.pipeline.services import Services


def widen_limits(services: Services, plan: RenderPlan, limits: PlanLimits, caller: ApiKey | None) -> PlanLimits:
    """Return ``limits``, with at least the number and the lengths of the scenes that ``plan.based_on`` has.

    A job that does not exist any more, or that ``caller`` may not see, widens nothing.
    """
    for base in _find_bases(services, plan, caller):
        seconds = [scene.duration_sec or 0 for scene in base.scenes]
        if seconds and base.length_sec <= limits.max_total_sec:
            limits = limits.evolve(
                max_scenes=max(limits.max_scenes, len(seconds)),
                max_scene_sec=max(limits.max_scene_sec, *seconds),
                max_total_sec=max(limits.max_total_sec, sum(seconds)),
            )
    return limits


def _find_bases(services: Services, plan: RenderPlan, caller: ApiKey | None) -> Iterator[RenderPlan]:
    """Yield the plans that ``plan`` may have begun as: of a template one for each voice."""
    origin = plan.based_on or ""
    try:
        if not origin.startswith(ORIGIN):
            job = services.jobs.get(origin)
            if caller is None or caller.may_see(job.owner):
                yield job.current_plan
            return
        for voice in get_args(Voice):
            requested_plan = RenderPlan(
                topic=origin, language=plan.spoken_language, length_sec=plan.length_sec, voice=voice
            )
            yield services.providers.templates.write_plan(origin.removeprefix(ORIGIN), requested_plan)
    except NotFound:
        return
