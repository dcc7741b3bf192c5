"""A running worker follows the file with the sign-in: without one, with a new one, and after Google took it back."""

import io
import json
import threading
from collections.abc import Iterator
from contextlib import closing, redirect_stderr
from pathlib import Path
from typing import Any

import pytest
from googleapiclient.discovery_cache import get_static_doc

from sutradhar.destinations import youtube
from sutradhar.destinations.youtube import channel_transport, login
from sutradhar.destinations.youtube.costs import COSTS
from sutradhar.destinations.youtube.oauth_client import read_client
from sutradhar.destinations.youtube.sign_in import SCOPE, SignInFile
from sutradhar.destinations.youtube.transport import OneShotHttp
from sutradhar.domain.core.errors import InvalidRequest
from sutradhar.domain.jobs.job import JobState
from sutradhar.domain.publishing.details import PublicationDetails
from sutradhar.pipeline.publishing.schedule import retry_publication
from sutradhar.ports.destination_setup import DestinationSetup
from tests.google_sign_in import GoogleStub, visit
from tests.integration.youtube_channel import Channel
from tests.youtube_server import LocalAddress

DETAILS = PublicationDetails(title="Tea")


class SignedChannel(Channel):
    """A pipeline whose destination is made from a file, as a process makes it from its settings."""

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        self.google, self.file = GoogleStub(self.youtube), SignInFile(home / "youtube.json")
        self.client = read_client(self.google.write_client(home / "client.json"))
        setup = DestinationSetup(lambda _name: "", _never, youtube_token=self.file.path)
        self.services.providers.destinations["youtube"] = youtube.make_destination(setup)  # type: ignore[index] # a dict of the fake

    def sign_in(self) -> None:
        self.file.write(login.sign_in(self.client, self.clock.now, visit_later))


def _never() -> Any:
    raise AssertionError("YouTube sends no webhooks")


def visit_later(url: str) -> None:
    threading.Thread(target=visit, args=(url,), daemon=True).start()


@pytest.fixture
def channel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SignedChannel]:
    channel = SignedChannel(tmp_path)
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")  # the stub has no certificate
    monkeypatch.setattr(login, "_has_browser", lambda: False)
    http = LocalAddress(OneShotHttp(), channel.google.address)
    monkeypatch.setattr(channel_transport, "OneShotHttp", lambda: http)
    with channel.google, closing(http), closing(channel.database), closing(channel.process_registry):
        yield channel


def test_an_access_that_was_taken_back_fails_the_publication_until_the_next_sign_in(channel: SignedChannel) -> None:
    log = io.StringIO()
    with redirect_stderr(log):
        channel.sign_in()
        publication = channel.order(0, DETAILS)
        channel.google.refresh_tokens.clear()
        channel.run(2)
    failed = channel.get(publication)
    assert failed.failure
    assert (failed.state, failed.failure.reason) == ("failed", "token_invalid")
    assert failed.failure.advice.startswith("run `sutradhar youtube login`")
    assert (channel.youtube.videos, channel.youtube.sessions) == ({}, {})
    assert channel.job(channel.job_id).state is JobState.SUCCEEDED
    assert '"publication' in log.getvalue()
    assert [secret for secret in channel.google.secrets if secret in log.getvalue() + failed.to_record()] == []

    channel.sign_in()
    retry_publication(channel.services, publication.id, None)
    channel.run(2)
    assert (channel.get(publication).state, len(channel.youtube.videos)) == ("published", 1)


def test_a_worker_follows_a_new_sign_in_without_a_restart(
    channel: SignedChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel_transport, "READ_AGAIN_SEC", 0.0)
    channel.sign_in()
    publication = channel.order(60, DETAILS)
    channel.run(52)
    assert channel.get(publication).state == "uploaded"
    (first,) = channel.google.refresh_tokens
    channel.sign_in()
    channel.google.refresh_tokens.remove(first)
    channel.google.access_tokens.clear()
    channel.run(12)
    assert (channel.get(publication).state, len(channel.youtube.videos)) == ("published", 1)


def test_a_worker_without_a_sign_in_says_what_to_do(channel: SignedChannel) -> None:
    with pytest.raises(InvalidRequest, match="youtube is not set up: run `sutradhar youtube login`"):
        channel.order(0, DETAILS)
    channel.sign_in()
    publication = channel.order(0, DETAILS)
    channel.file.delete()
    channel.run(2)
    failure = channel.get(publication).failure
    assert failure
    assert (failure.reason, str(channel.file.path) in failure.model_dump_json()) == ("token_invalid", False)


def test_a_sign_in_page_that_cannot_be_reached_is_waited_for(channel: SignedChannel) -> None:
    channel.sign_in()
    tokens, channel.google.refresh_tokens = channel.google.refresh_tokens, set()
    channel.google.is_broken = True
    publication = channel.order(0, DETAILS)
    channel.run(2)
    failure = channel.get(publication).failure
    assert failure
    assert (failure.reason, channel.get(publication).has_ended) == ("network", False)
    channel.google.refresh_tokens, channel.google.is_broken = tokens, False
    channel.run(30)
    assert (channel.get(publication).state, len(channel.youtube.videos)) == ("published", 1)


def test_the_access_is_the_least_that_the_calls_need() -> None:
    """Google's description of the API lists the scopes that suffice for each call."""
    api = json.loads(get_static_doc("youtube", "v3"))
    calls = [name.split(".") for name in (*COSTS, "videos.insert")]
    suffices = [set(api["resources"][room]["methods"][verb]["scopes"]) for room, verb in calls]
    assert all(SCOPE in scopes for scopes in suffices)
    alone = set.intersection(*suffices)
    assert alone == {SCOPE, "https://www.googleapis.com/auth/youtubepartner"}, "the other one is of content owners"
