"""Webhooks over HTTP: a receiver on this machine verifies each with npm's standardwebhooks."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from functions.dev import local_runtime
from sutradhar import bootstrap
from sutradhar.domain.jobs.messages import AnnounceEvents, DeliverWebhook
from sutradhar.pipeline import api_keys
from sutradhar.pipeline.handle import handle
from tests.function_client import open_client
from tests.receiver import Receiver, run_receiver

_PACKAGE = "standardwebhooks@1.1.1"
_VERIFY = """
const { Webhook } = require("standardwebhooks");
const { body, headers, secrets } = JSON.parse(require("fs").readFileSync(0, "utf8"));
console.log(JSON.stringify(secrets.map(secret => {
  try { return new Webhook(secret).verify(body, headers).type; } catch (error) { return error.message; }
})));
"""


@pytest.fixture(scope="module")
def npm_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which node finds npm's standardwebhooks."""
    folder = tmp_path_factory.mktemp("npm")
    if not shutil.which("npm") or not shutil.which("node"):
        if os.environ.get("CI"):
            pytest.fail("install nodejs and npm")
        pytest.skip("install nodejs and npm")
    argv = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder), _PACKAGE]
    installed = subprocess.run(argv, check=False, capture_output=True, text=True)
    if installed.returncode and not os.environ.get("CI"):
        pytest.skip(f"npm cannot install {_PACKAGE}: {installed.stderr[:200]}")
    assert installed.returncode == 0, installed.stderr
    return folder


def verify(folder: Path, request: Any, *secrets: str) -> list[str]:
    """Return the type of the event as npm's library reads it with each secret, or its complaint."""
    _, body, headers = request
    sent = {name.lower(): value for name, value in headers.items()}
    payload = json.dumps({"body": body, "headers": sent, "secrets": secrets})
    result = subprocess.run(
        ["node", "-e", _VERIFY], cwd=folder, input=payload, capture_output=True, text=True, check=True
    )
    answers: list[str] = json.loads(result.stdout)
    return answers


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    monkeypatch.setenv("WEBHOOK_LOOPBACK", "1")
    with run_receiver() as running:
        yield running


def end_job(api: FlaskClient, body: dict[str, Any], **headers: str) -> str:
    """Submit a job and cancel it; return its id. No worker runs: its messages about webhooks are handled here."""
    answer = api.post("/api/render", json={"topic": "चाय", **body}, headers=headers)
    assert answer.status_code == 202, answer.get_json()
    job_id = str(answer.get_json()["job_id"])
    assert api.delete(f"/render/{job_id}/cancel", headers=headers).status_code == 202
    work(job_id)
    return job_id


def work(job_id: str) -> None:
    services = bootstrap.services()
    handle(services, AnnounceEvents(job_id=job_id))
    for delivery in api_deliveries():
        handle(services, DeliverWebhook(delivery_id=delivery))


def api_deliveries() -> list[str]:
    from sutradhar.pipeline.webhook_delivery import list_deliveries

    return [one.id for one in list_deliveries(bootstrap.services(), None, None, 100, None).records]


def test_npm_verifies_each_webhook_also_during_a_rotation(
    api: FlaskClient, receiver: Receiver, npm_folder: Path
) -> None:
    url = f"http://localhost:{receiver.port}/hook"
    old = api.get("/webhooks/secret").get_json()["secret"]
    job_id = end_job(api, {"webhook_url": url, "metadata": {"title": "कृष्ण 🎬"}})
    rotated = api.post("/webhooks/secret/rotate").get_json()
    assert rotated["previous_valid_until"].endswith("Z")
    end_job(api, {"webhook_url": url})
    first, second = receiver.requests
    no_match = "No matching signature found"
    assert verify(npm_folder, first, old, rotated["secret"]) == ["render.canceled", no_match]
    assert verify(npm_folder, second, old, rotated["secret"]) == ["render.canceled"] * 2
    assert verify(npm_folder, (first[0], first[1] + " ", first[2]), old) == [no_match]
    data = json.loads(first[1])["data"]
    assert (data["job_id"], data["state"], data["metadata"]) == (job_id, "canceled", {"title": "कृष्ण 🎬"})
    assert data["status_url"] == f"http://localhost/api/render/{job_id}/status"


def test_the_worker_of_this_machine_delivers_what_an_earlier_process_left(api: FlaskClient, receiver: Receiver) -> None:
    """The first job's process ended before its event was stored; the second job ends while the worker runs."""
    body = {"topic": "tea", "webhook_url": f"http://localhost:{receiver.port}/"}
    jobs = [api.post("/render", json=body).get_json()["job_id"] for _ in range(2)]
    api.delete(f"/render/{jobs[0]}/cancel")
    with local_runtime.run_worker():
        assert receiver.arrived.wait(20)
        receiver.arrived.clear()
        api.delete(f"/render/{jobs[1]}/cancel")
        assert receiver.arrived.wait(20)
    assert [json.loads(body)["data"]["job_id"] for _, body, _ in receiver.requests] == jobs


