"""Webhooks on both backends: each end of a job is announced once, and tried for a day, whatever is lost or repeated."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from sutradhar.domain.core.api_key import ApiKey
from sutradhar.domain.core.errors import InvalidRequest, NotFound
from sutradhar.domain.jobs.job import Job
from sutradhar.domain.jobs.messages import AnnounceEvents, DeliverWebhook
from sutradhar.domain.jobs.webhook import CLAIM, RETRY_FOR
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.pipeline.handle import handle, handle_dead_letter
from sutradhar.pipeline.submit import cancel, retry
from sutradhar.pipeline.sweep import sweep
from sutradhar.pipeline.webhook_delivery import DELIVERIES, delete_webhooks, list_deliveries, retry_delivery
from sutradhar.pipeline.webhook_events import set_webhook
from sutradhar.pipeline.webhook_secrets import OVERLAP, get_secret, rotate_secret
from sutradhar.ports.webhooks import Reply
from tests.contract.conftest import StoreFixture
from tests.contract.webhook_post import BASE, URL, Killed, Post


@pytest.fixture
def post(kit: StoreFixture) -> Post:
    return Post(kit)


def test_a_failure_is_announced_with_its_cause(post: Post) -> None:
    post.create_job()
    failed = post.fail()
    assert not failed.is_settled
    post.work()
    ((webhook_id, url, body, _),) = post.receiver.requests
    event = json.loads(body)
    assert (url, event["type"]) == (URL, "render.failed")
    assert event["timestamp"].endswith("Z")
    assert event["data"] | {"job_id": "job-1", "state": "error", "metadata": {"order": "7"}} == event["data"]
    assert event["data"]["error"]["cause"] == "no planner"
    assert event["data"]["status_url"] == f"{BASE}/render/job-1/status"
    assert event["data"]["final_video_url"] is None
    assert (post.delivery().id, post.delivery().state, post.delivery().attempts) == (webhook_id, "delivered", 1)
    assert post.services.jobs.get("job-1").is_settled


def test_each_end_is_announced_once_however_often_messages_come(post: Post) -> None:
    post.create_job()
    post.fail()
    for _ in range(3):
        handle(post.services, AnnounceEvents(job_id="job-1"))
        post.work()
        handle(post.services, DeliverWebhook(delivery_id=post.delivery().id))
        post.advance_and_sweep(timedelta(hours=1))
    assert len(post.receiver.requests) == 1
    retry(post.services, "job-1")
    post.kit.clock.advance(1)
    cancel(post.services, "job-1")
    post.work()
    post.advance_and_sweep(timedelta(days=2))
    types = [json.loads(body)["type"] for _, _, body, _ in post.receiver.requests]
    assert types == ["render.failed", "render.canceled"]


def test_a_failure_that_is_retried_at_once_is_announced_with_its_cause(post: Post) -> None:
    post.create_job()
    post.fail()
    retry(post.services, "job-1")
    post.kit.clock.advance(1)
    cancel(post.services, "job-1")
    post.work()
    events = [json.loads(body) for _, _, body, _ in post.receiver.requests]
    assert [(event["type"], event["data"]["state"]) for event in events] == [
        ("render.failed", "error"),
        ("render.canceled", "canceled"),
    ]
    assert [event["data"]["error"] and event["data"]["error"]["cause"] for event in events] == ["no planner", None]
    assert post.services.jobs.get("job-1").is_settled


def test_a_job_without_a_webhook_announces_nothing(post: Post) -> None:
    job = Job.new("job-1", RenderPlan(topic="tea"), "hash", post.kit.clock.now())
    post.services.jobs.create(job)
    post.fail()
    handle(post.services, AnnounceEvents(job_id="job-1"))
    post.advance_and_sweep(timedelta(hours=1))
    assert post.deliveries() == []


@pytest.mark.parametrize("effect", range(6))
def test_a_process_that_is_killed_anywhere_loses_no_event(
    post: Post, effect: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process dies before its ``effect``-th write, message or request; the sweep goes on from there."""
    post.create_job()
    left = [effect]

    def stop_before(target: Any, name: str) -> None:
        real: Callable[..., Any] = getattr(target, name)

        def call(*arguments: Any, **named: Any) -> Any:
            left[0] -= 1
            if left[0] == -1:
                raise Killed
            return real(*arguments, **named)

        monkeypatch.setattr(target, name, call)

    for target, name in ((post.kit.documents, "create"), (post.kit.documents, "update"), (post.receiver, "send")):
        stop_before(target, name)
    stop_before(post.bus, "publish")
    try:
        post.fail()
        post.work()
    except Killed:
        post.bus.messages.clear()
    post.advance_and_sweep(timedelta(minutes=6))
    post.advance_and_sweep(timedelta(minutes=6))
    assert post.delivery().state == "delivered"
    # only an attempt whose outcome was not stored is made again, under the same id
    assert 1 <= len(post.receiver.requests) <= 2
    assert {webhook_id for webhook_id, _, _, _ in post.receiver.requests} == {post.delivery().id}


