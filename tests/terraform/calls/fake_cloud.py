"""A deployment in this process: the test plays Pub/Sub, the scheduler and the callers of the API."""

import base64
import json
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest

from functions.api import frame_client, my_data
from functions.dev import local_runtime
from sutradhar import bootstrap
from sutradhar.domain.jobs.messages import Message, decode_message, message_subject
from sutradhar.domain.language.scripts import Script
from sutradhar.pipeline import upload_check
from sutradhar.pipeline.handle import note_failure
from sutradhar.ports.providers import ImageCapabilities
from sutradhar.ports.runner import ExecutionReport, ExecutionState, JobLogs
from sutradhar.providers.offline.procedural.images import ProceduralImages
from tests.fake_listener import replace_listener
from tests.function_client import open_client
from tests.terraform.calls.api_calls import WEBHOOK
from tests.terraform.calls.recorder import Call, Recorder, act_as
from tests.terraform.conftest import ROOT

ADMIN = "the-secret-of-an-admin"


class Clock:
    """The clock of this machine, set forward by ``ahead``."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


class CloudRun:
    """Runs the renderer at once in a process of its own if it ``renders``; otherwise executions only have a name."""

    machine = None

    def __init__(self, recorder: Recorder, folder: Path) -> None:
        self._recorder, self._calls = recorder, folder / "calls.json"
        self.renders = False
        self.reports: dict[str, ExecutionReport] = {}

    def start(self, job_id: str, render_id: str, request_blob: str, tasks: int = 1) -> str:
        del job_id, tasks
        self._recorder.note("runner", "start")
        if self.renders:
            env = {**bootstrap.settings().environment, "RENDER_REQUEST": request_blob}
            argv = [sys.executable, "-m", "tests.terraform.calls.renderer", str(self._calls)]
            subprocess.run(argv, env=env, cwd=ROOT, check=True, capture_output=True)
            noted = json.loads(self._calls.read_text())
            self._recorder.calls |= {Call(*call) for call in noted["calls"]}
            for record in noted["messages"]:
                self._recorder.send(decode_message(record))
        return f"{render_id}.0"

    def report(self, execution: str) -> ExecutionReport:
        self._recorder.note("runner", "report")
        return self.reports.get(execution, ExecutionReport(ExecutionState.RUNNING))

    def cancel(self, execution: str) -> None:
        del execution
        self._recorder.note("runner", "cancel")

    def forget(self, job_id: str) -> None:
        """Do nothing, as on Google Cloud."""

    def list_missing_scripts(self) -> Sequence[Script]:
        return []

    def list_logs(self) -> Sequence[JobLogs]:
        return []


class FakeCloud:
    """All functions on one store that notes their calls."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        settings = {
            "API_KEY_ADMIN": ADMIN,
            "RATE_LIMIT_PER_MIN": "1000",
            "MAX_ACTIVE_JOBS": "100",
            "PUBLISH_FOLDER": str(folder / "published"),
            "PUBLISH_WEBHOOK_URL": WEBHOOK,
            "PUBLISH_WEBHOOK_SECRET": "whsec_" + "c2VjcmV0" * 4,
            "PUBLIC_URL": "https://video.example",
            "FRAME_URL": "http://localhost",
        }
        for name, text in settings.items():
            monkeypatch.setenv(name, text)
        bootstrap.settings.cache_clear()
        # the test delivers the messages only when the API has answered
        monkeypatch.setattr(upload_check, "CHECK_WAIT_SEC", 0.0)
        monkeypatch.setattr(my_data, "WAIT_SEC", 0.0)
        # as hosted providers do, for which the images of characters are read
        monkeypatch.setattr(ProceduralImages, "capabilities", ImageCapabilities(reference_images=True))
        replace_listener(monkeypatch)  # it makes no calls of the cloud
        self.recorder, self.clock = Recorder(), Clock()
        folder.mkdir(parents=True, exist_ok=True)
        self.runner = CloudRun(self.recorder, folder)
        backend = self.recorder.wrap(bootstrap.backend(), runner=self.runner, clock=self.clock)
        monkeypatch.setattr(bootstrap, "backend", cache(lambda: backend))
        bootstrap.services.cache_clear()
        plain = bootstrap.services()
        services = replace(plain, providers=self.recorder.wrap_providers(plain.providers))
        monkeypatch.setattr(bootstrap, "services", cache(lambda: services))
        self.services, self.messages = services, self.recorder.messages
        self._delivered: list[Message] = []
        self._api = open_client("api")
        monkeypatch.setattr(frame_client, "_open_client", self._open_frame_client)

    def _open_frame_client(self) -> httpx.Client:
        """Return a client by which api reaches frame in this process."""
        frame = open_client("frame").application

        def serve(environ: Any, start_response: Any) -> Any:
            self.recorder.note("function", "invoke", "frame")
            with act_as("frame"):
                return frame(environ, start_response)

        return httpx.Client(transport=httpx.WSGITransport(serve))

    @property
    def calls(self) -> set[Call]:
        return self.recorder.calls

    def call(self, rule: str, body: Any = None, expected: int = 200) -> Any:
        """Call the API as an admin, and return the body of the answer."""
        method, _, path = rule.partition(" ")
        data = body if body is None or isinstance(body, bytes) else json.dumps(body)
        headers = {"X-API-Key": ADMIN, "Accept": "application/json, text/event-stream"}
        if isinstance(data, str):
            headers["Content-Type"] = "application/json"
        with act_as("api"), self._api.open(path, method=method, data=data, headers=headers) as answer:
            text = answer.get_data().decode("utf-8", "replace")  # also of a stream, to its end
            assert answer.status_code == expected, (rule, text[:2000])
            return answer.get_json(silent=True)

    def deliver(self, is_enough: Callable[[], bool] = lambda: False) -> None:
        """Deliver all messages, each to its function, until none is left or until ``is_enough``. After each, repeat all
        those before it that are about the same job: messages may come again, and late."""
        while self.messages and not is_enough():
            message = self.messages.popleft()
            self.deliver_message(message)
            self.recorder.is_repeating = True
            for earlier in self.list_sent(message_subject(message).get("job_id", "")):
                if earlier in self._delivered and not is_enough():
                    self.deliver_message(earlier)
            self.recorder.is_repeating = False
            self._delivered.append(message)

    def deliver_message(self, message: Message) -> None:
        with act_as(message.topic):
            local_runtime.deliver_message(message)

    def send(self, messages: Sequence[Message]) -> None:
        """Send messages of the renderer."""
        with act_as("renderer"):
            self.services.send(messages)

    def list_sent(self, job_id: str) -> list[Message]:
        """Return all different messages that were sent for the job."""
        return [message for message in self.recorder.sent if message_subject(message).get("job_id") == job_id]

    def give_up(self, message: Message, cause: Exception) -> None:
        """Let the function of ``message`` fail with ``cause``, and deliver the message as a dead letter."""
        with act_as(message.topic):
            note_failure(self.services, message, cause)
        data = base64.b64encode(message.to_record().encode()).decode()
        body = {"message": {"data": data, "messageId": "7", "publishTime": "t"}, "subscription": "s"}
        self.post("dead_letter", "/projects/p/topics/t", body)

    def post(self, function: str, path: str = "/", body: Any = None) -> None:
        """Call a function that Google calls."""
        with act_as(function):
            answer = open_client(function).post(path, json=body or {})
        assert answer.status_code == 200, answer.get_data(as_text=True)[:2000]

    def close(self) -> None:
        bootstrap.backend().close()
