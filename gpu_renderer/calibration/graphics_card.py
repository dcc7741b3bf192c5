"""Measure how many frames the graphics card encodes in a second, if there is one."""

import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from gpu_renderer.calibration.material import FPS, Material
from gpu_renderer.core import segments
from gpu_renderer.core.ffmpeg_process import Process
from gpu_renderer.core.frame import Frame
from gpu_renderer.encode import encoders
from gpu_renderer.encode.encoders import Profile
from gpu_renderer.image.compositor import Compositor
from sutradhar.domain.video.render_settings import RendererSettings

_KEPT_FRAMES = 16
"""Frames that are composed before the card encodes them again and again, so that the CPUs do not hold it up."""
SESSIONS = 8
"""Segments that are encoded at the same time, as in a render: one does not fill the engines of a card."""


def measure_card(material: Material, settings: RendererSettings, size: tuple[int, int], frames: int) -> float:
    """Return the frames a second of h264_nvenc with the arguments of FINAL.

    Args:
        material: the images.
        settings: the settings of the renderer.
        size: width and height in pixels.
        frames: the number of frames for each of the sessions.

    Raises:
        RenderError: the card does not encode; the message says why.
    """
    profile = encoders.build_profile("h264_nvenc", "FINAL", settings)
    with tempfile.TemporaryDirectory(prefix="calibrate-") as folder:
        encoders.probe_encoder(profile, width=size[0], height=size[1], fps=FPS, workdir=Path(folder))
    return measure_encoder(compose_frames(material, size), profile, frames, SESSIONS)


def compose_frames(material: Material, size: tuple[int, int]) -> list[Frame]:
    """Return the first frames of the video that is measured."""
    segment = segments.split(material.make_timeline(size, 2 * _KEPT_FRAMES))[0]
    frames = [Frame(*size) for _ in range(_KEPT_FRAMES)]
    with Compositor(*size).open(segment, material.images) as compose:
        for n, frame in enumerate(frames):
            compose(n, frame)
    return frames


def measure_encoder(frames: Sequence[Frame], profile: Profile, count: int, sessions: int) -> float:
    """Return how many frames a second ``sessions`` encoders take together; each gets ``count``, of ``frames`` in turn.

    Raises:
        RenderError: an encoder failed.
    """
    width, height = frames[0].size

    def encode(folder: str, session: int) -> None:
        output = Path(folder) / f"{session}.mp4"
        command = encoders.encode_command(profile, width=width, height=height, fps=FPS, output=output)
        with Process(command, stage="picture", pipe=True) as process:
            try:
                for n in range(count):
                    process.stdin.write(frames[n % len(frames)].buffer.data)
                process.stdin.close()
            except BrokenPipeError:
                pass  # the encoder ended early; finish() raises its error
            process.finish()

    with tempfile.TemporaryDirectory(prefix="calibrate-") as folder, ThreadPoolExecutor(sessions) as pool:
        started = time.perf_counter()
        for done in [pool.submit(encode, folder, session) for session in range(sessions)]:
            done.result()
        return sessions * count / (time.perf_counter() - started)
