"""`sutradhar serve` runs the function of preview frames beside the API, and starts it again when it is lost."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from functions.dev.emulated_cloud.emulators import find_free_port
from tests.waiting import wait_until

PLAN = {
    "review": True,
    "render": {"mode": "PROXY"},
    "scenes": [{"narration": "Tea is hot.", "image_prompt": "a cup", "title": "Tea"}],
}


@pytest.fixture
def server_and_url(tmp_path: Path) -> Iterator[tuple[psutil.Process, str]]:
    """A running server and its URL."""
    port = find_free_port()
    argv = [sys.executable, "-m", "functions.cli", "serve", "--port", str(port)]
    env = {**os.environ, "SUTRADHAR_HOME": str(tmp_path / "home"), "JSON_LOGS": "0"}
    with (tmp_path / "serve.log").open("w") as log:
        process = subprocess.Popen(argv, cwd=tmp_path, env=env, stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: process.poll() is not None or is_up(url))
        yield psutil.Process(process.pid), url
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        process.wait(30)


def is_up(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health").is_success
    except httpx.HTTPError:
        return False


def list_frame_processes(server: psutil.Process) -> list[psutil.Process]:
    return [one for one in server.children(recursive=True) if "--target=frame" in one.cmdline()]


def has_loaded_libraries(process: psutil.Process) -> bool:
    """Return whether OpenCV, numpy or Pillow take memory in the process."""
    libraries = (Path(one.path).name for one in process.memory_maps())
    return any(name.startswith(("cv2", "_multiarray_umath", "_imaging")) for name in libraries)


def test_the_function_is_small_until_it_is_called_and_started_again_when_it_is_lost(
    server_and_url: tuple[psutil.Process, str],
) -> None:
    server, url = server_and_url
    wait_until(lambda: len(list_frame_processes(server)) == 2)  # gunicorn and its worker
    assert not any(has_loaded_libraries(process) for process in list_frame_processes(server))
    job_id = httpx.post(f"{url}/render", json=PLAN).json()["job_id"]

    def show_frame(at: float) -> httpx.Response:
        return httpx.get(f"{url}/render/{job_id}/frame?at={at}", timeout=30)

    wait_until(lambda: show_frame(0.5).status_code != 503)
    assert show_frame(0.6).headers["Content-Type"] == "image/jpeg"
    processes = list_frame_processes(server)
    for process in processes:
        process.kill()
    psutil.wait_procs(processes, 10)
    wait_until(lambda: show_frame(0.7).status_code != 503)
    assert show_frame(0.8).status_code == 200
    others = list_frame_processes(server)
    assert {one.pid for one in others}.isdisjoint(one.pid for one in processes)
    server.send_signal(signal.SIGINT)
    assert server.wait(30) == 130
    assert psutil.wait_procs(others, 10)[1] == []
