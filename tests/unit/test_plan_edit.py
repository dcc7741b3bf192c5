"""A user changes the JSON of a plan; only what differs is sent on."""

import json
from typing import Any

import pytest

from functions.cli.plan_edit import read_changes, write_fields
from sutradhar.domain.core.errors import InvalidRequest
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.plan_patch import change_fields
from sutradhar.domain.plan.plan_text import PlanTextError

PLAN = RenderPlan.parse(
    {
        "title": "Tea",
        "music": {"mood": "calm"},
        "scenes": [
            {"narration": "Tea is hot.", "image_prompt": "a cup", "translations": {"hi": "चाय"}},
            {"narration": "Tea is good.", "image_prompt": "a garden", "camera": "hold"},
        ],
    }
)


def edit(change: Any) -> RenderPlan:
    fields = json.loads(write_fields(PLAN))
    change(fields)
    return change_fields(PLAN, read_changes(PLAN, json.dumps(fields)))


def test_a_plan_that_is_saved_as_it_is_changes_nothing() -> None:
    assert read_changes(PLAN, write_fields(PLAN)).model_fields_set == set()
    shown = json.loads(write_fields(PLAN))
    second = {"index": 1, "narration": "Tea is good.", "image_prompt": "a garden", "camera": "hold"}
    assert shown["scenes"][1] == second


def test_a_new_narration_drops_the_translations_that_were_shown_beside_it() -> None:
    plan = edit(lambda fields: fields["scenes"][0].update(narration="Coffee."))
    assert (plan.scenes[0].narration, plan.scenes[0].translations) == ("Coffee.", {})
    assert plan.scenes[1] == PLAN.scenes[1]


def test_fields_may_be_added_and_left_out() -> None:
    def change(fields: dict[str, Any]) -> None:
        fields["style"] = "watercolour"
        del fields["title"], fields["scenes"][0]
        fields["scenes"][0]["duration_sec"] = 6

    plan = edit(change)
    assert (plan.style, plan.title, plan.scenes[0]) == ("watercolour", "Tea", PLAN.scenes[0])
    assert plan.scenes[1] == PLAN.scenes[1].evolve(duration_sec=6)
    assert edit(lambda fields: fields["music"].update(enabled=False)).music == PLAN.music.evolve(enabled=False)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ('{"topic": "Coffee"}', "topic"),
        ('{"scenes": [{"narration": "x"}]}', "scenes[0].index"),
        ('{"scenes": [{"index": 9, "narration": "x"}]}', "scenes[0].index"),
        ('{"scenes": ["x"]}', "scenes[0]"),
        ('{"scenes": 5}', "scenes"),
        ("[]", ""),
    ],
)
def test_a_wrong_field_is_named(text: str, path: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        change_fields(PLAN, read_changes(PLAN, text))
    assert [error.path for error in refused.value.errors] == [path]


def test_a_text_that_is_no_json_says_where() -> None:
    with pytest.raises(PlanTextError, match="line 2"):
        read_changes(PLAN, '{"title": "Tea",\n oops}')
