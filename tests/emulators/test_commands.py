"""The commands about jobs work on a deployment as on this machine: with BACKEND=gcp, on Google's emulators."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from functions.cli import app
from functions.dev.emulated_cloud.emulators import Emulators
from sutradhar import bootstrap
from sutradhar.domain.core.failure import FailureDetail
from sutradhar.domain.jobs.job_failure import JobFailure
from sutradhar.domain.jobs.topics import TOPICS
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.pipeline.submit import submit
from tests.emulated_cloud import project


@pytest.fixture
def deployment(emulators: Emulators, home: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A project with topics, and with settings that name it."""
    name = project()
    settings = {"BACKEND": "gcp", "GOOGLE_CLOUD_PROJECT": name, "REGION": "europe-west4", "ASSET_BUCKET": "b"}
    for variable, value in settings.items():
        monkeypatch.setenv(variable, value)
    from google.cloud import pubsub_v1

    publisher = pubsub_v1.PublisherClient()
    for topic in TOPICS:
        publisher.create_topic(name=f"projects/{name}/topics/sutradhar-{topic}")
    return name


def run_json(*words: str) -> Any:
    result = CliRunner().invoke(app, [*words, "--json"])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.mark.usefixtures("deployment")
def test_jobs_of_a_deployment_are_listed_stopped_and_started_again() -> None:
    services = bootstrap.services()
    job, _ = submit(services, RenderPlan(topic="A river", length_sec=10))
    assert [entry["job_id"] for entry in run_json("status")["jobs"]] == [job.id]
    assert [entry["job_id"] for entry in run_json("library", "riv")["entries"]] == [job.id]
    assert run_json("status", job.id)["state"] == "pending"
    error = JobFailure.from_detail(FailureDetail(stage="plan", cause="no planner answers"))
    services.move(job.id, lambda stored: stored.fail(error, services.clock.now()))
    assert run_json("library", "--state", "error")["total"] == 1
    assert run_json("retry", job.id)["state"] == "pending"
    assert run_json("cancel", job.id)["state"] == "canceled"
    plan = json.loads(CliRunner().invoke(app, ["duplicate", job.id]).stdout)
    assert plan["topic"] == "A river"
    assert run_json("keys", "add", "asha")["secret"].startswith("sk_")
    assert [key["name"] for key in run_json("keys", "list")["keys"]] == ["asha"]