def test_while_one_process_sends_no_other_one_does(post: Post) -> None:
    post.create_job()
    post.fail()
    post.receiver.on_request = lambda: handle(post.services, DeliverWebhook(delivery_id=post.delivery().id))
    post.work()
    assert len(post.receiver.requests) == 1


def test_a_receiver_that_fails_is_tried_again_with_growing_pauses(post: Post) -> None:
    post.create_job()
    post.fail()
    post.receiver.replies = [Reply(500, text="oops"), Reply(None, "the receiver refuses connections"), Reply(404)]
    post.work()
    first = post.delivery()
    assert (first.state, first.last_status, first.last_reply) == ("pending", 500, "oops")
    assert first.last_problem == "the receiver answered 500"
    post.advance_and_sweep(timedelta(seconds=20))
    assert post.delivery().attempts == 1
    post.advance_and_sweep(timedelta(seconds=20))
    assert (post.delivery().attempts, post.delivery().last_problem) == (2, "the receiver refuses connections")
    post.advance_and_sweep(timedelta(seconds=60))
    assert post.delivery().attempts == 2
    post.advance_and_sweep(timedelta(minutes=2))
    assert post.delivery().attempts == 3
    post.advance_and_sweep(timedelta(minutes=10))
    assert (post.delivery().state, post.delivery().attempts) == ("delivered", 4)
    assert post.delivery().last_problem == ""


def test_after_a_day_a_delivery_is_parked_until_it_is_retried(post: Post) -> None:
    post.create_job()
    post.fail()
    begin = post.kit.clock.now()
    post.receiver.replies = [Reply(503)] * 100
    post.work()
    while due_at := post.delivery().due_at:
        post.advance_and_sweep(due_at - post.kit.clock.now() + timedelta(minutes=2))  # the sweep comes a little late
    parked = post.delivery()
    took = post.kit.clock.now() - begin
    assert RETRY_FOR <= took < RETRY_FOR + timedelta(minutes=10)
    assert (parked.state, parked.due_at) == ("parked", None)
    assert 10 <= parked.attempts <= 14
    post.advance_and_sweep(timedelta(days=1))
    assert post.delivery() == parked
    post.receiver.replies.clear()
    retry_delivery(post.services, parked.id, None)
    post.work()
    assert post.delivery().state == "delivered"
    assert len({webhook_id for webhook_id, _, _, _ in post.receiver.requests}) == 1


def test_a_receiver_that_is_gone_gets_no_more(post: Post) -> None:
    post.create_job()
    post.fail()
    post.receiver.replies = [Reply(410)]
    post.work()
    post.advance_and_sweep(timedelta(days=2))
    assert (post.delivery().state, post.delivery().attempts) == ("parked", 1)


def test_a_late_outcome_of_an_attempt_that_was_given_up_changes_nothing_but_success(post: Post) -> None:
    post.create_job()
    post.fail()

    def let_another_process_take_over() -> None:
        post.receiver.on_request = lambda: None
        post.kit.clock.advance(CLAIM.total_seconds() + 1)
        sweep(post.services)
        post.work()

    post.receiver.on_request = let_another_process_take_over
    post.receiver.replies = [Reply(204), Reply(500)]  # the second attempt is answered first
    post.work()
    assert (post.delivery().state, post.delivery().attempts) == ("delivered", 2)


