"""URLs in answers are absolute, and the caller reaches them as it reached the API."""

import json
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient

from sutradhar import bootstrap
from sutradhar.config import Settings
from sutradhar.domain.core.errors import InvalidRequest
from sutradhar.pipeline import api_keys
from tests.conftest import forget

REMOTE = {"REMOTE_ADDR": "203.0.113.7"}
HTTPS_PROXY = {"X-Forwarded-Proto": "https"}


def make_key() -> dict[str, str]:
    """Make an API key and return the header that shows it; without one only direct callers are let in."""
    backend = bootstrap.backend()
    return {"X-API-Key": api_keys.create(backend.records, backend.clock, "proxy")[1]}


def list_urls(value: Any) -> set[str]:
    """Return every text in ``value`` that is a URL, or would be one."""
    if isinstance(value, dict | list):
        return {url for item in (value.values() if isinstance(value, dict) else value) for url in list_urls(item)}
    return {value} if isinstance(value, str) and ("://" in value or value.startswith("/")) else set()


def submit(api: FlaskClient, path: str = "/render", **options: Any) -> Any:
    return api.post(path, data=json.dumps({"topic": "Prahlad"}), **options)


def find_base(api: FlaskClient, headers: dict[str, str], path: str = "/render") -> str:
    """Return what the URLs of an answer begin with."""
    location: str = submit(api, path, headers=headers).headers["Location"]
    return location.partition("/render/")[0]


@pytest.mark.parametrize(
    ("path", "base"), [("/render", "http://localhost/render/"), ("/api/render", "http://localhost/api/render/")]
)
def test_every_url_is_absolute_and_keeps_the_caller_s_prefix(api: FlaskClient, path: str, base: str) -> None:
    created = submit(api, path)
    status = api.get(created.headers["Location"])
    urls = list_urls(created.get_json()) | list_urls(status.get_json()) | {created.headers["Location"]}
    assert len(urls) >= 3
    assert {url for url in urls if not url.startswith(base)} == set()


def test_uploads_have_absolute_urls(api: FlaskClient) -> None:
    announced = {"filename": "me.png", "content_type": "image/png", "size": 5}
    answer = api.post("/api/uploads", data=json.dumps(announced))
    assert answer.get_json()["url"].startswith("http://localhost/api/uploads/up-")
    assert answer.headers["Location"].startswith("http://localhost/api/uploads/up-")
    assert api.put(answer.get_json()["url"], data=b"12345").status_code == 204


@pytest.mark.parametrize(
    ("public_url", "path", "base"),
    [
        ("https://video.example.com", "/render", "https://video.example.com"),
        ("https://video.example.com/", "/api/render", "https://video.example.com/api"),
        # a proxy that takes /api off, and one that leaves it
        ("https://video.example.com/api", "/render", "https://video.example.com/api"),
        ("https://video.example.com/api", "/api/render", "https://video.example.com/api"),
    ],
)
def test_public_url_comes_first(
    api: FlaskClient, monkeypatch: pytest.MonkeyPatch, public_url: str, path: str, base: str
) -> None:
    monkeypatch.setenv("PUBLIC_URL", public_url)
    forget()
    assert find_base(api, HTTPS_PROXY | {"Host": "inside:8080"} | make_key(), path) == base


@pytest.mark.parametrize("value", ["video.example.com", "ftp://a", "https://a/?b", "https://a b", "https://a/\nb"])
def test_a_wrong_public_url_is_refused_by_name(value: str) -> None:
    with pytest.raises(InvalidRequest, match="PUBLIC_URL"):
        Settings.from_env({"PUBLIC_URL": value})


def test_a_proxy_on_this_machine_is_believed(api: FlaskClient) -> None:
    key = make_key()
    forwarded = {
        **HTTPS_PROXY,
        "X-Forwarded-Host": "evil.example.com, video.example.com",
        "X-Forwarded-Prefix": "/studio",
    }
    assert find_base(api, key | forwarded) == "https://video.example.com/studio"
    assert find_base(api, key | {**forwarded, "X-Forwarded-Host": "a b/<c>"}) == "https://localhost/studio"
    assert (
        find_base(api, key | {**forwarded, "X-Forwarded-Prefix": "//evil.example.com"}) == "https://video.example.com"
    )


def test_a_caller_elsewhere_is_not_believed(api: FlaskClient) -> None:
    key = make_key()
    headers = {**HTTPS_PROXY, "X-Forwarded-Host": "evil.example.com", "X-Forwarded-Prefix": "/x", **key}
    answer = submit(api, headers=headers, environ_overrides=REMOTE)
    assert answer.headers["Location"].startswith("http://localhost/render/")


def test_on_google_cloud_only_the_scheme_is_taken_from_headers(
    api: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = bootstrap.settings()
    on_google = replace(settings, process=settings.process.model_copy(update={"backend": "gcp"}))
    headers = {**HTTPS_PROXY, "X-Forwarded-Host": "evil.example.com", "Host": "api-abc.a.run.app"}
    bootstrap.services()  # the stores stay local
    with monkeypatch.context() as patch:
        patch.setattr(bootstrap, "settings", lambda: on_google)
        assert find_base(api, headers) == "https://api-abc.a.run.app"


def test_a_host_that_is_none_is_refused(api: FlaskClient) -> None:
    assert submit(api, headers={"Host": 'a"<b>'}).status_code < 500
