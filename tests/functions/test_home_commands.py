"""`stop` ends the server of a home, and `clean` deletes what a home holds and nothing else."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from functions.cli import app
from functions.cli.running_servers import announce_server, list_servers
from functions.dev.emulated_cloud.emulators import find_free_port
from sutradhar import bootstrap
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.pipeline.submit import submit
from tests.conftest import forget


def run(*words: str) -> Any:
    return CliRunner().invoke(app, words)


def test_stop_ends_the_server_and_waits_for_it(home: Path) -> None:
    port = find_free_port()
    argv = [sys.executable, "-m", "functions.cli", "serve", "--port", str(port)]
    server = subprocess.Popen(argv, stderr=subprocess.PIPE, text=True)
    assert server.stderr
    while "Ctrl-C stops it" not in (line := server.stderr.readline()):
        assert line, "it ended"
    assert json.loads(run("stop", "--json").stdout) == {"stopped": [f"http://127.0.0.1:{port}"]}
    assert server.wait(5) == 130
    server.stderr.close()
    assert "No server runs" in run("stop").stderr


def test_a_killed_server_is_not_running(home: Path) -> None:
    child = os.fork()
    if child == 0:
        with announce_server(home, "http://127.0.0.1:1"):
            os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
    assert (home / "servers" / str(child)).exists()
    assert list_servers(home) == []
    assert not (home / "servers" / str(child)).exists()


def test_clean_deletes_what_we_made_and_nothing_else(home: Path) -> None:
    submit(bootstrap.services(), RenderPlan(topic="A river"))
    bootstrap.backend().blobs.put("assets/a", b"x" * 5_000)
    (home / "my own file").write_text("mine")
    refused = run("clean", "--yes")
    assert refused.exit_code == 1
    assert "sutradhar stop" in refused.stderr
    bootstrap.backend().close()
    forget()
    unsure = run("clean")
    assert unsure.exit_code == 2
    assert "--yes" in unsure.stderr
    assert (home / "state.db").exists()
    assert json.loads(run("clean", "--yes", "--json").stdout)["deleted_bytes"] > 5_000
    left = {path.name for path in home.iterdir()}
    assert left == {"my own file"}
    assert run("status").exit_code == 0  # a new home begins


def test_clean_leaves_a_deployment_alone(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"BACKEND": "gcp", "GOOGLE_CLOUD_PROJECT": "p", "REGION": "r", "ASSET_BUCKET": "b"}.items():
        monkeypatch.setenv(name, value)
    refused = run("clean", "--yes")
    assert refused.exit_code == 2
    assert "terraform destroy" in refused.stderr


def test_another_file_of_settings_can_be_named(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MAX_SCENES", "")  # so that the test's end restores it
    monkeypatch.delenv("MAX_SCENES")
    (tmp_path / ".env").write_text("MAX_SCENES=loud\n")
    (tmp_path / ".env.dev").write_text("MAX_SCENES=3\n")
    assert run("--env-file", ".env.dev", "status").exit_code == 0
    assert bootstrap.settings().api_limits.max_scenes == 3
    missing = run("--env-file", ".env.prod", "status")
    assert missing.exit_code == 2
    assert "no file .env.prod" in missing.stderr
