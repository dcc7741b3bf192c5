"""Frames arrive in ffmpeg's pipe whole and in order, although their memory is drawn into again."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

import pytest

from gpu_renderer.core.frame import Frame
from gpu_renderer.encode import frame_pipe
from gpu_renderer.encode.frame_pipe import FramePipe

LARGE, SMALL = (1280, 720), (64, 36)


@contextmanager
def read_slowly(chunk: int) -> Iterator[tuple[IO[bytes], list[bytes], threading.Thread]]:
    """Yield the writing end of a pipe, and what a thread reads from it, ``chunk`` bytes at a time."""
    inlet, outlet = os.pipe()
    parts: list[bytes] = []

    def read() -> None:
        while part := os.read(inlet, chunk):
            parts.append(part)

    thread = threading.Thread(target=read)
    with os.fdopen(outlet, "wb") as stdin:
        thread.start()
        yield stdin, parts, thread
    thread.join()
    os.close(inlet)


def write_frames(stdin: IO[bytes], size: tuple[int, int], count: int) -> None:
    """Draw ``count`` frames, the number of the frame in each byte, into as few buffers as are free."""
    free, width, height = [Frame(*size), Frame(*size)], *size
    pipe = FramePipe(stdin, width * height * 3 // 2)
    for n in range(count):
        frame = free.pop()
        frame.buffer.fill(n)
        if (read := pipe.write(frame)) is not None:
            free.append(read)


@pytest.mark.parametrize("size", [LARGE, SMALL], ids=["lent", "copied"])
@pytest.mark.parametrize("chunk", [1000, 32_768, 4_000_000])
def test_every_frame_arrives_as_it_was_drawn(size: tuple[int, int], chunk: int) -> None:
    count, length = 20, size[0] * size[1] * 3 // 2
    with read_slowly(chunk) as (stdin, parts, thread):
        write_frames(stdin, size, count)
        stdin.close()
        thread.join()
    received = b"".join(parts)
    assert len(received) == count * length
    for n in range(count):
        assert received[n * length : (n + 1) * length] == bytes([n]) * length


def test_a_system_without_the_call_copies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frame_pipe, "_find_vmsplice", lambda: None)
    test_every_frame_arrives_as_it_was_drawn(LARGE, 32_768)


def test_a_sandbox_that_refuses_the_call_gets_copies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frame_pipe, "_find_vmsplice", lambda: lambda *_: -1)
    test_every_frame_arrives_as_it_was_drawn(LARGE, 32_768)


@pytest.mark.parametrize("size", [LARGE, SMALL], ids=["lent", "copied"])
def test_a_reader_that_ends_is_noticed(size: tuple[int, int]) -> None:
    inlet, outlet = os.pipe()
    os.close(inlet)
    stdin = os.fdopen(outlet, "wb", buffering=0)
    with pytest.raises(BrokenPipeError):
        write_frames(stdin, size, 3)
    stdin.close()
    with pytest.raises(ValueError, match="closed"):
        write_frames(stdin, size, 3)
