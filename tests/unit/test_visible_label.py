"""The visible label of a plan: its words, its place, its time, and the segments that it leaves alone."""

import pytest

from functions.cli.options import apply_options, name_options
from gpu_renderer.core.segments import split
from sutradhar.domain.core.errors import InvalidRequest
from sutradhar.domain.plan.notices import find_reading_notices
from sutradhar.domain.plan.options import VisibleLabel, Watermark
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.plan_patch import PlanPatch, change_fields
from sutradhar.domain.video.frame_choice import keep_shown
from sutradhar.domain.video.timeline import LabelCue
from sutradhar.domain.video.visible_label import place_label
from tests.unit.test_segments import keys, timeline

SCENE = {"narration": "One.", "image_prompt": "a hill"}


def parse(**fields: object) -> RenderPlan:
    return RenderPlan.parse({"title": "T", "scenes": [SCENE], **fields})


@pytest.mark.parametrize("value", [None, False, "", "none", "off"])
def test_a_plan_without_a_label_has_none(value: object) -> None:
    assert parse().label is None
    assert parse(label=value).label is None
    assert place_label(parse(label=value), 90) is None


def test_short_forms_are_understood() -> None:
    assert parse(label=True).label == VisibleLabel()
    assert parse(label="yes").label == VisibleLabel()
    assert parse(label="AI video").label == VisibleLabel(text="AI video")
    full = parse(label={"text": "एआई", "position": "tl", "seconds": 3}).label
    assert full == VisibleLabel(text="एआई", position="tl", seconds=3)


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ({"seconds": 0.5}, "label.seconds"),
        ({"position": "middle"}, "label.position"),
        ({"text": "x" * 61}, "label.text"),
        ({"text": "  "}, "label.text"),
        ({"colour": "red"}, "label.colour"),
        (7, "label"),
    ],
)
def test_wrong_labels_are_named(label: object, words: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        parse(label=label)
    assert words in {error.path for error in caught.value.errors}


def test_the_option_of_the_terminal_sets_it() -> None:
    plan = {"topic": "Tea", "label": {"text": "Old", "seconds": 3}}
    assert RenderPlan.parse(apply_options(plan, {"label": "on"})).label == VisibleLabel()
    assert RenderPlan.parse(apply_options(plan, {"label": "AI video"})).label == VisibleLabel(text="AI video")
    assert RenderPlan.parse(apply_options(plan, {"label": "off"})).label is None
    with pytest.raises(InvalidRequest) as caught:
        RenderPlan.parse(apply_options(plan, {"label": "x" * 61}))
    assert [error.path for error in name_options(caught.value.errors, {"label": "x" * 61})] == ["--label"]


def test_its_usual_words_are_of_the_language_of_the_video() -> None:
    label = place_label(parse(label=True, language="en"), 90)
    assert label == LabelCue(text="Made with AI", position="bl", start=0, end=90)
    label = place_label(parse(label=True, language="hi"), 90)
    assert label is not None
    assert label.text == "एआई से निर्मित"


def test_it_ends_after_its_seconds_or_with_the_video() -> None:
    plan = parse(label={"seconds": 2.5}, render={"fps": 24})
    assert (place_label(plan, 240) or pytest.fail("no label")).end == 60
    assert (place_label(plan, 31) or pytest.fail("no label")).end == 31


def test_it_gives_way_to_the_watermark() -> None:
    def find_corner(position: str, **watermark: object) -> str:
        label = place_label(parse(label={"position": position}, **watermark), 90)
        assert label is not None
        return label.position

    assert find_corner("tr") == "tl", "the usual watermark stands there"
    assert find_corner("tr", watermark=None) == "tr"
    assert find_corner("br", watermark=Watermark(position="br").model_dump()) == "bl"
    assert find_corner("bl") == "bl"


def test_an_emoji_in_it_is_left_out_and_said() -> None:
    for value in ("AI 🤖", {"text": "AI 🤖"}):
        (notice,) = find_reading_notices({"label": value})
        assert notice.startswith("the label: left out, as the fonts cannot draw it")
    assert parse(label="AI 🤖").label == VisibleLabel(text="AI")


def test_a_change_of_a_plan_adds_and_removes_it() -> None:
    plan = change_fields(parse(), PlanPatch.parse({"label": "AI"}))
    assert plan.label == VisibleLabel(text="AI")
    moved = change_fields(plan, PlanPatch.parse({"label": {"position": "tl"}}))
    assert moved.label == VisibleLabel(text="AI", position="tl")
    assert change_fields(moved, PlanPatch.parse({"label": None})).label is None


def test_only_segments_that_show_it_change_their_keys() -> None:
    bare = timeline(100, 90, 80)
    label = LabelCue(text="AI", position="bl", start=0, end=90)
    labelled = bare.evolve(label=label)
    changed = [a != b for a, b in zip(keys(bare), keys(labelled), strict=True)]
    assert changed == [segment.start < 90 for segment in split(bare)]
    assert keys(bare.evolve(label=label.evolve(end=95))) != keys(labelled)
    assert keys(labelled) != keys(labelled, font="g")
    cut = [segment.label for segment in split(labelled)]
    assert cut[0] == LabelCue(text="AI", position="bl", start=0, end=85)
    assert cut[1] == LabelCue(text="AI", position="bl", start=0, end=5)


def test_a_single_frame_keeps_it_only_while_it_is_shown() -> None:
    labelled = timeline(100).evolve(label=LabelCue(text="AI", position="bl", start=0, end=40))
    assert keep_shown(labelled, 39).label is not None
    assert keep_shown(labelled, 40).label is None
