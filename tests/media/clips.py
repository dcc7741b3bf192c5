"""Make clips with ffmpeg, and read the frames that the renderer shows of them."""

import hashlib
from fractions import Fraction
from pathlib import Path
from typing import Any

from gpu_renderer.core.frame import Frame
from gpu_renderer.image.clip_player import ClipPlayer, open_clip
from sutradhar.domain.plan.own_media import Fit
from sutradhar.domain.video.timeline import Camera, Clip, Footage, MediaRef
from tests.media.ffmpeg import run_ffmpeg
from tests.media.timelines import HOLD

SIZE, FPS = (160, 90), 30
X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p")


def make_clip(path: Path, *options: str, source: str = "testsrc2=s=160x90:r=30:d=1") -> Path:
    run_ffmpeg("-f", "lavfi", "-i", source, *options, "-t", "20", path)
    return path


def make_counting_clip(path: Path, *options: str, rate: Fraction | int = 30, seconds: float = 1) -> Path:
    """Write a clip whose frame k is grey of level 16 + 3 k."""
    level = "geq=lum='min(16+3*N,235)':cb=128:cr=128"
    return make_clip(path, "-vf", level, *options, source=f"color=black:s=64x36:r={rate}:d={seconds}")


def build_clip(path: Path, frames: int = 30, *, camera: Camera = HOLD, fit: Fit = "fill", **footage: Any) -> Clip:
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    return Clip(
        scene=3,
        start=0,
        frames=frames,
        media=MediaRef(blob="b", sha256=sha256),
        camera=camera,
        footage=Footage(**footage),
        fit=fit,
    )


def play_clip(
    path: Path, frames: int = 30, *, first: int = 0, size: tuple[int, int] = SIZE, fps: int = FPS, **more: Any
) -> list[Frame]:
    """Return the frames from ``first`` on of a clip of ``frames`` frames."""
    clip = build_clip(path, frames, **more)
    player, frames_shown = ClipPlayer(open_clip(path, clip.media.sha256, clip.scene), clip, size, fps), []
    try:
        for n in range(first, frames):
            frame = Frame(*size)
            player.draw(n, frame)
            frames_shown.append(frame)
    finally:
        player.close()
    return frames_shown


def levels(frames: list[Frame]) -> list[int]:
    """Return the number of the frame of ``make_counting_clip`` that each frame shows."""
    return [round((float(frame.planes[0].mean()) - 16) / 3) for frame in frames]
