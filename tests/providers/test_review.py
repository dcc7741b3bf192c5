"""A plan with ``review`` pays for its script and its narrations, then waits; what does not change is not made again."""

from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sutradhar.domain.core.errors import BudgetSpent, Conflict, InvalidRequest, VersionMismatch
from sutradhar.domain.jobs.job import Job, JobState
from sutradhar.domain.plan.plan_patch import PlanPatch
from sutradhar.pipeline.library import duplicate_plan
from sutradhar.pipeline.review import approve, change_plan, read_plan
from sutradhar.pipeline.submit import cancel
from sutradhar.pipeline.sweep import sweep
from tests.property.test_review import RacingJobs, act
from tests.providers.pipeline_harness import PipelineHarness, environment
from tests.providers.server import ProviderStub
from tests.providers.test_buying import PLAN, list_billed_calls, spend_for_others

REVIEWED = PLAN.evolve(review=True)


def list_paths(stub: ProviderStub) -> Counter[str]:
    """Count the paid calls by the kind of the asset."""
    kinds = {"text-to-speech": "narration", "images": "image", "music": "music", "sound-generation": "sound"}
    return Counter(
        next((kind for part, kind in kinds.items() if part in call.path), "plan") for call in list_billed_calls(stub)
    )


def change(pipeline: PipelineHarness, job: Job, **fields: Any) -> Job:
    return change_plan(pipeline.services, job.id, PlanPatch.parse(fields))


@pytest.fixture
def waiting(pipeline: PipelineHarness) -> Job:
    job = pipeline.run_plan(REVIEWED)
    assert job.state is JobState.AWAITING_APPROVAL, job.error
    return job


def test_only_the_plan_and_the_narrations_are_paid_for_until_the_approval(
    pipeline: PipelineHarness, stub: ProviderStub, waiting: Job
) -> None:
    before = list_paths(stub)
    assert set(before) == {"plan", "narration"}
    view = read_plan(pipeline.services, waiting.id)
    assert sorted(view.narrations) == [0, 1, 2]
    assert {line.slot.role for line in view.cost.lines} == {"image", "character", "sound", "music"}
    assert view.account.spent > 0
    pipeline.work()
    assert list_paths(stub) == before
    approve(pipeline.services, waiting.id)
    approve(pipeline.services, waiting.id)
    pipeline.work()
    done = pipeline.job(waiting.id)
    assert done.state is JobState.SUCCEEDED, done.error
    assert approve(pipeline.services, waiting.id) == done
    after = list_paths(stub)
    assert {kind: after[kind] for kind in before} == dict(before)
    paid = read_plan(pipeline.services, waiting.id).account.spent - view.account.spent
    assert paid == pytest.approx(view.cost.expected_cost, rel=0.2)


def test_a_review_makes_the_video_that_would_be_made_without(pipeline: PipelineHarness, stub: ProviderStub) -> None:
    plain = pipeline.run_plan(PLAN)
    calls = len(list_billed_calls(stub))
    assert plain.plan
    job = pipeline.run_plan(plain.plan.evolve(review=True, notices=()))
    assert job.state is JobState.AWAITING_APPROVAL
    approve(pipeline.services, job.id)
    pipeline.work()
    assert pipeline.job(job.id).state is JobState.SUCCEEDED
    assert pipeline.job(job.id).assets == plain.assets
    assert len(list_billed_calls(stub)) == calls


def test_a_changed_narration_is_made_again_and_nothing_else(
    pipeline: PipelineHarness, stub: ProviderStub, waiting: Job
) -> None:
    before = list_paths(stub)
    changed = change(pipeline, waiting, scenes=[{"index": 1, "narration": "Another river begins here."}])
    assert changed.state is JobState.PRODUCING
    pipeline.work()
    again = pipeline.job(waiting.id)
    assert again.state is JobState.AWAITING_APPROVAL
    assert list_paths(stub) == before + Counter(narration=1)
    assert again.plan
    assert again.plan.scenes[1].translations == {}
    assert any("captions are left out" in notice for notice in again.notices)
    (record,) = again.plan_changes
    assert [field.path for field in record.fields] == ["scenes[1].narration", "scenes[1].translations"]
    assert record.fields[0].after == "Another river begins here."


def test_a_changed_image_costs_nothing_before_the_approval(
    pipeline: PipelineHarness, stub: ProviderStub, waiting: Job
) -> None:
    before = list_paths(stub)
    changed = change(pipeline, waiting, title="Water", scenes=[{"index": 0, "image_prompt": "a spring in the hills"}])
    assert changed.state is JobState.AWAITING_APPROVAL
    pipeline.work()
    assert list_paths(stub) == before
    assert change(pipeline, waiting, title="Water") == changed
    with pytest.raises(VersionMismatch):
        approve(pipeline.services, waiting.id, {1})
    approve(pipeline.services, waiting.id, {2})
    pipeline.work()
    done = pipeline.job(waiting.id)
    assert done.state is JobState.SUCCEEDED, done.error
    assert any(b"a spring in the hills" in call.raw for call in stub.list_billed("openai"))


