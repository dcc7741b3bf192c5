"""Words that change after the upload: the video has the last ones, whatever becomes of the workers."""

from datetime import timedelta

import pytest

from sutradhar.domain.publishing.details import DetailsPatch
from sutradhar.domain.publishing.publication import LONGEST_WORK, Publication
from sutradhar.pipeline.publishing.due import publish_due
from sutradhar.pipeline.publishing.schedule import change_publication
from tests.integration.youtube_channel import Channel
from tests.youtube_answers import ErrorWord, Fault


@pytest.fixture
def publication(channel: Channel) -> Publication:
    """A publication whose video is public, with the title "Tea"."""
    publication = channel.order(0)
    channel.run(2)
    assert channel.get(publication).state == "published"
    return publication


def change_title(channel: Channel, publication: Publication, title: str) -> None:
    change_publication(channel.services, publication.id, None, details=DetailsPatch(title=title))


def test_words_that_were_taken_back_leave_the_video_although_no_answer_came(
    channel: Channel, publication: Publication
) -> None:
    change_title(channel, publication, "Green tea")
    channel.fail_once("videos.update", "lost_answer")
    channel.run(1)
    assert channel.get_video().snippet["title"] == "Green tea"
    change_title(channel, publication, "Tea")
    channel.run(2)
    assert channel.get_video().snippet["title"] == "Tea"


def test_the_words_of_a_worker_that_is_late_do_not_stay(channel: Channel, publication: Publication) -> None:
    change_title(channel, publication, "Green tea")
    calls = channel.youtube.calls

    def overtake(name: str) -> Fault:
        """Let another worker end before this call arrives, which is the update of the first one."""
        if name == "videos.update" and calls["videos.update"] == 1:
            change_title(channel, publication, "Black tea")
            channel.clock.advance(240)
            publish_due(channel.services)
            channel.work()
            assert channel.get_video().snippet["title"] == "Black tea"
        return ""

    channel.youtube.choose_fault = overtake
    channel.run(1)
    assert (channel.get_video().snippet["title"], calls["videos.update"]) == ("Green tea", 2)
    channel.run(int(LONGEST_WORK / timedelta(minutes=1)) + 2)
    assert (channel.get_video().snippet["title"], calls["videos.update"]) == ("Black tea", 3)
    assert channel.get(publication).due_at is None


def test_words_that_change_days_later_are_sent_again_after_a_failure(
    channel: Channel, publication: Publication
) -> None:
    channel.clock.advance(3 * 86400)
    change_title(channel, publication, "Green tea")
    channel.fail_once("videos.update", "lost_request")
    channel.run(5)
    assert channel.get_video().snippet["title"] == "Green tea"


def test_refused_words_make_way_for_newer_ones(channel: Channel, publication: Publication) -> None:
    change_title(channel, publication, "Green tea")

    def refuse(name: str) -> Fault | ErrorWord:
        if name != "videos.update" or channel.youtube.calls[name] > 1:
            return ""
        change_title(channel, publication, "Black tea")
        return "invalidTitle"

    channel.youtube.choose_fault = refuse
    channel.run(3)
    assert channel.get_video().snippet["title"] == channel.get(publication).details.title == "Black tea"


def test_refused_words_go_back_to_those_that_youtube_has(channel: Channel, publication: Publication) -> None:
    change_title(channel, publication, "Green tea")
    channel.fail_once("videos.update", "invalidTitle")
    channel.run(3)
    after = channel.get(publication)
    assert (channel.get_video().snippet["title"], after.details.title, after.due_at) == ("Tea", "Tea", None)
    assert "refused" in after.notices[-1]
