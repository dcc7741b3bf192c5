"""Web pages of the origins that CORS_ORIGINS names may call the API; the store learns which page will send a file."""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from sutradhar import bootstrap
from sutradhar.config import Settings
from sutradhar.domain.core.errors import InvalidRequest
from sutradhar.pipeline import api_keys
from tests.conftest import forget

PAGE, OTHER = "https://studio.example.com", "https://elsewhere.example.com"
FILE = json.dumps({"filename": "me.png", "content_type": "image/png", "size": 5})
ASKS = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type,x-api-key"}


@pytest.fixture
def page(api: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Return the headers of an allowed page with a key."""
    monkeypatch.setenv("CORS_ORIGINS", f"http://localhost:5173,{PAGE}")
    forget()
    backend = bootstrap.backend()
    _, secret = api_keys.create(backend.records, backend.clock, "studio")
    return {"Origin": PAGE, "X-API-Key": secret}


@pytest.mark.parametrize("path", ["/uploads", "/api/uploads", "/render", "/uploads/up-0123456789abcdef/bytes"])
def test_a_page_may_ask_whether_it_may_call(api: FlaskClient, page: dict[str, str], path: str) -> None:
    answer = api.options(path, headers={"Origin": PAGE, **ASKS})
    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] == PAGE
    assert "X-API-Key" in answer.headers["Access-Control-Allow-Headers"]
    assert "PUT" in answer.headers["Access-Control-Allow-Methods"]
    assert "Origin" in answer.vary


@pytest.mark.parametrize(
    "origin", [OTHER, "null", f"{PAGE}.evil.example.com", f"{PAGE}:8443", "http://studio.example.com"]
)
def test_another_page_gets_no_cors_headers(api: FlaskClient, page: dict[str, str], origin: str) -> None:
    for answer in (
        api.options("/uploads", headers={"Origin": origin, **ASKS}),
        api.post("/uploads", data=FILE, headers={**page, "Origin": origin}),
    ):
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_page_without_a_key_is_not_let_in_but_may_read_why(api: FlaskClient, page: dict[str, str]) -> None:
    answer = api.post("/uploads", data=FILE, headers={"Origin": PAGE})
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (401, PAGE)


def test_without_the_setting_no_page_gets_cors_headers(api: FlaskClient) -> None:
    answer = api.options("/uploads", headers={"Origin": "http://localhost:5173", **ASKS})
    assert not [name for name, _ in answer.headers if name.startswith("Access-Control")]


def test_the_store_learns_which_page_sends(
    api: FlaskClient, page: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    origins: list[Any] = []
    blobs = bootstrap.backend().blobs
    monkeypatch.setattr(type(blobs), "upload_url", lambda _self, *arguments: origins.append(arguments[-1]))
    for headers in (page, {**page, "Origin": OTHER}, {"X-API-Key": page["X-API-Key"]}):
        assert api.post("/uploads", data=FILE, headers=headers).status_code == 201
    assert origins == [PAGE, None, None]


@pytest.mark.parametrize(
    ("public_url", "expected"),
    [
        ("", ["https://api.example.com", None, None, None, None]),
        ("https://video.example.com/api", [None, None, None, None, "https://video.example.com"]),
    ],
)
def test_the_store_learns_that_the_studio_of_this_server_sends(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, public_url: str, expected: list[str | None]
) -> None:
    """Google Cloud answers the browser only if its session was opened for the origin of the page."""
    monkeypatch.setenv("PUBLIC_URL", public_url)
    page: dict[str, str] = request.getfixturevalue("page")
    api: FlaskClient = request.getfixturevalue("api")
    origins: list[Any] = []
    blobs = bootstrap.backend().blobs
    monkeypatch.setattr(type(blobs), "upload_url", lambda _self, *arguments: origins.append(arguments[-1]))
    hosts = ("https://api.example.com", "http://api.example.com", "https://api.example.co", "null")
    for origin in (*hosts, "https://video.example.com"):
        headers = {**page, "Host": "api.example.com", "X-Forwarded-Proto": "https", "Origin": origin}
        assert api.post("/api/uploads", data=FILE, headers=headers).status_code == 201
    assert origins == expected


@pytest.mark.parametrize("value", ["*", "studio.example.com", f"{PAGE}/", f"{PAGE}/app", "https://a b"])
def test_an_invalid_origin_is_refused_by_name(value: str) -> None:
    with pytest.raises(InvalidRequest, match="CORS_ORIGINS"):
        Settings.from_env({"CORS_ORIGINS": value})
