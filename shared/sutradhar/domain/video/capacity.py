"""Choose the number of machines that render a video: the fewest that are quick enough, since each one costs its start.
Pure. The figures and prices with their sources are in render_figures.py.
"""

from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from typing import NamedTuple

from sutradhar.domain.core.base import Frozen
from sutradhar.domain.plan.choices import RenderMode
from sutradhar.domain.video.render_figures import GIB_SEC_USD, L4_HOUR_USD, VCPU_SEC_USD, RenderFigures

MAX_TASKS = 16
_PIXELS = 1920 * 1080
"""Pixels of the frames to which the figures belong."""


class Machine(Frozen):
    """The machine of one task, and what it needs for a frame."""

    cpus: int
    memory_gib: float
    gpu: bool = False
    figures: RenderFigures = RenderFigures.constant()

    @property
    def usd_per_sec(self) -> float:
        card = L4_HOUR_USD.value / 3600 if self.gpu else 0.0
        return self.cpus * VCPU_SEC_USD.value + self.memory_gib * GIB_SEC_USD.value + card


class RenderWork(NamedTuple):
    """The size of a render."""

    width: int
    height: int
    fps: int
    frames: int
    mode: RenderMode = "FINAL"

    @property
    def duration_sec(self) -> float:
        return self.frames / self.fps


@dataclass(frozen=True)
class Estimate:
    """The seconds that a render on ``tasks`` machines takes from start to end, and the price of all machines."""

    tasks: int
    wall_sec: float
    usd: float


def compute_target_sec(video_sec: float) -> float:
    """Return the seconds that a render of a video of ``video_sec`` may take: a quarter of the promised time, since the
    assets have to be made first. Promised are (p95, docs of the objectives) 2 minutes for 30 s, 5 for 60 s, 15 for
    5 minutes, 30 for 10 minutes."""
    promised = 120 if video_sec <= 30 else 300 if video_sec <= 60 else 900 if video_sec <= 300 else 1800
    return promised / 4


def estimate_render(work: RenderWork, machine: Machine, tasks: int) -> Estimate:
    """Return time and cost on ``tasks`` machines that share the frames evenly.

    A card takes the encoding off the CPUs, which compose and check frames at the same time; the slower of both decides.
    """
    figures = machine.figures
    frames = work.frames * work.width * work.height / _PIXELS
    drawing_sec = frames * (figures.compose_ms + figures.check_ms) / 1000
    cpu_sec = drawing_sec + frames * figures.encode_ms(work.mode) / 1000
    card_sec = frames / figures.nvenc_fps
    frames_sec = max(drawing_sec / machine.cpus, card_sec) if machine.gpu else cpu_sec / machine.cpus
    finish_sec = figures.finish_share * cpu_sec / machine.cpus
    wall = figures.start_sec + frames_sec / tasks + finish_sec
    billed = tasks * (figures.start_sec + frames_sec / tasks) + finish_sec
    return Estimate(tasks, wall, billed * machine.usd_per_sec)


def choose_task_count(work: RenderWork, machine: Machine) -> int:
    """Return the fewest tasks that end in time; if none do, the number after which one more saves under a tenth."""
    target = compute_target_sec(work.duration_sec)
    max_tasks = min(MAX_TASKS, max(ceil(work.duration_sec / 10), 1))
    estimates = [estimate_render(work, machine, count) for count in range(1, max_tasks + 1)]
    for one in estimates:
        if one.wall_sec <= target:
            return one.tasks
    for one, more in pairwise(estimates):
        if more.wall_sec > 0.9 * one.wall_sec:
            return one.tasks
    return max_tasks
