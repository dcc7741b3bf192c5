"""A process that composes and encodes segments: orders come as JSON lines on stdin, news goes out on stdout.

It ends as soon as its stdin closes, which is also what happens when its parent is killed, and takes its ffmpeg along.
"""

import os
import queue
import signal
import sys
import threading
import traceback
from pathlib import Path
from typing import BinaryIO

from gpu_renderer.core import ffmpeg_process
from gpu_renderer.core.frame import Frame
from gpu_renderer.core.segments import Segment
from gpu_renderer.encode import encoders
from gpu_renderer.image.compositor import Compositor
from sutradhar.domain.core.base import Frozen
from sutradhar.domain.core.errors import NotInstalled, RenderError, describe_failure
from sutradhar.domain.core.failure import FailureDetail

_BUFFERS = 4
_NEWS_EVERY = 8


class Order(Frozen):
    """Make ``segment`` from ``sources`` (local pictures by sha256) into the file ``output``."""

    segment: Segment
    sources: dict[str, Path]
    profile: encoders.Profile
    output: Path


class News(Frozen):
    """``frames`` more are composed; ``done``: the order's file is complete; or it failed: ``failure``."""

    frames: int = 0
    done: bool = False
    failure: FailureDetail | None = None


class SegmentWriter:
    """Feeds frames to ffmpeg from a thread of its own; the pipe would cost the composing thread 15 % of its time."""

    def __init__(self, process: ffmpeg_process.Process, width: int, height: int) -> None:
        self._process = process
        self._free: queue.SimpleQueue[Frame] = queue.SimpleQueue()
        self._full: queue.SimpleQueue[Frame | None] = queue.SimpleQueue()
        for _ in range(_BUFFERS):
            self._free.put(Frame(width, height))
        self.broken = False
        """ffmpeg takes no more; its exit code says why."""
        self._thread = threading.Thread(target=self._write, name="segment-writer", daemon=True)
        self._thread.start()

    def empty(self) -> Frame:
        """A frame to draw into; waits until one is free."""
        return self._free.get()

    def put(self, frame: Frame) -> None:
        self._full.put(frame)

    def close(self) -> None:
        """Returns when ffmpeg has been given everything."""
        self._full.put(None)
        self._thread.join()

    def _write(self) -> None:
        while (frame := self._full.get()) is not None:
            if not self.broken:
                try:
                    self._process.stdin.write(frame.buffer.data)
                except (BrokenPipeError, ValueError):  # ValueError: it was killed and its pipe closed
                    self.broken = True
            self._free.put(frame)
        try:
            self._process.stdin.close()
        except BrokenPipeError:
            self.broken = True


class Worker:
    def __init__(self, orders: BinaryIO, news: BinaryIO) -> None:
        self._orders, self._news = orders, news
        self._queue: queue.SimpleQueue[Order] = queue.SimpleQueue()
        self._encoding: ffmpeg_process.Process | None = None
        self._compositor: Compositor | None = None

    def run(self) -> None:
        threading.Thread(target=self._read, name="orders", daemon=True).start()
        while True:
            order = self._queue.get()
            try:
                self._render(order)
                self._tell(News(done=True))
            except (RenderError, NotInstalled) as exc:
                self._tell(News(failure=describe_failure(exc, "picture")))
            except Exception as exc:  # the parent must hear of a bug too, or it would wait for ever
                traceback.print_exc()
                scene = order.segment.shots[0].scene
                cause = f"scene {scene + 1}: {type(exc).__name__}: {exc}"
                self._tell(News(failure=FailureDetail(stage="picture", cause=cause, scene=scene)))

    def _read(self) -> None:
        for line in self._orders:
            self._queue.put(Order.model_validate_json(line))
        if self._encoding is not None:
            self._encoding.kill()
        if self._compositor is not None:
            self._compositor.close()
        os._exit(0)  # the other threads may be deep inside OpenCV

    def _tell(self, news: News) -> None:
        try:
            self._news.write(news.model_dump_json().encode() + b"\n")
            self._news.flush()
        except BrokenPipeError:
            pass  # the parent is gone; the end of stdin ends us

    def _render(self, order: Order) -> None:
        segment = order.segment
        size = (segment.width, segment.height)
        if self._compositor is None or self._compositor.size != size:
            self._compositor = Compositor(*size)
        argv = encoders.argv(order.profile, width=size[0], height=size[1], fps=segment.fps, output=order.output)
        with (
            self._compositor.open(segment, order.sources) as compose,
            ffmpeg_process.Process(argv, stage="picture", pipe=True, scene=segment.shots[0].scene) as process,
        ):
            self._encoding = process
            writer = SegmentWriter(process, *size)
            told = 0
            try:
                for n in range(segment.frames):
                    frame = writer.empty()
                    compose(n, frame)
                    writer.put(frame)
                    if writer.broken:
                        break
                    if n + 1 - told >= _NEWS_EVERY:
                        self._tell(News(frames=n + 1 - told))
                        told = n + 1
            finally:
                writer.close()
            process.finish()
            if told < segment.frames:
                self._tell(News(frames=segment.frames - told))
            self._encoding = None


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to all of us; the parent decides
    ffmpeg_process.log_commands = "--debug" in sys.argv
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # a stray print must not get between the news
    Worker(sys.stdin.buffer, out).run()
