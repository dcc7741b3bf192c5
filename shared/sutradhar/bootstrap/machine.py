"""The machine that renders, with the figures that are known of it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from sutradhar.domain.core.errors import NewerRecord, UnreadableRecord
from sutradhar.domain.video.calibration import CALIBRATION_NAME, SavedCalibration
from sutradhar.domain.video.capacity import Machine
from sutradhar.domain.video.render_figures import RenderFigures
from sutradhar.telemetry import log

if TYPE_CHECKING:
    from pathlib import Path

_LOCAL_START_SEC = 1.0
"""Seconds in which the renderer starts as a process of a machine that runs already."""


def count_cores() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def describe_local_machine(home: Path) -> Machine:
    """Return this machine with the figures that `sutradhar calibrate --save` has left in ``home``, else with those of
    the assumptions. Its memory and its card count for nothing here."""
    figures = read_saved_figures(home) or RenderFigures()
    return Machine(cpus=count_cores(), memory_gib=0, figures=figures.evolve(start_sec=_LOCAL_START_SEC))


def read_saved_figures(home: Path) -> RenderFigures | None:
    """Return the saved figures; None if there are none that can be read."""
    try:
        return SavedCalibration.from_record((home / CALIBRATION_NAME).read_bytes()).figures
    except FileNotFoundError:
        return None
    except (OSError, NewerRecord, UnreadableRecord) as exc:  # an estimate by the assumptions is better than none
        log("calibration_unreadable", level="warning", exc=exc)
        return None


def save_figures(home: Path, figures: RenderFigures) -> Path:
    """Store ``figures`` for the estimates of this machine, in place of earlier ones, and return the file."""
    path = home / CALIBRATION_NAME
    half = path.with_suffix(f".{os.getpid()}")
    half.write_text(SavedCalibration(figures=figures).to_record(indent=2))
    return half.replace(path)
