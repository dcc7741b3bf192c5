"""Test that a video has the requested length, or that a notice explains the difference before work begins."""

from itertools import product

import pytest

from sutradhar.domain.plan.choices import Voice
from sutradhar.domain.plan.limits import estimate_video_sec
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.speech_duration import LENGTH_TOLERANCE
from sutradhar.domain.text.text import split_sentences
from sutradhar.pipeline.notices import find_other_length
from sutradhar.providers.offline.storybook.planner import Storybook
from sutradhar.providers.offline.storybook.stories import Story, load_stories
from sutradhar.providers.offline.storybook.subject import classify_subject
from tests.lengths import LENGTHS, list_faults
from tests.unit.storybook_plans import LANGUAGES


def list_notices(requested_plan: RenderPlan) -> list[str]:
    return list(find_other_length(Storybook().plan(requested_plan), requested_plan))


def has_requested_length(requested_plan: RenderPlan) -> bool:
    """Return whether the plan has the requested length; if it has another, a notice must say so, and only then."""
    result, length = Storybook().plan(requested_plan), requested_plan.length_sec
    is_right = abs(estimate_video_sec(result.plan) - length) <= LENGTH_TOLERANCE * length
    assert is_right != bool(list(find_other_length(result, requested_plan)))
    return is_right


@pytest.mark.parametrize("story", load_stories(), ids=lambda s: s.id)
def test_a_story_keeps_every_length(story: Story) -> None:
    assert list(list_faults(story)) == []


FREE = (
    "the history of tea",
    "my grandmother",
    "the old fort of Jaisalmer",
    "How to bake bread",
    "why is the sky blue",
    "चाय का इतिहास",
    "मेरी दादी",
    "आसमान नीला क्यों है",
    "x",
    "a very long topic about all the small things that one can find in an old wooden box",
)


@pytest.mark.parametrize("topic", FREE)
def test_any_other_topic_keeps_every_length(topic: str) -> None:
    for length, language in product((*LENGTHS, 8, 20, 200), LANGUAGES):
        voice: Voice = "M" if length in (8, 20, 200, 300) else "F"
        plan = RenderPlan(topic=topic, language=language, length_sec=length, voice=voice)
        assert has_requested_length(plan) or (length < 15 and len(topic) > 60)


@pytest.mark.parametrize("topic", FREE)
@pytest.mark.parametrize("seed", range(2))
def test_ten_minutes_about_any_topic_never_say_the_same_twice(topic: str, seed: int) -> None:
    for language in LANGUAGES:
        plan = Storybook().write_plan(RenderPlan(topic=topic, language=language, length_sec=600, seed=seed))
        told_sentences = [s for scene in plan.scenes for s in split_sentences(scene.narration)]
        begins = [" ".join(s.split()[:3]).casefold() for s in told_sentences]
        assert sorted(set(begins)) == sorted(begins)
        assert sum(topic.casefold() in s.casefold() for s in told_sentences) <= 3 or len(topic) < 5
        assert len({scene.image_prompt for scene in plan.scenes}) == len(plan.scenes)


def test_each_kind_of_topic_gets_its_own_text() -> None:
    kinds: dict[str, tuple[str, ...]] = {
        "thing": ("the history of tea", "courage", "चाय का इतिहास", "bicycles of the world", "the process of erosion"),
        "person": (
            "my grandmother",
            "Marie the scientist",
            "मेरी दादी",
            "the old king of the hills",
            "Rani Lakshmibai",
            "my sisters",
            "रानी लक्ष्मीबाई",
        ),
        "place": ("my grandmother's garden", "the fort of Jaisalmer", "गाँव की नदी", "New York City"),
        "process": ("how to bake bread", "weaving a basket", "the art of listening", "रोटी बनाना", "learning to swim"),
        "question": ("why is the sky blue", "Do cats dream?", "आसमान नीला क्यों है", "how do birds fly"),
    }
    texts = {}
    for kind, topics in kinds.items():
        for topic in topics:
            plan = Storybook().write_plan(RenderPlan(topic=topic, length_sec=600))
            assert classify_subject(topic, plan.spoken_language, topic) == kind
            texts[kind, plan.spoken_language] = {s.narration for s in plan.scenes}
    for (kind, language), text in texts.items():
        others = set().union(*(t for (k, lang), t in texts.items() if k != kind and lang == language))
        assert len(text - others) >= 5


@pytest.mark.parametrize(
    ("topic", "phrase"),
    [
        ("My grandmother", "my grandmother"),
        ("The old fort", "the old fort"),
        ("Learning to swim", "learning to swim"),
        ("The Beatles", "The Beatles"),
        ("DNA", "DNA"),
        ("How do bees make honey?", "How do bees make honey"),
        ("How to make paper", "how to make paper."),
    ],
)
def test_a_topic_has_a_capital_inside_a_sentence_only_where_it_needs_one(topic: str, phrase: str) -> None:
    plan = Storybook().write_plan(RenderPlan(topic=topic))
    assert phrase in plan.scenes[0].narration


@pytest.mark.parametrize("topic", ["How do bees make honey?", "why is the sky blue", "Do cats dream?"])
@pytest.mark.parametrize("seed", range(4))
def test_a_question_is_never_told_as_a_thing(topic: str, seed: int) -> None:
    plan = Storybook().write_plan(RenderPlan(topic=topic, length_sec=600, seed=seed))
    text = " ".join(s.narration for s in plan.scenes)
    assert text.count(topic.rstrip("?")) == text.count(topic.rstrip("?") + "?") > 0


def test_a_text_about_any_topic_has_the_same_sentences_in_both_languages() -> None:
    plan = Storybook().write_plan(RenderPlan(topic="the history of tea", length_sec=600))
    for scene in plan.scenes:
        assert len(split_sentences(scene.narration)) == len(split_sentences(scene.translations["hi"]))
    assert "the history of tea" in plan.scenes[0].translations["hi"]
    assert any("knows no facts" in n for n in plan.notices)
    assert any("Hindi captions keep the words" in n for n in plan.notices)


def test_a_notice_gives_both_lengths_and_says_what_to_do() -> None:
    requested_plan = RenderPlan(prompt="A river ran by the house. All night long it sang to the mill.", length_sec=300)
    seconds = f"{estimate_video_sec(Storybook().write_plan(requested_plan)):.0f} s"
    [text] = list_notices(requested_plan)
    assert text.startswith(f"the video will be about {seconds} long instead of 300 s: ")
    assert f"write more, or set the length to {seconds}" in text
    [text] = list_notices(RenderPlan(prompt="A river. It sang.", length_sec=300))
    assert "set the length to 5 s" in text
    [text] = list_notices(RenderPlan(topic="a" * 200, length_sec=5))
    assert "shorten the topic" in text
    script = " ".join(f"This is sentence number {n} of a long story." for n in range(40))
    [text] = list_notices(RenderPlan(prompt=script, length_sec=15))
    assert "shorten it" in text


def test_scenes_of_the_user_decide_the_length() -> None:
    scenes = ({"narration": "One.", "image_prompt": "a hill", "duration_sec": 8},)
    assert list_notices(RenderPlan.parse({"scenes": scenes})) == []
    assert list_notices(RenderPlan.parse({"scenes": scenes, "length_sec": 30})) == [
        "length_sec 30 is not used: the scenes make the video about 8 s long"
    ]
    assert list_notices(RenderPlan.parse({"scenes": scenes, "length_sec": 8})) == []
