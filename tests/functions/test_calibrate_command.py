"""`sutradhar calibrate` measures this machine with real processes, and its figures lead later estimates."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from typer.testing import CliRunner

from functions.cli import app
from gpu_renderer.__main__ import run as run_renderer
from sutradhar.bootstrap.machine import read_saved_figures
from sutradhar.domain.video.render_figures import ASSUMPTIONS, RenderFigures
from tests.conftest import forget
from tests.functions.test_plan_preview import preview
from tests.unit.test_capacity import GCP

MEASURED = ("compose_ms", "final_ms", "proxy_ms", "check_ms")


def run(*words: str) -> Any:
    return CliRunner().invoke(app, words, env={"COLUMNS": "160"})


@pytest.fixture
def one_core() -> Iterator[None]:
    """Let this process and its children use one core, so that the measurement is short."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    yield
    os.sched_setaffinity(0, cores)


def test_a_machine_is_measured_and_its_estimates_follow(api: FlaskClient, home: Path, one_core: None) -> None:
    plan = {"topic": "tea", "length_sec": 60}
    before = preview(api, plan)["estimate"]["wait_seconds"]
    done = run("calibrate", "--quick", "--save", "--json")
    assert done.exit_code == 0, done.output
    assert re.findall(r"^(\d) of 5: ", done.stderr, re.MULTILINE) == ["1", "2", "3", "4", "5"]
    report = json.loads(done.stdout)
    figures = RenderFigures(**report["figures"])
    assert (report["cores"], report["quick"]) == (1, True)
    shown = {one["name"]: one for one in report["measurements"]}
    assert set(ASSUMPTIONS) < set(shown)
    for name, one in shown.items():
        assert (one["measured"] is None) == bool(one["note"]), name
        assert one["measured"] is None or one["measured"] > 0, name
    for name in MEASURED:
        assert getattr(figures, name) == pytest.approx(shown[name]["measured"], rel=1e-2)
    assert report["setting"] == f"RENDER_FIGURES={figures.to_text()}"
    assert len(report["costs"]) == 8
    assert read_saved_figures(home) == figures
    cpu_sec = 30 * 60 * (figures.compose_ms + figures.final_ms + figures.check_ms) / 1000
    after = preview(api, plan)["estimate"]["wait_seconds"]
    assert after != before
    assert after == pytest.approx(10 + 0.2 * 60 + 1 + cpu_sec * 1.1, rel=0.1)  # the length of a topic is an estimate


def test_a_machine_that_cannot_render_says_why(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    forget()
    done = run("calibrate", "--save")
    assert done.exit_code == 1
    assert "ffmpeg" in done.output
    assert "Traceback" not in done.output
    assert read_saved_figures(home) is None


def test_a_deployment_takes_its_figures_as_a_setting(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in GCP.items():
        monkeypatch.setenv(name, value)
    forget()
    done = run("calibrate", "--save")
    assert done.exit_code == 2
    assert "set RENDER_FIGURES" in done.output


def test_the_renderer_names_its_options(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_renderer(["--calibrate", "--fast"]) == 2
    assert "--calibrate --quick" in capsys.readouterr().err