def test_the_approval_checks_the_budget_of_the_day_again(stub: ProviderStub, tmp_path: Path) -> None:
    pipeline = PipelineHarness({**environment(stub, tmp_path), "DAILY_BUDGET_USD": "20"})
    try:
        waiting = pipeline.run_plan(REVIEWED)
        calls = len(list_billed_calls(stub))
        spend_for_others(pipeline, 20_000_000)
        with pytest.raises(BudgetSpent):
            approve(pipeline.services, waiting.id)
        assert pipeline.job(waiting.id) == waiting
        assert len(list_billed_calls(stub)) == calls
    finally:
        pipeline.close()


def test_the_cap_of_a_job_counts_what_is_spent(pipeline: PipelineHarness) -> None:
    job = pipeline.run_plan(REVIEWED)
    view = read_plan(pipeline.services, job.id)
    total = (view.account.spent + view.cost.expected_cost) / 1e6
    capped = pipeline.services.jobs.update(
        job.id, lambda j: (j.evolve(requested_plan=j.requested_plan.evolve(budget_usd=total - 0.001)), [])
    )[0]
    with pytest.raises(InvalidRequest, match="would cost about"):
        approve(pipeline.services, capped.id)


def test_a_waiting_job_can_be_cancelled_and_then_nothing_else(
    pipeline: PipelineHarness, waiting: Job, stub: ProviderStub
) -> None:
    calls = len(list_billed_calls(stub))
    assert cancel(pipeline.services, waiting.id).state is JobState.CANCELLED
    with pytest.raises(Conflict, match="any more"):
        approve(pipeline.services, waiting.id)
    with pytest.raises(Conflict, match="any more"):
        change(pipeline, waiting, title="Water")
    pipeline.work()
    assert len(list_billed_calls(stub)) == calls


def test_no_sweep_sends_a_waiting_job_on(pipeline: PipelineHarness, waiting: Job, stub: ProviderStub) -> None:
    clock = pipeline.set_clock()
    clock.advance(3600)
    calls = len(list_billed_calls(stub))
    assert sweep(pipeline.services) == 0
    pipeline.work()
    assert pipeline.job(waiting.id) == waiting
    assert len(list_billed_calls(stub)) == calls


def test_a_duplicate_of_a_job_whose_review_expired_pays_for_no_narration_again(
    pipeline: PipelineHarness, stub: ProviderStub, waiting: Job
) -> None:
    paid = list_paths(stub)
    clock = pipeline.set_clock()
    clock.advance(7 * 24 * 3600)
    sweep(pipeline.services)
    expired = pipeline.job(waiting.id)
    assert (expired.state, bool(expired.cancel_reason)) == (JobState.CANCELLED, True)
    plan = duplicate_plan(pipeline.services, waiting.id)
    again = pipeline.run_plan(plan)
    assert again.state is JobState.AWAITING_APPROVAL, again.error
    assert list_paths(stub) == paid
    approve(pipeline.services, again.id)
    pipeline.work()
    assert pipeline.job(again.id).state is JobState.SUCCEEDED
    assert list_paths(stub)["narration"] == paid["narration"]


def test_a_lost_message_of_an_approval_is_swept(pipeline: PipelineHarness, waiting: Job) -> None:
    clock = pipeline.set_clock()
    approve(pipeline.services, waiting.id)
    while delivery := pipeline.queue.take():  # type: ignore[attr-defined] # the queue of the local backend
        pipeline.queue.finish(delivery)  # type: ignore[attr-defined] # as above
    clock.advance(3600)
    assert sweep(pipeline.services) == 1
    pipeline.work()
    assert pipeline.job(waiting.id).state is JobState.SUCCEEDED


@pytest.mark.parametrize(
    ("first", "second"),
    [("approve", "change"), ("change", "approve"), ("approve", "cancel"), ("cancel", "approve"), ("change", "cancel")],
)
def test_calls_that_race_leave_one_plan_and_one_end(
    pipeline: PipelineHarness, waiting: Job, stub: ProviderStub, first: str, second: str
) -> None:
    """The second call comes when the first one has read the job and has not written yet."""
    services = pipeline.services
    backend: Any = services.backend
    racing = replace(services, backend=replace(backend, jobs=RacingJobs(services, waiting.id, second)))
    before = list_paths(stub)
    act(racing, waiting.id, first)
    pipeline.work()
    job = pipeline.job(waiting.id)
    if "cancel" in (first, second):
        assert job.state is JobState.CANCELLED
        assert list_paths(stub) == before
        return
    # the change came first or was refused, so the caller has approved what is made
    assert len(job.plan_changes) == (second == "change")
    if job.state is JobState.AWAITING_APPROVAL:
        act(services, waiting.id, "approve")
        pipeline.work()
    assert pipeline.job(waiting.id).state is JobState.SUCCEEDED
