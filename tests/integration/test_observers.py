"""Errors go to Sentry and spans to a collector, if they are set; servers of this test receive them."""

import gzip
import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from sutradhar import bootstrap, telemetry
from sutradhar.domain.jobs.job_failure import JobFailure
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.pipeline.submit import submit
from sutradhar.sentry_reports import start_sentry
from sutradhar.tracing import start_tracing
from tests.media.renderer_harness import RendererHarness
from tests.media.timelines import make_timeline

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


@dataclass
class Receiver:
    port: int
    bodies: list[tuple[str, bytes]] = field(default_factory=list)


@contextmanager
def receive() -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            is_packed = self.headers.get("Content-Encoding") == "gzip"
            receiver.bodies.append((self.path, gzip.decompress(body) if is_packed else body))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_arguments: object) -> None:
            """Write nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    receiver = Receiver(server.server_port)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def report_to_sentry(receiver: Receiver) -> Iterator[None]:
    """Send the errors of the block."""
    import sentry_sdk

    handler = start_sentry(f"http://public@127.0.0.1:{receiver.port}/1", telemetry.hide_secrets)
    try:
        yield
        sentry_sdk.flush(10)
    finally:
        logging.getLogger(telemetry.LOGGER_NAME).removeHandler(handler)
        sentry_sdk.get_client().close()
        sentry_sdk.get_global_scope().set_client(None)


def list_events(receiver: Receiver) -> list[dict[str, Any]]:
    lines = [line for _, body in receiver.bodies for line in body.decode().splitlines()]
    return [json.loads(line) for line in lines if '"tags"' in line]


def test_a_failed_job_is_an_event_with_its_context_and_without_secrets(home: object) -> None:
    services = bootstrap.services()
    job, _ = submit(services, RenderPlan(topic="tea"))
    other, _ = submit(services, RenderPlan(topic="coffee"))
    telemetry.configure("debug", {"ACME_API_KEY": "a-key-of-acme-0815"})
    with receive() as receiver, report_to_sentry(receiver):
        for one, is_users in ((job, False), (other, True)):
            error = JobFailure(stage="plan", cause="refused a-key-of-acme-0815", is_user_error=is_users)
            services.move(one.id, lambda j, error=error: j.fail(error, services.clock.now()))  # type: ignore[misc]  # mypy infers no default
        telemetry.log("provider_failed", level="warning")
    assert b"0815" not in b"".join(body for _, body in receiver.bodies)
    (event,) = list_events(receiver)  # the caller's own mistake is no error of ours, a provider's failure is made good
    assert (event["level"], event["tags"]["job_id"], event["tags"]["error_stage"]) == ("error", job.id, "plan")
    assert (event["tags"]["render_mode"], event["tags"]["target_res"]) == ("FINAL", "1080p")


def test_the_dsn_of_the_environment_is_where_errors_go(tmp_path: Path) -> None:
    """A renderer ends right after its error, so the event is sent before its process ends."""
    with receive() as receiver:
        env = {name: os.environ[name] for name in ("PATH", "HOME")} | {
            "SUTRADHAR_HOME": str(tmp_path),
            "SENTRY_DSN": f"http://public@127.0.0.1:{receiver.port}/1",
            "RENDER_REQUEST": "jobs/job-1/renders/1/request.json",
        }
        done = subprocess.run([sys.executable, "-m", "gpu_renderer"], env=env, capture_output=True, check=False)
    assert done.returncode == 1
    lines = [json.loads(line) for _, body in receiver.bodies for line in body.splitlines()]
    (event,) = [line for line in lines if "tags" in line]
    assert (event["level"], event["tags"]["component"]) == ("error", "renderer")
    assert event["contexts"]["log"]["event"] == "render_refused"


def test_a_failed_render_is_an_event_with_its_job_its_mode_and_its_encoder(tmp_path: Path) -> None:
    harness = RendererHarness(tmp_path)
    harness.store_request(make_timeline(harness.blobs, bodies=(20,)))
    for blob in list(harness.blobs.list("images/")):
        harness.blobs.delete(blob.name)  # no renderer expects this
    with receive() as receiver:
        code, stderr = harness.run({"SENTRY_DSN": f"http://public@127.0.0.1:{receiver.port}/1", "ENCODER": "libx264"})
    assert code == 1
    assert stderr.splitlines()[-1].endswith("NotFound: there is no file images/0.png")
    lines = [json.loads(line) for _, body in receiver.bodies for line in body.splitlines()]
    (event,) = [line for line in lines if "tags" in line]
    tags = {"component": "renderer", "job_id": "j", "render_mode": "PROXY", "encoder": "libx264"}
    assert event["tags"].items() >= tags.items()
    assert event["contexts"]["log"]["event"] == "renderer_crashed"


def test_spans_continue_the_trace_of_the_caller(home: object) -> None:
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    with receive() as receiver:
        provider = start_tracing(f"http://127.0.0.1:{receiver.port}/")
        try:
            with telemetry.bind_fields(trace=TRACE), telemetry.span("request", path="/render"):
                assert telemetry.read_carried_fields()["trace"] == TRACE
                with telemetry.span("provider call", provider="openai"):
                    pass
            with telemetry.span("PlanRender", job_id="job-1"):
                assert telemetry.read_carried_fields()["trace"] not in ("", TRACE)
            assert provider.force_flush(10_000)
        finally:
            telemetry.set_spans(None)
            provider.shutdown()
    spans: dict[str, Any] = {}
    for path, body in receiver.bodies:
        assert path == "/v1/traces"
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            spans |= {s.name: s for scope in resource.scope_spans for s in scope.spans}
    assert set(spans) == {"request", "provider call", "PlanRender"}
    assert spans["request"].trace_id.hex() == spans["provider call"].trace_id.hex() == TRACE
    assert spans["provider call"].parent_span_id == spans["request"].span_id
    assert spans["PlanRender"].trace_id.hex() != TRACE


@pytest.mark.parametrize(
    "package", ["sentry_sdk", "opentelemetry.sdk.trace.export", "jwt", "cryptography", "sutradhar.config.oidc"]
)
def test_without_a_setting_nothing_is_imported(home: object, package: str) -> None:
    imports = "import sys, functions.main as m; from sutradhar import bootstrap"
    code = f"{imports}; m.api; bootstrap.settings(); print({package!r} in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
