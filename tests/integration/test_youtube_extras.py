"""Thumbnails, playlists and captions on a stub of YouTube: none of them holds up the video or the others."""

from io import BytesIO

import pytest
from PIL import Image

from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.video.thumbnail_size import choose_thumbnail_size
from sutradhar.pipeline.submit import submit
from tests.integration.youtube_channel import Channel
from tests.youtube_answers import ErrorWord

TALL = RenderPlan.model_validate(
    {
        "aspect": "9:16",
        "scenes": [{"image_prompt": "tea", "narration": "Tea is warm.", "translations": {"hi": "चाय गरम है।"}}],
    }
)
HOUR = 60


def make_tall_video(channel: Channel) -> None:
    """Let the channel's job be one with a vertical video, a thumbnail of its shape, and captions in two languages."""
    job, _ = submit(channel.services, TALL)
    channel.work()
    channel.finish()
    channel.work()
    channel.job_id, result = job.id, channel.job(job.id).result
    assert result
    image = BytesIO()
    Image.new("RGB", choose_thumbnail_size(*TALL.size)).save(image, "PNG")
    channel.blobs.put(result.thumbnail, image.getvalue())


def test_a_vertical_video_gets_its_vertical_thumbnail_after_youtube_has_processed_it(channel: Channel) -> None:
    make_tall_video(channel)
    publication = channel.order(0)
    channel.youtube.first_progress = "processing"
    channel.run(12)
    video = channel.get_video()
    assert (channel.get(publication).state, video.thumbnails) == ("published", 0)
    assert sorted(video.captions) == ["en", "hi"]
    video.progress = "succeeded"
    channel.run(12)
    assert (video.thumbnails, video.thumbnail) == (1, (1080, 1920))
    assert channel.youtube.calls["videos.list"] < 8
    assert channel.get(publication).due_at is None


REFUSED: list[tuple[str, ErrorWord, str]] = [
    ("thumbnails/set.insert", "forbidden", "youtube.com/verify"),
    ("thumbnails/set.insert", "invalidImage", "YouTube Studio"),
    ("playlistItems.insert", "playlistContainsMaximumNumberOfVideos", "another playlist"),
    ("playlistItems.list", "playlistNotFound", "choose a playlist"),
    ("captions.insert", "invalidMetadata", "YouTube Studio"),
]


@pytest.mark.parametrize(("call", "word", "advice"), REFUSED)
def test_a_part_that_youtube_refuses_is_told_once_and_the_others_arrive(
    channel: Channel, call: str, word: ErrorWord, advice: str
) -> None:
    channel.youtube.choose_fault = lambda name: word if name == call else ""
    publication = channel.order(0)
    channel.run(30)
    after, video = channel.get(publication), channel.get_video()
    assert (after.state, after.failure, after.due_at) == ("published", None, None)
    (notice,) = after.notices
    assert advice in notice
    assert channel.youtube.calls[call] == 1
    arrived = [bool(video.thumbnails), bool(channel.youtube.playlists), bool(video.captions)]
    assert arrived.count(False) == 1


def test_too_many_thumbnails_wait_an_hour_and_take_no_uploads_from_the_quota(channel: Channel) -> None:
    channel.youtube.choose_fault = lambda call: "uploadRateLimitExceeded" if call.startswith("thumbnails") else ""
    publication = channel.order(0)
    channel.run(HOUR - 5)
    video = channel.get_video()
    assert (channel.get(publication).state, channel.youtube.calls["thumbnails/set.insert"]) == ("published", 1)
    assert video.captions == ["en"]
    channel.youtube.choose_fault = lambda _call: ""
    channel.run(10)
    assert video.thumbnails == 1


@pytest.mark.parametrize(
    ("why", "reason", "advice"),
    [
        ({"uploadStatus": "rejected", "rejectionReason": "duplicate"}, "duplicate", "has this video already"),
        ({"uploadStatus": "rejected", "rejectionReason": "length"}, "video_too_large", "phone number"),
        ({"uploadStatus": "rejected", "rejectionReason": "copyright"}, "rejected", "YouTube Studio"),
        ({"uploadStatus": "failed", "failureReason": "codec"}, "rejected", "retry the job"),
        ({"uploadStatus": "deleted"}, "not_found", "publish the job again"),
    ],
)
def test_a_video_that_youtube_rejects_is_no_published_one(
    channel: Channel, why: dict[str, str], reason: str, advice: str
) -> None:
    publication = channel.order(HOUR)
    channel.run(HOUR - 1)
    video = channel.get_video()
    video.status.update(why)
    channel.run(5)
    after = channel.get(publication)
    assert after.failure
    assert (after.state, after.failure.reason) == ("failed", reason)
    assert advice in after.failure.advice


def test_a_video_that_its_owner_hides_in_youtube_studio_is_not_asked_for_for_ever(channel: Channel) -> None:
    publication = channel.order(HOUR)
    channel.run(HOUR - 1)
    del channel.get_video().status["publishAt"]
    channel.run(30)
    after = channel.get(publication)
    assert after.failure
    assert (after.state, "YouTube Studio" in after.failure.advice, after.due_at) == ("failed", True, None)
    assert channel.get_video().public_at is None


def test_a_video_that_its_owner_lists_less_is_published(channel: Channel) -> None:
    publication = channel.order(HOUR)
    channel.run(HOUR - 1)
    channel.get_video().status["privacyStatus"] = "unlisted"
    channel.run(5)
    assert channel.get(publication).state == "published"


def test_a_video_that_youtube_holds_back_is_looked_at_rarely_and_for_a_day(channel: Channel) -> None:
    publication = channel.order(HOUR)
    channel.run(HOUR - 1)
    video = channel.get_video()
    video.is_held_back = True
    before = channel.youtube.calls["videos.list"]
    channel.run(3 * HOUR)
    assert channel.get(publication).state == "uploaded"
    assert channel.youtube.calls["videos.list"] - before < 25
    channel.clock.advance(23 * 60 * HOUR)
    channel.run(2)
    after = channel.get(publication)
    assert after.failure
    assert (after.state, after.failure.reason, "YouTube Studio" in after.failure.advice) == ("failed", "rejected", True)


def test_a_video_that_youtube_shows_late_is_published(channel: Channel) -> None:
    publication = channel.order(HOUR)
    channel.run(HOUR - 1)
    channel.get_video().is_held_back = True
    channel.run(HOUR)
    channel.get_video().is_held_back = False
    channel.run(20)
    assert channel.get(publication).state == "published"
