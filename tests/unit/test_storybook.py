"""Test the offline planner: every story in both languages at every length, and any other request."""

import re
from itertools import product

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from sutradhar.domain.core.errors import ProviderError
from sutradhar.domain.plan.choices import Language
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.speech_duration import estimate_speech_sec
from sutradhar.domain.text.text import clean_text, make_drawable, split_sentences
from sutradhar.providers.offline.storybook.planner import Storybook
from sutradhar.providers.offline.storybook.script import split_script_sentences
from sutradhar.providers.offline.storybook.stories import Story, load_stories

LANGUAGES: tuple[Language, ...] = ("en", "hi")
BLANKS = re.compile(r"[{}\[\]]|TODO|\btopic\b", re.IGNORECASE)
IDS = [s.id for s in load_stories()]


def write_plan(**fields: object) -> RenderPlan:
    return Storybook().write_plan(RenderPlan.model_validate(fields))


def sum_seconds(p: RenderPlan) -> float:
    return sum(s.duration_sec or 0 for s in p.scenes)


def check_form(p: RenderPlan) -> None:
    assert RenderPlan.model_validate(p.model_dump()) == p
    assert p.title
    assert p.language == p.spoken_language
    assert p.music.mood
    for scene in p.scenes:
        assert scene.narration
        assert scene.image_prompt
        assert scene.duration_sec is not None
        assert scene.duration_sec >= estimate_speech_sec(scene.narration, p.spoken_language) + 0.39
        assert not BLANKS.search(scene.narration)
        assert not BLANKS.search(scene.image_prompt)


def test_there_are_stories_enough_and_the_two_that_clients_know() -> None:
    assert len(load_stories()) >= 8
    assert {"prahlad", "ganga_avatar"} <= set(IDS)


@pytest.mark.parametrize("story", load_stories(), ids=IDS)
def test_a_story_is_whole_in_both_languages(story: Story) -> None:
    assert [b.role for b in story.beats] == ["opening", *["development"] * (len(story.beats) - 2), "close"]
    assert story.beats[0].drop is None
    assert story.beats[-1].drop is None
    levels = sorted(b.drop for b in story.beats if b.drop is not None)
    assert levels == list(range(1, len(levels) + 1))
    further = {b.long for b in story.beats if b.long is not None}
    assert further == set(range(1, len(further) + 1))
    assert not any(b.long and b.drop for b in story.beats)
    assert not any(b.long for b in story.breath)
    for beat in (*story.breath, *story.beats):
        assert len(beat.en) == len(beat.hi) >= (1 if beat in story.breath else 2)
        for language in LANGUAGES:
            assert len(split_sentences(" ".join(beat.get_sentences(language)))) == len(beat.get_sentences(language))
        assert not regex.search(r"\p{Latin}", " ".join(beat.hi) + story.title["hi"] + story.description["hi"])
        assert not regex.search(r"\p{Devanagari}", " ".join(beat.en) + beat.image)


@pytest.mark.parametrize(
    ("story", "language", "length"),
    list(product(load_stories(), LANGUAGES, (15, 30, 60, 90, 120))),
    ids=lambda v: v.id if isinstance(v, Story) else str(v),
)
def test_a_story_fits_the_length(story: Story, language: Language, length: int) -> None:
    plan = write_plan(topic=story.title["en"], language=language, length_sec=length)
    check_form(plan)
    assert plan.title == story.title[language]
    assert plan.music.mood == story.mood
    assert 3 <= len(plan.scenes) <= 20
    # three whole scenes of Hindi can take longer than 15 s
    beats = story.breath if length == 15 and plan.scenes[0].image_prompt != story.beats[0].image else story.beats
    assert plan.scenes[0].image_prompt == beats[0].image
    assert plan.scenes[-1].image_prompt == beats[-1].image
    if length in (30, 60):
        assert sum_seconds(plan) == pytest.approx(length, rel=0.05)
        assert len(plan.scenes) >= 4
    if length >= 90:
        assert 0.7 * length <= sum_seconds(plan) <= 1.05 * length
    order = [b.image for b in beats]
    places = [order.index(s.image_prompt) for s in plan.scenes]
    assert places == sorted(places)
    other: Language = "en" if language == "hi" else "hi"
    for scene in plan.scenes:
        assert len(split_sentences(scene.narration)) == len(split_sentences(scene.translations[other]))


@pytest.mark.parametrize(
    ("topic", "story"),
    [
        ("Prahlad", "prahlad"),
        ("tell me the story of Prahlad", "prahlad"),
        ("pralhad", "prahlad"),
        ("The legend of Holika and Prahlaad", "prahlad"),
        ("प्रह्लाद की कथा", "prahlad"),
        ("भक्त प्रहलाद और नरसिंह अवतार", "prahlad"),
        ("Ganga", "ganga_avatar"),
        ("गंगा अवतरण की कथा", "ganga_avatar"),
        ("How did Bhagirath bring the river Ganga down to earth?", "ganga_avatar"),
        ("hanuman", "hanuman_leap"),
        ("हनुमान जी की कहानी", "hanuman_leap"),
        ("Krishna lifting the Govardhan hill", "govardhan"),
        ("the fox and the grapes", "fox_and_grapes"),
        ("लोमड़ी और अंगूर", "fox_and_grapes"),
        ("turtle and rabbit race", "tortoise_and_hare"),
        ("कछुआ और खरगोश", "tortoise_and_hare"),
        ("pyasa kauwa", "thirsty_crow"),
        ("The honest woodcuter", "honest_woodcutter"),
        ("water cycle for kids", "water_cycle"),
        ("water cycel", "water_cycle"),
        ("जल चक्र", "water_cycle"),
        ("Why does the moon change its shape?", "moon_phases"),
        ("चांद का आकार क्यों बदलता है", "moon_phases"),
        ("Hanuman Chalisa meaning", None),
        ("Ganga pollution", None),
        ("Maruti Suzuki cars", None),
        ("how the moon landing changed the world", None),
        ("street gangs", None),
        ("the history of tea", None),
        ("fox news", None),
        ("भारतीय रेल", None),
    ],
)
def test_a_topic_finds_its_story_and_only_its_story(topic: str, story: str | None) -> None:
    plan = write_plan(topic=topic)
    titles = {s.title[plan.spoken_language]: s.id for s in load_stories()}
    assert titles.get(plan.title or "") == story


@pytest.mark.parametrize("story", load_stories(), ids=IDS)
def test_both_titles_of_a_story_find_it(story: Story) -> None:
    for language in LANGUAGES:
        assert write_plan(topic=story.title[language]).title == story.title[language]


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
def test_whatever_is_asked_the_plan_is_valid_or_the_refusal_clear(
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
def test_a_brief_in_lines_is_no_poem(brief: str) -> None:
    assert not split_script_sentences(brief)


@pytest.mark.parametrize("fields", [{"topic": "???"}, {"topic": "“…”"}, {"prompt": "... !!! [ ]"}])
def test_what_has_no_word_in_it_is_refused_for_good(fields: dict[str, str]) -> None:
    with pytest.raises(ProviderError) as caught:
        write_plan(**fields)
    assert not caught.value.retryable
