"""A dry run with paid providers: it tells their prices, and calls none of them."""

from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.pipeline.dry_run import try_plan
from tests.providers.pipeline_harness import PipelineHarness
from tests.providers.server import ProviderStub

SCENE = {"narration": "A river runs to the sea.", "image_prompt": "a river"}


def count_calls(stub: ProviderStub) -> int:
    return sum(len(stub.list_billed(provider)) for provider in ("openai", "gemini", "elevenlabs"))


def test_a_paid_planner_is_not_called(pipeline: PipelineHarness, stub: ProviderStub) -> None:
    run = try_plan(pipeline.services, RenderPlan.parse({"topic": "A river", "length_sec": 20}))
    assert (run.plan.scenes, run.problems) == ((), ())
    assert "would cost money" in run.notices[-1]
    assert run.estimate.expected_cost > 0
    assert count_calls(stub) == 0


def test_the_lines_are_those_of_the_job(pipeline: PipelineHarness, stub: ProviderStub) -> None:
    plan = RenderPlan.parse({"scenes": [SCENE], "render": {"mode": "PROXY"}})
    run = try_plan(pipeline.services, plan)
    assert count_calls(stub) == 0
    assert run.estimate.expected_cost == pipeline.run_plan(plan).estimated_micros


def test_a_plan_over_its_budget_is_told_with_its_lines(pipeline: PipelineHarness) -> None:
    run = try_plan(pipeline.services, RenderPlan.parse({"scenes": [SCENE], "budget_usd": 0.0001}))
    assert [problem.path for problem in run.problems] == ["budget_usd"]
    assert run.estimate.lines
