"""A token of this service's account comes from Google's metadata server, which a stub plays here."""

import json
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest

from sutradhar import bootstrap
from sutradhar.backends.gcp import identity
from sutradhar.domain.core.errors import BackendError

URL = "https://frame.example"


class Metadata(BaseHTTPRequestHandler):
    """The metadata server: it gives a new token at each call, of the age that the test chooses."""

    age_sec: ClassVar[int] = 0
    audiences: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path.endswith("/identity"):
            audience = parse_qs(parts.query)["audience"][0]
            self.audiences.append(audience)
            claims = {"aud": audience, "exp": int(time.time()) + 3600 - self.age_sec, "n": len(self.audiences)}
            body, kind = jwt.encode(claims, "k" * 32), "text/html"
        else:
            body, kind = (
                json.dumps({"email": "api@example.com", "aliases": ["default"], "scopes": []}),
                "application/json",
            )
        self.send_response(200)
        self.send_header("Metadata-Flavor", "Google")
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_arguments: object) -> None:
        """Write nothing."""


def use_metadata_server(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    """Let Google's library find the server at ``address``; it reads one of the places when it is imported."""
    monkeypatch.setattr("google.auth.compute_engine._metadata._GCE_METADATA_HOST", address)
    monkeypatch.setenv("GCE_METADATA_IP", address)


@pytest.fixture
def metadata(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Metadata]]:
    monkeypatch.setattr(Metadata, "audiences", [])
    monkeypatch.setattr(Metadata, "age_sec", 0)
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)
    identity._find_credentials.cache_clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Metadata) as server:
        use_metadata_server(monkeypatch, f"127.0.0.1:{server.server_port}")
        Thread(target=server.serve_forever, daemon=True).start()
        yield Metadata
        server.shutdown()
    identity._find_credentials.cache_clear()


def read_claims(token: str) -> dict[str, object]:
    claims: dict[str, object] = jwt.decode(token, options={"verify_signature": False})
    return claims


def test_a_token_names_its_service_and_is_kept_until_it_expires(metadata: type[Metadata]) -> None:
    first, again = bootstrap.fetch_identity_token(URL), bootstrap.fetch_identity_token(URL)
    assert read_claims(first)["aud"] == URL
    assert (first == again, metadata.audiences) == (True, [URL])
    assert read_claims(bootstrap.fetch_identity_token("https://other.example"))["aud"] == "https://other.example"


def test_a_token_that_is_about_to_expire_is_replaced(metadata: type[Metadata], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metadata, "age_sec", 3600)
    first = bootstrap.fetch_identity_token(URL)
    assert bootstrap.fetch_identity_token(URL) != first


def test_a_service_of_this_machine_gets_no_token(metadata: type[Metadata]) -> None:
    assert bootstrap.fetch_identity_token("http://127.0.0.1:8090") == ""
    assert metadata.audiences == []


def test_no_token_is_an_error_that_may_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)
    # Google's library would look for the metadata server for some seconds
    monkeypatch.setattr("google.auth.compute_engine._metadata.ping", lambda request: False)
    identity._find_credentials.cache_clear()
    with pytest.raises(BackendError, match="no identity token"):
        identity.fetch_token(URL)
