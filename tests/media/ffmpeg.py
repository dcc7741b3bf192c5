"""Run ffmpeg in the tests of media."""

from pathlib import Path

from gpu_renderer.core import ffmpeg_process


def run_ffmpeg(*arguments: str | Path) -> bytes:
    """Run ffmpeg, which may overwrite its output file, and return its stdout. Raise RenderError if it fails."""
    command = [ffmpeg_process.find_program("ffmpeg"), "-v", "error", "-y", *map(str, arguments)]
    return ffmpeg_process.run(command, stage="test").stdout
