"""Build the parts that all ffmpeg commands of the renderer share: which protocols may be opened, and what is logged."""

from pathlib import Path
from typing import Any

import ffmpeg as graph

from gpu_renderer.core.ffmpeg_process import find_program

FILE_PROTOCOLS = "file,pipe"
"""The only protocols that ffmpeg and ffprobe may open for a file. A file of a user can name others: a playlist, for
example, names URLs."""
Stream = Any
"""A stream or an output of ffmpeg-python, which has no types."""


def open_file(path: Path, **options: Any) -> Stream:
    """Return the input ``path`` with ``options`` of its demuxer and decoders. The prefix ``file:`` keeps ffmpeg from
    reading a colon in the path as the end of a protocol's name."""
    return graph.input(f"file:{path}", protocol_whitelist=FILE_PROTOCOLS, **options)


def open_stdin(**options: Any) -> Stream:
    """Return standard input as an input with ``options`` of its demuxer."""
    return graph.input("pipe:0", protocol_whitelist="pipe", **options)


def finish_command(sink: Stream, *, log_level: str = "error", filter_threads: int | None = None) -> list[str]:
    """Return the command that writes ``sink`` (one output, or several merged), overwrites existing files and logs
    nothing but ``log_level`` and worse.

    Args:
        filter_threads: threads of the filter graph; None: as many as ffmpeg chooses.
    """
    flags = ["-hide_banner", "-nostdin", "-nostats", "-loglevel", log_level]
    if filter_threads is not None:
        flags += ["-filter_complex_threads", str(filter_threads)]
    command: list[str] = sink.global_args(*flags).overwrite_output().compile(find_program("ffmpeg"))
    return command
