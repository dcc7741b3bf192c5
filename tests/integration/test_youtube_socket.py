"""Publish over a real connection: the client, its transport and Google's sign-in, against the stub behind a socket."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from sutradhar.destinations.youtube import YouTubeDestination, upload
from sutradhar.destinations.youtube.channel_transport import authorize
from sutradhar.destinations.youtube.client import YouTubeClient
from sutradhar.destinations.youtube.oauth_client import OAuthClient
from sutradhar.destinations.youtube.sign_in import SignIn
from sutradhar.destinations.youtube.transport import OneShotHttp
from sutradhar.domain.publishing.details import PublicationDetails
from sutradhar.pipeline.publishing.schedule import retry_publication
from tests.integration.youtube_channel import Channel
from tests.youtube_answers import Fault
from tests.youtube_server import LocalAddress, YouTubeServer

SILENCE_SEC = 0.15
DETAILS = PublicationDetails(title="Tea", description="Words.", tags=("tea",), playlist="PL123")
CHUNK = 1 << 20
VIDEO = bytes(range(256)) * (5 << 11)
"""Two chunks and a half: more than the buffers of a connection hold."""


class SocketChannel(Channel):
    """The pipeline with a channel that it reaches over a socket."""

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        job = self.job(self.job_id)
        assert job.result
        self.blobs.put(job.result.video, VIDEO)
        result = job.result.evolve(size=len(VIDEO))
        self.services.jobs.update(self.job_id, lambda one: (one.evolve(result=result), []))
        self.server = YouTubeServer(self.youtube)
        self.http = LocalAddress(OneShotHttp(silence_sec=SILENCE_SEC), self.server.address)
        address = self.server.address
        oauth_client = OAuthClient(
            client_id="id", client_secret="secret", auth_uri=f"{address}/auth", token_uri=f"{address}/token"
        )
        sign_in = SignIn(client=oauth_client, refresh_token="refresh", scopes=(), signed_in_at=self.clock.now())
        client = YouTubeClient(lambda: authorize(sign_in, self.http))
        self.services.providers.destinations["youtube"] = YouTubeDestination(lambda: client)  # type: ignore[index] # a dict of the fake

    def publish(self, minutes: int = 40) -> None:
        """Publish now, and let time pass. Check that exactly one video came of it, with all that belongs to it."""
        publication = self.order(0, DETAILS)
        self.run(minutes)
        video = self.get_video()
        after = self.get(publication)
        assert (after.state, after.external_id, after.failure) == ("published", video.id, None), after.failure
        assert (video.thumbnails >= 1, video.captions) == (True, ["en"])
        assert self.youtube.playlists == {"PL123": [video.id]}
        (session,) = (one for one in self.youtube.sessions.values() if one.video_id)
        assert session.data == VIDEO


@pytest.fixture
def channel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SocketChannel]:
    monkeypatch.setattr(upload, "CHUNK", CHUNK)
    channel = SocketChannel(tmp_path)
    with channel.server, closing(channel.http), closing(channel.database), closing(channel.process_registry):
        yield channel


def test_a_video_goes_over_the_wire_in_chunks(channel: SocketChannel) -> None:
    channel.publish()
    assert (channel.youtube.calls["open"], channel.youtube.calls["send"], channel.server.tokens_given) == (1, 3, 1)


@pytest.mark.parametrize("fault", ["gzip", "pieces"])
def test_every_answer_may_be_compressed_or_come_in_pieces(channel: SocketChannel, fault: Fault) -> None:
    channel.youtube.choose_fault = lambda _call: fault
    channel.publish()
    assert channel.youtube.calls["open"] == 1


BROKEN: list[Fault] = ["lost_request", "lost_answer", "closed", "trickle", "cut", "server_error", "redirect", "portal"]


@pytest.mark.parametrize("fault", BROKEN)
def test_each_call_that_breaks_is_made_good(channel: SocketChannel, fault: Fault) -> None:
    """Every call breaks the first time, on whatever it is made."""
    broken: set[str] = set()

    def choose(call: str) -> Fault:
        is_new = call not in broken
        broken.add(call)
        return fault if is_new else ""

    channel.youtube.choose_fault = choose
    channel.publish(90)
    assert {"open", "send", "query", "thumbnails/set.insert", "captions.insert", "playlistItems.insert"} <= broken


@pytest.mark.parametrize("call", ["open", "send", "thumbnails/set.insert", "captions.insert", "playlistItems.insert"])
def test_a_connection_that_closes_without_an_answer_is_not_tried_again_by_the_transport(
    channel: SocketChannel, call: str
) -> None:
    """httplib2 would send it again at once (findings/google_api_client_sends_a_post_twice.sh)."""
    channel.fail_once(call, "closed")
    channel.order(0, DETAILS)
    channel.run(1)
    assert channel.youtube.calls[call] == 1


@pytest.mark.parametrize("fault", ["session_dies", "session_ends", "forgets"])
def test_a_session_that_is_lost_midway_makes_one_video(channel: SocketChannel, fault: Fault) -> None:
    """It answers the second chunk with 404 or 410, or with 308 and no Range."""
    channel.youtube.choose_fault = fault_at(channel, "send", 2, fault)
    channel.publish()
    assert channel.youtube.calls["open"] == (1 if fault == "forgets" else 2)


def test_an_access_token_that_expires_midway_is_renewed(channel: SocketChannel) -> None:
    def choose(call: str) -> Fault:
        if call == "send" and channel.youtube.calls[call] == 2:
            channel.server.access_tokens.clear()
        return ""

    channel.youtube.choose_fault = choose
    channel.publish()
    assert (channel.server.tokens_given, channel.youtube.calls["open"], channel.youtube.calls["send"]) == (2, 1, 4)


def test_an_access_that_was_taken_back_is_said_so_and_the_upload_goes_on_later(channel: SocketChannel) -> None:
    def choose(call: str) -> Fault:
        if call == "send" and channel.youtube.calls[call] == 2:
            channel.server.access_tokens.clear()
            channel.server.is_revoked = True
        return ""

    channel.youtube.choose_fault = choose
    publication = channel.order(0, DETAILS)
    channel.run(2)
    after = channel.get(publication)
    assert after.failure
    assert (after.state, after.failure.reason, channel.youtube.videos) == ("failed", "token_invalid", {})
    assert "invalid_grant" in after.failure.cause
    assert "sutradhar youtube login" in after.failure.advice
    channel.server.is_revoked = False
    retry_publication(channel.services, publication.id, None)
    channel.run(2)
    assert (channel.get(publication).state, len(channel.youtube.videos)) == ("published", 1)
    assert (channel.youtube.calls["open"], channel.youtube.calls["send"]) == (1, 4)


def fault_at(channel: SocketChannel, name: str, number: int, fault: Fault) -> Callable[[str], Fault]:
    return lambda call: fault if call == name and channel.youtube.calls[call] == number else ""
