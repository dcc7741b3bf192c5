"""A stranger's key or token gets 404 on every route that names something, and a creator's on every route for admins."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from flask.testing import FlaskClient

from functions.api.routes import ROUTES, Route
from sutradhar import bootstrap
from sutradhar.domain.assets.listening import ListeningNote, hash_lyrics, name_alignment_id, name_analysis_id
from sutradhar.domain.jobs.approval import APPROVAL_LIFE, Approval
from sutradhar.domain.jobs.webhook import Delivery
from sutradhar.domain.plan.upload import name_preview
from sutradhar.pipeline import api_keys
from sutradhar.pipeline.approvals import APPROVALS
from sutradhar.pipeline.audio_cache import ANALYSIS, name_alignment, write_note
from sutradhar.pipeline.data_removal import request_removal
from sutradhar.pipeline.upload_records import get_upload, update_upload
from sutradhar.pipeline.webhook_delivery import DELIVERIES
from tests.conftest import forget
from tests.function_client import open_client
from tests.issuer import AUDIENCE, Issuer, run_issuer

BODIES: Mapping[str, Any] = {
    "webhooks:change_webhook": {"webhook_url": None},
    "frames:preview_frame": {"scene": 0},
    "review:patch_plan": {"title": "Tea"},
    "publications:schedule_job": {"iso_datetime": "2100-01-01T12:00Z", "destination": "folder"},
    "publications:publish_job": {"destination": "folder"},
    "publications:change_publication": {"title": "Tea"},
    "batches:change_batch": {"budget_usd": 5},
}
"""A valid body for each view that needs one."""
RULES = [(route, rule) for route in ROUTES for rule in (f"{route.method} {route.path}", *route.aliases)]
NAMING = [(route, rule) for route, rule in RULES if route.names and route.access != "admin"]


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    with run_issuer() as running:
        yield running


@pytest.fixture
def api(home: object, issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """Return the API that takes keys, and tokens of ``issuer``."""
    monkeypatch.setenv("OIDC_ISSUER", issuer.url)
    monkeypatch.setenv("OIDC_AUDIENCE", AUDIENCE)
    monkeypatch.setenv("PUBLISH_FOLDER", "/dev/null/published")
    forget()
    return open_client("api")


def make_key(name: str, **facts: Any) -> dict[str, str]:
    backend = bootstrap.backend()
    return {"X-API-Key": api_keys.create(backend.records, backend.clock, name, **facts)[1]}


def call(api: FlaskClient, route: Route, rule: str, name: str, headers: dict[str, str]) -> Any:
    method, _, path = rule.partition(" ")
    body = json.dumps(BODIES[route.view]) if route.view in BODIES else None
    return api.open(re.sub(r"<(?:path:)?\w+>", name, path), method=method, data=body, headers=headers)


@pytest.fixture
def things_of_asha(api: FlaskClient) -> tuple[dict[str, str], Mapping[str, str]]:
    """Return the key of a creator, and one thing of theirs for each word of ``Route.names``."""
    asha = make_key("asha")
    job = api.post("/render", data=json.dumps({"topic": "Prahlad"}), headers=asha).get_json()["job_id"]
    body = json.dumps({"filename": "a.png", "content_type": "image/png", "size": 5})
    upload = api.post("/uploads", data=body, headers=asha).get_json()["upload_id"]
    services = bootstrap.services()
    services.blobs.put(name_preview(upload), b"image")
    update_upload(services, upload, lambda current: current.evolve(has_preview=True))
    owner = next(iter(api_keys.list_keys(services.records).values())).id
    delivery = Delivery.new(
        "msg-1",
        owner=owner,
        subject=job,
        event="render.failed",
        url="https://example.com",
        body="{}",
        now=services.clock.now(),
    )
    services.documents.create(DELIVERIES, delivery)
    removal, _ = request_removal(services, owner)
    body = json.dumps({"destination": "folder", "iso_datetime": "2100-01-01T12:00Z"})
    publication = api.post(f"/publish/{job}/schedule", data=body, headers=asha).get_json()["id"]
    batch = api.post("/batches", data=json.dumps({"csv": "topic\nTea\n"}), headers=asha).get_json()["batch_id"]
    things = {"job": job, "upload": upload, "delivery": delivery.id, "removal": removal.id, "batch": batch}
    orders = {"analysis": name_analysis_id(upload), "alignment": name_alignment_id(upload, hash_lyrics("la", "en"))}
    for name in (ANALYSIS, name_alignment(hash_lyrics("la", "en"))):
        write_note(services, get_upload(services, upload), name, ListeningNote(at=services.clock.now()))
    asked = Approval(
        id="ap-1",
        owner=owner,
        action="render",
        request={"topic": "Prahlad"},
        summary="Make a video.",
        created_at=services.clock.now(),
        expires_at=services.clock.now() + APPROVAL_LIFE,
    )
    services.documents.create(APPROVALS, asked)
    api.put("/brands/tea", data=json.dumps({"voice": "M"}), headers=asha)
    return asha, {**things, **orders, "publication": publication, "approval": asked.id, "brand": "tea"}


@pytest.mark.parametrize(("route", "rule"), NAMING, ids=[rule for _, rule in NAMING])
def test_a_stranger_gets_404_and_learns_nothing(
    api: FlaskClient, issuer: Issuer, things_of_asha: tuple[dict[str, str], Mapping[str, str]], route: Route, rule: str
) -> None:
    asha, things = things_of_asha
    assert route.names in things, f"add a {route.names} of asha's to the fixture above"
    name, unknown = things[route.names], "none-such"
    for stranger in (make_key("ravi"), {"Authorization": f"Bearer {issuer.sign(sub='asha')}"}):
        answer, absent = call(api, route, rule, name, stranger), call(api, route, rule, unknown, stranger)
        assert (answer.status_code, absent.status_code) == (404, 404)
        assert answer.get_json()["detail"].replace(name, unknown) == absent.get_json()["detail"]
    assert call(api, route, rule, name, asha).status_code != 404


ADMIN = [(route, rule) for route, rule in RULES if route.access == "admin"]


@pytest.mark.parametrize(("route", "rule"), ADMIN, ids=[rule for _, rule in ADMIN])
def test_a_creator_cannot_tell_that_a_route_is_for_admins(
    api: FlaskClient, issuer: Issuer, route: Route, rule: str
) -> None:
    for creator in (make_key("asha"), {"Authorization": f"Bearer {issuer.sign()}"}):
        answer = call(api, route, rule, "some-id", creator)
        assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")


CLOSED = [(route, rule) for route, rule in RULES if route.access != "open"]


@pytest.mark.parametrize(("route", "rule"), CLOSED, ids=[rule for _, rule in CLOSED])
def test_a_token_of_another_issuer_opens_no_route(api: FlaskClient, issuer: Issuer, route: Route, rule: str) -> None:
    forged = issuer.sign(iss="https://elsewhere.example")
    answer = call(api, route, rule, "some-id", {"Authorization": f"Bearer {forged}"})
    assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")


def test_every_route_with_a_value_in_its_path_says_what_it_names() -> None:
    """The values of the other routes are public; a sample of a voice is made once for all callers, and its id is a hash
    of the voice and the words. A stranger who stores a brand gets one of their own, whatever its name."""
    assert [route.path for route in ROUTES if "<" in route.path and not route.names] == [
        "/voices/sample/<sample_id>",
        "/voices/sample/<sample_id>/audio",
        "/brands/<name>",
        "/docs/<name>",
        "/studio/<version>/<path:name>",
    ]
