"""Clients of MCP use a real server: the SDK's own over HTTP and standard input, and npm's by other authors.

`MCP_TRANSCRIPT=1 pytest tests/e2e/test_mcp_clients.py` renews the transcript in docs/agents.md.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters
from mcp_types import ImageContent
from PIL import Image

from tests.e2e.conftest import LITTLE, Terminal
from tests.e2e.mcp_transcript import Transcript, read_page, renew_page
from tests.e2e.served import ServedApi, serve
from tests.mcp_client import Task, TasksOfClient, call

_NPM = "@ai-sdk/mcp@2.0.99"
"""A client that shares no code with the SDK of our server."""
_FOLDER = Path(__file__).parents[2] / ".cache" / f"npm-{_NPM.rpartition('@')[2]}"
_SCRIPT = """
import { createMCPClient } from "@ai-sdk/mcp";

const [url, plan] = [process.argv[2], JSON.parse(process.argv[3])];
const client = await createMCPClient({ transport: { type: "http", url } });
const tools = await client.tools();
let calls = 0;
const use = (name, input) => tools[name].execute(input, { messages: [], toolCallId: `call-${++calls}` });
const told = { tools: Object.keys(tools) };
told.resources = (await client.listResources()).resources.map(one => one.uri);
told.prompts = (await client.listPrompts()).prompts.map(one => one.name);
told.refusal = (await use("estimate", { plan: { topic: "tea", length_sec: 1 } })).structuredContent.errors[0].path;
const asked = (await use("render", { plan })).structuredContent;
told.job = asked.job.job_id;
told.status = (await use("status", { id: told.job, wait_sec: 1 })).structuredContent.job;
told.canceled = (await use("cancel", { job_id: told.job })).structuredContent.state;
console.log(JSON.stringify(told));
await client.close();
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedApi]:
    folder = tmp_path_factory.mktemp("mcp")
    with serve(folder, {"PUBLISH_FOLDER": str(folder / "published")}) as api:
        yield api


