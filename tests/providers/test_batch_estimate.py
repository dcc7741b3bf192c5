"""The estimate of a batch: an asset that rows share counts once, one that is stored not at all."""

from typing import Any

from sutradhar.domain.jobs.batch_table import read_list
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.pipeline.batches.check import BatchCheck, check_table
from sutradhar.pipeline.estimate import estimate
from tests.providers.pipeline_harness import PipelineHarness

TEMPLATE = {
    "title": "{{city}}",
    "language": "en",
    "music": False,
    "subtitle_languages": ["en"],
    "scenes": [
        {"narration": "This is {{city}}.", "image_prompt": "the town of {{city}}"},
        {"narration": "Thank you for watching.", "image_prompt": "a waving hand"},
    ],
}
CITIES = [{"city": city} for city in ("Goa", "Pune", "Agra")]


def check(pipeline: PipelineHarness, template: Any = TEMPLATE, **options: Any) -> BatchCheck:
    return check_table(pipeline.services, template, read_list(CITIES), **options)


def test_what_rows_share_counts_once(pipeline: PipelineHarness) -> None:
    outcome = check(pipeline)
    assert outcome.problems == []
    lines = [line for row in outcome.rows for line in estimate(pipeline.services, row.plan).lines]
    of_end = [line for line in lines if str(line.slot).startswith("scene-01-")]
    assert len(of_end) == 6  # a voice and an image in each row
    repeated = of_end[2:]
    for name in ("expected", "max"):
        one_by_one = sum(getattr(line, name) for line in lines)
        assert getattr(outcome.estimate, f"{name}_cost") == one_by_one - sum(getattr(line, name) for line in repeated)


def test_what_is_stored_costs_nothing(pipeline: PipelineHarness) -> None:
    before = check(pipeline)
    first = before.rows[0].plan
    price = estimate(pipeline.services, first).expected_cost
    pipeline.run_plan(first)
    assert check(pipeline).estimate.expected_cost == before.estimate.expected_cost - price


def test_scenes_that_a_model_writes_later_are_shared_by_no_row(pipeline: PipelineHarness) -> None:
    outcome = check(pipeline, {"topic": "{{city}}", "length_sec": 20})
    one = estimate(pipeline.services, RenderPlan(topic="Goa", length_sec=20)).expected_cost
    assert 2 * one < outcome.estimate.expected_cost <= 3 * one


def test_budgets_are_noticed_and_a_row_over_its_own_cap_is_named(pipeline: PipelineHarness) -> None:
    assert any("its budget is 0.01" in text for text in check(pipeline, budget=10_000).notices)
    outcome = check(pipeline, {**TEMPLATE, "budget_usd": 0.0001})
    assert [(one.row, one.field) for one in outcome.problems] == [(n, "budget_usd") for n in (1, 2, 3)]
    assert outcome.rows == []