def test_dead_letters_about_webhooks_change_nothing(post: Post) -> None:
    post.create_job()
    job = post.fail()
    for message in (AnnounceEvents(job_id="job-1"), DeliverWebhook(delivery_id="msg_1")):
        handle_dead_letter(post.services, message)
        handle(post.services, DeliverWebhook(delivery_id="msg_that_was_deleted"))
    assert post.services.jobs.get("job-1") == job
    handle(post.services, AnnounceEvents(job_id="job-that-was-deleted"))


def test_another_receiver_can_be_chosen_until_the_event_is_stored(post: Post) -> None:
    post.create_job()
    set_webhook(post.services, "job-1", "https://other.example.com/", BASE)
    post.fail()
    post.work()
    set_webhook(post.services, "job-1", "https://third.example.com/", BASE)
    post.work()
    assert [url for _, url, _, _ in post.receiver.requests] == ["https://other.example.com/"]
    post.create_job("job-2")
    set_webhook(post.services, "job-2", None, BASE)
    post.fail("job-2")
    post.work()
    assert len(post.receiver.requests) == 1
    set_webhook(post.services, "job-2", URL, BASE)
    post.work()
    assert len(post.receiver.requests) == 2
    with pytest.raises(InvalidRequest, match="webhook_url"):
        set_webhook(post.services, "job-2", "https://10.0.0.1/", BASE)


def test_each_owner_has_a_secret_and_a_rotation_signs_twice_for_a_day(post: Post) -> None:
    caller = ApiKey(id="key-1", name="a", digest="d", created_at=post.kit.clock.now())
    old = get_secret(post.services, "key-1").secret
    assert get_secret(post.services, "key-1").secret == old != get_secret(post.services, "").secret
    new = rotate_secret(post.services, caller).secret
    for number, expected in enumerate([[new, old], [new]]):
        post.create_job(f"job-{number}")
        post.fail(f"job-{number}")
        post.work()
        assert post.receiver.requests[-1][3] == expected
        post.kit.clock.advance(OVERLAP.total_seconds())


def test_what_belongs_to_an_owner_can_be_deleted(post: Post) -> None:
    for number, owner in enumerate(("key-1", "key-2", "key-1")):
        post.create_job(f"job-{number}", owner)
        post.fail(f"job-{number}")
        post.work()
    secret, kept = get_secret(post.services, "key-1").secret, get_secret(post.services, "key-2").secret
    assert delete_webhooks(post.services, "key-1") == 2
    assert [one.owner for one in post.deliveries()] == ["key-2"]
    assert get_secret(post.services, "key-1").secret != secret
    assert get_secret(post.services, "key-2").secret == kept


def test_deliveries_are_kept_for_a_month(post: Post) -> None:
    post.create_job()
    post.fail()
    post.work()
    (facts,) = map(DELIVERIES.describe, post.deliveries())
    assert facts.expire_at == facts.created_at + timedelta(days=30)


def test_owners_see_their_own_deliveries(post: Post) -> None:
    now = post.kit.clock.now()
    mine, theirs = (ApiKey(id=name, name=name, digest="d", created_at=now) for name in ("key-1", "key-2"))
    admin = mine.evolve(id="key-3", role="admin")
    for number, owner in enumerate(("key-1", "key-2", "key-1")):
        post.create_job(f"job-{number}", owner)
        post.fail(f"job-{number}")
        post.work()

    def subjects(caller: ApiKey | None) -> list[str]:
        return [one.subject for one in list_deliveries(post.services, caller, None, 20, None).records]

    assert subjects(mine) == ["job-2", "job-0"]
    assert subjects(theirs) == ["job-1"]
    assert subjects(admin) == subjects(None) == ["job-2", "job-1", "job-0"]
    first = list_deliveries(post.services, mine, "delivered", 1, None)
    rest = list_deliveries(post.services, mine, "delivered", 1, first.after)
    assert [one.subject for one in (*first.records, *rest.records)] == ["job-2", "job-0"]
    with pytest.raises(NotFound):
        retry_delivery(post.services, first.records[0].id, theirs)
