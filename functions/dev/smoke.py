"""Check a server from outside, as a user sees it: `python -m functions.dev.smoke http://127.0.0.1:8080`.

It asks for the health, the readiness and the templates, has a video of a few seconds made, and downloads it. It ends
with 0 if all of that works; otherwise with 1 and a sentence about the step that failed.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from sutradhar.config import process_environment

_PLAN = {"topic": "A small test", "length_sec": 5, "render": {"mode": "PROXY"}}
_ASK_EVERY_SEC = 2.0
_KEPT_SEC = 1.0
"""Seconds for which an idle connection is used again. gunicorn closes it after 2; a request at that moment is lost."""
"""The rate at which clients may ask for a status."""


class SmokeFailed(Exception):
    """A step failed; the message says how and what to look at."""


class Smoke:
    """The steps against one server. ``say`` gets a line about each step that has succeeded."""

    def __init__(self, client: httpx.Client, say: Callable[[str], None], video_within_sec: float) -> None:
        self._client, self._say, self._video_within_sec = client, say, video_within_sec

    def check_health(self) -> None:
        with self._step("health"):
            self._get("/health")
        with self._step("readiness"):
            response = self._client.get("/ready")
            if response.status_code != 200:
                checks = response.json().get("checks", {}) if _is_json(response) else {}
                failed = ", ".join(f"{name}: {c['detail']}" for name, c in checks.items() if not c["ok"])
                raise SmokeFailed(f"/ready answers {response.status_code}: {failed or response.text[:200]}")

    def check_templates(self) -> None:
        with self._step("templates"):
            if not self._get("/templates").json()["templates"]:
                raise SmokeFailed("/templates lists none")

    def check_video(self) -> None:
        with self._step("submit"):
            response = self._client.post("/render", json=_PLAN)
            self._require(response, 202)
            job = response.json()["job_id"]
        with self._step(f"render of {job}"):
            self._wait_for(job)
        with self._step("download"), tempfile.TemporaryDirectory() as folder:
            size = self._download(f"/render/{job}/file", Path(folder) / "video.mp4")
            if size < 10_000:
                raise SmokeFailed(f"the video of {job} has {size} bytes")

    def _wait_for(self, job: str) -> None:
        end = time.monotonic() + self._video_within_sec
        while (status := self._get(f"/render/{job}/status").json())["state"] != "success":
            if status["state"] in ("error", "canceled"):
                error = status["error"] or {}
                raise SmokeFailed(f"{job} ended as {status['state']}: {error.get('cause')} {error.get('advice')}")
            if time.monotonic() > end:
                raise SmokeFailed(f"{job} is still in step {status['step']} after {self._video_within_sec:.0f} s")
            time.sleep(_ASK_EVERY_SEC)

    def _download(self, path: str, target: Path) -> int:
        # the redirect leads to a signed URL of the bucket, which must not get the API key
        response = self._client.get(path, follow_redirects=False)
        if response.is_redirect:
            response = httpx.get(response.headers["Location"], timeout=60)
        self._require(response, 200)
        target.write_bytes(response.content)
        if target.read_bytes()[4:8] != b"ftyp":
            raise SmokeFailed("the download is no MP4 file")
        return target.stat().st_size

    def _get(self, path: str) -> httpx.Response:
        response = self._client.get(path)
        self._require(response, 200)
        return response

    @staticmethod
    def _require(response: httpx.Response, status: int) -> None:
        if response.status_code == 401:
            raise SmokeFailed("an API key is missing: set SMOKE_KEY, or SMOKE_TOKEN for an identity token of Google")
        if response.status_code != status:
            detail = response.json().get("detail", "") if _is_json(response) else response.text[:200]
            where = f"{response.request.method} {response.request.url.path}"
            raise SmokeFailed(f"{where} answers {response.status_code} instead of {status}: {detail}")

    @contextmanager
    def _step(self, name: str) -> Iterator[None]:
        began = time.monotonic()
        try:
            yield
        except httpx.HTTPError as exc:
            raise SmokeFailed(f"{name}: the server cannot be reached; check its URL, and that it runs") from exc
        self._say(f"ok  {name} ({time.monotonic() - began:.1f} s)")


def _is_json(response: httpx.Response) -> bool:
    return "json" in str(response.headers.get("Content-Type", ""))


def make_headers(environment: dict[str, str]) -> dict[str, str]:
    """Return the headers that let the caller in: SMOKE_KEY is an API key, SMOKE_TOKEN a bearer token."""
    key, token = environment.get("SMOKE_KEY"), environment.get("SMOKE_TOKEN")
    return ({"X-API-Key": key} if key else {}) | ({"Authorization": f"Bearer {token}"} if token else {})


def make_client(url: str, headers: Any) -> httpx.Client:
    """Return a client for the server at ``url``."""
    limits = httpx.Limits(keepalive_expiry=_KEPT_SEC)
    return httpx.Client(base_url=url.rstrip("/"), headers=headers, timeout=30, limits=limits)


def main(words: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m functions.dev.smoke", description=__doc__)
    parser.add_argument("url", help="the URL of the server, such as http://127.0.0.1:8080")
    parser.add_argument("--health", action="store_true", help="ask for the health and the readiness only")
    parser.add_argument("--within", type=float, default=300, metavar="SECONDS", help="the longest time for the video")
    options = parser.parse_args(words)
    headers: Any = make_headers(process_environment())
    try:
        with make_client(options.url, headers) as client:
            smoke = Smoke(client, print, options.within)
            smoke.check_health()
            if not options.health:
                smoke.check_templates()
                smoke.check_video()
    except SmokeFailed as exc:
        print(f"failed: {exc}", file=sys.stderr)
        return 1
    except httpx.InvalidURL as exc:
        print(f"failed: {options.url} is no URL: {exc}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
