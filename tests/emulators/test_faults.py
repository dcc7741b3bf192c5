"""Faults of the cloud lead to retries with an end, or to an error that says what to do."""

import gc
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import google.auth
import grpc
import pytest
from google.auth.exceptions import DefaultCredentialsError
from google.cloud import pubsub_v1

from functions.dev.emulated_cloud.emulators import Emulators, find_free_port
from sutradhar import bootstrap
from sutradhar.backends.gcp import blobs as blobs_module
from sutradhar.backends.gcp import bus as bus_module
from sutradhar.backends.gcp import firestore as firestore_module
from sutradhar.backends.gcp import runner as runner_module
from sutradhar.backends.gcp.blobs import GcsBlobStore
from sutradhar.backends.gcp.bus import PubSubBus
from sutradhar.backends.gcp.firestore import Firestore
from sutradhar.backends.gcp.retry import RETRY
from sutradhar.backends.gcp.runner import CloudRunRunner
from sutradhar.backends.gcp.stores import MAX_BODY_BYTES, FirestoreJobStore
from sutradhar.domain.core.errors import BackendError, InvalidRequest, NotFound
from sutradhar.domain.jobs.job import Job, JobState
from sutradhar.domain.jobs.messages import PlanRender, StopRender
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.video.capacity import Machine
from sutradhar.pipeline.handle import handle
from sutradhar.pipeline.services import Services
from sutradhar.pipeline.submit import submit
from sutradhar.ports.runner import ExecutionState
from tests import emulated_cloud
from tests.emulators.faults import HttpServer, error, grpc_server
from tests.fakes import FakeClock

# a socket whose answer never came is closed by urllib3 while its reader still lives, until both are collected
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

PASSING = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.DEADLINE_EXCEEDED)
LASTING = (grpc.StatusCode.PERMISSION_DENIED, grpc.StatusCode.NOT_FOUND, grpc.StatusCode.UNAUTHENTICATED)


