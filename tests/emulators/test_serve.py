"""`sutradhar serve --backend=gcp-emulators`: up with one command, gone with Ctrl-C."""

import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import psutil
import pytest

from functions.emulated.emulators import free_port


@pytest.mark.usefixtures("emulators")  # fails or skips where they are not installed
def test_the_emulated_cloud_comes_up_and_leaves_nothing_behind(tmp_path: Path) -> None:
    port = free_port()
    argv = [sys.executable, "-m", "functions.cli", "serve", "--backend=gcp-emulators", f"--port={port}"]
    env = {**os.environ, "SUTRADHAR_HOME": str(tmp_path / "home")}
    with subprocess.Popen(argv, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as served:
        assert served.stdout is not None
        said = ""
        for line in served.stdout:
            said += line
            if "STORAGE_EMULATOR_HOST=" in line:  # the last it says when all is up
                break
        assert f"http://127.0.0.1:{port}" in said
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10) as answer:
            assert answer.status == 200
        started = psutil.Process(served.pid).children(recursive=True)
        assert len(started) >= 3 + 7  # the emulators and the functions
        served.send_signal(signal.SIGINT)
        served.wait(20)
    assert psutil.wait_procs(started, timeout=1)[1] == []
    assert served.returncode == 130
