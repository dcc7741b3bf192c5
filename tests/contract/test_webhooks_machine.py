"""In any order of events each end and each wait of a job is announced once, and every delivery ends,
whatever is lost or killed."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from sutradhar.domain.jobs.job import Job, JobState
from sutradhar.domain.jobs.messages import AnnounceEvents, DeliverWebhook, Message
from sutradhar.pipeline.handle import handle
from sutradhar.pipeline.submit import cancel, retry
from sutradhar.pipeline.sweep import sweep
from sutradhar.ports.stores import Change
from sutradhar.ports.webhooks import Reply
from tests.contract.conftest import StoreFixture, local_kit
from tests.contract.machines import play
from tests.contract.test_waiting_jobs import approve
from tests.contract.webhook_post import Killed, Post

NUMBERS = st.integers(0, 1)
EVENTS = {
    JobState.AWAITING_APPROVAL: "render.awaiting_approval",
    JobState.SUCCEEDED: "render.succeeded",
    JobState.FAILED: "render.failed",
    JobState.CANCELLED: "render.canceled",
}
HOW = st.sampled_from(["once", "twice", "lost", "killed"])


class WebhookMachine(RuleBasedStateMachine):
    kits: Any

    def __init__(self) -> None:
        super().__init__()
        self._kit: Iterator[StoreFixture] = type(self).kits()
        self.post = Post(next(self._kit))
        self.names: list[str] = []
        self.rests: Counter[tuple[str, str]] = Counter()
        """The number of times that each job came to rest in each state: its ends, and its waits for an approval."""
        self.effects_left: int | None = None
        """The effects that the running function still has before it is killed; None: it is not killed."""
        kit = self.post.kit
        for name in ("create", "update"):
            self._stop_before(kit.documents, name)
        self._count_rests(kit.jobs)
        self._stop_before(kit.jobs, "update")
        self._stop_before(self.post.bus, "publish")
        self._stop_before(self.post.receiver, "send")

    @rule(review=st.booleans())
    def order_a_job(self, review: bool) -> None:
        name = f"job-{len(self.names)}"
        self.post.create_job(name, review=review)
        self.names.append(name)

    @rule(number=NUMBERS, is_cancelled=st.booleans())
    def end_a_job(self, number: int, is_cancelled: bool) -> None:
        """End a job that works, also one that was retried and whose failure is not announced yet."""
        for job in self._find(number, JobState.PLANNING, JobState.PRODUCING):
            if is_cancelled:
                self.post.kit.clock.advance(1)
                cancel(self.post.services, job.id)
            else:
                self.post.fail(job.id)

    @rule(number=NUMBERS)
    def retry_a_failed_job(self, number: int) -> None:
        for job in self._find(number, JobState.FAILED):
            retry(self.post.services, job.id)

    @rule(number=NUMBERS)
    def let_a_job_wait(self, number: int) -> None:
        for job in self._find(number, JobState.PLANNING, JobState.PRODUCING):
            if job.needs_approval:
                self.post.await_approval(job.id)

    @rule(number=NUMBERS, how=st.sampled_from(["change", "approve", "cancel"]))
    def end_a_wait(self, number: int, how: str) -> None:
        for job in self._find(number, JobState.AWAITING_APPROVAL):
            if how == "change":
                self.post.change_narration(job.id)
            elif how == "approve":
                approve(self.post, job.id)
            else:
                cancel(self.post.services, job.id)

    def _find(self, number: int, *states: JobState) -> list[Job]:
        """Return the job if it is in one of ``states``."""
        jobs = [self.post.services.jobs.get(name) for name in self.names[number : number + 1]]
        return [job for job in jobs if job.state in states]

    @rule(number=NUMBERS, times=st.integers(2, 3))
    def fail_again_and_again(self, number: int, times: int) -> None:
        """Fail and retry a job before any event of it is stored."""
        for job in self._find(number, JobState.PLANNING, JobState.PRODUCING):
            for _ in range(times):
                self.post.fail(job.id)
                retry(self.post.services, job.id)

    @rule(number=st.integers(0, 3), how=HOW, status=st.sampled_from([204, 500]), effects=st.integers(0, 4))
    def handle_message(self, number: int, how: str, status: int, effects: int) -> None:
        """Hand one message to its function, which may be killed before the effect after so many ``effects``."""
        kept = [one for one in self.post.bus.messages if isinstance(one, AnnounceEvents | DeliverWebhook)]
        if not kept:
            return
        message = kept.pop(number % len(kept))
        self.post.bus.messages[:] = kept
        if how == "lost":
            return
        self.post.receiver.replies = [Reply(status)]
        self.effects_left = effects if how == "killed" else None
        try:
            handle(self.post.services, message)
            if how == "twice":
                handle(self.post.services, message)
        except Killed:
            pass
        self.effects_left = None
        self.post.receiver.replies = []

    def _count_rests(self, jobs: Any) -> None:
        real = jobs.update

        def update(job_id: str, change: Change) -> tuple[Job, Sequence[Message]]:
            before = jobs.get(job_id)
            after, messages = real(job_id, change)
            if after.state is not before.state and not after.state.is_at_work:
                self.rests[job_id, EVENTS[after.state]] += 1
            return after, messages

        jobs.update = update

    def _stop_before(self, target: Any, name: str) -> None:
        real = getattr(target, name)

        def call(*arguments: Any, **named: Any) -> Any:
            if self.effects_left is not None:
                self.effects_left -= 1
                if self.effects_left < 0:
                    raise Killed
            return real(*arguments, **named)

        setattr(target, name, call)

    @rule(seconds=st.sampled_from([1, 60, 600, 7200, 604_800]))
    def advance_clock(self, seconds: int) -> None:
        self.post.kit.clock.advance(seconds)

    @rule()
    def sweep(self) -> None:
        sweep(self.post.services)

    @invariant()
    def no_rest_is_announced_twice(self) -> None:
        assert self._count_announced() <= self.rests

    def _count_announced(self) -> Counter[tuple[str, str]]:
        return Counter((delivery.subject, delivery.type) for delivery in self.post.deliveries())

    @invariant()
    def a_delivered_event_was_sent_as_stored(self) -> None:
        bodies = {webhook_id: body for webhook_id, _, body, _ in self.post.receiver.requests}
        for delivery in self.post.deliveries():
            if delivery.state == "delivered":
                assert bodies[delivery.id] == delivery.body
                assert json.loads(delivery.body)["type"] == delivery.type
            assert delivery.attempts >= (delivery.id in bodies)

    def teardown(self) -> None:
        """Let everything that was lost or killed be found again."""
        try:
            for _ in range(3):
                self.post.advance_and_sweep(timedelta(hours=5))
            jobs = [self.post.services.jobs.get(name) for name in self.names]
            assert not any(job.owes_event for job in jobs)
            assert all(job.is_settled != job.state.is_at_work for job in jobs)
            assert all(delivery.state == "delivered" for delivery in self.post.deliveries())
            assert self._count_announced() == self.rests
        finally:
            next(self._kit, None)


def test_each_end_and_each_wait_is_announced_once_in_any_order_of_events(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    def kits() -> Iterator[StoreFixture]:
        return local_kit(tmp_path_factory.mktemp("webhooks"))

    play(WebhookMachine, kits, examples=60, steps=30)
