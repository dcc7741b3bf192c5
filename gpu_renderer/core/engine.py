"""The names and versions of the programs and libraries that make pixels and audio, as parts of cache keys."""

import hashlib

import cv2
import PIL

from gpu_renderer.core import ffmpeg_process, zimg
from gpu_renderer.core.segments import ENGINE_VERSION


def engine() -> str:
    """Return the versions of everything that makes pixels; they are part of the key of every segment."""
    libraries = f"opencv {cv2.__version__}, pillow {PIL.__version__}, zimg {zimg.read_version()}"
    return f"{libraries}, {ffmpeg_process.read_version()}"


def engine_key(*content: object) -> str:
    """Return the sha256 of ``content`` and of the engine. With another version of anything that makes pixels or audio
    the key is another one."""
    return hashlib.sha256(repr((ENGINE_VERSION, engine(), *content)).encode()).hexdigest()
