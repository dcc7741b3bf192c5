"""One trace goes from the request over Pub/Sub to the task of the renderer, and back to the end of the job."""

import json
import os
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from cloudevents.http.event import CloudEvent
from google.cloud import storage
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from functions import envelope
from functions.dev.emulated_cloud.bridge import Bridge, Route
from functions.dev.emulated_cloud.cloud_run import CloudRunJobs, Job
from sutradhar import bootstrap, telemetry
from sutradhar.domain.jobs.job import JobState
from sutradhar.domain.jobs.topics import TOPICS
from sutradhar.tracing import start_tracing
from tests import emulated_cloud
from tests.conftest import forget
from tests.function_client import open_client
from tests.integration.test_observers import TRACE, receive

PLAN = {
    "title": "Tea",
    "scenes": [{"narration": "A cup of tea.", "image_prompt": "a cup on a table", "duration_sec": 1}],
    "music": False,
    "subtitle_languages": ["en"],
    "render": {"mode": "PROXY", "resolution": "720p"},
}
RENDERER = (sys.executable, str(Path(__file__).with_name("traced_renderer.py")))


@contextmanager
def serve_functions() -> Iterator[tuple[str, Event]]:
    """Handle pushed messages in this process, each in a thread of its own; yield the URL, and an event that is set when
    a job has ended."""
    ended = Event()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body: dict[str, Any] = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            event = CloudEvent({"type": "google.cloud.pubsub.topic.v1.messagePublished", "source": "//p"}, body)
            try:
                envelope.handle_event(event)
                code = 200
            except Exception:
                code = 500
            self.send_response(code)
            self.send_header("Content-Length", "0")
            self.end_headers()
            if body["message"]["attributes"]["type"] == "RenderFinished" and code == 200:
                ended.set()

        def log_message(self, *_arguments: object) -> None:
            """Write nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/", ended
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.usefixtures("emulators")
def test_a_job_is_one_trace(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = emulated_cloud.choose_deployment(monkeypatch)
    storage.Client(project=project).create_bucket(project)
    monkeypatch.setenv("RENDER_JOB", "renderer")
    with receive() as receiver, serve_functions() as (url, ended):
        otlp = f"http://127.0.0.1:{receiver.port}"
        job = Job(RENDERER, {**os.environ, "OTEL_EXPORTER_OTLP_ENDPOINT": otlp})
        with (
            CloudRunJobs({"renderer": job}, tmp_path / "logs") as cloud_run,
            Bridge(project, [Route(f"sutradhar-{topic}", url) for topic in TOPICS], backoff_sec=0.1),
        ):
            monkeypatch.setenv("CLOUD_RUN_ENDPOINT", cloud_run.endpoint)
            forget()
            provider = start_tracing(otlp)
            try:
                headers = {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}
                answer = open_client("api").post("/render", json=PLAN, headers=headers)
                assert answer.status_code == 202
                assert ended.wait(120)
                assert provider.force_flush(10_000)
            finally:
                telemetry.set_spans(None)
                provider.shutdown()
        assert bootstrap.backend().jobs.get(answer.get_json()["job_id"]).state is JobState.SUCCEEDED
    names: dict[str, set[str]] = defaultdict(set)
    for _, body in receiver.bodies:
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            for scope in resource.scope_spans:
                for one in scope.spans:
                    names[one.trace_id.hex()].add(one.name)
    expected = {"request", "PlanRender", "ProduceAsset", "DispatchRender", "render task", "RenderFinished"}
    assert names == {TRACE: expected}