def test_deliveries_are_listed_and_sent_again(api: FlaskClient, receiver: Receiver) -> None:
    job_id = end_job(api, {"webhook_url": f"http://localhost:{receiver.port}/"})
    end_job(api, {"webhook_url": f"http://localhost:{receiver.port}/"})
    page = api.get("/webhooks/deliveries?limit=1").get_json()
    assert (len(page["deliveries"]), page["has_more"]) == (1, True)
    (first,) = api.get(f"/webhooks/deliveries?limit=1&after={page['next']}").get_json()["deliveries"]
    assert (first["subject"], first["state"], first["attempts"], first["last_status"]) == (job_id, "delivered", 1, 204)
    assert first["delivered_at"].endswith("Z")
    answer = api.post(f"/webhooks/deliveries/{first['id']}/retry")
    assert (answer.status_code, answer.get_json()["state"]) == (202, "pending")
    handle(bootstrap.services(), DeliverWebhook(delivery_id=first["id"]))
    ids = [headers["webhook-id"] for _, _, headers in receiver.requests]
    assert ids[2] == ids[0] == first["id"]
    assert api.get("/webhooks/deliveries?state=parked").get_json()["deliveries"] == []
    assert api.get("/webhooks/deliveries?state=lost").status_code == 400
    assert api.post("/webhooks/deliveries/msg_none/retry").status_code == 404


def test_the_scheduler_orders_only_the_webhooks_that_are_due(api: FlaskClient, receiver: Receiver) -> None:
    job_id = api.post("/render", json={"topic": "tea", "webhook_url": f"http://localhost:{receiver.port}/"}).get_json()
    sweep = open_client("sweep")
    assert sweep.post("/webhooks").get_json() == {"webhooks": 0}
    api.delete(f"/render/{job_id['job_id']}/cancel")
    handle(bootstrap.services(), AnnounceEvents(job_id=job_id["job_id"]))
    assert sweep.post("/webhooks").get_json() == {"webhooks": 1}
    (delivery,) = api_deliveries()
    handle(bootstrap.services(), DeliverWebhook(delivery_id=delivery))
    assert len(receiver.requests) == 1
    assert sweep.post("/webhooks").get_json() == {"webhooks": 0}


def test_the_receiver_of_a_job_can_be_changed(api: FlaskClient, receiver: Receiver) -> None:
    url = f"http://localhost:{receiver.port}/late"
    job_id = end_job(api, {})
    assert receiver.requests == []
    answer = api.put(f"/render/{job_id}/webhook", json={"webhook_url": url})
    assert (answer.status_code, answer.get_json()) == (200, {"job_id": job_id, "webhook_url": url})
    work(job_id)
    assert [path for path, _, _ in receiver.requests] == ["/late"]
    assert api.put(f"/render/{job_id}/webhook", json={"webhook_url": None}).get_json()["webhook_url"] is None
    assert api.put("/render/job-none/webhook", json={"webhook_url": url}).status_code == 404
    assert api.put(f"/render/{job_id}/webhook", json={}).status_code == 400


@pytest.mark.parametrize(
    "url", ["http://example.com/", "https://localhost/", "https://169.254.169.254/", "https://[::1]/"]
)
def test_a_receiver_that_is_not_public_is_refused(api: FlaskClient, url: str) -> None:
    answer = api.post("/render", json={"topic": "tea", "webhook_url": url})
    assert answer.status_code == 400
    (error,) = answer.get_json()["errors"]
    assert error["path"] == "webhook_url"
    assert error["message"].startswith("must be")
    job_id = api.post("/render", json={"topic": "tea"}).get_json()["job_id"]
    assert api.put(f"/render/{job_id}/webhook", json={"webhook_url": url}).status_code == 400


def test_a_stranger_sees_no_delivery_and_has_another_secret(api: FlaskClient, receiver: Receiver) -> None:
    backend = bootstrap.backend()
    (_, mine), (_, theirs) = (api_keys.create(backend.records, backend.clock, name) for name in ("a", "b"))
    job_id = end_job(api, {"webhook_url": f"http://localhost:{receiver.port}/"}, **{"X-API-Key": mine})

    def get(path: str, key: str) -> Any:
        return api.get(path, headers={"X-API-Key": key}).get_json()

    (delivery,) = get("/webhooks/deliveries", mine)["deliveries"]
    assert get("/webhooks/deliveries", theirs)["deliveries"] == []
    stranger = {"X-API-Key": theirs}
    assert api.post(f"/webhooks/deliveries/{delivery['id']}/retry", headers=stranger).status_code == 404
    change = api.put(f"/render/{job_id}/webhook", json={"webhook_url": None}, headers=stranger)
    assert change.status_code == 404
    assert get("/webhooks/secret", mine)["secret"] != get("/webhooks/secret", theirs)["secret"]
