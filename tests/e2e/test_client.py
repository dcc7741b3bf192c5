"""The examples of docs/client.md run against a served API, and the client sends calls again as it says there."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from PIL import Image

from sutradhar.client import ApiError, JobFailed, Sutradhar, Unreachable, WaitedTooLong
from sutradhar.client.generated import models
from tests.e2e.served import serve

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "client.md").read_text("utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return the pauses that the client made; it does not wait for them."""
    waits: list[float] = []
    monkeypatch.setattr("sutradhar.client.transport.time.sleep", waits.append)
    return waits


def test_the_examples_of_the_page_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.undo()  # here the client waits
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    Image.effect_noise((640, 360), 80).convert("RGB").save("tea.png")
    names: dict[str, Any] = {}
    settings = {"PUBLISH_FOLDER": str(tmp_path / "published"), "RATE_LIMIT_PER_MIN": "0"}
    with serve(tmp_path, settings) as served:
        assert "http://127.0.0.1:8080" in EXAMPLES[0]
        for example in EXAMPLES:
            exec(compile(example.replace("http://127.0.0.1:8080", served.url), "client.md", "exec"), names)
    assert Path("crow.mp4").read_bytes()[4:8] == b"ftyp"
    assert "-->" in Path("crow.srt").read_text("utf-8")
    shown = capsys.readouterr().out
    assert re.search(r"^100 % ", shown, re.MULTILINE)
    for words in ("length_sec must be", "aspect must be", "not on New Year", "The Clever Crow"):
        assert words.lower() in shown.lower()


def test_the_client_is_that_of_this_api() -> None:
    command = [sys.executable, ".ci/generate_client.py", "--check"]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")


Answer = Callable[[httpx.Request], httpx.Response]


@pytest.fixture
def client() -> Iterator[Callable[..., Sutradhar]]:
    """Return a function that makes a client whose calls get the answers one after another."""
    clients: list[Sutradhar] = []

    def make(*answers: Answer | int | dict[str, Any], requests: list[httpx.Request] | None = None) -> Sutradhar:
        left = list(answers)

        def reply(request: httpx.Request) -> httpx.Response:
            if requests is not None:
                requests.append(request)
            answer = left.pop(0)
            if isinstance(answer, int):
                return httpx.Response(answer, headers={"Retry-After": "7"})
            return httpx.Response(200, json=answer) if isinstance(answer, dict) else answer(request)

        clients.append(Sutradhar("http://server", "sk_1", transport=httpx.MockTransport(reply)))
        return clients[-1]

    yield make
    for one in clients:
        one.close()


def lose(request: httpx.Request) -> httpx.Response:
    raise httpx.ReadError("the connection was lost", request=request)


def refuse_connection(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("refused", request=request)


ORDER = {
    "job_id": "job-1",
    "id": "job-1",
    "state": "pending",
    "status": "pending",
    "estimated_cost_usd": 0,
    "estimated_cost_most_usd": 0,
    "estimated_wait_seconds": 1,
    "links": dict.fromkeys(models.JobLinks.model_fields, "http://server/"),
}


def test_an_order_without_an_answer_is_sent_again_with_its_key(
    client: Callable[..., Sutradhar], pauses: list[float]
) -> None:
    requests: list[httpx.Request] = []
    api = client(lose, 503, ORDER, requests=requests)
    assert api.create_render({"topic": "Tea"}).job_id == "job-1"
    assert len({request.headers["Idempotency-Key"] for request in requests}) == 1
    assert (len(requests), pauses) == (3, [0.5, 7.0])
    assert requests[0].headers["Authorization"] == "Bearer sk_1"


def test_a_call_that_might_be_done_is_not_sent_twice(client: Callable[..., Sutradhar]) -> None:
    requests: list[httpx.Request] = []
    with pytest.raises(Unreachable, match="server does not answer"):
        client(lose, ORDER, requests=requests).retry_render("job-1")
    assert len(requests) == 1


def test_a_call_that_did_not_reach_the_server_is_sent_again(client: Callable[..., Sutradhar]) -> None:
    move = {name: ORDER[name] for name in models.JobMove.model_fields}
    assert client(refuse_connection, 429, move).retry_render("job-1").state == "pending"


def test_the_client_gives_up_after_five_tries(client: Callable[..., Sutradhar], pauses: list[float]) -> None:
    with pytest.raises(ApiError, match="503"):
        client(*[503] * 5).show_me()
    assert len(pauses) == 4


def test_a_newer_server_may_say_more(client: Callable[..., Sutradhar]) -> None:
    answer = client({**ORDER, "state": "sleeping", "mood": "good"}).create_render({"topic": "Tea"})
    assert (answer.state, answer.model_extra) == ("sleeping", {"mood": "good"})


def test_an_answer_of_a_proxy_is_an_error_with_its_words(client: Callable[..., Sutradhar]) -> None:
    with pytest.raises(ApiError, match="502 Bad Gateway: <h1>no</h1>"):
        client(lambda request: httpx.Response(502, text="<h1>no</h1>")).show_me()


def test_a_value_in_a_path_stays_one_part_of_it(client: Callable[..., Sutradhar]) -> None:
    requests: list[httpx.Request] = []
    with pytest.raises(ApiError):
        client(404, requests=requests).show_status("../keys?x=1")
    assert requests[0].url.raw_path == b"/render/..%2Fkeys%3Fx%3D1/status"


def test_a_failed_job_raises_its_cause(client: Callable[..., Sutradhar], monkeypatch: pytest.MonkeyPatch) -> None:
    failed = SimpleNamespace(state="error", error=SimpleNamespace(cause="the disk is full", advice="free some"))
    api = client()
    monkeypatch.setattr(api, "show_status", lambda _job_id: failed)
    with pytest.raises(JobFailed, match="job-1 ended as error: the disk is full; free some"):
        api.wait("job-1")


def test_a_wait_ends_in_time(client: Callable[..., Sutradhar], monkeypatch: pytest.MonkeyPatch) -> None:
    api = client()
    monkeypatch.setattr(api, "show_status", lambda _job_id: SimpleNamespace(state="running"))
    with pytest.raises(WaitedTooLong, match="wait for it again"):
        api.wait("job-1", timeout_sec=0)
