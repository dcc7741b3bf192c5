"""Contract of the runner, with a task that reports its start and ends when the test asks it to."""

import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from functions.dev.emulated_cloud.cloud_run import CloudRunJobs, Job
from sutradhar.backends.gcp.runner import CloudRunRunner
from sutradhar.backends.local.process_registry import ProcessRegistry
from sutradhar.backends.local.runner import MAX_RETRIES, LocalRenderRunner
from sutradhar.domain.core.errors import BackendError
from sutradhar.domain.jobs.messages import Message
from sutradhar.domain.video.capacity import Machine
from sutradhar.ports.clock import SystemClock
from sutradhar.ports.runner import ExecutionState, RenderRunner
from sutradhar.telemetry import bind_fields, read_carried_variable
from tests.waiting import wait_until

# the request is a folder here; reading from the pipe waits until the test writes the exit code into it
TASK = """
import os, pathlib, sys
folder = pathlib.Path(os.environ["RENDER_REQUEST"])
name = f"task-{os.environ['CLOUD_RUN_TASK_INDEX']}-{os.environ['CLOUD_RUN_TASK_ATTEMPT']}"
(folder / name).write_text(os.environ["CLOUD_RUN_EXECUTION"])
(folder / "carried").write_text(os.environ.get("CARRIED_FIELDS", ""))
print("last words", flush=True)
sys.exit(int((folder / f"exit-{os.environ['CLOUD_RUN_TASK_INDEX']}").read_text()))
"""
MACHINE = Machine(cpus=4, memory_gib=16)
ARGV = (sys.executable, "-c", TASK)


class Ignored:
    reports_last_error = True

    def publish(self, message: Message) -> None:
        """Drop the message: this test needs no bus."""


@dataclass
class RunnerFixture:
    runner: RenderRunner
    gone: str
    """Return the name of an execution that the runner does not know."""
    cloud: CloudRunJobs | None = None


@pytest.fixture(params=["local", "gcp"])
def kit(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RunnerFixture]:
    env = {"PATH": os.environ["PATH"]}
    if request.param == "local":
        process_registry = ProcessRegistry(tmp_path / "home")
        local = LocalRenderRunner(tmp_path / "home", process_registry, Ignored(), env, tmp_path / "work", ARGV)
        yield RunnerFixture(local, "r-1.0.12345-nobody")
        local.close()
        process_registry.close()
        return
    with CloudRunJobs({"renderer": Job(ARGV, env)}, tmp_path / "logs") as cloud:
        runner = CloudRunRunner("p", "europe-west4", "renderer", MACHINE, cloud.endpoint, SystemClock())
        yield RunnerFixture(runner, "projects/p/locations/europe-west4/jobs/renderer/executions/renderer-zzzzz", cloud)
        runner.close()


