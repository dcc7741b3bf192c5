"""The sender connects to addresses that it has checked, and a receiver can neither hold nor flood it."""

import socket
import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from sutradhar.outbound import guard
from sutradhar.outbound.webhooks import MAX_REPLY_BYTES, HttpWebhookSender
from sutradhar.ports.webhooks import Reply
from tests.receiver import Receiver, make_certificate, redirect, run_receiver

NAME = "hooks.example.com"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
PUBLIC = "93.184.215.14"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("tls"), NAME)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with run_receiver() as running:
        yield running


def send(sender: HttpWebhookSender, url: str) -> Reply:
    return sender.send("msg_1", url, '{"a": "चाय"}', [SECRET], datetime.now(UTC))


def local(max_sec: float = 10.0) -> HttpWebhookSender:
    """Return a sender that may send to this machine."""
    return HttpWebhookSender(allow_loopback=True, max_sec=max_sec)


def test_a_name_is_resolved_once_and_the_checked_address_is_connected_to(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name's address changes to loopback after the check. TLS and Host still have the name."""
    answers = [[PUBLIC], ["127.0.0.1"]]
    connected: list[str] = []
    real = socket.create_connection
    with run_receiver(certificate) as receiver:

        def connect(address: tuple[str, int], *args: object, **kwargs: object) -> socket.socket:
            connected.append(address[0])
            return real(("127.0.0.1", receiver.port))  # the public address leads to the receiver of this test

        monkeypatch.setattr(socket, "create_connection", connect)
        context = ssl.create_default_context(cafile=str(certificate))
        sender = HttpWebhookSender(resolve=lambda _host, _port: answers.pop(0), ssl_context=context)
        assert send(sender, f"https://{NAME}/hook") == Reply(204)
        assert connected == [PUBLIC]
        ((path, body, headers),) = receiver.requests
        assert (path, headers["Host"]) == ("/hook", NAME)
        assert Webhook(SECRET).verify(body, dict(headers)) == {"a": "चाय"}
        # the next webhook is checked again
        assert send(sender, f"https://{NAME}/hook") == Reply(None, f"the host {NAME} has no public address")
        assert connected == [PUBLIC]
        assert len(receiver.requests) == 1


def test_a_certificate_of_another_name_is_refused(certificate: Path) -> None:
    with run_receiver(certificate) as receiver:
        context = ssl.create_default_context(cafile=str(certificate))
        sender = HttpWebhookSender(True, lambda _host, _port: ["127.0.0.1"], context)
        assert send(sender, f"https://other.example.com:{receiver.port}/").problem == (
            "the receiver has no valid certificate"
        )
        assert receiver.requests == []


@pytest.mark.parametrize(
    "addresses",
    [["127.0.0.1"], ["10.0.0.1"], ["169.254.169.254"], ["::1"], ["::ffff:127.0.0.1"], [PUBLIC, "192.168.0.1"], []],
)
def test_a_name_without_a_public_address_is_not_connected_to(
    addresses: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "create_connection", lambda *_a, **_k: pytest.fail("it connected"))
    reply = send(HttpWebhookSender(resolve=lambda _host, _port: addresses), f"https://{NAME}/")
    assert reply == Reply(None, f"the host {NAME} has no public address")


def test_this_machine_gets_nothing_without_the_setting(receiver: Receiver) -> None:
    for host in ("127.0.0.1", "localhost", "[::ffff:127.0.0.1]"):
        for scheme in ("http", "https"):
            assert send(HttpWebhookSender(), f"{scheme}://{host}:{receiver.port}/").problem.startswith(
                "the address must"
            )
    assert receiver.requests == []
    assert send(local(), f"http://localhost:{receiver.port}/").is_success


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_keeps_body_and_signature(receiver: Receiver, status: int) -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        if handler.path == "/old":
            redirect(status, "/new")(handler)
        else:
            handler.send_response(200)
            handler.end_headers()

    receiver.answer = answer
    assert send(local(), f"http://127.0.0.1:{receiver.port}/old").status == 200
    (old, new) = receiver.requests
    assert (old[0], new[0], old[1]) == ("/old", "/new", new[1])
    Webhook(SECRET).verify(new[1], dict(new[2]))


@pytest.mark.parametrize(
    "target",
    ["http://169.254.169.254/latest", "https://10.0.0.1/", "https://metadata.google.internal/", "ftp://x.example.com/"],
)
def test_the_target_of_a_redirect_is_checked_too(receiver: Receiver, target: str) -> None:
    receiver.answer = redirect(307, target)
    assert send(local(), f"http://127.0.0.1:{receiver.port}/").problem.startswith("the address must")
    assert len(receiver.requests) == 1


def test_redirects_end(receiver: Receiver) -> None:
    receiver.answer = redirect(307, "/again")
    assert send(local(), f"http://127.0.0.1:{receiver.port}/").problem == "the receiver redirected more than 3 times"
    assert len(receiver.requests) == 4
    receiver.answer = redirect(303, "/see")
    assert send(local(), f"http://127.0.0.1:{receiver.port}/").status == 303


def test_a_receiver_that_sends_byte_after_byte_is_cut_off(receiver: Receiver) -> None:
    def drip(handler: BaseHTTPRequestHandler) -> None:
        for _ in range(100):
            handler.wfile.write(b"H")
            time.sleep(0.05)  # the receiver is slow; the sender's own clock ends this

    receiver.answer = drip
    begin = time.monotonic()
    reply = send(local(max_sec=0.3), f"http://127.0.0.1:{receiver.port}/")
    assert reply.status is None
    assert time.monotonic() - begin < 2


def test_a_silent_receiver_is_cut_off() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        reply = send(local(max_sec=0.2), f"http://127.0.0.1:{server.getsockname()[1]}/")
    assert reply == Reply(None, "the receiver did not answer within 0.2 seconds")


def test_of_a_long_answer_only_the_beginning_is_read(receiver: Receiver) -> None:
    def flood(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while True:
            handler.wfile.write(b"x" * 65536)

    receiver.answer = flood
    reply = send(local(), f"http://127.0.0.1:{receiver.port}/")
    assert (reply.status, len(reply.text)) == (200, MAX_REPLY_BYTES)


def test_what_is_not_http_and_what_is_not_there_is_told(receiver: Receiver) -> None:
    def greet(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"hello\r\n\r\n")

    receiver.answer = greet
    assert send(local(), f"http://127.0.0.1:{receiver.port}/").problem.startswith("the connection broke")
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert send(local(), f"http://127.0.0.1:{port}/").problem == "the receiver refuses connections"

    def resolve(_host: str, _port: int) -> list[str]:
        raise socket.gaierror("no such name")

    reply = send(HttpWebhookSender(resolve=resolve), f"https://{NAME}/")
    assert reply.problem == f"the host {NAME} was not found"


def test_loopback_is_found_by_name() -> None:
    assert "127.0.0.1" in guard.resolve_host("localhost", 80)
