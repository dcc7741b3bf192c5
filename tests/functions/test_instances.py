"""Limits and idempotency hold over three processes of the function ``api`` that share one store."""

import json
import os
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests

from sutradhar import bootstrap
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.pipeline import api_keys
from sutradhar.pipeline.submit import submit
from tests.function_server import start_function


@pytest.fixture
def servers(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The URLs of three processes, with the limits that they have without any setting."""
    monkeypatch.delenv("RATE_LIMIT_PER_MIN")
    env = {**os.environ, "SUTRADHAR_HOME": str(home)}
    with ExitStack() as stack:
        functions = [stack.enter_context(start_function(env)) for _ in range(3)]
        for function in functions:
            function.wait()
        yield [function.url for function in functions]


def test_three_processes_share_the_limits(servers: list[str]) -> None:
    def post(number: int, **headers: str) -> requests.Response:
        url = f"{servers[number % 3]}/render"
        return requests.post(url, json={"topic": f"Tale {number}"}, headers=headers, timeout=30)

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(post, range(30)))
        assert Counter(answer.status_code for answer in answers) == {202: 10, 429: 20}
        assert all(1 <= int(one.headers["Retry-After"]) <= 60 for one in answers if one.status_code == 429)
        backend = bootstrap.backend()
        _, secret = api_keys.create(backend.records, backend.clock, "asha")
        of_one_key = list(pool.map(lambda number: post(number, **{"X-API-Key": secret}), range(9)))
    assert Counter(answer.status_code for answer in of_one_key) == {202: 5, 429: 4}
    refused = [json.loads(answer.text)["detail"] for answer in of_one_key if answer.status_code == 429]
    assert all("MAX_ACTIVE_JOBS" in detail for detail in refused)


def test_a_thousand_submits_with_one_key_make_one_job(home: Path) -> None:
    services, plan = bootstrap.services(), RenderPlan(topic="Prahlad")
    with ThreadPoolExecutor(20) as pool:
        results = list(pool.map(lambda _: submit(services, plan, "order-17"), range(1000)))
    assert len({job.id for job, _ in results}) == 1
    assert sum(created for _, created in results) == 1
