"""The renderer's process as the local runner sees it; small scripts stand for the renderer."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sutradhar.backends.local import execution_log
from sutradhar.backends.local.process_registry import ProcessRegistry
from sutradhar.backends.local.runner import MAX_RETRIES, LocalRenderRunner
from sutradhar.domain.core.errors import LeaseHeld
from sutradhar.domain.jobs.messages import DispatchRender, Message
from sutradhar.ports.runner import ExecutionState
from tests.child_processes import list_child_processes
from tests.waiting import wait_until

FOREVER = (
    "import signal, sys, time; signal.signal(15, lambda *_: sys.exit(143)); print('up', flush=True); time.sleep(600)"
)
Make = Callable[[str], LocalRenderRunner]


class RecordingBus:
    reports_last_error = True

    def __init__(self) -> None:
        self.messages: list[Message] = []

    def publish(self, message: Message) -> None:
        self.messages.append(message)


@pytest.fixture
def bus() -> RecordingBus:
    return RecordingBus()


@pytest.fixture
def make(tmp_path: Path, bus: RecordingBus) -> Iterator[Make]:
    process_registry = ProcessRegistry(tmp_path)
    runners: list[LocalRenderRunner] = []

    def runner(code: str) -> LocalRenderRunner:
        argv = (sys.executable, "-c", code)
        runners.append(LocalRenderRunner(tmp_path, process_registry, bus, {"PATH": "/bin"}, tmp_path / "tmp", argv))
        return runners[-1]

    yield runner
    for one in runners:
        one.close()
    process_registry.close()


def log_of(home: Path) -> str:
    return "".join(path.read_text() for path in sorted((home / "executions").glob("*.log")))


def test_a_renderer_that_ends_well_has_succeeded(make: Make, bus: RecordingBus, tmp_path: Path) -> None:
    runner = make("import os; print(os.environ['RENDER_REQUEST'], os.environ['CLOUD_RUN_TASK_COUNT'])")
    name = runner.start("job-1", "job-1-1", "the/request.json")
    wait_until(lambda: runner.report(name).state is ExecutionState.SUCCEEDED)
    assert log_of(tmp_path) == "the/request.json 1\n"
    assert bus.messages == []


def test_a_failing_renderer_is_started_again_and_its_end_is_announced(
    make: Make, bus: RecordingBus, tmp_path: Path
) -> None:
    runner = make("import os, sys; sys.exit('attempt ' + os.environ['CLOUD_RUN_TASK_ATTEMPT'])")
    name = runner.start("job-1", "job-1-1", "r")
    wait_until(lambda: bus.messages)
    report = runner.report(name)
    assert report.state is ExecutionState.FAILED
    assert f"attempt {MAX_RETRIES}" in report.detail
    assert log_of(tmp_path).count("attempt") == MAX_RETRIES + 1
    assert bus.messages == [DispatchRender(job_id="job-1")]


def test_a_render_that_runs_is_not_started_twice_and_can_be_cancelled(
    make: Make, bus: RecordingBus, tmp_path: Path
) -> None:
    runner = make(FOREVER)
    name = runner.start("job-1", "job-1-1", "r")
    assert runner.start("job-1", "job-1-1", "r") == name
    assert runner.report(name).state is ExecutionState.RUNNING
    wait_until(lambda: "up" in log_of(tmp_path))
    runner.cancel(name)
    wait_until(lambda: runner.report(name).state is not ExecutionState.RUNNING)
    wait_until(lambda: not list((tmp_path / "tmp").iterdir()))
    assert bus.messages == []


def test_after_closing_no_renderer_runs_or_starts(make: Make, tmp_path: Path) -> None:
    runner = make(FOREVER)
    runner.start("job-1", "job-1-1", "r")
    runner.close()
    assert list_child_processes() == []
    with pytest.raises(LeaseHeld):
        runner.start("job-2", "job-2-1", "r")
    assert list((tmp_path / "tmp").iterdir()) == []


def test_an_execution_of_a_dead_process_is_lost_and_its_files_are_removed(make: Make, tmp_path: Path) -> None:
    other = ProcessRegistry(tmp_path)
    name = f"job-1-1.0.{other.owner}"
    (tmp_path / "tmp" / name).mkdir(parents=True)
    runner = make(FOREVER)
    assert runner.report(name).state is ExecutionState.RUNNING
    assert (tmp_path / "tmp" / name).exists()
    other.close()
    assert runner.report(name).state is ExecutionState.LOST
    make(FOREVER)
    assert not (tmp_path / "tmp" / name).exists()


@pytest.fixture
def neighbour(tmp_path: Path, bus: RecordingBus) -> Iterator[LocalRenderRunner]:
    """Return the runner of another process of the same home."""
    process_registry = ProcessRegistry(tmp_path)
    runner = LocalRenderRunner(
        tmp_path, process_registry, bus, {"PATH": "/bin"}, tmp_path / "tmp", (sys.executable, "-c", "")
    )
    yield runner
    runner.close()
    process_registry.close()


def test_a_process_that_ends_gives_its_render_back(
    make: Make, neighbour: LocalRenderRunner, bus: RecordingBus, tmp_path: Path
) -> None:
    runner = make(FOREVER)
    name = runner.start("job-1", "job-1-1", "r")
    wait_until(lambda: "up" in log_of(tmp_path))
    assert neighbour.report(name).state is ExecutionState.RUNNING
    runner.close()
    assert bus.messages == [DispatchRender(job_id="job-1")]
    # its process is still alive, but another process may already start the render
    assert neighbour.report(name).state is ExecutionState.LOST
    assert runner.report(name).state is ExecutionState.LOST


def test_a_process_that_ends_before_its_renderer_has_started_gives_it_back(
    make: Make, neighbour: LocalRenderRunner, bus: RecordingBus
) -> None:
    runner = make(FOREVER)
    name = runner.start("job-1", "job-1-1", "r")
    runner.close()
    assert bus.messages == [DispatchRender(job_id="job-1")]
    assert neighbour.report(name).state is ExecutionState.LOST


@pytest.mark.parametrize(("code", "state"), [("", ExecutionState.SUCCEEDED), ("exit(3)", ExecutionState.FAILED)])
def test_other_processes_see_how_an_execution_ended(
    make: Make, neighbour: LocalRenderRunner, code: str, state: ExecutionState
) -> None:
    runner = make(code)
    name = runner.start("job-1", "job-1-1", "r")
    wait_until(lambda: runner.report(name).state is not ExecutionState.RUNNING)
    wait_until(lambda: neighbour.report(name) == runner.report(name))
    assert neighbour.report(name).state is state


def test_an_execution_that_another_process_cancels_is_not_started_again(
    make: Make, neighbour: LocalRenderRunner, bus: RecordingBus, tmp_path: Path
) -> None:
    runner = make(FOREVER)
    name = runner.start("job-1", "job-1-1", "r")
    wait_until(lambda: "up" in log_of(tmp_path))
    neighbour.cancel(name)
    wait_until(lambda: neighbour.report(name).state is ExecutionState.FAILED)
    assert log_of(tmp_path).count("up") == 1
    assert bus.messages == []


def test_an_end_that_cannot_be_stored_is_announced_nevertheless(make: Make, bus: RecordingBus, tmp_path: Path) -> None:
    # a folder in the place of the report, which no report can replace
    runner = make(
        f"import glob, os, sys\nfor p in glob.glob({str(tmp_path / 'executions/*.json')!r}):\n"
        "    if os.path.isfile(p):\n        os.unlink(p)\n        os.mkdir(p)\nsys.exit('no')"
    )
    name = runner.start("job-1", "job-1-1", "r")
    wait_until(lambda: bus.messages)
    assert runner.report(name).state is ExecutionState.FAILED
    runner.close()
    assert bus.messages == [DispatchRender(job_id="job-1")]


def test_a_renderer_that_cannot_be_started_has_failed_and_says_why(
    tmp_path: Path, bus: RecordingBus, neighbour: LocalRenderRunner
) -> None:
    process_registry = ProcessRegistry(tmp_path)
    runner = LocalRenderRunner(tmp_path, process_registry, bus, {}, tmp_path / "tmp", ("/no/such/renderer",))
    name = runner.start("job-1", "job-1-1", "r")
    wait_until(lambda: bus.messages)
    assert neighbour.report(name).state is ExecutionState.FAILED
    assert "could not be started" in runner.report(name).detail
    runner.close()
    process_registry.close()


def test_a_renderer_that_writes_without_end_fills_no_disk(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(execution_log, "MAX_BYTES", 100_000)
    runner = make("for n in range(40_000): print('line', n)\nprint('the last line', flush=True)\nraise SystemExit(1)")
    name = runner.start("job-1", "job-1-1", "r")
    wait_until(lambda: runner.report(name).state is ExecutionState.FAILED)
    logs = sorted((tmp_path / "executions").glob("job-1-*.log"))
    assert [path.name.removeprefix(name) for path in logs] == [".1.log", ".log"]
    assert 100_000 < sum(path.stat().st_size for path in logs) <= 200_000
    lines = log_of(tmp_path).splitlines()
    assert all(line.startswith("line ") or line == "the last line" for line in lines)
    assert lines[-2:] == ["line 39999", "the last line"]
    assert "line 39999 | the last line (exit code 1)" in runner.report(name).detail
    runner.forget("job-1")
    assert not list((tmp_path / "executions").iterdir())
