"""Estimate how long a job takes and what its render costs, before it exists. Pure."""

from dataclasses import dataclass

from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.video.capacity import Machine, RenderWork, choose_task_count, estimate_render
from sutradhar.domain.video.render_figures import ASSETS_SHARE, JOB_START_SEC


@dataclass(frozen=True)
class JobEstimate:
    """The likely seconds from the order to the finished video, and the price of its render in US dollars."""

    wait_sec: float
    render_usd: float


def estimate_job(plan: RenderPlan, video_sec: float, machine: Machine, *, is_shared: bool = True) -> JobEstimate:
    """Estimate a job on machines like ``machine``.

    Args:
        plan: the plan, of which the size, the frame rate and the mode count.
        video_sec: the likely length of the video in seconds.
        machine: the machine of one task.
        is_shared: several machines may share the render; False: there is only this one.
    """
    frames = max(round(video_sec * plan.render.fps), 1)
    work = RenderWork(*plan.size, fps=plan.render.fps, frames=frames, mode=plan.render.mode)
    render = estimate_render(work, machine, choose_task_count(work, machine) if is_shared else 1)
    return JobEstimate(JOB_START_SEC.value + ASSETS_SHARE.value * video_sec + render.wall_sec, render.usd)
