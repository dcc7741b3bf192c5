"""The commands about jobs do what the API's calls do; with --json they print one document and nothing else."""

import json
import os
import pty
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from functions.cli import app
from functions.cli.jobs import complete_job
from functions.cli.waiting_job import show_review
from sutradhar import bootstrap
from sutradhar.domain.core.failure import FailureDetail
from sutradhar.domain.jobs.job import Job, JobState
from sutradhar.domain.jobs.job_failure import JobFailure
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.pipeline.audit import AUDIT
from sutradhar.pipeline.submit import cancel, submit
from tests.functions.worker import work

pytestmark = pytest.mark.usefixtures("signals")


def run(*words: str) -> Result:
    return CliRunner().invoke(app, words)


def run_json(*words: str, exit_code: int = 0) -> Any:
    """Return the document of the command: its standard output must hold nothing else."""
    result = run(*words, "--json")
    assert result.exit_code == exit_code, result.output
    return json.loads(result.stdout)


def create_job(topic: str = "A river [b]") -> Job:
    return submit(bootstrap.services(), RenderPlan(topic=topic, length_sec=10))[0]


def fail(job: Job) -> Job:
    error = JobFailure.from_detail(FailureDetail(stage="plan", cause="no planner answers", advice="try later"))
    return bootstrap.services().move(job.id, lambda j: j.fail(error, bootstrap.services().clock.now()))


def stop(job: Job) -> Job:
    return cancel(bootstrap.services(), job.id)


def test_status_lists_the_newest_jobs_first(home: Path) -> None:
    first, second = create_job(), create_job("समुद्र")
    listed = run("status")
    assert listed.stdout.index(second.id) < listed.stdout.index(first.id)
    assert "A river [b]" in listed.stdout
    jobs = run_json("status")["jobs"]
    assert [job["job_id"] for job in jobs] == [second.id, first.id]
    assert (jobs[0]["title"], jobs[0]["state"], jobs[0]["progress_pct"]) == ("समुद्र", "pending", 0)
    assert jobs[0]["created_at"].endswith("Z")
    assert [job["job_id"] for job in run_json("status", "--limit", "1")["jobs"]] == [second.id]
    assert run("status", "--limit", "0").exit_code == 2


def test_status_without_jobs_says_how_to_make_one(home: Path) -> None:
    assert "sutradhar make" in run("status").stdout
    assert run_json("status") == {"jobs": []}


def test_the_status_of_a_failed_job_says_why_and_what_to_do(home: Path) -> None:
    job = fail(create_job())
    shown = run("status", job.id)
    assert shown.exit_code == 0
    assert "no planner answers" in shown.stderr
    assert "What to do: try later" in shown.stderr
    document = run_json("status", job.id)
    assert (document["job_id"], document["state"], document["error"]["stage"]) == (job.id, "error", "plan")


def test_cancel_and_retry_move_the_job(home: Path) -> None:
    job = fail(create_job())
    assert run_json("retry", job.id) == {"job_id": job.id, "state": "pending"}
    assert f"sutradhar status {job.id} --watch" in run("retry", job.id).stderr
    assert run_json("cancel", job.id) == {"job_id": job.id, "state": "canceled"}
    assert bootstrap.backend().jobs.get(job.id).state is JobState.CANCELLED
    refused = run("retry", job.id, "--json")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "only a failed job can be retried" in refused.stderr


def test_a_waiting_job_is_shown_and_approved(home: Path, tmp_path: Path) -> None:
    scenes = [{"narration": "Tea is hot.", "image_prompt": "a cup of tea"}]
    job, _ = submit(bootstrap.services(), RenderPlan.parse({"review": True, "title": "Tea", "scenes": scenes}))
    refused = run("approve", job.id)
    assert refused.exit_code == 1
    assert "does not wait for approval yet" in " ".join(refused.stderr.split())
    job = work(job.id)
    assert run_json("status", job.id)["state"] == "awaiting_approval"
    assert f"sutradhar approve {job.id}" in run("status", job.id).stderr
    (narration,) = show_review(job, tmp_path)
    assert narration.read_bytes().startswith(b"RIFF")
    assert run_json("approve", job.id) == {"job_id": job.id, "state": "running"}
    acts = bootstrap.backend().documents.list(AUDIT, owner="terminal", limit=10).records
    assert [(one.action, one.job_id) for one in acts] == [("approve_render", job.id)]
    assert f"sutradhar status {job.id} --watch" in run("approve", job.id).stderr


@pytest.mark.parametrize("verb", ["status", "approve", "cancel", "retry", "logs"])
def test_an_unknown_job_is_one_clear_error(home: Path, verb: str) -> None:
    result = run(verb, "job-none", "--json")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "job-none" in result.stderr


@pytest.mark.parametrize(
    ("move", "state"),
    [(fail, "error"), (stop, "canceled")],
)
def test_watch_ends_with_the_job(home: Path, move: Callable[[Job], Job], state: str) -> None:
    job = create_job()
    timer = threading.Timer(0.2, move, [job])
    timer.start()
    assert run_json("status", job.id, "--watch", exit_code=1)["state"] == state
    timer.join()


def test_watch_of_all_jobs_is_no_single_document(home: Path) -> None:
    refused = run("status", "--watch", "--json")
    assert refused.exit_code == 2
    assert "needs a JOB" in refused.stderr


def test_watch_of_all_jobs_ends_with_ctrl_c(home: Path) -> None:
    job = create_job()
    screen, terminal = pty.openpty()
    process = subprocess.Popen([sys.executable, "-m", "functions.cli", "status", "--watch"], stdout=terminal)
    drawn = b""
    while job.id.encode() not in drawn:
        drawn += os.read(screen, 4096)
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 130
    os.close(terminal)
    os.close(screen)


def test_a_shell_completes_jobs_by_their_title(home: Path) -> None:
    assert complete_job("job-") == []
    assert not home.exists()
    job = create_job("A river")
    assert complete_job("job-") == [(job.id, "pending: A river")]
    assert complete_job("x") == []
    script = run("--show-completion", "bash")
    assert script.exit_code == 0
