"""Start workers without a new interpreter: a process that has imported what they need forks them.

A new interpreter and its imports cost 0.35 s of CPU for each worker (measured). The server is forked from the renderer
before that has threads, since a fork copies the locks of all threads, but only one thread. It imports the worker's
modules when the first worker is asked for, and ends when the renderer ends.
"""

import gc
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from importlib import import_module
from io import BufferedReader, BufferedWriter
from typing import NoReturn

from sutradhar.config import process_environment, set_variable

_WORKER = "gpu_renderer.encode.worker"
_MMAP_THRESHOLD = 1 << 20
"""glibc gives planes larger than this many bytes back at once instead of keeping them: 20 MB less for each worker, at
no cost in time. A forked worker has it from the renderer (free_memory.return_large_blocks)."""
_MAX_MESSAGE = 16
_PIPES = 3
"""File descriptors that come with a request: the worker's requests, its events, and the pipe for its exit code."""


class ForkedProcess:
    """A process that the server has forked; it has the part of ``subprocess.Popen`` that a pool needs."""

    def __init__(self, pid: int, stdin: BufferedWriter, stdout: BufferedReader, status: int) -> None:
        self.pid, self.stdin, self.stdout = pid, stdin, stdout
        self._status = status
        self._code: int | None = None
        self._waiting = threading.Lock()

    def wait(self, timeout: float | None = None) -> int:
        """Return the exit code; below 0 it is the signal that killed the process.

        Raises:
            TimeoutExpired: the process still runs after ``timeout`` seconds.
        """
        # two threads may wait: the one that reads the events, and the one that closes the pool
        if not self._waiting.acquire(timeout=-1 if timeout is None else timeout):
            raise subprocess.TimeoutExpired(_WORKER, timeout or 0)
        try:
            if self._code is None:
                if not select.select([self._status], [], [], timeout)[0]:
                    raise subprocess.TimeoutExpired(_WORKER, timeout or 0)
                code = os.read(self._status, _MAX_MESSAGE)
                os.close(self._status)
                self._code = int(code or -signal.SIGKILL)  # the server was killed, and its workers end by themselves
            return self._code
        finally:
            self._waiting.release()

    def kill(self) -> None:
        """Kill the process if it still runs. The server has not reaped it before ``wait`` returns, so that its number
        belongs to no other process."""
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)


class ForkServer:
    """Fork the server process; ``start_worker`` asks it for a worker."""

    def __init__(self) -> None:
        self._channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._pid = os.fork()
        if self._pid == 0:
            self._channel.close()
            _end_process_after(lambda: _serve(theirs))
        theirs.close()

    def start_worker(self, debug: bool) -> ForkedProcess:
        """Start a worker. With ``debug`` it logs its commands.

        Raises:
            OSError: the server has ended.
        """
        requests, events, status = os.pipe(), os.pipe(), os.pipe()
        theirs = [requests[0], events[1], status[1]]
        try:
            socket.send_fds(self._channel, [b"debug" if debug else b"quiet"], theirs)
            pid = self._channel.recv(_MAX_MESSAGE)
        finally:
            for end in theirs:
                os.close(end)
        if not pid:
            raise BrokenPipeError("the process that starts the workers has ended")
        return ForkedProcess(int(pid), os.fdopen(requests[1], "wb"), os.fdopen(events[0], "rb"), status[0])

    def close(self) -> None:
        """End the server and return when it has ended; its workers must have ended before."""
        self._channel.close()
        with suppress(ChildProcessError):
            os.waitpid(self._pid, 0)


_started: list[ForkServer] = []


def prepare_workers() -> None:
    """Fork the server; without it every worker is a new interpreter. Call this before the process has threads."""
    if sys.platform == "linux" and not _started:  # forks of the frameworks of macOS crash
        _started.append(ForkServer())


def end_workers() -> None:
    """End the server if it was forked."""
    while _started:
        _started.pop().close()


def start_worker(debug: bool) -> "ForkedProcess | subprocess.Popen[bytes]":
    """Start a worker, whose stdin and stdout are pipes."""
    for server in _started:
        with suppress(OSError):
            return server.start_worker(debug)
    return subprocess.Popen(
        [sys.executable, "-m", _WORKER, *(["--debug"] if debug else [])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**process_environment(), "MALLOC_MMAP_THRESHOLD_": str(_MMAP_THRESHOLD)},
    )


def _serve(channel: socket.socket) -> None:
    """Fork a worker for each request, and write the exit code of each that ends; return when the renderer ends."""
    for number in (signal.SIGINT, signal.SIGTERM):  # they go to all processes of a terminal; the renderer decides
        signal.signal(number, signal.SIG_IGN)
    wake, signalled = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.set_wakeup_fd(signalled, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda _signal, _frame: None)
    statuses: dict[int, int] = {}
    while True:
        ready = select.select([channel.fileno(), wake], [], [])[0]
        if wake in ready:
            os.read(wake, 1024)
            _report_ended(statuses)
        if channel.fileno() in ready:
            message, received, _, _ = socket.recv_fds(channel, _MAX_MESSAGE, _PIPES)
            if not message:
                break
            requests, events, status = received
            _import_worker()
            work = partial(_work, requests, events, [channel.fileno(), wake, signalled, status, *statuses.values()])
            pid = os.fork()
            if pid == 0:
                _end_process_after(partial(work, debug=message == b"debug"))
            channel.send(str(pid).encode())
            os.close(requests)
            os.close(events)
            statuses[pid] = status
    with suppress(ChildProcessError):  # the workers end too, since their requests end
        while True:
            os.wait()


def _report_ended(statuses: dict[int, int]) -> None:
    """Write the exit codes of the workers that have ended."""
    while statuses:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return
        pipe = statuses.pop(pid)
        with suppress(BrokenPipeError):
            os.write(pipe, str(os.waitstatus_to_exitcode(status)).encode())
        os.close(pipe)


def _import_worker() -> None:
    """Import what a worker needs, once; the pages are then shared by all workers."""
    if _WORKER in sys.modules:
        return
    set_variable("OPENBLAS_NUM_THREADS", "1")  # numpy would start threads, which a fork does not copy
    import_module(_WORKER)
    gc.collect()
    gc.freeze()  # the collector would write to the shared pages


def _work(requests: int, events: int, of_server: Sequence[int], *, debug: bool) -> None:
    """Be a worker until ``requests`` ends."""
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGTERM, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    for descriptor in of_server:
        os.close(descriptor)
    import_module(_WORKER).work(os.fdopen(requests, "rb"), os.fdopen(events, "wb"), debug=debug)


def _end_process_after(work: Callable[[], None]) -> NoReturn:
    """Run ``work`` in a forked process, and end it without the renderer's own clean-up."""
    code = 1
    try:
        work()
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)
