"""Every answer has the headers by which a browser protects the caller."""

import re

import pytest
from flask.testing import FlaskClient

HEADERS = {
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/health", 200),
        ("GET", "/api/templates", 200),
        ("GET", "/docs", 200),
        ("GET", "/docs/start.js", 200),
        ("GET", "/render/job-none/status", 404),
        ("POST", "/uploads", 400),
        ("PATCH", "/health", 405),
        ("GET", "/nothing", 404),
    ],
)
def test_every_answer_has_them(api: FlaskClient, method: str, path: str, status: int) -> None:
    answer = api.open(path, method=method)
    assert answer.status_code == status
    assert {name: answer.headers[name] for name in HEADERS} == HEADERS
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_a_body_that_is_too_large_is_refused_with_them(api: FlaskClient) -> None:
    answer = api.post("/render", data=b" " * (1024 * 1024 + 1))
    assert (answer.status_code, answer.headers["X-Frame-Options"]) == (413, "DENY")


def test_the_page_of_the_documentation_loads_only_what_its_policy_allows(api: FlaskClient) -> None:
    page = api.get("/api/docs")
    policy = page.headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "connect-src 'self';" in policy
    sources = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(sources) == 3
    assert all(source.startswith("/api/docs/") for source in sources)
    assert not re.search(r"<script>|<style>| on\w+=", page.text)
