"""Each function has the rights on the bucket that it uses: all functions run against a store that records calls."""

import base64
import io
import json
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image

from functions.dev import local_runtime
from sutradhar import bootstrap
from sutradhar.domain.assets.slot import Slot
from sutradhar.domain.jobs.messages import CheckUpload, Message, ProduceAsset
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.pipeline import upload_check
from sutradhar.pipeline.handle import note_failure
from sutradhar.pipeline.submit import submit
from tests.function_client import open_client
from tests.terraform.conftest import Planned
from tests.terraform.test_grants import list_grants
from tests.waiting import wait_until

ROLES = {
    "roles/storage.objectViewer": {"get", "list"},
    "roles/storage.objectCreator": {"create"},
    "roles/storage.objectUser": {"get", "list", "create", "delete"},
}
"""The permissions storage.objects.* of each role (cloud.google.com/storage/docs/access-control/iam-roles)."""
READ = {"get", "list"}
"""Without the right to list, Cloud Storage answers 403 for a missing object."""
NEEDS = {
    "put": {"create", "delete"},
    "put_file": {"create", "delete"},
    "put_new": {"create", *READ},
    "get": READ,
    "open": READ,
    "fetch": READ,
    "exists": READ,
    "size": READ,
    "url": {"get"},
    "delete": {"delete", "list"},
    "list": {"list"},
    "upload_url": {"create"},
}
"""The permissions that each method of BlobStore needs. A method that replaces an object also deletes."""

Call = tuple[str, str, str]
"""Function, method and name of the blob."""
running: ContextVar[str] = ContextVar("running", default="no function")


@contextmanager
def function(name: str) -> Iterator[None]:
    token = running.set(name)
    try:
        yield
    finally:
        running.reset(token)


@dataclass
class NotingStore:
    """A BlobStore that records each call with the function that makes it."""

    store: Any
    calls: set[Call] = field(default_factory=set)
    has_upload_urls = False

    def __getattr__(self, method: str) -> Callable[..., Any]:
        def call(name: str, *arguments: Any, **named: Any) -> Any:
            if method == "copy":
                self.calls |= {(running.get(), "get", name), (running.get(), "put", arguments[0])}
            else:
                self.calls.add((running.get(), method, name))
            return getattr(self.store, method)(name, *arguments, **named)

        return call


def _is_within(where: str, permission: str, name: str) -> bool:
    if where == "audit files":  # the condition names no bucket, which listing would need
        return permission != "list" and name.startswith("audit/")
    return permission == "list" or name.startswith("uploads/")


def find_missing(calls: Iterable[Call], second_deployment: Planned) -> list[tuple[Call, str]]:
    """Return the calls that lack a permission, each with that permission."""
    grants = [
        (who, role, where)
        for who, role, where in list_grants(second_deployment)
        if role in ROLES and where != "the project"
    ]

    def may(who: str, permission: str, name: str) -> bool:
        return any(
            who == holder
            and permission in ROLES[role]
            and (where == "asset bucket" or _is_within(where, permission, name))
            for holder, role, where in grants
        )

    return [
        ((who, method, name), permission)
        for who, method, name in sorted(calls)
        for permission in sorted(NEEDS[method])
        if not may(who, permission, name)
    ]


@pytest.fixture
def recording_store(home: Path, monkeypatch: pytest.MonkeyPatch) -> NotingStore:
    store = NotingStore(bootstrap.backend().blobs)
    backend: Any = bootstrap.backend()  # a dataclass, which the port does not promise
    noting = replace(backend, blobs=store)
    monkeypatch.setattr(bootstrap, "backend", cache(lambda: noting))
    bootstrap.services.cache_clear()
    deliver = local_runtime.deliver_message

    def deliver_and_record(message: Message) -> None:
        with function(message.topic):
            deliver(message)

    monkeypatch.setattr(local_runtime, "deliver_message", deliver_and_record)
    return store


def client(name: str) -> FlaskClient:
    return open_client(name)


