"""A whole job on the emulated cloud: HTTP in, functions from the packaged archive, Pub/Sub, Cloud Run, a film out."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from functions.emulated.cloud import EmulatedCloud
from tests import emulated

PLAN = {
    "title": "Tea", "language": "en", "subtitle_languages": ["en"],
    "scenes": [
        {"narration": "A cup of tea.", "image_prompt": "a cup on a table", "duration_sec": 2},
        {"narration": "It is warm.", "image_prompt": "steam over a cup", "duration_sec": 2},
    ],
    "render": {"mode": "PROXY", "resolution": "720p"},
}  # fmt: skip


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmulatedCloud]:
    with emulated.or_skipped(), EmulatedCloud(tmp_path_factory.mktemp("cloud"), backoff_sec=0.2) as up:
        yield up


def call(cloud: EmulatedCloud, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(
        cloud.url + path, data, {"Content-Type": "application/json", **headers}, method=method
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as exc:
        return exc.code, exc.read()


def status(cloud: EmulatedCloud, job_id: str) -> dict[str, Any]:
    code, body = call(cloud, "GET", f"/render/{job_id}/status")
    assert code == 200, body
    found: dict[str, Any] = json.loads(body)
    return found


def until_over(cloud: EmulatedCloud, job_id: str, seconds: float = 90) -> dict[str, Any]:
    end = time.monotonic() + seconds
    while (found := status(cloud, job_id))["state"] not in ("success", "error", "canceled"):
        assert time.monotonic() < end, found
        time.sleep(0.2)  # as a caller polls
    return found


def test_a_plan_becomes_a_film_that_was_checked(cloud: EmulatedCloud, tmp_path: Path) -> None:
    code, body = call(cloud, "POST", "/render", PLAN)
    assert code == 202, body
    job_id = json.loads(body)["job_id"]
    done = until_over(cloud, job_id)
    assert done["state"] == "success", done
    code, film = call(cloud, "GET", f"/render/{job_id}/file")
    assert (code, film[4:8]) == (200, b"ftyp")
    summary = json.loads(call(cloud, "GET", f"/render/{job_id}/file?kind=summary")[1])
    assert all(finding["ok"] for finding in summary["findings"])
    assert summary["tasks"] >= 1
