"""The best moments of clips: real videos, whose dull parts are known."""

import subprocess
from pathlib import Path

import pytest

from sutradhar.media.moments import find_moments


def _make_clip(folder: Path, graph: str) -> Path:
    path = folder / "clip.mp4"
    command = ["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", graph]
    subprocess.run([*command, "-c:v", "libx264", "-preset", "ultrafast", str(path)], check=True)
    return path


def test_the_moving_part_comes_before_the_dull_one(tmp_path: Path) -> None:
    still = "color=gray:s=320x180:r=15:d=6"
    moving = "testsrc2=s=320x180:r=15:d=4"
    path = _make_clip(tmp_path, f"{still}[a];{moving}[b];[a][b]concat=n=2")
    moments = find_moments(path)
    assert 5.5 <= moments[0] <= 7
    assert len(moments) > 1  # the dull part is shown before the same part is shown again
    assert all(abs(a - b) >= 3 for a in moments for b in moments if a != b)


def test_a_black_part_is_never_first(tmp_path: Path) -> None:
    path = _make_clip(tmp_path, "testsrc2=s=320x180:r=15:d=12,drawbox=c=black:t=fill:enable='lt(t,7)'")
    assert find_moments(path)[0] >= 6.5


@pytest.mark.parametrize("seconds", [0.2, 3, 5.5])
def test_a_short_clip_is_shown_from_its_start(tmp_path: Path, seconds: float) -> None:
    assert find_moments(_make_clip(tmp_path, f"testsrc2=s=320x180:r=15:d={seconds}")) == (0.0,)