class Render:
    """One request: a folder with the pipes that its tasks wait at."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        for task in range(3):
            os.mkfifo(folder / f"exit-{task}")

    def tell(self, code: int, task: int = 0) -> None:
        (self.folder / f"exit-{task}").write_text(str(code))

    def has_started(self, task: int = 0, attempt: int = 0) -> bool:
        return (self.folder / f"task-{task}-{attempt}").exists()


@pytest.fixture
def render(tmp_path: Path) -> Render:
    return Render(tmp_path / "request")


def wait_until_ended(kit: RunnerFixture, execution: str) -> None:
    wait_until(lambda: kit.runner.report(execution).state is not ExecutionState.RUNNING)


def test_an_execution_runs_and_succeeds(kit: RunnerFixture, render: Render) -> None:
    execution = kit.runner.start("job", "job-1", str(render.folder))
    wait_until(render.has_started)
    assert kit.runner.report(execution).state is ExecutionState.RUNNING
    render.tell(0)
    wait_until_ended(kit, execution)
    assert kit.runner.report(execution).state is ExecutionState.SUCCEEDED
    execution_name = (render.folder / "task-0-0").read_text()
    assert execution_name == execution.rsplit("/", 1)[-1]


def test_a_task_gets_the_trace_of_the_request(kit: RunnerFixture, render: Render) -> None:
    fields = {"request_id": "r-1", "trace": "4bf92f3577b34da6a3ce929d0e0e4736"}
    with bind_fields(job_id="job-1", **fields):
        execution = kit.runner.start("job", "job-1", str(render.folder))
    render.tell(0)
    wait_until_ended(kit, execution)
    assert read_carried_variable((render.folder / "carried").read_text()) == fields
    assert read_carried_variable("") == read_carried_variable("[1]") == read_carried_variable("{") == {}


def test_a_render_that_runs_is_not_started_again(kit: RunnerFixture, render: Render) -> None:
    first = kit.runner.start("job", "job-1", str(render.folder))
    assert kit.runner.start("job", "job-1", str(render.folder)) == first
    wait_until(render.has_started)
    render.tell(0)
    wait_until_ended(kit, first)
    second = kit.runner.start("job", "job-1", str(render.folder))
    assert second != first
    render.tell(0)
    wait_until_ended(kit, second)


def test_a_task_that_ends_badly_is_tried_again(kit: RunnerFixture, render: Render) -> None:
    execution = kit.runner.start("job", "job-1", str(render.folder))
    render.tell(1)
    wait_until(lambda: render.has_started(attempt=1))
    assert kit.runner.report(execution).state is ExecutionState.RUNNING
    render.tell(0)
    wait_until_ended(kit, execution)
    assert kit.runner.report(execution).state is ExecutionState.SUCCEEDED


def test_a_task_that_never_ends_well_fails_with_what_is_known(kit: RunnerFixture, render: Render) -> None:
    execution = kit.runner.start("job", "job-1", str(render.folder))
    for attempt in range(MAX_RETRIES + 1):
        wait_until(partial(render.has_started, attempt=attempt))
        render.tell(3)
    wait_until_ended(kit, execution)
    report = kit.runner.report(execution)
    assert report.state is ExecutionState.FAILED
    assert report.detail
    assert not render.has_started(attempt=MAX_RETRIES + 1)


def test_a_cancelled_execution_ends_and_is_not_tried_again(kit: RunnerFixture, render: Render) -> None:
    execution = kit.runner.start("job", "job-1", str(render.folder))
    wait_until(render.has_started)
    kit.runner.cancel(execution)
    wait_until_ended(kit, execution)
    assert kit.runner.report(execution).state is ExecutionState.FAILED
    assert not render.has_started(attempt=1)
    kit.runner.cancel(execution)  # once more does nothing


def test_an_execution_that_no_process_runs_is_lost_and_can_be_cancelled(kit: RunnerFixture) -> None:
    assert kit.runner.report(kit.gone).state is ExecutionState.LOST
    kit.runner.cancel(kit.gone)


def test_several_tasks_are_one_execution(kit: RunnerFixture, render: Render) -> None:
    if kit.cloud is None:
        assert kit.runner.machine is None  # so no caller asks for more than one task
        with pytest.raises(ValueError, match="one task"):
            kit.runner.start("job", "job-1", str(render.folder), tasks=3)
        return
    execution = kit.runner.start("job", "job-1", str(render.folder), tasks=3)
    wait_until(lambda: all(render.has_started(task) for task in range(3)))
    for task in range(3):
        render.tell(0, task)
    wait_until_ended(kit, execution)
    assert kit.runner.report(execution).state is ExecutionState.SUCCEEDED
    assert {(render.folder / f"task-{n}-0").read_text() for n in range(3)} == {execution.rsplit("/", 1)[-1]}


def test_a_render_whose_starter_was_killed_is_found_by_the_next_one(kit: RunnerFixture, render: Render) -> None:
    if kit.cloud is None:
        return  # the renderer dies with the process that started it
    execution = kit.runner.start("job", "job-1", str(render.folder))
    other = CloudRunRunner("p", "europe-west4", "renderer", MACHINE, kit.cloud.endpoint, SystemClock())
    assert other.start("job", "job-1", str(render.folder)) == execution
    other.close()
    render.tell(0)
    wait_until_ended(kit, execution)


class Mute(CloudRunJobs):
    """Starts each execution, and breaks the first connection instead of answering."""

    mute = True

    def run(self, name: str, body: Mapping[str, Any]) -> Any:
        answer = super().run(name, body)
        if self.mute:
            self.mute = False
            raise ConnectionAbortedError
        return answer


def test_a_render_whose_start_was_never_answered_is_found_and_not_started_again(tmp_path: Path, render: Render) -> None:
    job = Job(ARGV, {"PATH": os.environ["PATH"]})
    with Mute({"renderer": job}, tmp_path / "logs") as cloud:
        runner = CloudRunRunner("p", "r", "renderer", MACHINE, cloud.endpoint, SystemClock())
        with pytest.raises(BackendError) as caught:
            runner.start("job", "job-1", str(render.folder))
        assert caught.value.retryable
        execution = runner.start("job", "job-1", str(render.folder))
        assert [each.proto.name for each in cloud.executions("projects/p/locations/r/jobs/renderer")] == [execution]
        wait_until(render.has_started)
        render.tell(0)
        wait_until(lambda: runner.report(execution).state is ExecutionState.SUCCEEDED)
        runner.close()


def test_a_task_that_outlives_its_time_is_ended_and_counts_as_failed(tmp_path: Path, render: Render) -> None:
    job = Job(ARGV, {"PATH": os.environ["PATH"]}, max_retries=1, timeout_sec=1.0)
    with CloudRunJobs({"renderer": job}, tmp_path / "logs") as cloud:
        runner = CloudRunRunner("p", "r", "renderer", MACHINE, cloud.endpoint, SystemClock())
        execution = runner.start("job", "job-1", str(render.folder))
        wait_until(lambda: runner.report(execution).state is not ExecutionState.RUNNING)
        report = runner.report(execution)
        runner.close()
    assert report.state is ExecutionState.FAILED
    assert "1 of 1 tasks failed after 1 retries" in report.detail


def test_a_task_that_ends_well_but_too_late_has_failed(tmp_path: Path) -> None:
    polite = "import signal, sys; signal.signal(signal.SIGTERM, lambda *_: sys.exit(0)); signal.pause()"
    job = Job((sys.executable, "-c", polite), {"PATH": os.environ["PATH"]}, max_retries=0, timeout_sec=2.0)
    assert _outcome(job, tmp_path) is ExecutionState.FAILED


def test_a_command_that_is_not_there_fails_the_execution(tmp_path: Path) -> None:
    assert _outcome(Job(("/no/such/renderer",), {}, max_retries=1), tmp_path) is ExecutionState.FAILED


def _outcome(job: Job, folder: Path) -> ExecutionState:
    with CloudRunJobs({"renderer": job}, folder / "logs") as cloud:
        runner = CloudRunRunner("p", "r", "renderer", MACHINE, cloud.endpoint, SystemClock())
        execution = runner.start("job", "job-1", "request.json")
        wait_until(lambda: runner.report(execution).state is not ExecutionState.RUNNING)
        state = runner.report(execution).state
        runner.close()
    return state


def test_a_forgotten_job_leaves_no_log_and_others_keep_theirs(kit: RunnerFixture, tmp_path: Path) -> None:
    renders = [Render(tmp_path / f"request-{job}") for job in ("job-1", "job-11")]
    names = [kit.runner.start(job, f"{job}-1", str(renders[n].folder)) for n, job in enumerate(("job-1", "job-11"))]
    for render, name in zip(renders, names, strict=True):
        render.tell(0)
        wait_until_ended(kit, name)
    for _ in range(2):
        kit.runner.forget("job-1")
    folder = tmp_path / "home" / "executions"
    if folder.exists():  # Cloud Run keeps its own records
        assert {path.name.partition(".")[0] for path in folder.iterdir()} == {"job-11-1"}
    assert kit.runner.report(names[1]).state is ExecutionState.SUCCEEDED
