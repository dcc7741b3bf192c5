"""Compose and encode segments in a process of its own: requests come as JSON lines on stdin, events go to stdout.

The process ends as soon as its stdin closes, which also happens when its parent is killed, and ends its ffmpeg too.
"""

import os
import queue
import signal
import sys
import threading
import traceback
from typing import BinaryIO

from gpu_renderer.core import ffmpeg_process
from gpu_renderer.core.frame import Frame
from gpu_renderer.encode import encoders
from gpu_renderer.encode.frame_pipe import FramePipe
from gpu_renderer.encode.protocol import EncodeRequest, WorkerEvent
from gpu_renderer.image.compositor import Compositor
from sutradhar.domain.core.errors import NotInstalled, RenderError, describe_failure
from sutradhar.domain.plan.ends import name_scene

_BUFFERS = 3
"""Frames between the thread that composes and the thread that writes to ffmpeg: one is drawn, one is written, one is
lent to the pipe. Drawing is the quicker part, and more would only take memory: 12 MB each in 4K."""
_EVENT_EVERY = 8
"""Number of frames after which the worker reports its progress."""


class SegmentWriter:
    """Write frames to ffmpeg in a thread of its own; the pipe would cost the composing thread 15 % of its time."""

    def __init__(self, process: ffmpeg_process.Process, width: int, height: int) -> None:
        self._process = process
        self._pipe = FramePipe(process.stdin, width * height * 3 // 2)
        self._free: queue.SimpleQueue[Frame] = queue.SimpleQueue()
        self._full: queue.SimpleQueue[Frame | None] = queue.SimpleQueue()
        for _ in range(_BUFFERS):
            self._free.put(Frame(width, height))
        self.broken = False
        """True if ffmpeg accepts no more frames; its exit code tells the reason."""
        self._thread = threading.Thread(target=self._write, name="segment-writer", daemon=True)
        self._thread.start()

    def take_empty(self) -> Frame:
        """Return a frame to draw into; wait until one is free."""
        return self._free.get()

    def put(self, frame: Frame) -> None:
        """Queue a drawn frame, which ``take_empty`` returned before."""
        self._full.put(frame)

    def close(self) -> None:
        """Wait until ffmpeg has received all queued frames, then close its stdin."""
        self._full.put(None)
        self._thread.join()

    def _write(self) -> None:
        while (frame := self._full.get()) is not None:
            free: Frame | None = frame
            if not self.broken:
                try:
                    free = self._pipe.write(frame)
                except (BrokenPipeError, ValueError):  # ValueError: ffmpeg was killed and its pipe closed
                    self.broken = True
            if free is not None:
                self._free.put(free)
        try:
            self._process.stdin.close()
        except BrokenPipeError:
            self.broken = True


class Worker:
    """Encode one requested segment after another until ``requests`` closes."""

    def __init__(self, requests: BinaryIO, events: BinaryIO) -> None:
        self._requests, self._events = requests, events
        self._queue: queue.SimpleQueue[EncodeRequest] = queue.SimpleQueue()
        self._encoder: ffmpeg_process.Process | None = None
        self._compositor: Compositor | None = None

    def run(self) -> None:
        threading.Thread(target=self._read_requests, name="requests", daemon=True).start()
        while True:
            request = self._queue.get()
            try:
                self._encode(request)
                self._send(WorkerEvent(done=True))
            except (RenderError, NotInstalled) as exc:
                self._send(WorkerEvent(failure=describe_failure(exc, "picture")))
            except Exception as exc:  # the parent must learn of a bug too, or it would wait for ever
                traceback.print_exc()
                scene = request.segment.clips[0].clip.scene
                cause = f"{name_scene(scene)}: {type(exc).__name__}: {exc}"
                self._send(WorkerEvent(failure=RenderError(cause, stage="picture", scene=scene).detail))

    def _read_requests(self) -> None:
        for line in self._requests:
            self._queue.put(EncodeRequest.model_validate_json(line))
        if self._encoder is not None:
            self._encoder.kill()
        if self._compositor is not None:
            self._compositor.close()
        os._exit(0)  # the other threads may be deep inside OpenCV

    def _send(self, event: WorkerEvent) -> None:
        try:
            self._events.write(event.model_dump_json().encode() + b"\n")
            self._events.flush()
        except BrokenPipeError:
            pass  # the parent is gone; the end of stdin ends this process

    def _encode(self, request: EncodeRequest) -> None:
        segment = request.segment
        size = (segment.width, segment.height)
        if self._compositor is None or self._compositor.size != size:
            self._compositor = Compositor(*size)
        command = encoders.encode_command(
            request.profile, width=size[0], height=size[1], fps=segment.fps, output=request.output
        )
        with (
            self._compositor.open(segment, request.sources) as compose,
            ffmpeg_process.Process(command, stage="picture", pipe=True, scene=segment.clips[0].clip.scene) as process,
        ):
            self._encoder = process
            writer = SegmentWriter(process, *size)
            reported = 0
            try:
                for n in range(segment.frames):
                    frame = writer.take_empty()
                    compose(n, frame)
                    writer.put(frame)
                    if writer.broken:
                        break
                    if n + 1 - reported >= _EVENT_EVERY:
                        self._send(WorkerEvent(frames=n + 1 - reported))
                        reported = n + 1
            finally:
                writer.close()
            process.finish()
            if reported < segment.frames:
                self._send(WorkerEvent(frames=segment.frames - reported))
            self._encoder = None


def work(requests: BinaryIO, events: BinaryIO, *, debug: bool) -> None:
    """Be a worker until ``requests`` closes. With ``debug`` it logs its commands."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to all processes; the parent decides
    ffmpeg_process.log_commands = debug
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # a stray print must not get between the events
    Worker(requests, events).run()


if __name__ == "__main__":
    work(sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb"), debug="--debug" in sys.argv)
