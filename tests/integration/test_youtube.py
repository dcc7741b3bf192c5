"""Publish on a stub of YouTube, on the local stores."""

from datetime import timedelta

import pytest

from sutradhar.destinations.youtube.upload import SETTLE
from sutradhar.domain.publishing.details import DetailsPatch
from sutradhar.domain.video.render_request import RenderRequest, request_blob
from sutradhar.pipeline.dispatch import render_prefix
from sutradhar.pipeline.publishing.schedule import change_publication
from sutradhar.pipeline.publishing.store import list_calendar
from tests.integration.youtube_channel import DETAILS, Channel
from tests.youtube_stub import Fault


def test_a_scheduled_video_is_private_until_its_minute(channel: Channel) -> None:
    start = channel.clock.now()
    publication = channel.order(60)
    channel.run(59)
    video = channel.get_video()
    assert (video.status["privacyStatus"], channel.get(publication).state) == ("private", "uploaded")
    channel.run(3)
    after = channel.get(publication)
    assert (after.state, after.url) == ("published", f"https://www.youtube.com/watch?v={video.id}")
    assert video.public_at == start + timedelta(minutes=60)
    assert (video.thumbnails, sorted(video.captions), channel.youtube.playlists) == (
        1,
        ["en"],
        {"PL123": [video.id]},
    )
    assert set(DETAILS.tags) < set(video.snippet["tags"])
    assert "containsSyntheticMedia" in video.status
    assert channel.youtube.calls["open"] == 1


def test_a_video_that_is_published_now_is_visible_at_once(channel: Channel) -> None:
    publication = channel.order(0)
    channel.run(2)
    assert (channel.get(publication).state, channel.get_video().status["privacyStatus"]) == ("published", "public")


@pytest.mark.parametrize("has_synthetic_media", [True, False])
def test_youtube_is_told_what_the_marks_in_the_file_say(channel: Channel, has_synthetic_media: bool) -> None:
    name = request_blob(render_prefix(channel.job(channel.job_id)))
    request = RenderRequest.from_record(channel.services.blobs.get(name))
    assert request.marks is not None
    marks = request.marks.evolve(has_synthetic_media=has_synthetic_media)
    channel.services.blobs.put(name, request.evolve(marks=marks).to_record().encode())
    channel.order(0)
    channel.run(2)
    assert channel.get_video().status["containsSyntheticMedia"] is has_synthetic_media


@pytest.mark.parametrize("fault", ["lost_answer", "cut", "server_error", "lost_request"])
@pytest.mark.parametrize("call", ["open", "send", "query", "thumbnails/set.insert", "captions.insert"])
def test_a_call_that_breaks_is_made_good(channel: Channel, call: str, fault: Fault) -> None:
    channel.fail_once(call, fault)
    publication = channel.order(0)
    channel.run(20)
    assert channel.get(publication).state == "published"
    video = channel.get_video()
    assert (video.thumbnails >= 1, sorted(video.captions)) == (True, ["en"])


def test_a_video_whose_session_is_gone_is_found_by_its_marker(channel: Channel) -> None:
    faults: dict[str, Fault] = {"send": "lost_answer", "query": "session_dies"}

    def choose(name: str) -> Fault:
        return faults.pop(name, "") if channel.youtube.calls["send"] else ""

    channel.youtube.choose_fault = choose
    publication = channel.order(0)
    channel.run(30)
    assert (channel.get(publication).state, len(channel.youtube.videos)) == ("published", 1)
    assert channel.youtube.calls["open"] == 1


def test_a_session_that_dies_empty_is_opened_again_after_a_search(channel: Channel) -> None:
    channel.fail_once("query", "session_dies")
    publication = channel.order(0)
    channel.run(int(SETTLE / timedelta(minutes=1)) + 5)
    assert (channel.get(publication).state, len(channel.youtube.videos)) == ("published", 1)
    assert channel.youtube.calls["open"] == 2


def test_a_change_of_words_and_time_reaches_youtube(channel: Channel) -> None:
    start = channel.clock.now()
    publication = channel.order(60)
    channel.run(52)
    assert channel.get(publication).state == "uploaded"
    later = start + timedelta(minutes=90)
    change_publication(
        channel.services, publication.id, None, publish_at=later, details=DetailsPatch(title="Green tea")
    )
    channel.run(50)
    video = channel.get_video()
    assert (video.snippet["title"], video.public_at) == ("Green tea", later)
    assert video.status["license"] == "youtube"
    assert channel.get(publication).state == "published"
    for first, last, ids in ((start, later, []), (later, later + timedelta(minutes=1), [publication.id])):
        assert [one.id for one in list_calendar(channel.services, None, first, last, 10)[0]] == ids


def test_a_refused_sign_in_is_named(channel: Channel) -> None:
    channel.youtube.is_signed_out = True
    publication = channel.order(0)
    channel.run(2)
    failure = channel.get(publication).failure
    assert failure
    assert (failure.reason, "youtube login" in failure.advice) == ("token_invalid", True)
