"""Each publication whose time has come counts once for the objective of publishing: in time, missed or excused."""

from collections.abc import Mapping
from datetime import timedelta

import pytest

from sutradhar.domain.jobs.job_failure import JobFailure
from sutradhar.domain.publishing.promise import IN_TIME, PREPARATION
from sutradhar.pipeline.operations import read_operations
from sutradhar.pipeline.publishing.due import publish_due
from sutradhar.pipeline.publishing.schedule import cancel_publication, change_publication, retry_publication
from sutradhar.pipeline.publishing.store import PUBLICATIONS
from tests.integration.local_pipeline import LocalPipeline
from tests.integration.publisher import Publisher
from tests.integration.youtube_channel import Channel
from tests.youtube_stub import Fault


def count(pipeline: LocalPipeline) -> Mapping[tuple[str, ...], float]:
    """Return the counts by outcome and reason, and check the error budget against them."""
    operations = read_operations(pipeline.services.backend, ())
    counts = {
        tally.labels[1:]: total
        for tally, total in operations.tallies.items()
        if tally.metric == "publications_due_total"
    }
    budget = operations.sum_budget("publishing")
    assert (budget.objective, budget.good) == (0.99, counts.get(("in_time", "none"), 0))
    assert budget.bad == sum(total for (outcome, _), total in counts.items() if outcome == "missed")
    return counts


def fail_always(channel: Channel, call: str, fault: Fault) -> None:
    channel.youtube.choose_fault = lambda name: fault if name == call else ""


def test_a_video_that_youtube_shows_at_its_minute_is_in_time_although_no_tick_came(channel: Channel) -> None:
    channel.order(120)
    channel.run(115)
    assert count(channel) == {}
    channel.clock.advance(60 * 60)  # the Scheduler is silent
    channel.run(3)
    assert count(channel) == {("in_time", "none"): 1}
    channel.run(30)
    assert count(channel) == {("in_time", "none"): 1}


def test_an_outage_counts_at_the_deadline_and_not_again_when_it_ends(channel: Channel) -> None:
    channel.order(90)
    fail_always(channel, "open", "server_error")
    channel.run(94)
    assert count(channel) == {}
    channel.run(40)
    assert count(channel) == {("missed", "network"): 1}
    channel.youtube.choose_fault = lambda _call: ""
    channel.run(60)
    assert (len(channel.youtube.videos), count(channel)) == (1, {("missed", "network"): 1})


@pytest.mark.parametrize(
    ("fault", "expected"),
    [("limit", ("excused", "upload_limit_exceeded")), ("token", ("missed", "token_invalid"))],
)
def test_a_limit_is_excused_and_a_refused_access_is_not(
    channel: Channel, fault: Fault, expected: tuple[str, str]
) -> None:
    channel.order(0)
    fail_always(channel, "open", fault)
    channel.run(10)
    channel.clock.advance(7 * 3600)
    channel.run(3)
    assert count(channel) == {expected: 1}


def test_what_moves_to_the_next_day_for_its_quota_is_excused(channel: Channel) -> None:
    publication = channel.order(0)
    channel.youtube.day()["uploads"] = 100
    channel.run(3)
    assert count(channel) == {}
    for _ in range(20):
        channel.clock.advance(3600)
        channel.run(2)
    assert (channel.get(publication).state, count(channel)) == ("published", {("excused", "quota_exceeded"): 1})


def test_a_video_that_the_destination_does_not_show_is_missed(channel: Channel) -> None:
    publication = channel.order(30)
    channel.run(29)
    channel.get_video().status["publishAt"] = "2027-11-23T00:00:00Z"  # the owner did this at YouTube
    channel.run(5)
    assert (channel.get(publication).state, count(channel)) == ("uploaded", {})
    channel.run(50)  # it looks again every quarter of an hour
    assert count(channel) == {("missed", "late"): 1}


def test_an_order_for_now_has_the_time_of_an_upload(channel: Channel) -> None:
    channel.order(0)
    fail_always(channel, "open", "server_error")
    channel.run(30)
    assert count(channel) == {}
    channel.youtube.choose_fault = lambda _call: ""
    channel.clock.advance((PREPARATION + IN_TIME).total_seconds() - 35 * 60)
    channel.run(3)
    assert count(channel) == {("in_time", "none"): 1}


def test_the_time_for_a_late_job_begins_with_its_end(publisher: Publisher) -> None:
    publisher.order(minutes=10)
    for _ in range(120):
        publisher.tick(1)
    assert count(publisher) == {}
    publisher.end_render()
    publisher.tick(1)
    publisher.tick(1)
    assert count(publisher) == {("in_time", "none"): 1}


def test_a_silent_scheduler_misses_what_only_a_worker_can_show(publisher: Publisher) -> None:
    publisher.end_render()
    publisher.order(minutes=90)
    publisher.tick(96)
    assert count(publisher) == {("missed", "late"): 1}


def test_a_job_that_fails_counts_against_its_own_objective(publisher: Publisher) -> None:
    publisher.order(minutes=10)
    failure = JobFailure(stage="render", cause="x")
    publisher.services.move(publisher.job_id, lambda job: job.fail(failure, publisher.clock.now()))
    publisher.tick(11)
    assert count(publisher) == {("excused", "job_failed"): 1}


def test_a_canceled_publication_does_not_count_and_another_time_is_another_promise(publisher: Publisher) -> None:
    publisher.end_render()
    first = publisher.order(minutes=5)
    cancel_publication(publisher.services, first.id, None)
    publisher.tick(30)
    second = publisher.order(minutes=5)
    later = publisher.clock.now() + timedelta(hours=5)
    change_publication(publisher.services, second.id, None, publish_at=later)
    publisher.tick(120)
    assert count(publisher) == {}
    publisher.tick(181)
    assert count(publisher) == {("in_time", "none"): 1}


@pytest.mark.parametrize("was_killed", [False, True])
def test_a_retry_is_another_promise(channel: Channel, was_killed: bool) -> None:
    publication = channel.order(0)
    channel.youtube.is_signed_out = True
    channel.run(2)
    if was_killed:  # the worker died before it reported the failure
        documents = channel.services.documents
        documents.update(PUBLICATIONS, publication.id, lambda one: one.evolve(is_reported=False))
    channel.youtube.is_signed_out = False
    for _ in range(2):
        retry_publication(channel.services, publication.id, None)
    channel.run(3)
    assert channel.get(publication).state == "published"
    assert count(channel) == {("missed", "token_invalid"): 1, ("in_time", "none"): 1}


def test_each_tick_counts(publisher: Publisher) -> None:
    for _ in range(3):
        publish_due(publisher.services)
    assert read_operations(publisher.services.backend, ()).count("publish_ticks_total") == 3
