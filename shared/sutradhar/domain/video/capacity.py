"""How many machines a film is rendered on: the fewest that are quick enough, since each more costs its start. Pure.

Prices: Cloud Run jobs (instance-based billing) in tier 1 regions, US dollars, https://cloud.google.com/run/pricing,
and the L4 without zonal redundancy at 0.67 a hour; both as stored on 2026-11-23.
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
"""CPU seconds a frame of 1080p on one core, everything but its encoding (docs/bench/bench.md)."""
X264_SEC = 0.033
"""CPU seconds to encode it with our default for FINAL; measured beside the former."""
NVENC_FPS = 400.0
"""Frames of 1080p a second that one L4 encodes at preset p6: an assumption, not measured by us."""
_ALONE = 0.10
"""What one task does alone at the end (join, upload, gate), as a share of the picture's CPU time."""
MAX_TASKS = 16


class Machine(Frozen):
    """One task's machine."""

    cpus: int
    memory_gib: float
    gpu: bool = False
    start_sec: float = 10.0
    """From the request to the first line of our code, image and driver included; billed like the rest."""

    @property
    def usd_per_sec(self) -> float:
        return self.cpus * VCPU_SEC_USD + self.memory_gib * GIB_SEC_USD + (L4_SEC_USD if self.gpu else 0.0)


@dataclass(frozen=True)
class Estimate:
    """What a render on ``tasks`` machines takes from start to end, and what all of them cost."""

    tasks: int
    wall_sec: float
    usd: float


def target_sec(film_sec: float) -> float:
    """How quick is quick enough: a quarter of what is promised for a film of this length (p95, docs of the objectives:
    30 s in 2 minutes, 60 s in 5, 5 minutes in 15, 10 minutes in 30), since its parts have to be bought first."""
    promised = 120 if film_sec <= 30 else 300 if film_sec <= 60 else 900 if film_sec <= 300 else 1800
    return promised / 4


def estimate(timeline: "Timeline", machine: Machine, tasks: int) -> Estimate:
    """Time and cost on ``tasks`` machines that share the picture evenly."""
    share = timeline.width * timeline.height / (1920 * 1080)
    composing = timeline.frames * share * COMPOSE_SEC
    encoding = timeline.frames * share * X264_SEC
    if machine.gpu:
        picture = max(composing / machine.cpus, timeline.frames * share / NVENC_FPS)
    else:
        picture = (composing + encoding) / machine.cpus
    alone = _ALONE * (composing + encoding) / machine.cpus
    wall = machine.start_sec + picture / tasks + alone
    billed = tasks * (machine.start_sec + picture / tasks) + alone
    return Estimate(tasks, wall, billed * machine.usd_per_sec)


def tasks_for(timeline: "Timeline", machine: Machine) -> int:
    """The fewest tasks that end in time; where none do, the number after which one more saves under a tenth."""
    target = target_sec(timeline.duration_sec)
    most = min(MAX_TASKS, max(ceil(timeline.duration_sec / 10), 1))
    found = [estimate(timeline, machine, count) for count in range(1, most + 1)]
    for one in found:
        if one.wall_sec <= target:
            return one.tasks
    for one, more in pairwise(found):
        if more.wall_sec > 0.9 * one.wall_sec:
            return one.tasks
    return most
