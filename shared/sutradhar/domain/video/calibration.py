"""Define what `sutradhar calibrate` has measured on a machine, as it is stored. Pure."""

from typing import ClassVar

from sutradhar.domain.core.record import History, Record, keep_fields
from sutradhar.domain.video.render_figures import RenderFigures

CALIBRATION_NAME = "calibration.json"
"""The file in SUTRADHAR_HOME."""


class SavedCalibration(Record):
    """The figures of this machine."""

    history: ClassVar[History] = History("calibration", keep_fields)

    figures: RenderFigures
