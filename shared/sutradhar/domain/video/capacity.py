"""Choose the number of machines that render a video: the fewest that are quick enough, since each one costs its start.
Pure.

Prices: Cloud Run jobs (instance-based billing) in tier 1 regions, US dollars, https://cloud.google.com/run/pricing,
and the L4 without zonal redundancy at 0.67 an hour; both as stored on 2026-11-23.
"""

from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from typing import TYPE_CHECKING

from sutradhar.domain.core.base import Frozen

if TYPE_CHECKING:
    from sutradhar.domain.video.timeline import Timeline

VCPU_SEC_USD = 0.000018
GIB_SEC_USD = 0.000002
L4_SEC_USD = 0.67 / 3600

COMPOSE_SEC = 0.0085
"""CPU seconds for a frame of 1080p on one core, without its encoding (docs/bench/bench.md)."""
X264_SEC = 0.033
"""CPU seconds to encode such a frame with our default for FINAL; measured together with ``COMPOSE_SEC``."""
NVENC_FPS = 400.0
"""Frames of 1080p that one L4 encodes in a second at preset p6: an assumption, not measured by us."""
SERIAL_FRACTION = 0.10
"""Work that one task does serial at the end (join, upload, gate), as a share of the CPU time of all frames."""
MAX_TASKS = 16


class Machine(Frozen):
    """The machine of one task."""

    cpus: int
    memory_gib: float
    gpu: bool = False
    start_sec: float = 10.0
    """Seconds from the request to the first line of our code, with container image and driver; billed like the rest."""

    @property
    def usd_per_sec(self) -> float:
        return self.cpus * VCPU_SEC_USD + self.memory_gib * GIB_SEC_USD + (L4_SEC_USD if self.gpu else 0.0)


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


def estimate_render(timeline: "Timeline", machine: Machine, tasks: int) -> Estimate:
    """Return time and cost on ``tasks`` machines that share the frames evenly."""
    share = timeline.width * timeline.height / (1920 * 1080)
    composing = timeline.frames * share * COMPOSE_SEC
    encoding = timeline.frames * share * X264_SEC
    if machine.gpu:
        frames_sec = max(composing / machine.cpus, timeline.frames * share / NVENC_FPS)
    else:
        frames_sec = (composing + encoding) / machine.cpus
    serial = SERIAL_FRACTION * (composing + encoding) / machine.cpus
    wall = machine.start_sec + frames_sec / tasks + serial
    billed = tasks * (machine.start_sec + frames_sec / tasks) + serial
    return Estimate(tasks, wall, billed * machine.usd_per_sec)


def choose_task_count(timeline: "Timeline", machine: Machine) -> int:
    """Return the fewest tasks that end in time; if none do, the number after which one more saves under a tenth."""
    target = compute_target_sec(timeline.duration_sec)
    max_tasks = min(MAX_TASKS, max(ceil(timeline.duration_sec / 10), 1))
    estimates = [estimate_render(timeline, machine, count) for count in range(1, max_tasks + 1)]
    for one in estimates:
        if one.wall_sec <= target:
            return one.tasks
    for one, more in pairwise(estimates):
        if more.wall_sec > 0.9 * one.wall_sec:
            return one.tasks
    return max_tasks