@pytest.fixture(scope="module")
def npm_folder() -> Path:
    """A folder in which node finds the client by other authors."""
    if not shutil.which("npm") or not shutil.which("node"):
        if os.environ.get("CI"):
            pytest.fail("install nodejs and npm")
        pytest.skip("install nodejs and npm")
    if not (_FOLDER / "node_modules/@ai-sdk/mcp").exists():
        options = ["--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(_FOLDER)]
        done = subprocess.run(["npm", "install", *options, _NPM], check=False, capture_output=True, text=True)
        if done.returncode and not os.environ.get("CI"):
            pytest.skip(f"npm cannot install {_NPM}: {done.stderr[:200]}")
        assert done.returncode == 0, done.stderr
    return _FOLDER


async def make_video(server: ServedApi) -> str:
    """Make a whole video by the tools alone, with a person who answers, and return the transcript."""
    record = Transcript()

    def follow(task: Task) -> None:
        record.note_task(task.task_id, task.status)
        if task.task_id.startswith("ap-") and task.status == "working" and "approval" in (task.status_message or ""):
            answer = httpx.post(f"{server.url}/approvals/{task.task_id}/grant", json={"note": "Nice!"})
            assert answer.status_code == 200, answer.text
            record.note(f"The person sees the question in the studio and grants {task.task_id}.")

    async with Client(f"{server.url}/mcp", extensions=[TasksOfClient(follow, waits_ms=200)]) as client:
        record.start(client)
        await record.use("list_templates", "templates.#", "templates.0.id", "templates.0.title")
        shown = ("accepted", "plan.title", "plan.scenes.#", "plan.scenes.0.narration", "estimate.expected_usd")
        options = {"template_id": "fox_and_grapes", "length_sec": 8}
        draft = {"render": {"mode": "PROXY"}, "music": False, "subtitle_languages": ["en"]}
        plan = (await record.use("plan", *shown, **options, plan=draft))["plan"]
        await record.use("show_frame", "scene", "missing.0", plan=plan, scene=0, width=320)
        changes = {"narration": "A hungry fox looked up and saw ripe grapes.", "title": {"text": "Grapes!"}}
        changed = await record.use("change_scene", "changed.0.path", plan=plan, scene=0, changes=changes)
        plan = changed["plan"]
        await record.use("show_frame", "scene", plan=plan, scene=0, width=320)
        await record.use("estimate", "accepted", "estimate.expected_usd", plan=plan)
        job = (await record.use("render", "job.state", "job.title", "next", plan=plan))["job"]["job_id"]
        await record.use("show_frame", "missing", job_id=job, scene=0, width=320)
        words = {"destination": "folder", "title": "The fox and the grapes"}
        outcome = ("approval.summary", "approval.state", "approval.note", "job.publications.0.state")
        await record.use("publish", *outcome, job_id=job, **words)
        await record.use("library", "entries.0.state", "entries.0.publications", state="success")
    return str(record)


@pytest.fixture(scope="module")
def transcript(server: ServedApi) -> str:
    """The transcript of a whole video, which the server has then."""
    return anyio.run(make_video, server)


def test_a_whole_video_is_made_by_the_tools_alone_as_the_page_shows(transcript: str) -> None:
    if os.environ.get("MCP_TRANSCRIPT"):
        renew_page(transcript)
    assert transcript == read_page()


def test_a_client_of_the_older_revision_sees_the_same(server: ServedApi) -> None:
    async def look() -> None:
        async with Client(f"{server.url}/mcp", mode="legacy") as client:
            assert client.session.protocol_version == "2025-11-25"
            names = [tool.name for tool in (await client.list_tools()).tools]
            assert "render" in names
            plan = (await call(client, "plan", topic="tea", length_sec=10))["plan"]
            result = await client.call_tool("show_frame", {"plan": plan, "scene": 0, "width": 320})
            image = result.content[1]
            assert isinstance(image, ImageContent)
            assert read_width(image) == 320

    anyio.run(look)


def read_width(image: ImageContent) -> int:
    from base64 import b64decode

    return Image.open(BytesIO(b64decode(image.data))).width


def test_a_client_by_other_authors_renders_and_follows(server: ServedApi, npm_folder: Path) -> None:
    script = npm_folder / "use.mjs"
    script.write_text(_SCRIPT)
    plan = {**LITTLE, "title": "Another fox"}
    argv = ["node", str(script), f"{server.url}/mcp", json.dumps(plan)]
    done = subprocess.run(argv, cwd=npm_folder, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    facts: dict[str, Any] = json.loads(done.stdout)
    assert {"plan", "render", "publish"} <= set(facts["tools"])
    assert "sutradhar://schema/plan" in facts["resources"]
    assert (facts["prompts"], facts["refusal"]) == (["make_video"], "length_sec")
    assert facts["status"]["job_id"] == facts["job"]
    assert (facts["status"]["state"] in ("pending", "running"), facts["canceled"]) == (True, "canceled")


@pytest.mark.usefixtures("transcript")
def test_an_assistant_on_this_machine_gets_the_video_as_a_file(server: ServedApi) -> None:
    async def look() -> None:
        env = {**os.environ, "SUTRADHAR_HOME": str(server.home)}
        argv = ["-m", "functions.cli", "mcp"]
        async with Client(StdioServerParameters(command=sys.executable, args=argv, env=env)) as client:
            assert client.session.protocol_version == "2026-07-28"
            (entry,) = (await call(client, "library", state="success"))["entries"]
            job = (await call(client, "status", id=entry["job_id"]))["job"]
            assert Path(job["video_file"]).stat().st_size > 10_000
            assert job["video_url"].startswith(server.url)  # a server of this home answers there
            frame = await client.call_tool("show_frame", {"job_id": entry["job_id"], "scene": 1, "width": 320})
            assert isinstance(frame.content[1], ImageContent), frame.content

    anyio.run(look)


def test_an_assistant_on_this_machine_starts_work_and_a_signal_ends_all_processes(terminal: Terminal) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "functions.cli", "mcp"],
        env=terminal.env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    hello = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
    ask(process, "initialize", hello)
    answer = ask(process, "tools/call", {"name": "render", "arguments": {"plan": LITTLE}})
    job = answer["structuredContent"]["job"]["job_id"]
    state = "pending"
    while state == "pending":  # the command itself does the work
        status = ask(process, "tools/call", {"name": "status", "arguments": {"id": job}})
        state = status["structuredContent"]["job"]["state"]
    assert state == "running"
    process.send_signal(signal.SIGTERM)  # while it waits for input, as a client that gives up on it does
    assert process.wait(30) == 130
    for stream in (process.stdin, process.stdout):
        assert stream
        stream.close()
    assert terminal.leftovers() == []


def ask(process: subprocess.Popen[bytes], method: str, params: dict[str, Any]) -> Any:
    """Return the result of a request, as a client of the older revision writes it."""
    assert process.stdin
    assert process.stdout
    message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    process.stdin.write(json.dumps(message).encode() + b"\n")
    process.stdin.flush()
    return json.loads(process.stdout.readline())["result"]