@pytest.fixture(autouse=True)
def in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Limit all retries to one second instead of half a minute."""
    soon = RETRY.with_timeout(1.0)
    for call in (firestore_module.CALL, runner_module._CALL):
        monkeypatch.setitem(call, "retry", soon)
        monkeypatch.setitem(call, "timeout", 1.0)
    monkeypatch.setattr(bus_module, "RETRY", soon)
    monkeypatch.setattr(bus_module, "CALL_SEC", 1.0)
    for call in (blobs_module._CALL, blobs_module._CHECKED):
        monkeypatch.setitem(call, "retry", call["retry"].with_timeout(1.0).with_delay(0.05, 0.1, 2))
        monkeypatch.setitem(call, "timeout", (1.0, 0.5))
    yield
    gc.collect()


def failing(error: pytest.ExceptionInfo[Exception], *, lasting: bool) -> None:
    assert isinstance(error.value, BackendError)
    assert error.value.retryable is not lasting
    assert bool(error.value.advice) is lasting


@pytest.mark.parametrize("code", [*PASSING, *LASTING], ids=lambda code: code.name)
def test_firestore(code: grpc.StatusCode, monkeypatch: pytest.MonkeyPatch) -> None:
    with grpc_server(code) as (host, calls):
        monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", host)
        store = Firestore("p", "d")
        jobs = FirestoreJobStore(store)
        started_at = time.monotonic()
        with pytest.raises(BackendError, match="Firestore database d of project p") as caught:
            jobs.get("job-1")
        assert time.monotonic() - started_at < 8
        store.close()
    failing(caught, lasting=code in LASTING)
    assert (len(calls) > 1) == (code in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.RESOURCE_EXHAUSTED, PASSING[2]))


@pytest.mark.parametrize("code", [grpc.StatusCode.UNAVAILABLE, *LASTING[:2]], ids=lambda code: code.name)
def test_pubsub(code: grpc.StatusCode, monkeypatch: pytest.MonkeyPatch) -> None:
    with grpc_server(code) as (host, _):
        monkeypatch.setenv("PUBSUB_EMULATOR_HOST", host)
        bus = PubSubBus("p", "t-")
        with pytest.raises(BackendError, match="topic t-plan") as caught:
            bus.publish(PlanRender(job_id="a"))
        bus.close()
    failing(caught, lasting=code in LASTING)


def test_a_server_that_is_down(monkeypatch: pytest.MonkeyPatch) -> None:
    closed_port = f"127.0.0.1:{find_free_port()}"
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", closed_port)
    monkeypatch.setenv("PUBSUB_EMULATOR_HOST", closed_port)
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", f"http://{closed_port}")
    store, bus, blobs = Firestore("p", "d"), PubSubBus("p", "t-"), GcsBlobStore("p", "b", "")
    runner = CloudRunRunner("p", "r", "j", Machine(cpus=4, memory_gib=16), f"http://{closed_port}", FakeClock())
    for call in (
        lambda: FirestoreJobStore(store).get("a"),
        lambda: bus.publish(PlanRender(job_id="a")),
        lambda: blobs.get("a"),
        lambda: runner.report("projects/p/locations/r/jobs/j/executions/e"),
    ):
        with pytest.raises(BackendError) as caught:
            call()
        failing(caught, lasting=False)
    for client in (store, bus, blobs, runner):
        client.close()


@pytest.mark.parametrize(
    ("answer", "kind", "lasting"),
    [
        (error(503, "later"), BackendError, False),
        (error(429, "slower"), BackendError, False),
        (error(403, "not you"), BackendError, True),
        (error(404, "The specified bucket does not exist."), BackendError, True),
        (error(404, "No such object: b/a"), NotFound, False),
        ((0, {}), BackendError, False),
    ],
    ids=["503", "429", "403", "no bucket", "no object", "no answer"],
)
def test_storage(
    answer: tuple[int, dict[str, object]], kind: type[Exception], lasting: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    with HttpServer([answer]) as server:
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", server.url)
        blobs = GcsBlobStore("p", "b", "")
        for call in (
            lambda: blobs.get("a"),
            lambda: blobs.exists("a") or blobs.size("a"),
            lambda: blobs.copy("a", "c"),
        ):
            with pytest.raises(kind) as caught:
                call()
            if isinstance(caught.value, BackendError):
                failing(caught, lasting=lasting)
        blobs.close()


def test_storage_that_recovers_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    with HttpServer([error(503, "later"), error(503, "later"), (200, {"name": "a", "size": "5"})]) as server:
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", server.url)
        blobs = GcsBlobStore("p", "b", "")
        assert blobs.size("a") == 5
        assert len(server.requests) == 3
        blobs.close()


@pytest.mark.parametrize("status", [503, 429, 403, 404])
def test_cloud_run_is_asked_once_to_start_a_render(status: int) -> None:
    """An answer that was lost may belong to a render that runs: a second call could start, and cost, another."""
    with HttpServer([(200, {"executions": []}), error(status, "no")]) as server:
        runner = CloudRunRunner("p", "r", "j", Machine(cpus=4, memory_gib=16), server.url, FakeClock())
        with pytest.raises(BackendError, match="Cloud Run job j in r") as caught:
            runner.start("job", "job-1", "request.json", 3)
        assert [method for method, path in server.requests if path.partition("?")[0].endswith(":run")] == ["POST"]
        runner.close()
    failing(caught, lasting=status in (403, 404))


def test_an_execution_that_never_starts_has_failed_after_half_an_hour() -> None:
    clock = FakeClock()
    name = "projects/p/locations/r/jobs/j/executions/e"
    waiting = {
        "name": name,
        "createTime": clock.now().isoformat(),
        "conditions": [{"type": "Completed", "state": "CONDITION_RECONCILING"}],
    }
    with HttpServer([(200, waiting)]) as server:
        runner = CloudRunRunner("p", "r", "j", Machine(cpus=4, memory_gib=16), server.url, clock)
        assert runner.report(name).state is ExecutionState.RUNNING
        clock.advance(31 * 60)
        report = runner.report(name)
        runner.close()
    assert report.state is ExecutionState.FAILED
    assert "quota" in report.detail


@pytest.mark.parametrize("size", [9_999_990, 10_000_000, 11_000_000])
def test_a_message_that_is_too_large_is_refused_at_once(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit is that of the whole request, so a message a little below it is too large as well."""
    monkeypatch.setenv("PUBSUB_EMULATOR_HOST", f"127.0.0.1:{find_free_port()}")
    bus = PubSubBus("p", "t-")
    empty = len(StopRender(job_id="a", execution="e").to_record())
    with pytest.raises(BackendError, match="10000000") as caught:
        bus.publish(StopRender(job_id="a", execution="x" * (size - empty + 1)))
    bus.close()
    assert not caught.value.retryable


def test_a_bus_that_is_closed_leaves_no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    with grpc_server(grpc.StatusCode.NOT_FOUND) as (host, _):
        monkeypatch.setenv("PUBSUB_EMULATOR_HOST", host)
        bus = PubSubBus("p", "t-")
        with pytest.raises(BackendError):
            bus.publish(PlanRender(job_id="a"))
        client = bus._client
        assert client
        bus.close()
        with pytest.raises(ValueError, match="closed"):
            client.transport.publish(pubsub_v1.types.PublishRequest(topic="projects/p/topics/t-plan"))


