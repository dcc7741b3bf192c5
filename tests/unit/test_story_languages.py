"""Test the stories of the offline planner in every language beyond English and Hindi."""

import pytest
import regex

from sutradhar.domain.core.errors import ProviderError
from sutradhar.domain.language.table import FACTS
from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.text.text import find_undrawable_character, split_sentences
from sutradhar.providers.offline.storybook.planner import Storybook
from sutradhar.providers.offline.storybook.stories import Story, add_languages, load_stories
from tests.unit.storybook_plans import LANGUAGES, check_form, sum_seconds, write_plan

FURTHER = sorted({language for story in load_stories() for language in story.languages} - set(LANGUAGES))
TELLINGS = [(story, language) for story in load_stories() for language in story.languages if language in FURTHER]
each_telling = pytest.mark.parametrize(("story", "language"), TELLINGS, ids=[f"{s.id}-{tag}" for s, tag in TELLINGS])


def test_the_stories_are_told_in_six_further_languages() -> None:
    assert len(FURTHER) >= 6
    assert len(TELLINGS) == len(FURTHER) * len(load_stories())


@each_telling
def test_each_sentence_has_its_counterpart(story: Story, language: Language) -> None:
    story = add_languages(story, [language])
    for beat in (*story.breath, *story.beats):
        sentences = beat.get_sentences(language)
        assert len(sentences) == len(beat.en)
        assert split_sentences(" ".join(sentences)) == list(sentences)
        assert not find_undrawable_character(" ".join(sentences))
        assert not regex.search(r"\d|[—–“”]", " ".join(sentences))
        if FACTS[language].script != "Latn":
            assert not regex.search(r"\p{Latin}", " ".join(sentences))


@each_telling
def test_a_title_in_the_language_finds_the_story(story: Story, language: Language) -> None:
    plan = write_plan(topic=story.title[language], language=language, length_sec=60)
    check_form(plan)
    assert plan.title == story.title[language]
    assert sum_seconds(plan) == pytest.approx(60, rel=0.1)
    assert plan.subtitle_languages == (language, "en")
    for scene in plan.scenes:
        assert len(split_sentences(scene.narration)) == len(split_sentences(scene.translations["en"]))


@pytest.mark.parametrize("language", FURTHER)
def test_a_story_comes_near_each_length(language: Language) -> None:
    for story in load_stories()[:2]:
        for length in (30, 300):
            plan = write_plan(topic=story.title["en"], language=language, length_sec=length)
            assert sum_seconds(plan) == pytest.approx(length, rel=0.1), (story.id, length)


@pytest.mark.parametrize(
    ("topic", "story"),
    [
        ("cuento del leñador honesto", "honest_woodcutter"),
        ("பிரகலாதன் கதை", "prahlad"),
        ("ప్రహ్లాదుడి కథ", "prahlad"),
        ("প্রহ্লাদের গল্প", "prahlad"),
        ("प्रल्हादाची गोष्ट", "prahlad"),
        ("પ્રહ્લાદની વાર્તા", "prahlad"),
    ],
)
def test_a_topic_in_other_words_finds_its_story(topic: str, story: str) -> None:
    plan = write_plan(topic=topic, length_sec=15, language={"प": "mr"}.get(topic[0]))
    title = next(one for one in load_stories() if one.id == story).title
    assert plan.title == title[plan.spoken_language]


def test_a_plan_in_many_languages_has_all_of_them() -> None:
    languages = ["hi", *FURTHER]
    plan = Storybook().write_plan(RenderPlan.parse({"topic": "Prahlad", "languages": languages, "length_sec": 30}))
    assert plan.spoken_language == "hi"
    assert all(set(scene.translations) == {"en", *FURTHER} for scene in plan.scenes)
    assert set(plan.localizations) == set(FURTHER)
    assert plan.localizations[FURTHER[0]].title


def test_a_topic_without_a_story_is_refused_in_other_languages_with_what_to_do() -> None:
    with pytest.raises(ProviderError) as refused:
        write_plan(topic="தேநீரின் வரலாறு")
    assert "Tamil" in str(refused.value)
    assert "write the scenes" in refused.value.advice
    with pytest.raises(ProviderError, match="is not told in Russian"):
        write_plan(topic="Prahlad", language="ru")
