"""Publish through a signed request to another system, from the order to its answer."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook

from sutradhar.destinations.webhook import URL_LIFE, WebhookDestination
from sutradhar.domain.core.errors import BackendError
from sutradhar.domain.publishing.details import DetailsPatch, PublicationDetails
from sutradhar.domain.publishing.publication import Publication
from sutradhar.outbound.webhooks import HttpWebhookSender
from sutradhar.pipeline.publishing.due import publish_due
from sutradhar.pipeline.publishing.schedule import PublicationOrder, change_publication, schedule_publication
from sutradhar.pipeline.publishing.store import get_publication
from sutradhar.ports.publishing import PublishError
from tests.contract.destination_kits import SECRET, make_setup
from tests.contract.publish_context import StoredPublication, WorkerContext, make_blobs, make_package
from tests.fakes import FakeClock
from tests.integration.local_pipeline import LocalPipeline
from tests.receiver import Receiver, run_receiver

OLD_SECRET = "whsec_" + "b2xkb2xk" * 4


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with run_receiver() as receiver:
        yield receiver


class Publisher(LocalPipeline):
    """The pipeline with a receiver as the destination, and one finished job."""

    def __init__(self, home: Path, receiver: Receiver) -> None:
        super().__init__(home)
        destination = make_destination(receiver, public_url="https://video.example", asset_bucket="")
        self.services.providers.destinations["webhook"] = destination  # type: ignore[index] # a dict of the fake
        self.job_id = self.start_rendering().id
        self.finish()
        self.work()

    def order(self, minutes: float) -> Publication:
        details = PublicationDetails(title="Tea", description="Words.")
        order = PublicationOrder("webhook", details, self.clock.now() + timedelta(minutes=minutes))
        return schedule_publication(self.services, self.job(self.job_id), order)

    def tick(self, publication: Publication, minutes: float = 0) -> Publication:
        """Let so much time pass, work on what is due, and return the publication."""
        self.clock.advance(60 * minutes)
        for _ in range(3):
            publish_due(self.services)
            self.work()
        return get_publication(self.services, publication.id)


@pytest.fixture
def publisher(tmp_path: Path, receiver: Receiver) -> Iterator[Publisher]:
    publisher = Publisher(tmp_path, receiver)
    yield publisher
    publisher.process_registry.close()
    publisher.database.close()


def make_destination(receiver: Receiver, **changes: Any) -> WebhookDestination:
    usual: dict[str, Any] = {
        "webhook_url": f"http://127.0.0.1:{receiver.port}/videos",
        "webhook_secrets": (SECRET,),
        "asset_bucket": "assets",
        "allow_loopback": True,
    }
    return WebhookDestination(make_setup(**{**usual, **changes}))


def reply(status: int, text: str = "") -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(text.encode())))
        handler.end_headers()
        handler.wfile.write(text.encode())

    return answer


def list_ids(receiver: Receiver) -> list[str]:
    return [headers["webhook-id"] for _, _, headers in receiver.requests]


def read_bodies(receiver: Receiver) -> list[Any]:
    return [json.loads(body) for _, body, _ in receiver.requests]


def test_the_request_comes_at_the_minute_and_a_change_of_words_follows(
    publisher: Publisher, receiver: Receiver
) -> None:
    publication = publisher.order(minutes=60)
    assert publisher.tick(publication, 59).state == "scheduled"
    assert receiver.requests == []
    receiver.answer = reply(201, '{"id": 17, "url": "https://videos.example/watch/17"}')
    published = publisher.tick(publication, 1)
    assert (published.state, published.external_id) == ("published", "17")
    assert published.url == "https://videos.example/watch/17"
    change_publication(publisher.services, publication.id, None, details=DetailsPatch(title="Green tea"))
    publisher.tick(publication)
    publisher.tick(publication, 60)
    assert list_ids(receiver) == [publication.id, f"{publication.id}.1"]
    first, second = read_bodies(receiver)
    assert (first["type"], first["data"]["title"], first["data"]["version"]) == ("video.publish", "Tea", 0)
    assert (second["type"], second["data"]["title"], second["data"]["version"]) == ("video.update", "Green tea", 1)
    assert first["data"]["marker"] == second["data"]["marker"]
    assert first["data"]["files"][0] == {
        "name": "video.mp4",
        "url": f"https://video.example/render/{publisher.job_id}/file?kind=video",
    }
    assert first["data"]["urls_expire_at"] is None


def test_each_attempt_has_the_same_id_until_the_receiver_takes_it(publisher: Publisher, receiver: Receiver) -> None:
    publication = publisher.order(minutes=0)
    for status in (500, 503, 429, 408):
        receiver.answer = reply(status, "come\nlater")
        waiting = publisher.tick(publication, 30)
        assert (waiting.state, waiting.failure and waiting.failure.reason) == ("uploading", "network")
        assert waiting.failure
        assert waiting.failure.cause == f"the receiver answered {status}: come later"
    receiver.answer = None
    assert publisher.tick(publication, 30).state == "published"
    assert set(list_ids(receiver)) == {publication.id}


@pytest.mark.parametrize("status", [400, 410, 422])
def test_a_refusal_ends_the_publication_with_its_words(publisher: Publisher, receiver: Receiver, status: int) -> None:
    publication = publisher.order(minutes=0)
    receiver.answer = reply(status, "the title is taken")
    failed = publisher.tick(publication)
    assert failed.state == "failed"
    assert failed.failure
    assert failed.failure.reason == "rejected"
    assert failed.failure.cause == f"the receiver answered {status}: the title is taken"
    publisher.tick(publication, 600)
    assert len(receiver.requests) == 1


def test_a_receiver_that_is_gone_is_tried_for_a_day(publisher: Publisher, receiver: Receiver) -> None:
    publisher.services.providers.destinations["webhook"] = make_destination(  # type: ignore[index] # a dict of the fake
        receiver, webhook_url="http://127.0.0.1:1/videos", public_url="https://video.example"
    )
    publication = publisher.order(minutes=0)
    assert publisher.tick(publication, 23 * 60).state == "uploading"
    failed = publisher.tick(publication, 61)
    assert (failed.state, failed.failure and failed.failure.reason) == ("failed", "network")


@pytest.fixture
def publication() -> StoredPublication:
    clock = FakeClock()
    clock.at = datetime.now(UTC)  # the library compares the time of a signature with this machine's clock
    return StoredPublication(clock, make_blobs())


def test_the_signature_is_by_both_secrets_and_the_urls_end(receiver: Receiver, publication: StoredPublication) -> None:
    destination = make_destination(receiver, webhook_secrets=(SECRET, OLD_SECRET))
    package = make_package(publication.clock.now())
    destination.upload(package, WorkerContext(publication))
    ((path, body, headers),) = receiver.requests
    assert path == "/videos"
    for secret in (SECRET, OLD_SECRET):
        data = Webhook(secret).verify(body, dict(headers))["data"]
    assert [file["name"] for file in data["files"]] == [
        "video.mp4",
        "thumbnail.png",
        "captions.en.srt",
        "captions.en.vtt",
        "provenance.json",
    ]
    assert data["files"][0]["url"] == f"https://files.test/{package.video}?seconds={URL_LIFE.total_seconds():.0f}"
    assert datetime.fromisoformat(data["urls_expire_at"]) - publication.clock.now() <= URL_LIFE
    assert (publication.external_id, publication.url) == (package.publication_id, "")


@pytest.mark.parametrize(
    "text", ["", "ok", "[]", '"x"', '{"id": {}, "url": "ftp://x"}', '{"id": "", "url": "https://a b"}', "{" * 3000]
)
def test_any_answer_is_taken(receiver: Receiver, publication: StoredPublication, text: str) -> None:
    receiver.answer = reply(200, text)
    package = make_package(publication.clock.now())
    assert make_destination(receiver).upload(package, WorkerContext(publication)).is_visible
    assert (publication.external_id, publication.url) == (package.publication_id, "")


def test_an_update_that_may_have_arrived_is_taken_back_by_another_one(
    receiver: Receiver, publication: StoredPublication
) -> None:
    destination, package = make_destination(receiver), make_package(publication.clock.now())
    green = make_package(publication.clock.now(), details=PublicationDetails(title="Green tea"))
    destination.upload(package, WorkerContext(publication))
    receiver.answer = reply(503)
    for _ in range(2):
        with pytest.raises(PublishError):
            destination.update(green, WorkerContext(publication), compare=True)
    receiver.answer = None
    for _ in range(2):
        destination.update(package, WorkerContext(publication), compare=True)
    titles = [body["data"]["title"] for body in read_bodies(receiver)]
    assert titles == [package.details.title, "Green tea", "Green tea", package.details.title]
    first, second = f"{package.publication_id}.1", f"{package.publication_id}.2"
    assert list_ids(receiver) == [package.publication_id, first, first, second]


@pytest.mark.parametrize(
    ("url", "words"), [("https://localhost:1/x", "on the public internet"), ("https://h.x/", "h.x")]
)
def test_only_public_addresses_are_called(publication: StoredPublication, url: str, words: str) -> None:
    sender = HttpWebhookSender(resolve=lambda _host, _port: ["10.0.0.7"])
    setup = make_setup(webhook_url=url, webhook_secrets=(SECRET,), asset_bucket="assets", get_webhooks=lambda: sender)
    with pytest.raises(PublishError, match=words) as caught:
        WebhookDestination(setup).upload(make_package(publication.clock.now()), WorkerContext(publication))
    assert caught.value.failure.reason == "network"


@pytest.mark.parametrize(
    ("missing", "reason", "advice"),
    [
        ({"webhook_secrets": ()}, "token_invalid", "set PUBLISH_WEBHOOK_SECRET"),
        ({"public_url": ""}, "rejected", "set PUBLIC_URL"),
    ],
)
def test_a_function_that_lacks_a_setting_says_so(
    receiver: Receiver, publication: StoredPublication, missing: dict[str, Any], reason: str, advice: str
) -> None:
    """Only `publish` has the secret, so no other function can tell that it is missing."""

    class Unsigned(WorkerContext):
        def make_url(self, name: str, ttl: timedelta) -> str | None:
            return None

    destination = make_destination(receiver, **missing)
    assert destination.explain_missing_setup() == ""
    with pytest.raises(PublishError) as caught:
        destination.upload(make_package(publication.clock.now()), Unsigned(publication))
    assert caught.value.failure.reason == reason
    assert caught.value.failure.advice.startswith(advice)
    assert receiver.requests == []


@pytest.mark.parametrize(("retryable", "reason"), [(True, "network"), (False, "token_invalid")])
def test_urls_that_cannot_be_signed_are_named(
    receiver: Receiver, publication: StoredPublication, retryable: bool, reason: str
) -> None:
    class Unsigned(WorkerContext):
        def make_url(self, name: str, ttl: timedelta) -> str | None:
            raise BackendError("signBlob was refused", retryable=retryable, advice="give it the role")

    with pytest.raises(PublishError, match="signBlob") as caught:
        make_destination(receiver).upload(make_package(publication.clock.now()), Unsigned(publication))
    assert (caught.value.failure.reason, caught.value.failure.advice) == (reason, "give it the role")
    assert receiver.requests == []
