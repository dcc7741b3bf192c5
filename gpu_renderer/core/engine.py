"""The names and versions of the programs and libraries that make pixels and audio, as parts of cache keys."""

import hashlib
from functools import cache
from importlib.metadata import version

from gpu_renderer.core import ffmpeg_process, zimg
from gpu_renderer.core.segments import ENGINE_VERSION


@cache
def engine() -> str:
    """Return the versions of everything that makes pixels; they are part of the key of every segment."""
    # OpenCV itself takes 70 ms to import, which a render that reuses everything would wait for
    libraries = f"opencv {version('opencv-python-headless')}, pillow {version('pillow')}, zimg {zimg.read_version()}"
    return f"{libraries}, {ffmpeg_process.read_version()}"


def engine_key(*content: object) -> str:
    """Return the sha256 of ``content`` and of the engine. With another version of anything that makes pixels or audio
    the key is another one."""
    return hashlib.sha256(repr((ENGINE_VERSION, engine(), *content)).encode()).hexdigest()
