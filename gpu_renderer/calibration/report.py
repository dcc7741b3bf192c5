"""Measure this machine and print the report as one JSON line: `python -m gpu_renderer --calibrate`.

It runs as the command of the Cloud Run job too (docs/costs.md). Each step is a line of the log, and the last line has
the setting for a deployment on such machines.
"""

import platform
from datetime import UTC, datetime
from pathlib import Path

from gpu_renderer.calibration.measure_machine import FULL, QUICK, STEPS, MachineFigures, measure_machine
from gpu_renderer.calibration.sampler import end_on_sigterm
from sutradhar import bootstrap
from sutradhar.bootstrap.machine import count_cores
from sutradhar.config import CloudSettings
from sutradhar.domain.core.errors import InvalidRequest, NotInstalled, RenderError
from sutradhar.domain.video.calibration import CalibratedFigure, CalibrationReport, estimate_costs, list_figures
from sutradhar.domain.video.capacity import Machine
from sutradhar.domain.video.render_figures import RenderFigures
from sutradhar.telemetry import log

_NOT_MEASURED = {
    "start_sec": "only an execution of the Cloud Run job shows it (docs/costs.md)",
    "finish_share": "it depends on the store, so no measurement of the processor shows it",
}


def main(*, quick: bool) -> int:
    """Print the report, and return the exit code: 1 if this machine cannot render."""
    started_at = datetime.now(UTC)
    end_on_sigterm()
    try:
        settings = bootstrap.settings()
        measured = measure_machine(settings.renderer, QUICK if quick else FULL, _log_step)
    except (InvalidRequest, RenderError, NotInstalled) as exc:
        log("calibration_failed", level="error", exc=exc)
        return 1
    report = build_report(measured, settings.cloud, started_at, quick=quick)
    print(report.model_dump_json(), flush=True)
    log("calibrated", setting=report.setting, started_at=report.started_at)
    return 0


def build_report(
    measured: MachineFigures, cloud: CloudSettings | None, started_at: datetime, *, quick: bool
) -> CalibrationReport:
    """Return the report. ``cloud``: the settings of the deployment in which this process runs; None: it is none."""
    model = measured.to_model_figures()
    in_force = cloud.render_figures if cloud else RenderFigures()
    figures = in_force.evolve(**{name: round(value, 4) for name, value in model.items()})
    notes = {**_NOT_MEASURED, "nvenc_fps": measured.no_card}
    return CalibrationReport(
        machine=describe_processor(),
        cores=count_cores(),
        quick=quick,
        started_at=started_at.isoformat(timespec="milliseconds"),
        measurements=(*list_figures(model, notes), *_list_others(measured)),
        figures=figures,
        costs=tuple(estimate_costs(figures, _describe_task_machine(cloud))),
        setting=f"RENDER_FIGURES={figures.to_text()}",
    )


def describe_processor() -> str:
    """Return the name of the processor, as far as the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _describe_task_machine(cloud: CloudSettings | None) -> Machine:
    """Return the machine of a task: this one, if it is one of Cloud Run, else the usual one."""
    usual_cpus, usual_gib = (CloudSettings.model_fields[f"render_{name}"].default for name in ("cpus", "memory_gib"))
    cpus = count_cores() if cloud else usual_cpus
    return Machine(cpus=cpus, memory_gib=cpus * usual_gib / usual_cpus)


def _list_others(measured: MachineFigures) -> tuple[CalibratedFigure, ...]:
    """Return the figures that the cost model does not use."""
    alone, processes = measured.alone, len(measured.proxy)

    def one(name: str, meaning: str, unit: str, value: float | None, note: str = "") -> CalibratedFigure:
        return CalibratedFigure(name=name, meaning=meaning, unit=unit, measured=value, note=note)

    return (
        one("compose_alone_ms", "draw a frame, with the other cores idle", "CPU ms a frame", alone.compose_ms),
        one("final_alone_ms", "encode a frame for FINAL, with the other cores idle", "CPU ms a frame", alone.encode_ms),
        one(
            "check_alone_ms", "decode a frame for the gate, with the other cores idle", "CPU ms a frame", alone.check_ms
        ),
        one("process_start_sec", "start of one process of the renderer", "s", measured.process_start_sec),
        one(
            "tree_mb",
            f"memory of the whole tree with {processes} worker{'' if processes == 1 else 's'}",
            "MB",
            measured.tree_mb or None,
            "" if measured.tree_mb else "only Linux tells it",
        ),
    )


def _log_step(name: str) -> None:
    log("calibration_step", step=name, done=STEPS.index(name), total=len(STEPS))
