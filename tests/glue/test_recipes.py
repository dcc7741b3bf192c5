"""Each recipe has the format of its program, and its calls do what the page says."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from flask.testing import FlaskClient

from sutradhar import bootstrap
from sutradhar.domain.jobs.job import StateEvent
from sutradhar.domain.jobs.messages import AnnounceEvents
from sutradhar.domain.jobs.webhook import Webhook
from sutradhar.outbound.webhooks import HttpWebhookSender
from sutradhar.pipeline.webhook_delivery import DELIVERIES
from sutradhar.pipeline.webhook_events import announce_events
from sutradhar.ports.webhooks import Reply
from tests.finished_job import fail_job, finish_job
from tests.function_client import open_client
from tests.glue.n8n_workflow import Run
from tests.receiver import run_receiver

ROOT = Path(__file__).parents[2]
RECIPES = ROOT / "docs" / "recipes"
N8N = sorted((RECIPES / "n8n").glob("*.json"))
MAKE = sorted((RECIPES / "make").glob("*.json"))
SERVER = "https://video.example.com"
SHEET = "topic,note\nThe clever crow,=1+1\nPrahlad,\n"


@pytest.fixture
def api(home: object, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> FlaskClient:
    monkeypatch.setenv("PUBLIC_URL", SERVER)
    monkeypatch.setenv("PUBLISH_FOLDER", str(tmp_path / "published"))
    return open_client("api")


def read(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def end_job(job_id: str, *, fails: bool = False) -> None:
    """End the job as the renderer would."""
    if fails:
        fail_job(bootstrap.services(), job_id, "the disk is full", "free some")
    else:
        finish_job(bootstrap.services(), job_id, b"the video")


class Server:
    """The API behind the address that the recipes name."""

    def __init__(self, api: FlaskClient) -> None:
        self.api = api
        self.calls: list[tuple[str, str, Mapping[str, str], Any]] = []
        self.fails = False

    def send(self, method: str, url: str, headers: Mapping[str, str], body: str | None) -> tuple[int, Any]:
        """Answer a call of a recipe. A job ends after its first status."""
        self.calls.append((method, url, headers, json.loads(body) if body else None))
        if url.startswith("https://docs.google.com/"):
            assert "X-API-Key" not in headers, "the key is for our server alone"
            return 200, SHEET
        assert url.startswith(f"{SERVER}/")
        assert headers["X-API-Key"]
        named = {name: value for name, value in headers.items() if name != "X-API-Key"}
        answer = self.api.open(urlsplit(url).path, method=method, headers=named, data=body)
        if match := re.fullmatch(rf"{SERVER}/render/(.+)/status", url):
            job = bootstrap.backend().jobs.get(match[1])
            if not job.state.is_terminal:
                end_job(job.id, fails=self.fails)
        content = answer.get_json() if answer.is_json else answer.get_data()
        answer.close()
        return answer.status_code, content


@pytest.fixture
def server(api: FlaskClient) -> Server:
    return Server(api)


def receive_event(job_id: str) -> Any:
    """Return the event of the job's end as a receiver on loopback gets it, from our own sender."""
    services = bootstrap.services()
    with run_receiver() as receiver:
        job = services.jobs.get(job_id)
        webhook = Webhook(url=f"http://127.0.0.1:{receiver.port}/webhook/sutradhar", base_url=SERVER)
        ended = StateEvent(state=job.state, at=job.updated_at)
        waiting = job.evolve(webhook=webhook, unannounced=(ended,))
        services.jobs.update(job_id, lambda _: (waiting, []))
        announce_events(services, AnnounceEvents(job_id=job_id))
        stored = services.documents.list(DELIVERIES).records[0]
        sender = HttpWebhookSender(allow_loopback=True)  # the guard refuses this machine otherwise
        reply = sender.send(stored.id, stored.url, stored.body, ["whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQ="], job.updated_at)
        assert reply == Reply(204)
        return json.loads(receiver.requests[0][1])


def order_video(api: FlaskClient) -> str:
    job_id: str = api.post("/render", data=json.dumps({"topic": "Tea", "length_sec": 10})).get_json()["job_id"]
    return job_id


@pytest.mark.parametrize("path", N8N, ids=lambda path: path.name)
def test_a_workflow_has_nodes_that_n8n_knows(path: Path, n8n_nodes: Mapping[str, list[dict[str, Any]]]) -> None:
    workflow = read(path)
    names = [node["name"] for node in workflow["nodes"]]
    assert len(set(names)) == len(names)
    for node in workflow["nodes"]:
        version = node["typeVersion"]
        definition = next(one for one in n8n_nodes[node["type"]] if version in list_versions(one))
        check_parameters(node["parameters"], definition["properties"], node["name"])
        assert len(node["position"]) == 2
        assert "credentials" not in node, "a recipe has no secrets"
    links = [link for one in workflow["connections"].values() for branch in one["main"] for link in branch]
    assert {*workflow["connections"], *(link["node"] for link in links)} == set(names)


