"""Publications from the order to the end, on the local stores, with the folder as the destination."""

import json
from datetime import timedelta

import pytest

from sutradhar.domain.core.errors import Conflict, InvalidRequest
from sutradhar.domain.jobs.retention import DEFAULT_RULES, judge_job
from sutradhar.domain.publishing.details import DetailsPatch
from sutradhar.pipeline.data_removal import order_removal, request_removal
from sutradhar.pipeline.job_deletion import delete_job
from sutradhar.pipeline.publishing.due import publish_due
from sutradhar.pipeline.publishing.removal import list_all_publications_of
from sutradhar.pipeline.publishing.schedule import (
    cancel_publication,
    change_publication,
    retry_publication,
)
from sutradhar.pipeline.publishing.store import list_calendar
from tests.integration.publisher import DETAILS, Publisher


def test_a_video_is_published_at_its_time(publisher: Publisher) -> None:
    publisher.end_render()
    publication = publisher.order(minutes=60)
    assert (publisher.tick(), publisher.state(publication)) == (0, "scheduled")
    publisher.tick(59)
    assert publisher.list_published() == []
    publisher.tick(1)
    (manifest,) = publisher.list_published()
    assert (publisher.state(publication), json.loads(manifest.read_text())["title"]) == ("published", DETAILS.title)
    assert (manifest.parent / "video.mp4").is_file()
    for _ in range(3):
        assert publisher.tick(60) == 0
    assert publisher.list_published() == [manifest]


def test_a_publication_waits_for_its_job(publisher: Publisher) -> None:
    publication = publisher.order(minutes=10)
    publisher.tick(11)
    assert publisher.state(publication) == "waiting"
    publisher.clock.advance(20)
    publisher.end_render()
    assert publisher.state(publication) == "published", "it waited for another tick"
    note = publisher.job(publisher.job_id).publications["folder"]
    assert (note.state, note.url.startswith("file://")) == ("published", True)


def test_a_second_publication_needs_the_end_of_the_first(publisher: Publisher) -> None:
    first = publisher.order()
    with pytest.raises(Conflict, match=first.id):
        publisher.order()
    assert cancel_publication(publisher.services, first.id, None).state == "canceled"
    second = publisher.order()
    assert second.id != first.id
    with pytest.raises(Conflict, match="only a failed"):
        retry_publication(publisher.services, first.id, None)


def test_a_canceled_publication_sends_nothing(publisher: Publisher) -> None:
    publisher.end_render()
    publication = publisher.order(minutes=5)
    publish_due(publisher.services)  # a worker has been ordered, and has not begun
    cancel_publication(publisher.services, publication.id, None)
    publisher.work()
    for _ in range(5):
        publisher.tick(5)
    assert (publisher.state(publication), publisher.list_published()) == ("canceled", [])


def test_a_new_time_holds_and_the_calendar_shows_it_once(publisher: Publisher) -> None:
    publisher.end_render()
    now, publication = publisher.clock.now(), publisher.order(minutes=5)
    publish_due(publisher.services)
    later = now + timedelta(minutes=90)
    change_publication(
        publisher.services, publication.id, None, publish_at=later, details=DetailsPatch(title="Another title")
    )
    publisher.tick(6)
    assert publisher.list_published() == []
    shown, has_more = list_calendar(publisher.services, None, now, now + timedelta(days=1), 10)
    assert ([one.publish_at for one in shown], has_more) == ([later], False)
    assert list_calendar(publisher.services, None, now, now + timedelta(minutes=89), 10)[0] == []
    publisher.tick(84)
    (manifest,) = publisher.list_published()
    facts = json.loads(manifest.read_text())
    assert (facts["title"], facts["description"]) == ("Another title", DETAILS.description)


def test_words_that_change_after_the_publication_reach_the_manifest(publisher: Publisher) -> None:
    publisher.end_render()
    publication = publisher.order(minutes=0)
    publisher.tick()
    change_publication(publisher.services, publication.id, None, details=DetailsPatch(tags=("green",)))
    publisher.tick()
    (manifest,) = publisher.list_published()
    assert json.loads(manifest.read_text())["tags"] == ["green"]
    assert publisher.tick(60) == 0


def test_the_past_is_refused(publisher: Publisher) -> None:
    with pytest.raises(InvalidRequest, match="has passed"):
        publisher.order(minutes=-5)
    publication = publisher.order()
    with pytest.raises(InvalidRequest, match="has passed"):
        change_publication(
            publisher.services, publication.id, None, publish_at=publisher.clock.now() - timedelta(minutes=5)
        )


def test_a_job_whose_video_is_yet_to_be_published_is_kept(publisher: Publisher) -> None:
    publisher.end_render()
    publication = publisher.order(minutes=60)
    with pytest.raises(Conflict, match="yet to be published"):
        delete_job(publisher.services, publisher.job_id)
    publisher.clock.advance(400 * 86_400)
    assert judge_job(publisher.job(publisher.job_id), DEFAULT_RULES, publisher.clock.now()).fate == "keep"
    cancel_publication(publisher.services, publication.id, None)
    assert judge_job(publisher.job(publisher.job_id), DEFAULT_RULES, publisher.clock.now()).fate == "delete_files"
    delete_job(publisher.services, publisher.job_id)


def test_all_data_of_an_owner_includes_the_publications(publisher: Publisher) -> None:
    publisher.end_render()
    now = publisher.clock.now()
    first = publisher.order(minutes=5)
    cancel_publication(publisher.services, first.id, None)
    publisher.order(minutes=5)
    assert len(list_all_publications_of(publisher.services, publisher.job_id)) == 2
    publish_due(publisher.services)  # a worker has been ordered
    removal, _ = request_removal(publisher.services, "")
    order_removal(publisher.services, removal)
    publisher.work()
    publisher.tick(10)
    assert list_all_publications_of(publisher.services, publisher.job_id) == []
    assert list_calendar(publisher.services, None, now, now + timedelta(days=1), 10)[0] == []
    assert publisher.list_published() == []
