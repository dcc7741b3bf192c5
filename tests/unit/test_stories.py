"""Test every story of the offline planner in both languages and at several lengths."""

from itertools import product

import pytest
import regex

from sutradhar.domain.language.tags import Language
from sutradhar.domain.text.text import split_sentences
from sutradhar.providers.offline.storybook.stories import Story, load_stories
from tests.unit.storybook_plans import LANGUAGES, check_form, sum_seconds, write_plan

IDS = [s.id for s in load_stories()]


def test_there_are_eight_stories_and_the_two_that_clients_know() -> None:
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