def list_versions(definition: Mapping[str, Any]) -> list[float]:
    versions = definition["version"]
    return versions if isinstance(versions, list) else [versions]


def check_parameters(parameters: Mapping[str, Any], properties: list[dict[str, Any]], where: str) -> None:
    """Check that each parameter is one of the node, and each choice one that it offers."""
    for name, value in parameters.items():
        known = [one for one in properties if one["name"] == name]
        assert known, f"{where} has no parameter {name}"
        choices = {choice.get("value") for one in known if one["type"] == "options" for choice in one["options"]}
        if choices and isinstance(value, str) and not value.startswith("="):
            assert value in choices, f"{where}: {name} cannot be {value}"
        inner = [part for one in known if one["type"] in ("collection", "fixedCollection") for part in one["options"]]
        if inner and isinstance(value, dict):
            assert {part["name"] for part in inner} >= value.keys(), f"{where}: {name} has no {value.keys()}"


def test_n8n_makes_a_video_waits_and_fetches_it(server: Server) -> None:
    run = Run(read(RECIPES / "n8n" / "make-video.json"), server.send)
    run.start("When you start it", {})
    assert run.outputs["Fetch the video"] == {"video": b"the video"}
    assert run.order.count("Wait") == 2
    ordered = server.calls[0]
    assert (ordered[2]["Idempotency-Key"], ordered[3]) == (
        "n8n-17",
        {"topic": "The clever crow", "language": "en", "length_sec": 60},
    )


def test_n8n_stops_with_the_cause_of_a_failure(server: Server) -> None:
    server.fails = True
    run = Run(read(RECIPES / "n8n" / "make-video.json"), server.send)
    with pytest.raises(RuntimeError, match="the disk is full; free some"):
        run.start("When you start it", {})


@pytest.mark.parametrize("is_finished", [True, False])
def test_n8n_publishes_only_what_the_server_itself_calls_finished(server: Server, is_finished: bool) -> None:
    job_id = order_video(server.api)
    if is_finished:
        end_job(job_id)
    workflow = read(RECIPES / "n8n" / "publish-when-finished.json")
    for one in workflow["nodes"]:
        for value in one["parameters"].get("assignments", {}).get("assignments", ()):
            value["value"] = "folder" if value["name"] == "destination" else value["value"]
    run = Run(workflow, server.send)
    event = receive_event(job_id) if is_finished else {"type": "render.succeeded", "data": {"job_id": job_id}}
    run.start("Sutradhar's webhook", {"body": event})
    published = [url for method, url, _, _ in server.calls if method == "POST"]
    assert published == ([f"{SERVER}/publish/{job_id}"] if is_finished else [])


def test_n8n_makes_a_batch_of_a_sheet(server: Server) -> None:
    run = Run(read(RECIPES / "n8n" / "batch-from-sheet.json"), server.send)
    run.start("Every Monday", {})
    sent = server.calls[-1][3]
    assert (sent["csv"], sent["plan"], sent["budget_usd"]) == (
        SHEET,
        {"topic": "{{topic}} in one minute", "language": "en"},
        5,
    )
    assert run.outputs["Order the batch"]["rows"] == 2


BLUEPRINT = {"name", "flow", "metadata"}
MODULE = {"id", "module", "version", "parameters", "mapper", "metadata"}
HTTP = {"url", "method", "headers", "qs", "bodyType", "contentType", "data", "parseResponse", "timeout", "gzip"}
KNOWN = {("http:ActionSendData", 3), ("util:FunctionSleep", 1), ("gateway:CustomWebHook", 1)}


@pytest.mark.parametrize("path", MAKE, ids=lambda path: path.name)
def test_a_blueprint_has_the_parts_that_make_imports(path: Path) -> None:
    blueprint = read(path)
    assert blueprint.keys() >= BLUEPRINT
    assert blueprint["metadata"].keys() >= {"instant", "version", "scenario", "designer", "zone"}
    ids = [module["id"] for module in blueprint["flow"]]
    assert len(set(ids)) == len(ids)
    for number, module in enumerate(blueprint["flow"]):
        assert module.keys() >= MODULE
        assert (module["module"], module["version"]) in KNOWN
        named = {int(one) for one in re.findall(r"\{\{(\d+)\.", json.dumps(module))}
        assert named <= set(ids[:number]), "a module may use the answers of earlier ones only"
        if module["module"] == "http:ActionSendData":
            assert module["mapper"].keys() >= HTTP
            assert {"name": "X-API-Key", "value": "YOUR-API-KEY"} in module["mapper"]["headers"]
            if module["mapper"]["data"]:
                json.loads(module["mapper"]["data"])
        if module["module"] == "util:FunctionSleep":
            assert 1 <= int(module["mapper"]["duration"]) <= 300


