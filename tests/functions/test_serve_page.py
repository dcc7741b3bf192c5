"""`sutradhar serve` tells where the studio is, and opens it for a person at a desktop."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx

from functions.dev.emulated_cloud.emulators import find_free_port


def test_the_address_of_the_studio_is_printed_and_opened(home: Path, tmp_path: Path) -> None:
    """The browser that BROWSER names (the webbrowser module of Python reads it) is a script that notes the address."""
    port, noted, browser = find_free_port(), tmp_path / "noted", tmp_path / "browser"
    os.mkfifo(noted)
    browser.write_text(f'#!/bin/sh\necho "$1" > {noted}\n')
    browser.chmod(0o755)
    argv = [sys.executable, "-m", "functions.cli", "serve", "--open", "--port", str(port)]
    env = {**os.environ, "SUTRADHAR_HOME": str(home), "BROWSER": str(browser)}
    with subprocess.Popen(argv, env=env, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr
        while "in your browser" not in (line := server.stderr.readline()):
            assert line, "the server ended before it told the address"
        address = f"http://127.0.0.1:{port}/studio/"
        assert address in line
        assert noted.read_text().strip() == address  # waits until the browser was opened
        page = httpx.get(address)
        assert (page.status_code, page.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
        server.send_signal(signal.SIGINT)
        server.stderr.read()
    assert server.returncode == 130
