"""Publications whose time passed while nothing ran: a laptop that slept, or a server that was down."""

from datetime import timedelta

import pytest

from sutradhar.domain.core.errors import Conflict
from sutradhar.pipeline.job_deletion import delete_job
from sutradhar.pipeline.publishing.schedule import (
    PublicationOrder,
    change_publication,
    retry_publication,
    schedule_publication,
)
from sutradhar.pipeline.publishing.store import get_publication
from tests.integration.publisher import DETAILS, Publisher

HOURS, DAYS = 60, 24 * 60


def test_a_time_missed_by_hours_is_made_up(publisher: Publisher) -> None:
    publisher.end_render()
    publication = publisher.order(minutes=60)
    publisher.tick(20 * HOURS)
    after = get_publication(publisher.services, publication.id)
    assert (after.state, after.published_at) == ("published", publisher.clock.now())
    assert after.verdict is not None
    assert (after.verdict.outcome, after.verdict.reason) == ("missed", "late")


def test_a_time_missed_by_days_is_not_made_up_until_its_owner_asks(publisher: Publisher) -> None:
    publisher.end_render()
    publication = publisher.order(minutes=60)
    publisher.tick()
    publisher.tick(2 * DAYS)
    after = get_publication(publisher.services, publication.id)
    assert after.failure is not None
    assert (after.state, after.failure.reason, publisher.list_published()) == ("failed", "slot_missed", [])
    assert after.verdict is not None
    assert after.verdict.outcome == "missed", "no tick came for two days"
    assert retry_publication(publisher.services, publication.id, None).publish_at == publisher.clock.now()
    publisher.tick()
    assert (publisher.state(publication), len(publisher.list_published())) == ("published", 1)


def test_one_without_a_time_is_made_as_soon_as_anything_runs(publisher: Publisher) -> None:
    publisher.end_render()
    order = PublicationOrder("folder", DETAILS)
    publication = schedule_publication(publisher.services, publisher.job(publisher.job_id), order)
    publisher.tick(3 * DAYS)
    assert publisher.state(publication) == "published"


def test_a_repeated_order_tells_the_job_of_a_publication_whose_caller_was_killed(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    publisher.end_render()
    with monkeypatch.context() as context:
        context.setattr("sutradhar.pipeline.publishing.schedule.note_on_job", lambda *_: None)
        first = publisher.order(minutes=60)
    with pytest.raises(Conflict, match=first.id):
        publisher.order(minutes=60)
    with pytest.raises(Conflict, match="yet to be published"):
        delete_job(publisher.services, publisher.job_id)


def test_a_later_time_ends_the_wait_for_the_job_until_then(publisher: Publisher) -> None:
    publication = publisher.order(minutes=10, notice="of two such times the first was taken")
    publisher.tick(11)
    assert publisher.state(publication) == "waiting"
    later = publisher.clock.now() + timedelta(hours=5)
    changed = change_publication(publisher.services, publication.id, None, publish_at=later)
    assert (changed.state, changed.notices) == ("scheduled", ())
    publisher.end_render()
    publisher.tick(4 * HOURS)
    assert publisher.list_published() == []
    publisher.tick(1 * HOURS)
    assert publisher.state(publication) == "published"
