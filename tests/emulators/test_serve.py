"""`sutradhar serve --backend=gcp-emulators`: up with one command, gone with Ctrl-C."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from functions import main
from functions.dev.emulated_cloud.cloud import EmulatedCloud
from functions.dev.emulated_cloud.emulators import find_free_port
from sutradhar.domain.core.errors import Conflict

KEY = "the-key-of-an-admin"


@pytest.mark.usefixtures("emulators")  # fails or skips where they are not installed
def test_the_emulated_cloud_comes_up_and_leaves_nothing_behind(tmp_path: Path) -> None:
    port = find_free_port()
    argv = [sys.executable, "-m", "functions.cli", "serve", "--backend=gcp-emulators", f"--port={port}"]
    env = {**os.environ, "SUTRADHAR_HOME": str(tmp_path / "home"), "API_KEY_ADMIN": KEY}
    with subprocess.Popen(argv, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as served:
        assert served.stdout is not None
        output = ""
        for line in served.stdout:
            output += line
            if "STORAGE_EMULATOR_HOST=" in line:  # the last it says when all is up
                break
        assert f"http://127.0.0.1:{port}" in output
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10) as answer:
            assert answer.status == 200
        # the settings of this machine reach the functions
        with pytest.raises(urllib.error.HTTPError, match="401"):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/library", timeout=10)
        server = psutil.Process(served.pid)
        started = server.children(recursive=True)
        assert len(started) >= 3 + len(main.__all__)  # the emulators and the functions
        # a function in the middle of a call that takes long is not waited for
        for process in started:
            if "--target=plan" in process.cmdline():
                process.suspend()
        sent = {"Content-Type": "application/json", "X-API-Key": KEY}
        order = urllib.request.Request(f"http://127.0.0.1:{port}/render", json.dumps({"topic": "tea"}).encode(), sent)
        with urllib.request.urlopen(order, timeout=10) as answer:
            assert answer.status == 202
        try:
            _wait_until_called(started)
            served.send_signal(signal.SIGINT)
            served.wait(20)
        except BaseException:
            for process in (server, *started):  # none is left over when this fails, either
                with suppress(psutil.NoSuchProcess):
                    process.kill()
            raise
    left = psutil.wait_procs(started, timeout=1)[1]
    # init has to reap a worker that was killed
    assert [process for process in left if process.status() != psutil.STATUS_ZOMBIE] == []
    assert served.returncode == 130


def _wait_until_called(started: list[psutil.Process]) -> None:
    """Wait until the bridge has an open connection to the function ``plan``."""
    (plan,) = {
        int(arg.partition("=")[2])
        for p in started
        for arg in p.cmdline()
        if arg.startswith("--port=") and "--target=plan" in p.cmdline()
    }
    end = time.monotonic() + 20
    while not any(
        c.raddr and c.raddr.port == plan and c.status == "ESTABLISHED" for c in psutil.net_connections("tcp4")
    ):
        assert time.monotonic() < end
        time.sleep(0.05)  # the delivery has no other sign


def test_a_port_in_use_is_reported_at_once(tmp_path: Path) -> None:
    """The program that has the port is not taken for the API."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(Conflict, match=f"port {port} is taken"), EmulatedCloud(tmp_path, port):
            pass


@pytest.mark.usefixtures("emulators")  # fails or skips where they are not installed
def test_a_function_that_does_not_start_is_named_and_all_else_ends(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="the function api ended with 1"), EmulatedCloud(tmp_path, python="false"):
        pass
    mine = psutil.Process()
    assert not [child for child in mine.children(recursive=True) if str(tmp_path) in " ".join(child.cmdline())]
