"""How segments are encoded: profiles, the argument list (pure), and the proof that this machine can do it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import ffmpeg as graph

from gpu_renderer import ffmpeg
from sutradhar.domain.asset import SAMPLE_RATE
from sutradhar.domain.errors import RenderError


@dataclass(frozen=True)
class Profile:
    """An encoder and its quality. Segments of different profiles never meet in one film."""

    codec: str
    quality: tuple[tuple[str, str], ...]
    """Options of ``codec`` that set quality and speed."""

    def options(self, fps: int) -> dict[str, str]:
        """Everything that shapes the encoded stream; part of a segment's key."""
        return {
            "c:v": self.codec,
            **dict(self.quality),
            "pix_fmt": "yuv420p",
            "g": str(fps * 8),  # segments are shorter than that: one closed group of pictures each
            "flags": "+cgop",
            # all four fields, or players guess BT.601 for small films
            "colorspace": "bt709",
            "color_primaries": "bt709",
            "color_trc": "bt709",
            "color_range": "tv",
            "video_track_timescale": str(fps * 512),
            # lengths in whole samples; in the usual milliseconds a joined film drifts by a tick a segment
            "movie_timescale": str(SAMPLE_RATE),
        }

    def arguments(self, fps: int) -> tuple[str, ...]:
        """``options`` as they stand in ``argv``."""
        return tuple(part for name, value in sorted(self.options(fps).items()) for part in (f"-{name}", value))


def _x264(preset: str, crf: int) -> Profile:
    return Profile("libx264", (("preset", preset), ("crf", str(crf)), ("profile:v", "high")))


PROFILES: dict[Literal["PROXY", "FINAL"], Profile] = {"PROXY": _x264("superfast", 23), "FINAL": _x264("veryfast", 17)}
"""By render mode. One CRF step under the usual 18, because veryfast at 18 is 1.5 VMAF below medium at 18."""


def argv(profile: Profile, *, width: int, height: int, fps: int, threads: int, output: Path) -> list[str]:
    """ffmpeg reading raw yuv420p frames from its stdin and writing one segment (.mp4) to ``output``."""
    frames = graph.input(
        "pipe:0", format="rawvideo", pix_fmt="yuv420p", s=f"{width}x{height}", framerate=fps, protocol_whitelist="pipe"
    )
    target = frames.output(str(output), format="mp4", threads=threads, **profile.options(fps))
    quiet = target.global_args("-hide_banner", "-nostats", "-loglevel", "error").overwrite_output()
    return list(quiet.compile(ffmpeg.program("ffmpeg")))


def prove(profile: Profile, *, width: int, height: int, fps: int, workdir: Path) -> None:
    """Encode one black frame with the very arguments of the film: a listed encoder proves nothing.

    Raises:
        RenderError: with what ffmpeg said.
    """
    output = workdir / "proof.mp4"
    black = b"\x10" * (width * height) + b"\x80" * (width * height // 2)
    try:
        with ffmpeg.Process(
            argv(profile, width=width, height=height, fps=fps, threads=1, output=output), stage="picture", pipe=True
        ) as process:
            try:
                process.stdin.write(black)
                process.stdin.close()
            except BrokenPipeError:
                pass  # it gave up before the frame; finish() says why
            process.finish()
    except RenderError as exc:
        raise RenderError(
            f"{profile.codec} does not work here: {exc}",
            stage="picture",
            advice="install an ffmpeg with libx264 (Debian and Ubuntu: apt-get install ffmpeg)",
        ) from exc
    finally:
        output.unlink(missing_ok=True)
