"""Test the offline planner with any topic, with scenes that the user wrote, and with scripts."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sutradhar.domain.core.errors import ProviderError
from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.text.text import clean_text, make_drawable
from sutradhar.providers.offline.storybook.planner import Storybook
from sutradhar.providers.offline.storybook.script import split_script_sentences
from tests.unit.storybook_plans import LANGUAGES, check_form, sum_seconds, write_plan


@pytest.mark.parametrize(
    ("topic", "title"),
    [
        ("the history of tea", "The History of Tea"),
        ("Make a 30-second video about the history of tea", "The History of Tea"),
        ("tell me a story about courage", "Courage"),
        ("my grandmother's garden", "My Grandmother's Garden"),
        ("why the sky is blue", "Why the Sky Is Blue"),
        ("Why do cats purr?", "Why Do Cats Purr?"),
        ("NASA and iPhone design", "NASA and iPhone Design"),
        ("भारतीय रेल", "भारतीय रेल"),
        ("मुझे दादी के बगीचे की कहानी सुनाओ", "दादी के बगीचे की कहानी"),
    ],
)
def test_any_other_topic_becomes_a_video_about_it(topic: str, title: str) -> None:
    plan = write_plan(topic=topic, length_sec=45)
    check_form(plan)
    assert plan.title == title
    assert 3 <= len(plan.scenes) <= 8
    assert sum_seconds(plan) == pytest.approx(45, rel=0.05)
    assert title.rstrip("?").casefold() in plan.scenes[0].narration.casefold()
    other: Language = "en" if plan.spoken_language == "hi" else "hi"
    assert all(s.translations.get(other) for s in plan.scenes)


@pytest.mark.parametrize(
    ("topic", "end"), [("why the sky is blue", "."), ("why is the sky blue", "?"), ("आसमान नीला क्यों है", "?")]
)
def test_a_question_ends_as_its_wording_asks(topic: str, end: str) -> None:
    assert topic + end in write_plan(topic=topic).scenes[0].narration


@given(
    st.text(min_size=1, max_size=200)
    | st.text("ab आक{}[]()\"'“”?!।.:;,-_%\\/<>#&0 ", min_size=1, max_size=200)
    | st.sampled_from(
        ["HOST: hi", "[VISUAL: sea]", "(music)", "a " * 99 + "b", "x" * 200, "{it}", "{0.__class__}", "%s"]
    ),
    st.sampled_from(LANGUAGES),
    st.integers(5, 600),
    st.integers(0, 2**31 - 1),
)
@settings(max_examples=150, deadline=None)
def test_any_topic_gives_a_valid_plan_or_a_clear_refusal(
    topic: str, language: Language, length: int, seed: int
) -> None:
    try:
        requested_plan = RenderPlan.model_validate(
            {"topic": topic, "language": language, "length_sec": length, "seed": seed}
        )
    except ValueError:
        return
    if not any(c.isalnum() for c in make_drawable(clean_text(topic))):
        with pytest.raises(ProviderError, match="no word"):
            Storybook().write_plan(requested_plan)
        return
    check_form(Storybook().write_plan(requested_plan))


def test_the_same_request_gives_the_same_plan_and_another_seed_other_words() -> None:
    narrations = {write_plan(topic="courage", seed=seed).scenes[0].narration for seed in range(12)}
    assert len(narrations) >= 3
    assert write_plan(topic="courage", seed=5) == write_plan(topic="courage", seed=5)
    assert write_plan(topic="Prahlad", seed=5).scenes == write_plan(topic="Prahlad", seed=6).scenes


def test_given_scenes_are_kept_and_only_title_and_mood_filled_in() -> None:
    scenes = [{"narration": "The old lighthouse keeper climbed the stairs.", "image_prompt": "a lighthouse at night"}]
    plan = write_plan(scenes=scenes)
    assert plan.scenes == RenderPlan.model_validate({"scenes": scenes}).scenes
    assert plan.title == "The old lighthouse keeper climbed the stairs"
    assert plan.music.mood == "calm"
    assert write_plan(scenes=scenes, topic="Prahlad").scenes == plan.scenes
    assert write_plan(scenes=scenes, topic="the sea at night").title == "The Sea at Night"
    assert write_plan(scenes=scenes, title="Mine", music={"mood": "heroic"}).music.mood == "heroic"
    assert write_plan(scenes=scenes, music={"enabled": False}).music.mood is None


def test_a_prompt_of_several_sentences_is_the_script() -> None:
    script = (
        "Long ago Dr. Rao lived by the sea. He had a small red boat. “Where are you going?” asked the boy."
        " He never said. One night the boat was gone! Nobody saw it again."
    )
    plan = write_plan(prompt=script, length_sec=30)
    check_form(plan)
    assert " ".join(s.narration for s in plan.scenes) == script
    assert plan.title == "Long ago Dr. Rao lived by the sea"
    assert 3 <= len(plan.scenes) <= 8
    assert not any(s.translations for s in plan.scenes)
    hindi = write_plan(prompt="एक नदी थी। उसके किनारे एक पेड़ था। पेड़ पर एक चिड़िया रहती थी। वह रोज़ गाती थी।")
    assert hindi.language == "hi"
    assert len(hindi.scenes) >= 3


@pytest.mark.parametrize(
    "prompt",
    ["Prahlad", "Tell me the story of Prahlad.", "Make a short video about Prahlad. Keep it gentle. No text."],
)
def test_a_prompt_that_asks_is_treated_as_a_topic(prompt: str) -> None:
    assert write_plan(prompt=prompt).scenes == write_plan(topic="Prahlad").scenes


@pytest.mark.parametrize(
    ("prompt", "word"),
    [
        ("[Verse 1]\nDown by the river where the willows lean\nI found a penny\n\n[Chorus]\nCarry me home", "penny"),
        ("वर दे वीणावादिनि वर दे\nप्रिय स्वतंत्र रव अमृत मंत्र नव\nभारत में भर दे", "अमृत"),
        ("Half a league, half a league\nHalf a league onward\nAll in the valley of death", "valley"),
    ],
)
def test_the_lines_of_a_song_or_a_poem_are_spoken_without_full_stops(prompt: str, word: str) -> None:
    plan = write_plan(prompt=prompt, subtitle_languages=[])
    narrations = " ".join(scene.narration for scene in plan.scenes)
    assert word in narrations
    assert "Verse" not in narrations
    assert len(narrations.split()) <= len(prompt.split())


@pytest.mark.parametrize(
    "brief",
    [
        "Topic: tea\nTone: funny\nAudience: small children who like tea\nLength: short",
        "A video about\nthe history of tea\nin India for small children",
        "Tea\nCoffee\nMilk",
    ],
)
def test_a_brief_in_lines_is_not_a_poem(brief: str) -> None:
    assert not split_script_sentences(brief)


@pytest.mark.parametrize("fields", [{"topic": "???"}, {"topic": "“…”"}, {"prompt": "... !!! [ ]"}])
def test_a_topic_without_words_is_refused_for_good(fields: dict[str, str]) -> None:
    with pytest.raises(ProviderError) as caught:
        write_plan(**fields)
    assert not caught.value.retryable
