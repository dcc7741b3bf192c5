"""Define what a calibration has measured on a machine, and what renders cost by it. Pure."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from sutradhar.domain.core.base import Frozen
from sutradhar.domain.core.record import History, Record, keep_fields
from sutradhar.domain.video.capacity import Machine, RenderWork, choose_task_count, estimate_render
from sutradhar.domain.video.render_figures import ASSUMPTIONS, RenderFigures

CALIBRATION_NAME = "calibration.json"
"""The file in SUTRADHAR_HOME."""
_VIDEOS: Mapping[str, RenderWork] = {
    "1 min, 1080p": RenderWork(1920, 1080, fps=30, frames=1800),
    "1 min, 4k": RenderWork(3840, 2160, fps=30, frames=1800),
    "10 min, 1080p": RenderWork(1920, 1080, fps=30, frames=18_000),
    "10 min, 4k": RenderWork(3840, 2160, fps=30, frames=18_000),
}


class SavedCalibration(Record):
    """The figures of this machine."""

    history: ClassVar[History] = History("calibration", keep_fields)

    figures: RenderFigures


class CalibratedFigure(Frozen):
    """One figure as it was measured, beside the assumed one."""

    name: str
    meaning: str
    unit: str
    measured: float | None
    """None: it cannot be measured here; ``note`` says why."""
    assumed: float | None = None
    """None: the cost model does not use it."""
    note: str = ""


class RenderCost(Frozen):
    """The estimate of one video on Cloud Run, by the measured figures and by the assumed ones."""

    video: str
    gpu: bool
    tasks: int
    seconds: float
    usd: float
    assumed_tasks: int
    assumed_seconds: float
    assumed_usd: float


class CalibrationReport(Frozen):
    """The result of a calibration."""

    machine: str
    cores: int
    quick: bool
    """True: it was short, so the figures are rough."""
    started_at: str
    """The time in UTC of the first line of our code: less that of the execution's creation, it is ``start_sec``."""
    measurements: tuple[CalibratedFigure, ...]
    figures: RenderFigures
    """The measured figures, and the assumption for each one that was not measured."""
    costs: tuple[RenderCost, ...]
    setting: str
    """The setting of a deployment on machines like this one."""


def list_figures(measured: Mapping[str, float], notes: Mapping[str, str]) -> tuple[CalibratedFigure, ...]:
    """Return every figure of the cost model. ``notes``: why a figure was not measured, by its name."""
    return tuple(
        CalibratedFigure(
            name=name,
            meaning=one.meaning,
            unit=one.unit,
            measured=measured.get(name),
            assumed=one.value,
            note=notes.get(name, ""),
        )
        for name, one in ASSUMPTIONS.items()
    )


def estimate_costs(figures: RenderFigures, machine: Machine) -> Sequence[RenderCost]:
    """Return what videos cost on machines of the size of ``machine``, without the L4 and with it."""
    costs = []
    for video, work in _VIDEOS.items():
        for gpu in (False, True):
            measured, assumed = (
                estimate_render(work, one, choose_task_count(work, one))
                for one in (machine.evolve(gpu=gpu, figures=used) for used in (figures, RenderFigures()))
            )
            costs.append(
                RenderCost(
                    video=video,
                    gpu=gpu,
                    tasks=measured.tasks,
                    seconds=round(measured.wall_sec, 1),
                    usd=round(measured.usd, 5),
                    assumed_tasks=assumed.tasks,
                    assumed_seconds=round(assumed.wall_sec, 1),
                    assumed_usd=round(assumed.usd, 5),
                )
            )
    return costs
