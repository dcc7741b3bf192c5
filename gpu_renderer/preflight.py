"""Check what this renderer has and lacks by using it: `python -m gpu_renderer --check`.

It writes one JSON list to stdout. The exit code is 1 when something is missing without which no video can be made.
"""

import json
import tempfile
from collections.abc import Callable
from pathlib import Path

import cv2

from gpu_renderer.core import ffmpeg_process, zimg
from gpu_renderer.encode import encoders
from gpu_renderer.text.fonts import find_typeface, list_missing_fonts
from sutradhar import bootstrap
from sutradhar.domain.core.errors import InvalidRequest, NotInstalled, RenderError
from sutradhar.domain.language.scripts import SCRIPTS
from sutradhar.font_files import list_missing_scripts


def main() -> int:
    checks = [
        _run_check("ffmpeg", ffmpeg_process.read_version),
        _run_check("ffprobe", lambda: ffmpeg_process.find_program("ffprobe")),
        _run_check("encoder", _check_encoder),
        _run_check("fonts", _check_fonts),
        _run_check("opencv", _check_opencv),
        _run_check("zimg", lambda: f"zimg {zimg.read_version()}"),
    ]
    print(json.dumps(checks))
    return 0 if all(check["ok"] for check in checks) else 1


def _run_check(name: str, check: Callable[[], str]) -> dict[str, str | bool]:
    try:
        return {"name": name, "ok": True, "detail": check()}
    except (NotInstalled, RenderError, InvalidRequest) as exc:
        return {"name": name, "ok": False, "detail": str(exc), "advice": exc.advice}


def _check_encoder() -> str:
    """Encode one frame with the arguments of a video."""
    size = {"width": 256, "height": 256, "fps": 30}
    with tempfile.TemporaryDirectory() as folder:
        selection = encoders.select_encoder(bootstrap.settings().renderer, "FINAL", **size, workdir=Path(folder))
        encoders.probe_encoder(selection.profile, **size, workdir=Path(folder))
    return f"{selection.profile.codec} encodes ({selection.requested} asked for: {selection.reason})"


def _check_fonts() -> str:
    find_typeface()
    lacking = [SCRIPTS[script] for script in list_missing_scripts()]
    fonts = f"Noto's fonts for {len(SCRIPTS) - len(lacking)} scripts, shaped by HarfBuzz"
    if lacking:
        packages = " ".join(dict.fromkeys(facts.package for facts in lacking))
        fonts += f"; {', '.join(facts.name for facts in lacking)} cannot be drawn until you install {packages}"
    if missing := list_missing_fonts():
        packages = " ".join(dict.fromkeys(font.package for font in missing))
        fonts += f"; some looks of lyrics are drawn with them too until you install {packages}"
    return fonts


def _check_opencv() -> str:
    """Require version 5: overlays and blends were measured with no other."""
    if int(cv2.__version__.split(".")[0]) < 5:
        raise NotInstalled(f"OpenCV 5 (this is {cv2.__version__})", advice="pip install 'opencv-python-headless>=5'")
    return f"OpenCV {cv2.__version__}"