def test_without_credentials_every_call_says_where_to_get_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def nothing(*_args: object, **_more: object) -> None:
        raise DefaultCredentialsError("none were found")

    monkeypatch.setattr(google.auth, "default", nothing)
    for name in ("PUBSUB_EMULATOR_HOST", "STORAGE_EMULATOR_HOST"):
        monkeypatch.delenv(name, raising=False)
    bus, blobs = PubSubBus("p", "t-"), GcsBlobStore("p", "b", "")
    runner = CloudRunRunner("p", "r", "j", Machine(cpus=4, memory_gib=16), "", FakeClock())
    for call in (
        lambda: bus.publish(PlanRender(job_id="a")),
        lambda: blobs.put("a", b""),
        lambda: blobs.put_new("a", b""),
        lambda: blobs.copy("a", "b"),
        lambda: blobs.get("a"),
        lambda: blobs.fetch("a", tmp_path / "a"),
        lambda: blobs.exists("a"),
        lambda: blobs.url("a", timedelta(minutes=1)),
        lambda: runner.start("job", "job-1", "request.json"),
        lambda: runner.report("projects/p/locations/r/jobs/j/executions/e"),
        lambda: runner.cancel("projects/p/locations/r/jobs/j/executions/e"),
    ):
        with pytest.raises(BackendError) as caught:
            call()
        assert "gcloud auth application-default login" in caught.value.advice
        assert not caught.value.retryable


def test_a_change_that_met_another_one_is_repeated() -> None:
    """Cloud Run says ABORTED; over HTTP that is a 409 without a name of its own."""
    with HttpServer([error(409, "Conflict for resource 'e': version was specified"), (200, {})]) as server:
        runner = CloudRunRunner("p", "r", "j", Machine(cpus=4, memory_gib=16), server.url, FakeClock())
        runner.cancel("projects/p/locations/r/jobs/j/executions/e")
        runner.close()
        assert len(server.requests) == 2
    with HttpServer([error(409, "again")]) as server:
        runner = CloudRunRunner("p", "r", "j", Machine(cpus=4, memory_gib=16), server.url, FakeClock())
        with pytest.raises(BackendError) as caught:
            runner.cancel("projects/p/locations/r/jobs/j/executions/e")
        runner.close()
    failing(caught, lasting=False)


@pytest.mark.usefixtures("emulators")
def test_a_job_that_is_too_large_is_refused_with_its_size() -> None:
    store = Firestore(emulated_cloud.project(), "(default)")
    jobs, clock = FirestoreJobStore(store), FakeClock()
    jobs.create(Job.new("job-1", RenderPlan(topic="tea"), "h", clock.now()))
    with pytest.raises(InvalidRequest, match=f"at most {MAX_BODY_BYTES}"):
        jobs.update("job-1", lambda job: (job.evolve(notices=("x" * MAX_BODY_BYTES,)), []))
    large = ("ё" * (MAX_BODY_BYTES // 2 - 2000),)
    assert jobs.update("job-1", lambda job: (job.evolve(notices=large), []))[0].notices == large
    assert jobs.get("job-1").notices == large  # as large as it may be, it is really stored
    store.close()


def test_a_permanent_error_fails_the_job_and_a_passing_one_is_retried(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = bootstrap.services()
    job, _ = submit(services, RenderPlan(topic="tea"))

    def fail_planning(error: BackendError) -> None:
        def plan(_requested_plan: RenderPlan) -> RenderPlan:
            raise error

        chains = SimpleNamespace(planner=SimpleNamespace(plan=plan))
        monkeypatch.setattr(Services, "chains_for", lambda *_: chains)

    fail_planning(BackendError("bucket b: 503", retryable=True))
    with pytest.raises(BackendError):
        handle(services, PlanRender(job_id=job.id))
    assert services.jobs.get(job.id).state is JobState.PLANNING
    fail_planning(BackendError("bucket b: 403", retryable=False, advice="grant the role"))
    handle(services, PlanRender(job_id=job.id))
    failed = services.jobs.get(job.id)
    assert failed.error
    assert (failed.error.stage, failed.error.cause) == ("planning", "bucket b: 403")
    assert failed.error.advice.startswith("grant the role")


def test_without_the_emulators_the_tests_say_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from sutradhar.domain.core.errors import NotInstalled

    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("CI", "true")
    with pytest.raises(NotInstalled, match="Google Cloud CLI"), emulated_cloud.skip_if_missing(), Emulators(tmp_path):
        pass
    monkeypatch.delenv("CI")
    with pytest.raises(pytest.skip.Exception), emulated_cloud.skip_if_missing(), Emulators(tmp_path):
        pass
