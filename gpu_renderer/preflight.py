"""`python -m gpu_renderer --check`: what this renderer has and lacks, each found by using it. One JSON list on stdout;
exit code 1 when something is missing without which no film can be made."""

import json
import tempfile
from collections.abc import Callable
from pathlib import Path

import cv2

from gpu_renderer.core import ffmpeg_process
from gpu_renderer.encode import encoders
from gpu_renderer.text.text_renderer import find_typeface
from sutradhar import bootstrap
from sutradhar.domain.core.errors import InvalidRequest, NotInstalled, RenderError


def main() -> int:
    checks = [
        _check("ffmpeg", ffmpeg_process.version),
        _check("ffprobe", lambda: ffmpeg_process.program("ffprobe")),
        _check("encoder", _encoder),
        _check("fonts", _fonts),
        _check("opencv", _opencv),
    ]
    print(json.dumps(checks))
    return 0 if all(check["ok"] for check in checks) else 1


def _check(name: str, found: Callable[[], str]) -> dict[str, str | bool]:
    try:
        return {"name": name, "ok": True, "detail": found()}
    except (NotInstalled, RenderError, InvalidRequest) as exc:
        return {"name": name, "ok": False, "detail": str(exc), "advice": exc.advice}


def _encoder() -> str:
    """One frame through the film's own arguments."""
    size = {"width": 256, "height": 256, "fps": 30}
    with tempfile.TemporaryDirectory() as folder:
        choice = encoders.choose(bootstrap.settings().renderer, "FINAL", **size, workdir=Path(folder))
        encoders.prove(choice.profile, **size, workdir=Path(folder))
    return f"{choice.profile.codec} encodes ({choice.asked} asked for: {choice.reason})"


def _fonts() -> str:
    find_typeface()
    return "Noto Sans and Noto Sans Devanagari, shaped by HarfBuzz"


def _opencv() -> str:
    """Before version 5 the camera is exact to 1/32 pixel only, which shows as a tremble in slow moves."""
    if int(cv2.__version__.split(".")[0]) < 5:
        raise NotInstalled(f"OpenCV 5 (this is {cv2.__version__})", advice="pip install 'opencv-python-headless>=5'")
    return f"OpenCV {cv2.__version__}"
