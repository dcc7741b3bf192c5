"""The plan of a video in another of its languages has the words of that language, and everything else as it was."""

from hypothesis import given, settings
from hypothesis import strategies as st

from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.speech_duration import estimate_scene_sec
from sutradhar.domain.plan.version import explain_untranslated, share_lengths, write_version
from sutradhar.domain.video.timeline_builder import build_timeline
from sutradhar.pipeline.versions import measure_scenes
from tests.unit.test_timeline import assets_for, plan_of

BODY = {
    "title": "Tea",
    "language": "en",
    "languages": ["en", "hi", "de"],
    "description": "About tea.",
    "tags": ["tea"],
    "localizations": {"hi": {"title": "चाय"}, "de": {"description": "Über Tee.", "tags": ["Tee"]}},
    "language_voices": {"hi": "M"},
    "budget_usd": 2,
    "review": True,
    "publish": [{"destination": "youtube", "title": "Tea!", "description": "Tea?", "privacy": "unlisted"}],
    "scenes": [
        {
            "narration": "one two three four",
            "image_prompt": "tea",
            "translations": {"hi": "एक दो", "de": "eins zwei drei vier fünf sechs sieben acht"},
            "sounds": [{"text": "a kettle", "word": 3}],
            "title": {"text": "Hot", "translations": {"hi": {"text": "गरम"}}},
        },
        {"image_prompt": "a field", "duration_sec": 3},
    ],
}
PLAN = RenderPlan.parse(BODY)


def test_the_words_are_those_of_the_language() -> None:
    hindi, german = write_version(PLAN, "hi"), write_version(PLAN, "de")
    assert (hindi.title, hindi.description, hindi.tags, hindi.voice) == ("चाय", "About tea.", ("tea",), "M")
    assert (german.title, german.description, german.tags, german.voice) == ("Tea", "Über Tee.", ("Tee",), "F")
    assert hindi.scenes[0].narration == "एक दो"
    assert hindi.scenes[0].translations["en"] == "one two three four"
    assert hindi.scenes[0].title
    assert hindi.scenes[0].title.text == "गरम"
    assert (german.localizations["en"].title, german.localizations["hi"].title) == ("Tea", "चाय")
    assert [one.scenes[0].sounds[0].word for one in (hindi, german)] == [2, 6]


def test_a_publication_takes_the_translated_words_of_the_plan() -> None:
    (hindi,), (german,) = write_version(PLAN, "hi").publish, write_version(PLAN, "de").publish
    assert (hindi.title, hindi.description, hindi.privacy) == (None, "Tea?", "unlisted")
    assert (german.title, german.description) == ("Tea!", None)


def test_a_version_asks_for_no_further_ones_and_for_no_second_review() -> None:
    hindi = write_version(PLAN, "hi")
    assert (hindi.other_languages, hindi.video_languages, hindi.review, hindi.budget_usd) == ((), (), False, 2)
    assert hindi.subtitle_languages == PLAN.subtitle_languages


def test_a_first_video_that_is_longer_than_a_plan_may_be_leaves_the_lengths_of_the_plan() -> None:
    assert [one.duration_sec for one in write_version(PLAN, "hi", (4.5, 596)).scenes] == [None, 3]
    assert [one.duration_sec for one in write_version(PLAN, "hi", (4.5, 0.5)).scenes] == [4.5, 1]


def test_the_missing_translations_are_named() -> None:
    plan = RenderPlan.parse({**BODY, "languages": ["en", "fr"]})
    assert explain_untranslated(PLAN, "hi") == ""
    assert "scene 1 has no French translation" in explain_untranslated(plan, "fr")


@settings(max_examples=30)
@given(
    st.lists(st.tuples(st.floats(0.3, 9), st.floats(0.2, 1)), min_size=1, max_size=5),
    st.sampled_from(["cut", "crossfade"]),
    st.sampled_from([24, 25, 30, 60]),
)
def test_a_version_that_is_not_longer_has_the_frames_of_the_first_video(
    lengths: list[tuple[float, float]], transition: str, fps: int
) -> None:
    plan = plan_of(*(None for _ in lengths), fps=fps, transition=transition)
    scenes = tuple(scene.evolve(translations={"hi": "एक"}) for scene in plan.scenes)
    plan = plan.evolve(scenes=scenes, language="en", languages=("en", "hi"))
    first = build_timeline(plan, assets_for(plan, [seconds for seconds, _ in lengths]))
    version = write_version(plan, "hi", measure_scenes(first))
    second = build_timeline(version, assets_for(version, [seconds * share for seconds, share in lengths]))
    shortest = min(measure_scenes(first))
    if shortest >= 1:  # no scene of a plan is asked to be shorter than a second
        assert [(one.start, one.frames, one.camera) for one in second.clips] == [
            (one.start, one.frames, one.camera) for one in first.clips
        ]
    assert not [index for index in second.extended_scenes if lengths[index][1] < 0.9]


def test_videos_that_share_frames_have_scenes_as_long_as_their_longest_narration() -> None:
    long, short = "एक बहुत ऊँची और बहुत पुरानी पहाड़ी, जहाँ कोई नहीं जाता।", "A hill."
    river = "A river that runs for many days."
    scenes = [
        {"narration": short, "translations": {"hi": long}, "image_prompt": "x"},
        {"narration": river, "translations": {"hi": "नदी।"}, "image_prompt": "x"},
        {"image_prompt": "x", "duration_sec": 3},
    ]
    body = {"title": "T", "scenes": scenes, "languages": ["en", "hi"]}
    in_files = {"render": {"burn_captions": "none"}}
    first, second, silent = (one.duration_sec or 0 for one in share_lengths(RenderPlan.parse(body | in_files)).scenes)
    assert first > estimate_scene_sec(long, "hi") > estimate_scene_sec(short, "en")
    assert second > estimate_scene_sec(river, "en")
    assert silent == 3
    for other in (body, {**body, "language_output": "tracks"}, {**body, "languages": ["en"], **in_files}):
        plan = RenderPlan.parse(other)
        assert share_lengths(plan) is plan


def test_a_plan_that_would_become_too_long_keeps_its_lengths() -> None:
    scene = {"narration": "A hill.", "translations": {"hi": "पहाड़ी पर कोई नहीं जाता। " * 20}, "image_prompt": "x"}
    plan = RenderPlan.parse(
        {"title": "T", "scenes": [scene] * 30, "languages": ["en", "hi"], "render": {"burn_captions": "none"}}
    )
    assert share_lengths(plan) is plan
