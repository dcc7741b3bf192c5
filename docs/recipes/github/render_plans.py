"""Render the plans of a list, and save their videos: `python render_plans.py plans.txt FOLDER`.

It needs nothing but Python. SUTRADHAR_URL and SUTRADHAR_KEY name the server and the API key. The same plan is rendered
once: the Idempotency-Key is its hash, so a job of CI that runs again gets the video that exists.
"""

import hashlib
import json
import os
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

URL, KEY = os.environ["SUTRADHAR_URL"].rstrip("/"), os.environ.get("SUTRADHAR_KEY", "")
POLL_SEC = float(os.environ.get("SUTRADHAR_POLL_SEC", "10"))
TRIES = 5


def call(method: str, url: str, body: bytes | None = None, key: str = "") -> bytes:
    """Return the answer of a call. A server that is busy is asked again. Raise SystemExit with its words."""
    headers = {"X-API-Key": KEY} if KEY else {}
    headers |= {"Content-Type": "application/json"} if body else {}
    headers |= {"Idempotency-Key": key} if key else {}
    for number in range(1, TRIES + 1):
        try:
            request = urllib.request.Request(url, body, headers, method=method)
            with urllib.request.urlopen(request, timeout=300) as answer:
                content: bytes = answer.read()
                return content
        except urllib.error.HTTPError as error:
            if error.code not in (429, 503) or number == TRIES:
                raise SystemExit(f"{method} {url}: {error.code}\n{error.read().decode(errors='replace')}") from error
            time.sleep(min(int(error.headers.get("Retry-After", "5")), 60))
    raise AssertionError


def render(plan: Path, folder: Path) -> None:
    """Order the video of ``plan``, wait for it, and save it in ``folder``."""
    body = plan.read_bytes()
    job: dict[str, Any] = json.loads(call("POST", f"{URL}/render", body, hashlib.sha256(body).hexdigest()))
    print(f"{plan}: {job['job_id']}", flush=True)
    while True:
        status: dict[str, Any] = json.loads(call("GET", f"{URL}/render/{job['job_id']}/status"))
        if status["state"] in ("success", "error", "canceled"):
            break
        time.sleep(POLL_SEC)
    if status["state"] != "success":
        error = status.get("error") or {}
        raise SystemExit(f"{plan}: {status['state']}: {error.get('cause', '')}; {error.get('advice', '')}")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{plan.stem}.mp4").write_bytes(call("GET", f"{URL}/render/{job['job_id']}/file"))
    print(f"{plan}: saved", flush=True)


if __name__ == "__main__":
    for line in Path(sys.argv[1]).read_text(encoding="utf-8").splitlines():
        render(Path(line), Path(sys.argv[2]))
