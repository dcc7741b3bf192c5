"""`sutradhar logs` shows the lines of the log for people, also those of renderers and of Cloud Logging."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from functions.cli import app
from functions.cli.log_lines import SEVERITIES, LineFilter, LogTail
from functions.cli.start import LOG_NAME
from sutradhar import bootstrap, telemetry
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.pipeline.submit import submit


def run(*words: str) -> Any:
    return CliRunner().invoke(app, ["logs", *words])


def write_line(home: Path, text: str) -> None:
    with (home / LOG_NAME).open("a", encoding="utf-8") as file:
        file.write(text + "\n")


@pytest.fixture
def job_id(home: Path) -> str:
    """A job with lines in the log and with one renderer."""
    telemetry.write_to(home / LOG_NAME)
    job = submit(bootstrap.services(), RenderPlan(topic="A river", length_sec=10))[0]
    telemetry.log("provider_failed", level="warning", job_id=job.id, provider="x", error="no [answer]")
    telemetry.log("sweep_done")
    (home / "executions").mkdir(exist_ok=True)
    lines = [json.dumps({"severity": "INFO", "time": "2020-01-01T00:00:00+00:00", "event": "render_started"})]
    log = home / "executions" / f"{job.id}-1.0.1-a.log"
    log.write_text("\n".join([*lines, "ffmpeg: broken pipe"]) + "\n")
    return job.id


def test_the_part_of_a_renderer_s_log_that_was_put_aside_comes_first(home: Path, job_id: str) -> None:
    (log,) = (home / "executions").glob("*.log")
    log.replace(log.with_suffix(".1.log"))
    log.write_text("frozen\n")
    assert [line.split()[3] for line in run(job_id).stdout.splitlines()[:2]] == ["render_started", "ffmpeg:"]


def test_the_lines_of_a_job_and_its_renderers_in_order(home: Path, job_id: str) -> None:
    lines = run(job_id).stdout.splitlines()
    assert [line.split()[3] for line in lines] == ["render_started", "ffmpeg:", "job_created", "provider_failed"]
    assert "provider=x error=no [answer]" in lines[3]
    everything = run().stdout
    assert "sweep_done" in everything
    assert "render_started" not in everything


def test_level_and_number_choose_the_newest_lines(home: Path, job_id: str) -> None:
    warnings = run(job_id, "--level", "warning").stdout.splitlines()
    assert [line.split()[2] for line in warnings] == ["WARNING"]
    assert "sweep_done" in run("-n", "1").stdout
    assert len(run("-n", "1").stdout.splitlines()) == 1
    for wrong in (("-n", "0"), ("--level", "loud"), ("--follow", "--json")):
        assert run(*wrong).exit_code == 2


def test_as_json_the_lines_keep_all_fields(home: Path, job_id: str) -> None:
    document = json.loads(run(job_id, "--json").stdout)
    assert document["lines"][-1]["provider"] == "x"
    assert document["lines"][1] == {"time": "2020-01-01T00:00:00+00:00", "message": "ffmpeg: broken pipe"}


def test_follow_yields_new_lines_also_of_a_new_file(tmp_path: Path) -> None:
    tmp_path.joinpath(LOG_NAME).write_text('{"event": "old"}\n')
    lines = LogTail(tmp_path / LOG_NAME, LineFilter("job-1", SEVERITIES)).follow()
    write_line(tmp_path, '{"event": "other", "job_id": "job-2"}')
    write_line(tmp_path, '{"event": "first", "job_id": "job-1"}')
    assert next(lines).fields["event"] == "first"
    (tmp_path / LOG_NAME).replace(tmp_path / f"{LOG_NAME}.1")
    write_line(tmp_path, '{"event": "second", "job_id": "job-1"}')
    assert next(lines).fields["event"] == "second"


def test_a_large_log_is_put_aside_once(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telemetry, "MAX_LOG_BYTES", 2_000)
    telemetry.write_to(home / LOG_NAME)
    for number in range(60):
        telemetry.log("counted", number=number)
    assert (home / LOG_NAME).stat().st_size <= 2_000
    assert 2_000 < (home / f"{LOG_NAME}.1").stat().st_size < 2_300
    numbers = [line["number"] for line in json.loads(run("--json").stdout)["lines"]]
    assert numbers == list(range(numbers[0], 60))


CLOUD = {"BACKEND": "gcp", "GOOGLE_CLOUD_PROJECT": "my-project", "REGION": "europe-west4", "ASSET_BUCKET": "b"}
GCLOUD = """#!/bin/sh
[ "$FAKE_GCLOUD" = refuse ] && { echo 'ERROR: (gcloud.logging.read) PERMISSION_DENIED' >&2; exit 1; }
printf '%s\\n' "$@" > "$GCLOUD_CALL"
echo '[{"timestamp": "2026-11-27T10:00:01Z", "severity": "ERROR", "jsonPayload": {"event": "second"}},
  {"timestamp": "2026-11-27T10:00:00Z", "jsonPayload": {"event": "first"}}]'
"""


@pytest.fixture
def gcloud(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file with the last call of a `gcloud` that answers two entries."""
    program = tmp_path / "bin" / "gcloud"
    program.parent.mkdir()
    program.write_text(GCLOUD)
    program.chmod(0o755)
    for name, value in {**CLOUD, "GCLOUD_CALL": str(tmp_path / "call")}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    return tmp_path / "call"


def test_the_log_of_google_cloud_is_read_by_gcloud(gcloud: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    document = json.loads(run("--json", "-n", "2", "--level", "info").stdout)
    assert [line["event"] for line in document["lines"]] == ["first", "second"]
    assert document["lines"][1]["severity"] == "ERROR"
    call = gcloud.read_text().splitlines()
    assert call[:4] == ["logging", "read", "jsonPayload.event:* AND severity>=INFO", "--project=my-project"]
    assert "--limit=2" in call
    followed = run("--follow")
    assert followed.exit_code == 2
    assert "gcloud beta logging tail" in followed.stderr
    monkeypatch.setenv("FAKE_GCLOUD", "refuse")
    refused = run("--json")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "PERMISSION_DENIED" in refused.stderr


def test_without_gcloud_the_command_says_where_to_get_it(gcloud: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    result = run()
    assert result.exit_code == 1
    assert "cloud.google.com/sdk/docs/install" in result.stderr
