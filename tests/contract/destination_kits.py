"""The destinations of the contract suite, each with a place that shows what has arrived. docs/destinations.md tells how
another one joins."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from unittest.mock import patch

from standardwebhooks import Webhook

from sutradhar.destinations.bucket import BucketDestination
from sutradhar.destinations.folder import FolderDestination
from sutradhar.destinations.webhook import WebhookDestination
from sutradhar.destinations.youtube import YouTubeDestination, upload
from sutradhar.destinations.youtube.client import YouTubeClient
from sutradhar.outbound.webhooks import HttpWebhookSender
from sutradhar.ports.destination_setup import DestinationSetup
from sutradhar.ports.publishing import Destination
from tests import emulated_cloud
from tests.contract.destination_page import make_kit_of_page
from tests.contract.publish_context import make_blobs
from tests.fakes import FakeClock
from tests.receiver import run_receiver
from tests.youtube_stub import YouTubeStub

SECRET = "whsec_" + "c2VjcmV0" * 4


@dataclass
class DestinationKit:
    """A destination under test."""

    make: Callable[[], Destination]
    """Return the destination as a new process has it."""
    make_without_setup: Callable[[], Destination]
    """Return the destination of an operator who has set nothing."""
    list_titles: Callable[[], list[str]]
    """Return the title of each video that is there, also of those that are hidden until their time."""
    list_visible: Callable[[], list[str]]
    """Return the titles of the videos that can be seen now."""
    clock: FakeClock = field(default_factory=FakeClock)
    blobs: dict[str, bytes] = field(default_factory=make_blobs)
    delete_blob: Callable[[str], None] = lambda _name: None
    """Delete a file of the video also where the destination itself reads it."""


def make_setup(**changes: Any) -> DestinationSetup:
    """Return a setup without settings, except for ``changes``."""
    sender = HttpWebhookSender(allow_loopback=True)
    nothing: dict[str, Any] = {"read_variable": lambda _name: "", "get_webhooks": lambda: sender}
    return DestinationSetup(**{**nothing, **changes})


@contextmanager
def make_folder_kit(folder: Path) -> Iterator[DestinationKit]:
    def list_titles() -> list[str]:
        manifests = {path.parent: json.loads(path.read_text()) for path in folder.glob("published/*/manifest.json")}
        for place, manifest in manifests.items():
            assert {path.name for path in place.iterdir()} == {*manifest["files"], "manifest.json"}
        return [manifest["title"] for manifest in manifests.values()]

    yield DestinationKit(
        lambda: FolderDestination(folder / "published"), lambda: FolderDestination(None), list_titles, list_titles
    )


@contextmanager
def make_bucket_kit(copies: bool) -> Iterator[DestinationKit]:
    """``copies``: the videos are in Cloud Storage too, which copies them."""
    from google.cloud import storage

    name, source, blobs = emulated_cloud.project(), emulated_cloud.project(), make_blobs()
    client = storage.Client(project=name)
    bucket, assets = client.create_bucket(name), client.create_bucket(source)
    if copies:
        for path, data in blobs.items():
            assets.blob(path).upload_from_string(data)

    def list_titles() -> list[str]:
        paths = {blob.name: blob for blob in bucket.list_blobs(prefix="videos/")}
        manifests = {path: json.loads(blob.download_as_bytes()) for path, blob in paths.items() if "/manifest" in path}
        for path, manifest in manifests.items():
            assert {path.replace("manifest.json", file) for file in manifest["files"]} <= set(paths)
        return [manifest["title"] for manifest in manifests.values()]

    yield DestinationKit(
        lambda: BucketDestination(f"gs://{name}/videos", source if copies else ""),
        lambda: BucketDestination(""),
        list_titles,
        list_titles,
        blobs=blobs,
        delete_blob=lambda path: assets.delete_blob(path) if copies else None,
    )
    client.close()


class OtherSystem:
    """The system of a customer that publishes what its receiver gets, as docs/destinations.md advises."""

    def __init__(self) -> None:
        self.titles: dict[str, str] = {}
        self.versions: dict[str, int] = {}
        self.ids: list[str] = []
        self.publish_ids: dict[str, str] = {}
        """The id of the request by which each publication came."""
        self.events: list[Mapping[str, Any]] = []

    def answer(self, handler: BaseHTTPRequestHandler, body: str) -> None:
        message_id, seconds = handler.headers["webhook-id"], int(handler.headers["webhook-timestamp"])
        # ``verify`` would compare the time with this machine's clock
        signature = Webhook(SECRET).sign(message_id, datetime.fromtimestamp(seconds, UTC), body)
        assert handler.headers["webhook-signature"] == signature
        event = json.loads(body)
        if message_id not in self.ids:
            self.ids.append(message_id)
            self.events.append(event)
            data = event["data"]
            if event["type"] == "video.publish":
                assert self.publish_ids.setdefault(data["publication_id"], message_id) == message_id
            assert event["type"] == ("video.update" if data["version"] else "video.publish")
            if data["version"] >= self.versions.get(data["marker"], 0):
                self.versions[data["marker"]], self.titles[data["marker"]] = data["version"], data["title"]
        handler.send_response(204)
        handler.end_headers()


@contextmanager
def make_webhook_kit() -> Iterator[DestinationKit]:
    system = OtherSystem()
    with run_receiver() as receiver:
        receiver.answer = lambda handler: system.answer(handler, receiver.requests[-1][1])
        setup = make_setup(
            webhook_url=f"http://127.0.0.1:{receiver.port}/videos",
            webhook_secrets=(SECRET,),
            asset_bucket="assets",
            allow_loopback=True,
        )

        def list_titles() -> list[str]:
            return list(system.titles.values())

        yield DestinationKit(
            lambda: WebhookDestination(setup), lambda: WebhookDestination(make_setup()), list_titles, list_titles
        )


@contextmanager
def make_youtube_kit() -> Iterator[DestinationKit]:
    clock = FakeClock()
    stub = YouTubeStub(clock.now, timedelta(minutes=10))
    client = YouTubeClient(lambda: stub)

    def list_titles() -> list[str]:
        return [video.snippet["title"] for video in stub.videos.values()]

    def list_visible() -> list[str]:
        stub.settle()
        return [one.snippet["title"] for one in stub.videos.values() if one.status["privacyStatus"] == "public"]

    with patch.object(upload, "CHUNK", 2):  # the five bytes of the video come in three pieces
        yield DestinationKit(
            lambda: YouTubeDestination(lambda: client),
            lambda: YouTubeDestination(lambda: client, lambda: "run `sutradhar youtube login`"),
            list_titles,
            list_visible,
            clock=clock,
        )


KITS = ("folder", "bucket", "bucket from files", "webhook", "youtube", "gallery of docs/destinations.md")


def open_kit(name: str, folder: Path) -> AbstractContextManager[DestinationKit]:
    """Return the kit of this name. ``folder``: a new folder for its files."""
    match name:
        case "folder":
            return make_folder_kit(folder)
        case "bucket" | "bucket from files":
            return make_bucket_kit(copies=name == "bucket")
        case "webhook":
            return make_webhook_kit()
        case "youtube":
            return make_youtube_kit()
    return make_kit_of_page(folder)
