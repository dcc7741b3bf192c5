"""The bridge delivers as Pub/Sub's push does, and no failure of a function ends it."""

import base64
import json
import socketserver
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from functions.dev.emulated_cloud.bridge import MAX_ATTEMPTS, Bridge, Route
from sutradhar.backends.gcp.bus import PubSubBus
from sutradhar.domain.jobs.messages import PlanRender, decode_message
from tests import emulated_cloud
from tests.waiting import wait_until

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
FAILED = OK.replace(b"200 OK", b"500 Internal Server Error")


class Function:
    """Answers with the next of ``answers``, the last one for ever; keeps the path, headers and body of each request."""

    def __init__(self, *answers: bytes) -> None:
        self.answers, self.requests = list(answers), list[tuple[str, str, Any]]()
        function = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                head = b"".join(iter(self.rfile.readline, b"\r\n")).decode().lower()
                length = int(head.partition("content-length:")[2].partition("\r\n")[0])
                function.requests.append((head.split(" ")[1], head, json.loads(self.rfile.read(length))))
                self.wfile.write(function.answers.pop(0) if len(function.answers) > 1 else function.answers[0])

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def end(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def serve() -> Iterator[Callable[..., Function]]:
    functions: list[Function] = []

    def function(*answers: bytes) -> Function:
        functions.append(Function(*answers))
        return functions[-1]

    yield function
    for each in functions:
        each.end()


@pytest.fixture
def project(emulators: object) -> str:
    return emulated_cloud.project()


def publish(project: str, *job_ids: str) -> None:
    bus = PubSubBus(project, "t-")
    for job_id in job_ids:
        bus.publish(PlanRender(job_id=job_id))
    bus.close()


def jobs(function: Function) -> list[str]:
    messages = [decode_message(base64.b64decode(body["message"]["data"])) for _, _, body in function.requests]
    return [message.job_id for message in messages if isinstance(message, PlanRender)]


def test_a_message_comes_in_the_envelope_of_a_push(project: str, serve: Callable[..., Function]) -> None:
    function = serve(OK)
    with Bridge(project, [Route("t-plan", function.url, "t-dead")]):
        publish(project, "a")
        wait_until(lambda: bool(function.requests))
    ((path, head, body),) = function.requests
    assert path == f"/projects/{project}/topics/t-plan"  # as terraform/topics.tf has it
    assert "ce-" not in head
    assert set(body) == {"message", "subscription", "deliveryAttempt"}
    assert body["deliveryAttempt"] == 1
    assert body["subscription"] == f"projects/{project}/subscriptions/t-plan"
    message = body["message"]
    assert message["attributes"] == {"job_id": "a", "type": "PlanRender"}
    assert message["messageId"] == message["message_id"]
    assert message["publishTime"] == message["publish_time"]
    assert message["publishTime"].endswith("Z")


@pytest.mark.parametrize("answer", [b"", b"nonsense\r\n\r\n", FAILED], ids=["nothing", "nonsense", "500"])
def test_a_failed_message_is_delivered_again_and_later_ones_too(
    answer: bytes, project: str, serve: Callable[..., Function]
) -> None:
    function = serve(answer, answer, OK)
    with Bridge(project, [Route("t-plan", function.url)], backoff_sec=0.01):
        publish(project, "a")
        wait_until(lambda: len(function.requests) == 3)
        publish(project, "b")
        wait_until(lambda: len(function.requests) == 4)
    assert jobs(function) == ["a", "a", "a", "b"]


def test_a_message_that_always_fails_becomes_a_dead_letter(project: str, serve: Callable[..., Function]) -> None:
    function, grave = serve(FAILED), serve(OK)
    routes = [Route("t-plan", function.url, "t-dead"), Route("t-dead", grave.url)]
    with Bridge(project, routes, backoff_sec=0.01):
        publish(project, "a")
        wait_until(lambda: bool(grave.requests))
    assert jobs(function) == ["a"] * MAX_ATTEMPTS
    assert jobs(grave) == ["a"]
    assert [body["deliveryAttempt"] for _, _, body in function.requests] == list(range(1, MAX_ATTEMPTS + 1))
    assert "deliveryAttempt" not in grave.requests[0][2]
