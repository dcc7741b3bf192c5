"""URLs of videos: signed with a key if there is one, otherwise by IAM in the name of the function."""

import base64
import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import google.auth
import google.auth.transport.requests
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from google.auth import credentials as kinds
from google.oauth2 import service_account

from sutradhar.backends.gcp.blobs import GcsBlobStore
from sutradhar.domain.core.errors import BackendError

MINE = "sutradhar-api-fn@p.iam.gserviceaccount.com"


class OfTheMetadataServer(kinds.Credentials):
    """Credentials as a function has them: a token that expires, and no key."""

    def __init__(self) -> None:
        super().__init__()
        self.refreshed = 0

    def refresh(self, request: Any) -> None:
        self.refreshed += 1
        self.token = f"token {self.refreshed}"
        self.expiry = datetime.now(UTC).replace(tzinfo=None) + timedelta(hours=1)


@pytest.fixture
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(autouse=True)
def in_the_cloud(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STORAGE_EMULATOR_HOST", raising=False)


def credentials(monkeypatch: pytest.MonkeyPatch, own_credentials: kinds.Credentials) -> None:
    monkeypatch.setattr(google.auth, "default", lambda *_args, **_more: (own_credentials, "p"))


def read_query(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def test_with_a_key_the_url_is_signed_here(monkeypatch: pytest.MonkeyPatch, key: rsa.RSAPrivateKey) -> None:
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    info = {"client_email": "me@p.iam.gserviceaccount.com", "private_key": pem, "token_uri": "http://127.0.0.1:1"}
    credentials(monkeypatch, service_account.Credentials.from_service_account_info(info))
    store = GcsBlobStore("p", "b", "")
    url = store.url("jobs/ё/video.mp4", timedelta(hours=1), "job-video.mp4")
    store.close()
    assert url
    assert urlsplit(url).path == "/b/jobs/%D1%91/video.mp4"
    query = read_query(url)
    assert query["X-Goog-Algorithm"] == "GOOG4-RSA-SHA256"
    assert query["X-Goog-Expires"] == "3600"
    assert query["response-content-disposition"] == 'attachment; filename="job-video.mp4"'
    # the signature is over this request (cloud.google.com/storage/docs/authentication/canonical-requests)
    signed_query = urlsplit(url).query.rpartition("&X-Goog-Signature=")[0]
    canonical = "\n".join(
        ["GET", urlsplit(url).path, signed_query, "host:storage.googleapis.com", "", "host", "UNSIGNED-PAYLOAD"]
    )
    digest = hashes.Hash(hashes.SHA256())
    digest.update(canonical.encode())
    scope = query["X-Goog-Credential"].partition("/")[2]
    text = "\n".join(["GOOG4-RSA-SHA256", query["X-Goog-Date"], scope, digest.finalize().hex()])
    signature = bytes.fromhex(query["X-Goog-Signature"])
    key.public_key().verify(signature, text.encode(), padding.PKCS1v15(), hashes.SHA256())


def test_without_a_key_iam_signs_in_the_functions_name(monkeypatch: pytest.MonkeyPatch) -> None:
    own, calls = OfTheMetadataServer(), list[dict[str, Any]]()
    credentials(monkeypatch, own)

    def iam(_self: object, url: str, method: str, body: Any, headers: Any, **_more: Any) -> Any:
        calls.append({"url": url, "method": method, "body": json.loads(body), "headers": dict(headers)})
        data = json.dumps({"signedBlob": base64.b64encode(b"signed").decode()}).encode()
        return SimpleNamespace(status=200, data=data)

    monkeypatch.setattr(google.auth.transport.requests.Request, "__call__", iam)
    store = GcsBlobStore("p", "b", MINE)
    url = store.url("jobs/1/video.mp4", timedelta(minutes=5))
    again = store.url("jobs/1/video.mp4", timedelta(minutes=5))
    store.close()
    assert url
    assert again
    assert read_query(url)["X-Goog-Signature"] == b"signed".hex()
    assert read_query(url)["X-Goog-Credential"].startswith(f"{MINE}/")
    assert own.refreshed == 1  # the token is kept as long as it lives
    call = calls[0]
    assert (
        call["url"] == f"https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/{MINE}:signBlob?alt=json"
    )
    assert (call["method"], call["headers"]["Authorization"]) == ("POST", "Bearer token 1")
    assert base64.b64decode(call["body"]["payload"]).startswith(b"GOOG4-RSA-SHA256\n")


def test_iam_that_refuses_is_an_error_with_advice(monkeypatch: pytest.MonkeyPatch) -> None:
    credentials(monkeypatch, OfTheMetadataServer())
    denied = {"code": 403, "message": "iam.serviceAccounts.signBlob denied", "status": "PERMISSION_DENIED"}
    refused = SimpleNamespace(status=403, data=json.dumps({"error": denied}).encode())
    monkeypatch.setattr(google.auth.transport.requests.Request, "__call__", lambda *_args, **_more: refused)
    store = GcsBlobStore("p", "b", MINE)
    with pytest.raises(BackendError, match="signBlob") as caught:
        store.url("a", timedelta(minutes=5))
    assert not caught.value.retryable
    assert "roles/iam.serviceAccountTokenCreator" in caught.value.advice
    refused.status, refused.data = 503, b'{"error": {"code": 503, "status": "UNAVAILABLE"}}'
    with pytest.raises(BackendError, match="UNAVAILABLE") as caught:
        store.url("a", timedelta(minutes=5))
    assert caught.value.retryable
    store.close()
