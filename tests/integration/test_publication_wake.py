"""A publication that waits for a job goes on at the job's end, whatever that is, and whatever is lost."""

from pathlib import Path

import pytest

from sutradhar.domain.core.failure import FailureDetail
from sutradhar.domain.jobs.messages import RenderFinished, WakePublications
from sutradhar.pipeline.handle import handle
from sutradhar.pipeline.publishing.store import get_publication
from sutradhar.pipeline.submit import cancel, retry
from tests.integration.publisher import Publisher

WAKE_TWICE = 2


def fail_render(publisher: Publisher) -> None:
    job, error = publisher.job(publisher.job_id), FailureDetail(stage="join", cause="the disk broke")
    publisher.queue.publish(RenderFinished(job_id=job.id, render_id=job.render_id, error=error))
    publisher.work()


def test_a_publication_fails_at_once_with_its_job(publisher: Publisher) -> None:
    publication = publisher.order(minutes=0)
    publisher.tick()
    publisher.clock.advance(20)
    fail_render(publisher)
    after = get_publication(publisher.services, publication.id)
    assert after.failure
    assert (after.state, after.failure.reason) == ("failed", "job_failed")
    assert publisher.job(publisher.job_id).publications["folder"].state == "failed"


def test_a_publication_of_a_canceled_job_fails_at_once(publisher: Publisher) -> None:
    publication = publisher.order(minutes=90)
    cancel(publisher.services, publisher.job_id)
    publisher.work()
    assert publisher.state(publication) == "failed"


def test_a_job_that_fails_before_the_time_can_be_retried(publisher: Publisher) -> None:
    publication = publisher.order(minutes=90)
    fail_render(publisher)
    assert publisher.state(publication) == "scheduled"
    retry(publisher.services, publisher.job_id)
    publisher.work()
    publisher.end_render()
    publisher.tick(90)
    assert publisher.state(publication) == "published"


def test_a_wake_that_comes_twice_or_before_its_time_publishes_nothing_early(publisher: Publisher) -> None:
    publication = publisher.order(minutes=90)
    publisher.end_render()
    for _ in range(WAKE_TWICE):
        handle(publisher.services, WakePublications(job_id=publisher.job_id))
        publisher.work()
    assert (publisher.state(publication), publisher.list_published()) == ("scheduled", [])
    publisher.tick(90)
    assert (publisher.state(publication), len(publisher.list_published())) == ("published", 1)


@pytest.mark.parametrize("kept", [0, 1])
def test_the_tick_finds_what_a_lost_wake_left(publisher: Publisher, kept: int) -> None:
    """The worker is killed after the job's end: before it sends the message, or after the publication is due."""
    publication = publisher.order(minutes=0)
    publisher.tick()
    publisher.clock.advance(20)
    publisher.finish()
    delivery = publisher.queue.take()
    assert delivery
    handle(publisher.services, delivery.message)
    publisher.queue.finish(delivery)
    if kept:
        handle(publisher.services, WakePublications(job_id=publisher.job_id))
    publisher.lose_messages()
    assert publisher.state(publication) != "published"
    for _ in range(5):
        publisher.tick(1)
    assert (publisher.state(publication), len(publisher.list_published())) == ("published", 1)


def test_the_wake_of_a_deleted_job_is_nothing(publisher: Publisher, tmp_path: Path) -> None:
    handle(publisher.services, WakePublications(job_id="job-none"))
    assert not (tmp_path / "published").exists()
