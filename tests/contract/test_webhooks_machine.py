"""In any order of events each end of a job is announced once, and every delivery ends, whatever is lost or killed."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from sutradhar.domain.jobs.job import JobState
from sutradhar.domain.jobs.messages import AnnounceEnd, DeliverWebhook
from sutradhar.pipeline.handle import handle
from sutradhar.pipeline.submit import cancel, retry
from sutradhar.pipeline.sweep import sweep
from sutradhar.ports.webhooks import Reply
from tests.contract.conftest import StoreFixture, local_kit
from tests.contract.machines import play
from tests.contract.webhook_post import Killed, Post

HOW = st.sampled_from(["once", "twice", "lost", "killed"])


class WebhookMachine(RuleBasedStateMachine):
    kits: Any

    def __init__(self) -> None:
        super().__init__()
        self._kit: Iterator[StoreFixture] = type(self).kits()
        self.post = Post(next(self._kit))
        self.ends: Counter[str] = Counter()
        self.effects_left: int | None = None
        """The effects that the running function still has before it is killed; None: it is not killed."""
        kit = self.post.kit
        for name in ("create", "update"):
            self._stop_before(kit.documents, name)
        self._stop_before(kit.jobs, "update")
        self._stop_before(self.post.bus, "publish")
        self._stop_before(self.post.receiver, "send")

    @rule(is_cancelled=st.booleans())
    def end_a_job(self, is_cancelled: bool) -> None:
        name = f"job-{len(self.ends)}"
        self.post.create_job(name)
        if is_cancelled:
            cancel(self.post.services, name)
        else:
            self.post.fail(name)
        self.ends[name] = 1

    @rule(number=st.integers(0, 3))
    def retry_a_failed_job(self, number: int) -> None:
        """Retry it, perhaps before the event of its failure is stored."""
        name = f"job-{number}"
        if name in self.ends and self.post.services.jobs.get(name).state is JobState.FAILED:
            retry(self.post.services, name)

    @rule(number=st.integers(0, 3))
    def let_a_retried_job_fail_again(self, number: int) -> None:
        """A job keeps one failure whose event is not stored, so this waits for that event."""
        name = f"job-{number}"
        if name not in self.ends:
            return
        job = self.post.services.jobs.get(name)
        if job.state is JobState.PLANNING and not job.owes_event:
            self.post.fail(name)
            self.ends[name] += 1

    @rule(number=st.integers(0, 3), how=HOW, status=st.sampled_from([204, 500]), effects=st.integers(0, 4))
    def handle_message(self, number: int, how: str, status: int, effects: int) -> None:
        """Hand one message to its function, which may be killed before the effect after so many ``effects``."""
        kept = [one for one in self.post.bus.messages if isinstance(one, AnnounceEnd | DeliverWebhook)]
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

    def _stop_before(self, target: Any, name: str) -> None:
        real = getattr(target, name)

        def call(*arguments: Any, **named: Any) -> Any:
            if self.effects_left is not None:
                self.effects_left -= 1
                if self.effects_left < 0:
                    raise Killed
            return real(*arguments, **named)

        setattr(target, name, call)

    @rule(seconds=st.sampled_from([1, 60, 600, 7200]))
    def advance_clock(self, seconds: int) -> None:
        self.post.kit.clock.advance(seconds)

    @rule()
    def sweep(self) -> None:
        sweep(self.post.services)

    @invariant()
    def no_end_is_announced_twice(self) -> None:
        announced = Counter(delivery.subject for delivery in self.post.deliveries())
        assert all(announced[name] <= self.ends[name] for name in announced)

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
            jobs = [self.post.services.jobs.get(name) for name in self.ends]
            assert not any(job.owes_event for job in jobs)
            assert all(job.is_settled == job.state.is_terminal for job in jobs)
            assert all(delivery.state == "delivered" for delivery in self.post.deliveries())
            assert Counter(delivery.subject for delivery in self.post.deliveries()) == self.ends
        finally:
            next(self._kit, None)


def test_each_end_is_announced_once_in_any_order_of_events(tmp_path_factory: pytest.TempPathFactory) -> None:
    def kits() -> Iterator[StoreFixture]:
        return local_kit(tmp_path_factory.mktemp("webhooks"))

    play(WebhookMachine, kits, examples=60, steps=30)
