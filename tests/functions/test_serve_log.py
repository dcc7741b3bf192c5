"""`sutradhar serve` shows its log as JSON, or for people, and keeps it in a file."""

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

import pytest

from functions.cli.start import LOG_NAME
from functions.dev.emulated_cloud.emulators import find_free_port


@pytest.mark.parametrize("json_logs", ["1", "0"])
def test_the_log_is_shown_and_kept(tmp_path: Path, json_logs: str) -> None:
    port = find_free_port()
    argv = [sys.executable, "-m", "functions.cli", "serve", "--port", str(port)]
    env = {**os.environ, "SUTRADHAR_HOME": str(tmp_path), "JSON_LOGS": json_logs}
    with subprocess.Popen(argv, env=env, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr
        while "Ctrl-C stops it" not in (line := server.stderr.readline()):
            assert line, "it ended"
        body = json.dumps({"topic": "Tea", "length_sec": 5}).encode()
        call = urllib.request.Request(f"http://127.0.0.1:{port}/render", body)
        while True:
            with suppress(ConnectionError, urllib.error.URLError):
                urllib.request.urlopen(call, timeout=30).close()
                break
        while "job_created" not in (line := server.stderr.readline()):  # the server's process wrote it
            assert line, "it ended"
        server.send_signal(signal.SIGINT)
        rest = server.stderr.read()
    is_json = line.startswith("{")
    assert is_json == (json_logs == "1")
    assert "Stopped" in rest
    events = [json.loads(text)["event"] for text in (tmp_path / LOG_NAME).read_text().splitlines()]
    assert events.count("job_created") == 1
