"""In any order of events a job with a review buys nothing but its narrations before the approval, and ends once."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, rule

from sutradhar.domain.core.errors import Conflict
from sutradhar.domain.jobs.job import Job, JobState
from sutradhar.domain.jobs.messages import Message
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.plan_patch import PlanPatch
from sutradhar.pipeline.review import approve, change_plan
from sutradhar.pipeline.services import Services
from sutradhar.pipeline.submit import cancel, submit
from sutradhar.pipeline.sweep import sweep
from sutradhar.ports.stores import Change
from tests.property.machine import PipelineMachine
from tests.property.processes import REVIEW_PERIOD
from tests.property.test_firestore import FirestoreMachine
from tests.property.test_pipeline import run

PATCHES = (
    {"scenes": [{"index": 0, "narration": "Another sentence."}]},
    {"scenes": [{"index": 1, "narration": "One more sentence."}]},
    {"scenes": [{"index": 0, "image_prompt": "another image"}]},
    {"title": "Another title"},
)
ACTS = ("approve", "change", "cancel")


def act(services: Services, job_id: str, what: str) -> None:
    """Do as a caller would; a refusal changes nothing."""
    with suppress(Conflict):
        if what == "approve":
            approve(services, job_id)
        elif what == "change":
            change_plan(services, job_id, PlanPatch.parse(PATCHES[0]))
        else:
            cancel(services, job_id)


class RacingJobs:
    """A job store in which another caller acts just before the first update."""

    def __init__(self, services: Services, job_id: str, what: str) -> None:
        self._services, self._rival = services, (job_id, what)
        self._has_raced = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._services.jobs, name)

    def update(self, job_id: str, change: Change) -> tuple[Job, Sequence[Message]]:
        if not self._has_raced:
            self._has_raced = True
            act(self._services, *self._rival)
        return self._services.jobs.update(job_id, change)


class ReviewMachine(PipelineMachine):
    """The machine with one job, whose caller changes, approves and cancels while two processes work."""

    @initialize(ahead=st.integers(0, 8))
    def begin(self, ahead: int) -> None:
        job, _ = submit(self.processes[0].services, RenderPlan(topic="tea", review=True), "key")
        self.jobs.append(job.id)
        self.retries[job.id] = []
        for _ in range(ahead):
            if delivery := self.processes[0].queue.take():
                self.processes[0].start(delivery)
                self.processes[0].finish()

    @rule(which=st.integers(0, 1))
    def user_approves(self, which: int) -> None:
        before = self._get_job()
        try:
            approve(self.processes[which].services, before.id)
        except Conflict:
            assert before.state is not JobState.AWAITING_APPROVAL
            assert not before.approved_at

    @rule(which=st.integers(0, 1), patch=st.sampled_from(PATCHES))
    def user_changes(self, which: int, patch: dict[str, object]) -> None:
        before = self._get_job()
        try:
            change_plan(self.processes[which].services, before.id, PlanPatch.parse(patch))
        except Conflict:
            assert before.state is not JobState.AWAITING_APPROVAL

    @rule(first=st.sampled_from(ACTS), second=st.sampled_from(ACTS), luck=st.integers(0, 5))
    def two_users_race(self, first: str, second: str, luck: int) -> None:
        """Let a call come while another one has read the job and has not written yet."""
        job, services = self._get_job(), self.processes[0].services
        if job.state is not JobState.AWAITING_APPROVAL or ("cancel" in (first, second) and luck):
            return
        ports: Any = services.backend  # a PortSet
        racing = replace(services, backend=replace(ports, jobs=RacingJobs(services, job.id, second)))
        act(racing, job.id, first)
        after = self._get_job()
        if "cancel" in (first, second):
            self.cancelled.add(job.id)
            assert after.state is JobState.CANCELLED

    @rule(which=st.integers(0, 1), what=st.sampled_from(ACTS), effects=st.integers(1, 16), luck=st.integers(0, 5))
    def call_is_cut_off(self, which: int, what: str, effects: int, luck: int) -> None:
        """Kill the process of a call before its ``effects``-th effect; its messages may be lost, and the sweep finds
        that."""
        job, process = self._get_job(), self.processes[which]
        if job.state is not JobState.AWAITING_APPROVAL or (what == "cancel" and luck):
            return
        self._cut_off(which, lambda: act(process.services, job.id, what), effects)
        after = self._get_job()
        if after.state is JobState.CANCELLED:
            self.cancelled.add(job.id)
        # the one write of the call was made whole, or not at all
        assert (after.version - job.version, after == job) in ((0, True), (1, False))
        assert not (after.approved_at and after.plan_changes != job.plan_changes)

    @rule(which=st.integers(0, 1), effects=st.integers(1, 12), luck=st.integers(0, 5))
    def week_passes(self, which: int, effects: int, luck: int) -> None:
        """Let the review expire; the process of the sweep is killed before its ``effects``-th effect, and then another
        one sweeps."""
        job = self._get_job()
        if luck or job.state is not JobState.AWAITING_APPROVAL:
            return
        self.clock.advance(REVIEW_PERIOD.total_seconds())
        self.leases_ran_out += 1
        self._cut_off(which, lambda: self._sweep(which), effects)
        self._sweep(1 - which)
        self.cancelled.add(job.id)
        assert self._get_job().cancel_reason

    def _cut_off(self, which: int, work: Callable[[], None], effects: int) -> None:
        handler = self.processes[which].start_work(lambda _: work())
        for _ in range(effects):
            if not handler.over:
                handler.step()
        handler.kill()
        assert handler.error is None, handler.error
        self.harmed = True

    def _sweep(self, which: int) -> None:
        sweep(self.processes[which].services)

    @invariant()
    def only_narrations_are_made_before_the_approval(self) -> None:
        if self.jobs and not self._get_job().approved_at:
            assert not [what for what in self.providers.calls if what != "plan" and not what.startswith("narration ")]

    @invariant()
    def a_waiting_job_has_its_narrations_and_no_message(self) -> None:
        if self.jobs and (job := self._get_job()).state is JobState.AWAITING_APPROVAL:
            stored = self.mine.assets.get_many([request.key for request in job.requests])
            assert all(request.key in stored for request in job.due_requests)
            assert job.pending_messages() == []

    @invariant()
    def the_plan_of_an_approved_job_stays(self) -> None:
        if self.jobs and (job := self._get_job()).approved_at:
            assert all(change.changed_at <= job.approved_at for change in job.plan_changes)

    def _drain(self) -> None:
        super()._drain()
        if self.jobs and self._get_job().state is JobState.AWAITING_APPROVAL:
            approve(self.processes[0].services, self.jobs[0])
            super()._drain()

    def _get_job(self) -> Job:
        return self._job(self.jobs[0])

    def work_until_it_waits(self) -> None:
        process = self.processes[0]
        while (delivery := process.take()) and self._get_job().state is not JobState.AWAITING_APPROVAL:
            process.start(delivery)
            process.finish()


class FirestoreReviewMachine(ReviewMachine, FirestoreMachine):
    """The same on Firestore."""


def test_a_review_in_any_order_of_events() -> None:
    run(ReviewMachine, 0, 40)


@pytest.mark.usefixtures("emulators")
def test_a_review_on_firestore_in_any_order_of_events() -> None:
    run(FirestoreReviewMachine, 1, 8)


@seed(0)
@settings(max_examples=70, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(calls=st.lists(st.tuples(st.sampled_from((*ACTS, "expire")), st.integers(1, 16), st.booleans()), max_size=4))
def test_calls_are_killed_before_any_of_their_effects(calls: list[tuple[str, int, bool]]) -> None:
    """Each call or sweep about a waiting job dies somewhere; the worker goes on between two of them, or not."""
    machine = ReviewMachine()
    try:
        machine.begin(0)
        machine.work_until_it_waits()
        for number, (what, effects, is_worked_on) in enumerate(calls):
            if what == "expire":
                machine.week_passes(number % 2, effects, 0)
            else:
                machine.call_is_cut_off(number % 2, what, effects, 0)
            if is_worked_on:
                machine.work_until_it_waits()
            machine.only_narrations_are_made_before_the_approval()
            machine.a_waiting_job_has_its_narrations_and_no_message()
            machine.the_plan_of_an_approved_job_stays()
    finally:
        machine.teardown()
