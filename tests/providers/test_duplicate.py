"""A duplicate of a paid job, or the plan of a template, sent back as the API gives it, pays for what is new only."""

import json
from typing import Any

import pytest

from sutradhar.domain.billing.ledger import job_account
from sutradhar.domain.jobs.job import Job, JobState
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.pipeline.billing.accounts import read_account, read_spent
from sutradhar.pipeline.library import duplicate_plan
from sutradhar.pipeline.templates import make_template_plan
from tests.providers.pipeline_harness import PipelineHarness
from tests.providers.server import ProviderStub
from tests.providers.test_buying import PLAN, list_billed_calls


def read_back(plan: RenderPlan) -> dict[str, Any]:
    """Return the plan as a caller gets it."""
    body: dict[str, Any] = json.loads(plan.model_dump_json(exclude={"notices", "brand_look"}))
    return body


@pytest.fixture
def first(pipeline: PipelineHarness) -> Job:
    job = pipeline.run_plan(PLAN)
    assert job.state is JobState.SUCCEEDED
    return job


def test_a_duplicate_without_a_change_costs_nothing(pipeline: PipelineHarness, stub: ProviderStub, first: Job) -> None:
    paid = len(list_billed_calls(stub))
    assert paid > 5
    plan = read_back(duplicate_plan(pipeline.services, first.id))
    again = pipeline.run_plan(RenderPlan.parse(plan))
    assert again.state is JobState.SUCCEEDED
    assert again.id != first.id
    assert again.assets == first.assets
    assert len(list_billed_calls(stub)) == paid
    assert again.estimated_micros == 0
    spent = read_spent(pipeline.services.records, [first.id, again.id, "job-0"])
    assert spent == {
        first.id: read_account(pipeline.services.records, job_account(first.id)).spent,
        again.id: 0,
        "job-0": 0,
    }


def test_a_changed_sentence_costs_one_voice_call(pipeline: PipelineHarness, stub: ProviderStub, first: Job) -> None:
    paid = len(list_billed_calls(stub))
    plan = read_back(duplicate_plan(pipeline.services, first.id))
    plan["scenes"][0]["narration"] = "Another river begins here."
    again = pipeline.run_plan(RenderPlan.parse(plan))
    assert again.state is JobState.SUCCEEDED
    new = list_billed_calls(stub)
    assert len(new) == paid + 1
    changed = {slot for slot, asset in again.assets.items() if asset != first.assets[slot]}
    assert [str(slot) for slot in changed] == ["scene-00-narration"]


def test_the_plan_of_a_template_asks_no_planner(pipeline: PipelineHarness, stub: ProviderStub) -> None:
    plan = make_template_plan(pipeline.services, "prahlad", "hi", 30)
    assert list_billed_calls(stub) == []
    job = pipeline.run_plan(RenderPlan.parse(read_back(plan)))
    assert job.state is JobState.SUCCEEDED
    account = read_account(pipeline.services.records, job_account(job.id))
    assert account.spent > 0
    assert not [charge for charge in account.charges.values() if charge.slot == "plan"]
