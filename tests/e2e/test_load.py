"""Ten callers who submit jobs without a pause get 202, or 429 that says when to try again; and never anything else."""

import json
import threading
import time
from collections import Counter
from pathlib import Path

import httpx

from tests.e2e.served import serve

CALLERS, SECONDS = 10, 4.0
BODY = json.dumps({"prompt": "A test video generation prompt"})


def test_ten_callers_see_nothing_but_202_and_429(tmp_path: Path) -> None:
    answers: Counter[int] = Counter()
    faults: list[str] = []

    def submit_without_pause(url: str, end: float) -> None:
        with httpx.Client(base_url=url, timeout=30, headers={"Content-Type": "application/json"}) as client:
            while time.monotonic() < end:
                response = client.post("/v1/jobs", content=BODY)
                answers[response.status_code] += 1
                if response.status_code == 202 and not response.json()["id"]:
                    faults.append("202 without an id")
                if response.status_code == 429 and int(response.headers.get("Retry-After", "0")) < 1:
                    faults.append("429 without a time to try again")

    with serve(tmp_path) as api:
        end = time.monotonic() + SECONDS
        callers = [threading.Thread(target=submit_without_pause, args=(api.url, end)) for _ in range(CALLERS)]
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join(60)
        assert httpx.get(f"{api.url}/health").status_code == 200
    assert set(answers) <= {202, 429}, answers
    assert answers[202] >= 1
    assert sum(answers.values()) >= 50, "the callers were too few to be a load"
    assert faults == []
