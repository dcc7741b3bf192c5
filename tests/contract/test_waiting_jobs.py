"""Jobs that wait for approval, on both backends: the webhook tells of each wait once, and a wait has an end."""

import json
from datetime import timedelta

import pytest

from sutradhar.domain.core.errors import Conflict
from sutradhar.domain.jobs import review
from sutradhar.domain.jobs.job import Job, JobState
from sutradhar.domain.jobs.messages import AnnounceEvents
from sutradhar.pipeline.handle import handle
from sutradhar.pipeline.submit import cancel, retry
from sutradhar.pipeline.webhook_events import set_webhook
from tests.contract.conftest import StoreFixture
from tests.contract.webhook_post import BASE, URL, Post

WEEK = timedelta(days=7)


@pytest.fixture
def post(kit: StoreFixture) -> Post:
    return Post(kit)


def approve(post: Post, name: str = "job-1") -> Job:
    return post.services.move(name, lambda job: review.approve(job, None, post.kit.clock.now()))


def list_types(post: Post) -> list[str]:
    return [json.loads(body)["type"] for _, _, body, _ in post.receiver.requests]


def test_each_wait_is_announced_once(post: Post) -> None:
    post.create_job(review=True)
    waiting = post.await_approval()
    assert not waiting.is_settled
    for _ in range(3):
        handle(post.services, AnnounceEvents(job_id="job-1"))
        post.work()
        post.advance_and_sweep(timedelta(hours=1))
    ((_, url, body, _),) = post.receiver.requests
    event = json.loads(body)
    assert waiting.waits_until is not None
    until = waiting.waits_until.isoformat().replace("+00:00", "Z")
    assert (url, event["type"], event["timestamp"]) == (URL, "render.awaiting_approval", "2026-11-23T00:00:01Z")
    assert event["data"] == {
        "job_id": "job-1",
        "state": "awaiting_approval",
        "title": None,
        "language": "en",
        "version_of": None,
        "status_url": f"{BASE}/render/job-1/status",
        "plan_url": f"{BASE}/render/job-1/plan",
        "waits_until": until,
        "final_video_url": None,
        "thumbnail_url": None,
        "duration_sec": None,
        "error": None,
        "metadata": {"order": "7"},
    }
    post.change_narration()
    post.work()
    assert len(post.receiver.requests) == 1
    post.await_approval()
    post.work()
    approve(post)
    post.fail()
    post.work()
    assert list_types(post) == ["render.awaiting_approval"] * 2 + ["render.failed"]


def test_a_wait_and_failures_that_end_before_their_events_are_stored_are_announced(post: Post) -> None:
    post.create_job(review=True)
    post.await_approval()
    approve(post)
    for _ in range(3):
        post.fail()
        retry(post.services, "job-1")
    post.kit.clock.advance(1)
    cancel(post.services, "job-1")
    post.work()
    post.advance_and_sweep(timedelta(hours=1))
    assert list_types(post) == ["render.awaiting_approval", *["render.failed"] * 3, "render.canceled"]
    times = [json.loads(body)["timestamp"] for _, _, body, _ in post.receiver.requests]
    assert times == sorted(set(times))
    assert post.services.jobs.get("job-1").unannounced == ()


def test_a_receiver_that_is_chosen_during_the_wait_hears_of_it_and_not_of_what_was_before(post: Post) -> None:
    post.create_job(review=True)
    set_webhook(post.services, "job-1", None, BASE)
    post.fail()
    retry(post.services, "job-1")
    set_webhook(post.services, "job-1", URL, BASE)
    set_webhook(post.services, "job-1", None, BASE)
    post.await_approval()
    set_webhook(post.services, "job-1", URL, BASE)
    post.work()
    assert list_types(post) == ["render.awaiting_approval"]


def test_a_wait_ends_after_a_week(post: Post) -> None:
    for name in ("job-1", "job-2", "job-3", "job-4"):
        post.create_job(name, review=True)
        post.await_approval(name)
    post.create_job("job-5")
    approve(post, "job-2")
    post.advance_and_sweep(WEEK - timedelta(minutes=1))
    assert post.services.jobs.get("job-1").state is JobState.AWAITING_APPROVAL
    post.change_narration("job-3")
    post.await_approval("job-3")
    now = post.kit.clock.now()
    assert [job.id for job in post.services.jobs.list_waiting(now)] == []
    assert [job.id for job in post.services.jobs.list_waiting(now + 2 * WEEK)] == ["job-1", "job-4", "job-3"]
    post.advance_and_sweep(timedelta(minutes=1))
    states = [post.services.jobs.get(f"job-{number}").state for number in range(1, 6)]
    assert states == ["CANCELLED", "PRODUCING", "AWAITING_APPROVAL", "CANCELLED", "PLANNING"]
    ended = post.services.jobs.get("job-1")
    assert "was not approved until" in ended.cancel_reason
    with pytest.raises(Conflict, match="was not approved until"):
        approve(post)
    post.advance_and_sweep(WEEK)
    assert post.services.jobs.get("job-1") == ended
    assert list_types(post).count("render.canceled") == 3
    assert post.services.jobs.list_waiting(post.kit.clock.now() + WEEK) == []


def test_a_sweep_that_has_read_the_job_ends_no_wait_that_a_caller_has_ended(post: Post) -> None:
    post.create_job(review=True)
    post.await_approval()
    post.kit.clock.advance(WEEK.total_seconds())
    read = post.kit.jobs.list_waiting
    post.kit.jobs.list_waiting = lambda until: [*read(until), approve(post)][:1]  # type: ignore[method-assign] # the race
    post.advance_and_sweep(timedelta(minutes=1))
    assert post.services.jobs.get("job-1").state is JobState.PRODUCING
