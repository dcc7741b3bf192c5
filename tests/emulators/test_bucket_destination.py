"""The destination `bucket` on the emulated Cloud Storage: its calls, its preconditions and its errors."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import requests
from google.api_core import exceptions
from google.auth.exceptions import DefaultCredentialsError
from google.cloud import storage

from functions.dev.emulated_cloud.emulators import Emulators
from sutradhar import bootstrap
from sutradhar.destinations._drop import SIGN_OF_LIFE, DropContext
from sutradhar.destinations._storage import StorageDrop
from sutradhar.destinations.bucket import BucketDestination
from sutradhar.domain.core.errors import StaleLease
from sutradhar.domain.jobs.messages import PublishVideo
from sutradhar.domain.publishing.details import PublicationDetails
from sutradhar.pipeline.publishing.schedule import PublicationOrder, schedule_publication
from sutradhar.pipeline.publishing.store import PUBLICATIONS, get_publication
from sutradhar.pipeline.publishing.work import publish_video
from sutradhar.ports.publishing import Destination, Package, Pause, PublishError
from tests import emulated_cloud
from tests.contract.publish_context import Killed, StoredPublication, WorkerContext, make_blobs, make_package
from tests.fakes import FakeClock
from tests.finished_job import store_finished_job


class BucketStage:
    """A bucket that gets videos, and the bucket from which they come."""

    def __init__(self) -> None:
        self.name, self.assets = emulated_cloud.project(), emulated_cloud.project()
        self.client = storage.Client(project=self.name)
        self.bucket, source = self.client.create_bucket(self.name), self.client.create_bucket(self.assets)
        for path, data in make_blobs().items():
            source.blob(path).upload_from_string(data)
        self.stored = StoredPublication(FakeClock(), make_blobs())
        self.package: Package = make_package(self.stored.clock.now())

    def make(self) -> Destination:
        return BucketDestination(f"gs://{self.name}/videos/2026", self.assets)

    def make_drop(self) -> StorageDrop:
        return StorageDrop(self.name, "videos/2026", self.assets)

    def publish(self, **fate: Any) -> None:
        self.make().upload(self.package, WorkerContext(self.stored, **fate))


@pytest.fixture
def stage(emulators: Emulators) -> Iterator[BucketStage]:
    stage = BucketStage()
    yield stage
    stage.client.close()


def test_the_files_have_their_types_and_the_publication_its_place(stage: BucketStage) -> None:
    stage.publish()
    folder = f"videos/2026/{stage.stored.external_id}/"
    types = {blob.name.removeprefix(folder): blob.content_type for blob in stage.bucket.list_blobs()}
    assert types == {
        "video.mp4": "video/mp4",
        "thumbnail.png": "image/png",
        "captions.en.srt": "application/x-subrip",
        "captions.en.vtt": "text/vtt",
        "provenance.json": "application/json",
        "manifest.json": "application/json",
    }
    assert stage.stored.url == f"gs://{stage.name}/{folder}"
    assert stage.bucket.blob(f"{folder}video.mp4").download_as_bytes() == b"video"
    assert json.loads(stage.bucket.blob(f"{folder}manifest.json").download_as_bytes())["metadata"] == {"order": "17"}


def test_cloud_storage_copies_the_files_and_nothing_is_listed_or_deleted(
    stage: BucketStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """roles/storage.objectUser on the place, and objectViewer on the files of jobs, are enough (docs/iam.md)."""
    monkeypatch.setenv("DISABLE_GCS_PYTHON_CLIENT_OTEL_BUCKET_METADATA", "true")  # as terraform/functions.tf does
    calls, send = set[tuple[str, str]](), requests.Session.request

    def note(session: requests.Session, method: str, url: str, **options: Any) -> Any:
        path = url.partition("://")[2].partition("/")[2].partition("?")[0]
        for name, word in ((stage.assets, "ASSETS"), (stage.name, "TARGET")):
            path = path.replace(name, word)
        calls.add((method, path.replace("%2F", "/").partition("/o/")[0] + ("/o/..." if "/o/" in path else "")))
        return send(session, method, url, **options)

    with patch.object(requests.Session, "request", note):
        stage.publish()
        stage.make().update(stage.package, WorkerContext(stage.stored), compare=True)
    assert calls == {
        ("GET", "storage/v1/b/ASSETS/o/..."),
        ("GET", "storage/v1/b/TARGET/o/..."),
        ("POST", "storage/v1/b/ASSETS/o/..."),  # rewriteTo
        ("POST", "upload/storage/v1/b/TARGET/o"),  # the manifest
    }


def test_older_words_never_take_the_place_of_newer_ones(stage: BucketStage) -> None:
    late, other = stage.make_drop(), stage.make_drop()
    late.write("tea/manifest.json", b"first", "")
    version = late.get_version("tea/manifest.json")
    other.write("tea/manifest.json", b"newer", version)
    with pytest.raises(PublishError, match="another worker writes") as caught:
        late.write("tea/manifest.json", b"older", version)
    assert caught.value.retryable
    with pytest.raises(PublishError, match="another worker writes"):
        late.write("tea/manifest.json", b"older", "")
    assert stage.bucket.blob("videos/2026/tea/manifest.json").download_as_bytes() == b"newer"


def test_a_write_whose_answer_was_lost_is_recognised(stage: BucketStage) -> None:
    drop = stage.make_drop()
    for _ in range(2):
        drop.write("tea/manifest.json", b"words", "")
    before = drop.get_version("tea/manifest.json")
    context = DropContext(WorkerContext(stage.stored), "tea", "")
    for _ in range(2):
        drop.copy_blob(stage.package.video, "tea/video.mp4", context)
    assert drop.get_version("tea/manifest.json") == before


def test_a_file_that_another_version_of_the_video_left_is_replaced(stage: BucketStage) -> None:
    stage.publish()
    path = f"videos/2026/{stage.stored.external_id}/video.mp4"
    stage.client.bucket(stage.assets).blob(stage.package.video).upload_from_string(b"rendered again")
    stage.publish()
    assert stage.bucket.blob(path).download_as_bytes() == b"rendered again"


def test_a_copy_of_several_calls_goes_on_where_it_was_killed(stage: BucketStage) -> None:
    rewrite, tokens = storage.Blob.rewrite, list[str | None]()

    def rewrite_slowly(blob: storage.Blob, source: storage.Blob, token: str | None = None, **options: Any) -> Any:
        if not blob.name.endswith("video.mp4"):
            return rewrite(blob, source, **options)
        tokens.append(token)
        if token == "third":
            return rewrite(blob, source, **options)
        return {None: "second", "second": "third"}[token], 1, 3

    with patch.object(storage.Blob, "rewrite", rewrite_slowly):
        with pytest.raises(Killed):
            stage.publish(killed_at=2, killed_after=True)  # the first note of the copy is saved
        stage.publish()
        assert tokens == [None, "second", "third"]
        with pytest.raises(StaleLease):
            changed = stage.client.bucket(stage.assets).blob(stage.package.video)
            changed.upload_from_string(b"rendered again")
            stage.publish(stale_from=2)
        assert tokens[3:] == [None], "the token of another file is not used"


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (exceptions.Forbidden("no storage.objects.create"), "token_invalid"),
        (DefaultCredentialsError("none were found"), "token_invalid"),
        (exceptions.ServiceUnavailable("later"), "network"),
        (exceptions.TooManyRequests("later"), "network"),
        (requests.ConnectionError("reset"), "network"),
        (exceptions.BadRequest("a name of 2000 bytes"), "rejected"),
    ],
)
def test_errors_have_their_reason_and_an_advice(stage: BucketStage, error: Exception, reason: str) -> None:
    with patch.object(storage.Bucket, "get_blob", side_effect=error), pytest.raises(PublishError) as caught:
        stage.publish()
    failure = caught.value.failure
    assert failure.reason == reason
    assert ("roles/storage.objectUser" in failure.advice) == (reason == "token_invalid")


def test_a_bucket_that_does_not_exist_is_named(stage: BucketStage) -> None:
    destination = BucketDestination("gs://nowhere-at-all")
    with pytest.raises(PublishError) as caught:
        destination.upload(stage.package, WorkerContext(stage.stored))
    assert caught.value.failure.reason == "not_found"
    assert "nowhere-at-all" in caught.value.failure.advice


def test_a_long_transfer_keeps_its_claim_and_ends_without_it(stage: BucketStage) -> None:
    saves = list[int]()
    context = WorkerContext(stage.stored, stale_from=6)
    drop_context = DropContext(context, "tea", "")
    with pytest.raises(StaleLease), drop_context.open(stage.package.video) as file:
        while True:
            stage.stored.clock.advance(SIGN_OF_LIFE / timedelta(seconds=2))
            file.read(1)
            file.seek(0)
            saves.append(context.calls)
    assert saves == [1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6]


def test_a_transfer_from_this_machine_outlasts_the_time_of_a_worker(stage: BucketStage) -> None:
    """Nothing keeps a part of a file, so another worker could only begin again."""

    class Hurried(WorkerContext):
        def save(self, checkpoint: Any, **facts: str) -> None:
            super().save(checkpoint, **facts)
            raise Pause(self.now())

    context = Hurried(stage.stored)
    with DropContext(context, "tea", "").open(stage.package.video) as file:
        stage.stored.clock.advance(SIGN_OF_LIFE.total_seconds())
        assert file.read() == b"video"
    assert context.calls == 2


def test_on_the_cloud_a_publication_reaches_the_bucket_of_the_settings(
    emulators: Emulators, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = emulated_cloud.choose_deployment(monkeypatch)
    monkeypatch.setenv("PUBLISH_BUCKET", f"gs://{name}-videos/2026")
    client = storage.Client(project=name)
    client.create_bucket(name)
    target = client.create_bucket(f"{name}-videos")
    bootstrap.settings.cache_clear()
    services = bootstrap.services()
    job = store_finished_job(services)
    order = PublicationOrder("bucket", PublicationDetails(title="Tea"))
    publication = schedule_publication(services, job, order)
    publication = services.documents.update(PUBLICATIONS, publication.id, lambda one: one.claim(services.clock.now()))
    publish_video(services, PublishVideo(publication_id=publication.id, token=publication.token))
    published = get_publication(services, publication.id)
    assert (published.state, published.failure) == ("published", None)
    names = {blob.name for blob in target.list_blobs()}
    folder = f"2026/{published.external_id}"
    assert names == {f"{folder}/video.mp4", f"{folder}/thumbnail.png", f"{folder}/manifest.json"}
    client.close()