def run_blueprint(blueprint: Mapping[str, Any], server: Server, event: Any = None) -> dict[int, Any]:
    """Make the calls of a blueprint, one module after another; a filter that is not met ends it."""
    outputs: dict[int, Any] = {}

    def fill(text: str) -> str:
        def find(match: re.Match[str]) -> str:
            if match[1] == "executionId":
                return "17"
            number, *names = match[1].split(".")
            value = outputs[int(number)]
            for name in names:
                value = value[name]
            return str(value)

        return re.sub(r"\{\{([\w.]+)\}\}", find, text)

    for module in blueprint["flow"]:
        rules = module.get("filter", {"conditions": [[]]})["conditions"]
        if not any(all(fill(one["a"]) == one["b"] for one in group) for group in rules):
            break
        mapper = module["mapper"]
        if module["module"] == "gateway:CustomWebHook":
            outputs[module["id"]] = event
        elif module["module"] == "http:ActionSendData":
            headers = {one["name"]: fill(one["value"]) for one in mapper["headers"]}
            body = fill(mapper["data"]) or None
            status, answer = server.send(mapper["method"].upper(), fill(mapper["url"]), headers, body)
            assert status < 400, answer
            outputs[module["id"]] = {"statusCode": status, "data": answer}
    return outputs


def test_make_fetches_a_finished_video(server: Server) -> None:
    blueprint = read(RECIPES / "make" / "make-video.blueprint.json")
    job_id = run_blueprint(blueprint, server)[1]["data"]["job_id"]
    assert server.calls[0][2]["Idempotency-Key"] == "make-17"
    outputs = run_blueprint(blueprint, server)  # the same execution again: the job has ended meanwhile
    assert (outputs[1]["data"]["job_id"], outputs[4]["data"]) == (job_id, b"the video")


@pytest.mark.parametrize("is_finished", [True, False])
def test_make_publishes_only_what_the_server_itself_calls_finished(server: Server, is_finished: bool) -> None:
    job_id = order_video(server.api)
    if is_finished:
        end_job(job_id)
    text = (RECIPES / "make" / "publish-when-finished.blueprint.json").read_text("utf-8")
    blueprint = json.loads(text.replace('\\"youtube\\"', '\\"folder\\"'))
    event = receive_event(job_id) if is_finished else {"type": "render.succeeded", "data": {"job_id": job_id}}
    outputs = run_blueprint(blueprint, server, event)
    assert (3 in outputs) == is_finished


def test_the_workflow_of_github_has_its_format() -> None:
    path = RECIPES / "github" / "render-on-push.yml"
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-workflows", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout
    steps = yaml.safe_load(path.read_text("utf-8"))["jobs"]["render"]["steps"]
    runs = [step["run"] for step in steps if "run" in step]
    assert runs[-1] == "python .github/render_plans.py plans.txt rendered"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return a git repository whose last commit adds a plan, changes one and deletes one."""
    folder = tmp_path / "repository"
    (folder / "videos").mkdir(parents=True)

    def commit() -> None:
        git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.com"]
        subprocess.run([*git, "add", "-A"], cwd=folder, check=True)
        subprocess.run([*git, "commit", "-qm", "change"], cwd=folder, check=True)

    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    for name in ("kept", "changed", "deleted"):
        (folder / "videos" / f"{name}.json").write_text('{"topic": "Tea", "length_sec": 10}')
    commit()
    (folder / "videos" / "changed.json").write_text('{"topic": "Green tea", "length_sec": 10}')
    (folder / "videos" / "new.json").write_text('{"topic": "Black tea", "length_sec": 10}')
    (folder / "videos" / "deleted.json").unlink()
    commit()
    return folder


@pytest.fixture
def server_url(api: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Serve the API on loopback; each job ends after its first status."""
    from tests.glue.loopback import serve_app

    monkeypatch.delenv("PUBLIC_URL")
    with serve_app(api, end_job) as url:
        yield url


def test_github_renders_the_changed_plans_once(repository: Path, server_url: str) -> None:
    steps = yaml.safe_load((RECIPES / "github" / "render-on-push.yml").read_text("utf-8"))["jobs"]["render"]["steps"]
    scripts = [step["run"] for step in steps if "run" in step]
    (repository / ".github").mkdir()
    (repository / ".github" / "render_plans.py").write_bytes((RECIPES / "github" / "render_plans.py").read_bytes())
    env = {
        "SUTRADHAR_URL": server_url,
        "SUTRADHAR_POLL_SEC": "0",
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
    }
    for _ in range(2):  # a job of CI that runs again
        for script in scripts:
            done = subprocess.run(
                ["bash", "-e", "-c", script], cwd=repository, env=env, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stdout + done.stderr
    assert sorted(path.name for path in (repository / "rendered").iterdir()) == ["changed.mp4", "new.mp4"]
    assert (repository / "rendered" / "new.mp4").read_bytes() == b"the video"
    assert len(bootstrap.backend().jobs.list_latest().jobs) == 2
