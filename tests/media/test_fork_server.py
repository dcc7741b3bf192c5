"""Workers are forked by a process of their own, which tells how they end and never outlives the renderer."""

import subprocess
import sys

import psutil

_RUN = """
import os, subprocess, sys
from gpu_renderer.encode import fork_server

fork_server.prepare_workers()
first, second = fork_server.start_worker(debug=False), fork_server.start_worker(debug=False)
assert isinstance(first, fork_server.ForkedProcess)
first.kill()
print(first.wait(10))
try:
    print(second.wait(0.1))
except subprocess.TimeoutExpired:
    print("still running")
second.stdin.close()
print(second.wait(10), second.stdout.read())
fork_server.end_workers()
try:
    os.waitpid(-1, 0)
except ChildProcessError:
    print("no child is left")
"""
_DIE = """
import os, signal, sys
from gpu_renderer.encode import fork_server

fork_server.prepare_workers()
print(fork_server.start_worker(debug=False).pid, flush=True)
sys.stdin.read()
"""


def test_a_worker_ends_when_it_is_killed_or_its_requests_end_and_no_process_is_left() -> None:
    done = subprocess.run([sys.executable, "-c", _RUN], check=False, capture_output=True, text=True, timeout=60)
    assert done.stdout.splitlines() == ["-9", "still running", "0 b''", "no child is left"], done.stderr


def test_workers_and_their_server_end_when_the_renderer_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", _DIE], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as renderer:
        assert renderer.stdout is not None
        worker = psutil.Process(int(renderer.stdout.readline()))
        server = psutil.Process(worker.ppid())
        assert server.ppid() == renderer.pid
        renderer.kill()
        _, alive = psutil.wait_procs([worker, server], timeout=10)
    assert alive == []