def send_dead_letter(message: Message) -> None:
    body = {"data": base64.b64encode(message.to_record().encode()).decode(), "messageId": "7", "publishTime": "t"}
    with function(message.topic):  # on Google Cloud it stores the cause of a failure
        note_failure(bootstrap.services(), message, RuntimeError("no"))
    with function("dead_letter"):
        answer = client("dead_letter").post("/projects/p/topics/t", json={"message": body, "subscription": "s"})
    assert answer.status_code == 200


def send(api: FlaskClient, data: bytes) -> str:
    body = {"filename": "me.png", "content_type": "image/png", "size": len(data)}
    with function("api"):
        upload_id = str(api.post("/uploads", data=json.dumps(body)).get_json()["upload_id"])
        # a local store has no such URLs
        bootstrap.backend().blobs.upload_url(f"uploads/{upload_id}", "image/png", len(data))
    assert api.put(f"/uploads/{upload_id}/bytes", data=data).status_code == 204  # on Google Cloud by the caller
    with function("api"):
        api.post(f"/uploads/{upload_id}/complete")
    return upload_id


def test_each_function_has_the_permissions_that_its_calls_need(
    recording_store: NotingStore, second_deployment: Planned, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, api = io.BytesIO(), client("api")
    Image.effect_noise((640, 360), 90).convert("RGB").save(out, "PNG")
    with local_runtime.run_worker():
        image, refused = send(api, out.getvalue()), send(api, b"I am a photo " * 50)
        plan = {
            "title": "Tea",
            "language": "en",
            "music": {"enabled": False},
            "render": {"mode": "PROXY"},
            "scenes": [{"image": {"upload": image}, "narration": "A cup of tea.", "duration_sec": 2}],
        }
        with function("api"):
            bootstrap.backend().blobs.exists("ready")  # /readyz makes this call on Google Cloud
            assert api.get(f"/uploads/{refused}").get_json()["state"] == "refused"
            job_id = api.post("/render", data=json.dumps(plan)).get_json()["job_id"]
            end = time.monotonic() + 120
            while (done := api.get(f"/render/{job_id}/status").get_json())["state"] not in ("success", "error"):
                assert time.monotonic() < end
                time.sleep(0.1)  # callers poll too
            assert done["state"] == "success", done
            for kind in ("video", "summary", "thumbnail", "provenance"):
                with api.get(f"/render/{job_id}/file?kind={kind}") as answer:
                    assert answer.status_code == 200
            assert api.delete(f"/uploads/{image}").status_code == 204
        wait_until(lambda: ("check", "delete", f"uploads/{image}") in recording_store.calls)
    monkeypatch.setattr(upload_check, "CHECK_WAIT_SEC", 0.0)  # no worker checks these uploads
    job, _ = submit(bootstrap.services(), RenderPlan(topic="tea"))
    send_dead_letter(ProduceAsset(job_id=job.id, slot=Slot.image(0)))
    send_dead_letter(CheckUpload(upload_id=send(api, out.getvalue())))
    with function("sweep"):
        assert client("sweep").post("/", json={}).status_code == 200
    assert {who for who, _, _ in recording_store.calls} >= {
        "api",
        "check",
        "produce",
        "dispatch",
        "finish",
        "dead_letter",
    }
    mine = [call for call in recording_store.calls if call[0] != "no function"]
    assert find_missing(mine, second_deployment) == []


@pytest.mark.parametrize(
    ("call", "permission"),
    [
        (("api", "delete", "uploads/up-1"), "delete"),
        (("api", "put", "uploads/up-1"), "delete"),
        (("api", "upload_url", "jobs/1/video.mp4"), "create"),
        (("check", "get", "jobs/1/video.mp4"), "get"),
        (("dead_letter", "delete", "uploads/up-1"), "delete"),
        (("sweep", "get", "jobs/1/request.json"), "get"),
    ],
)
def test_a_call_without_its_permission_is_found(call: Call, permission: str, second_deployment: Planned) -> None:
    assert (call, permission) in find_missing([call], second_deployment)
