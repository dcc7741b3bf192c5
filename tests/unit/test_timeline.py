from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutradhar.domain.assets.asset import SAMPLE_RATE, Asset, Word
from sutradhar.domain.assets.requests import FirstProviders, list_asset_requests
from sutradhar.domain.assets.slot import Slot
from sutradhar.domain.assets.specs import NarrationSpec
from sutradhar.domain.billing.provider_id import ProviderId
from sutradhar.domain.core.errors import InvalidRequest
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.scene import Scene
from sutradhar.domain.plan.speech_duration import NARRATION_PADDING_SEC
from sutradhar.domain.video.scene_parts import list_caption_languages
from sutradhar.domain.video.timeline_builder import build_timeline

PROVIDERS = FirstProviders(ProviderId("n", "1"), ProviderId("i", "1"), ProviderId("m", "1"))


def assets_for(plan: RenderPlan, seconds: list[float]) -> dict[Slot, Asset]:
    assets: dict[Slot, Asset] = {}
    for request in list_asset_requests(plan, PROVIDERS):
        text = request.spec.text if isinstance(request.spec, NarrationSpec) else ""
        samples = round(seconds[request.slot.scene or 0] * SAMPLE_RATE) if request.kind == "narration" else 48_000
        words = tuple(Word(text=w, start=i * 0.1, end=i * 0.1 + 0.09) for i, w in enumerate(text.split()))
        assets[request.slot] = Asset(
            key=request.key,
            kind=request.kind,
            blob=f"assets/{request.slot}",
            sha256=str(request.slot),
            size=1,
            provider="x/1",
            samples=samples if request.kind != "image" else 0,
            words=words,
        )
    return assets


def plan_of(*durations: float | None, fps: int = 30, transition: str = "crossfade") -> RenderPlan:
    scenes = tuple(
        Scene(narration=f"Scene number {i}.", image_prompt="x", duration_sec=d, transition=transition)
        for i, d in enumerate(durations)
    )
    return RenderPlan(scenes=scenes, render={"fps": fps})


def test_narration_decides_and_a_scene_is_never_shorter_than_asked() -> None:
    plan = plan_of(2, 10)
    timeline = build_timeline(plan, assets_for(plan, [4.0, 4.0]))
    fade = 15
    assert timeline.extended_scenes == (0,)
    assert timeline.clips[0].frames == 120 + 2 * 6 + (fade - fade // 2)
    assert timeline.clips[1].frames == 300 + fade // 2
    assert timeline.frames == timeline.clips[-1].end


@given(
    st.lists(st.tuples(st.floats(0.2, 25), st.one_of(st.none(), st.floats(1, 20))), min_size=1, max_size=20),
    st.sampled_from([24, 25, 30, 50, 60]),
    st.sampled_from(["crossfade", "dip", "wipe", "cut"]),
)
def test_voices_never_overlap_and_stay_inside_their_scene(
    scenes: list[tuple[float, float | None]], fps: int, transition: str
) -> None:
    """Narrations of any length, 0.3 to 3 times the planned one included, come out in sync."""
    plan = plan_of(*(asked for _, asked in scenes), fps=fps, transition=transition)
    timeline = build_timeline(plan, assets_for(plan, [narrated for narrated, _ in scenes]))
    assert timeline.frames == sum(c.frames for c in timeline.clips) - sum(c.transition.frames for c in timeline.clips)
    for clip, voice in zip(timeline.clips, timeline.narrations, strict=True):
        lead = voice.start / SAMPLE_RATE - clip.start / fps
        assert lead >= NARRATION_PADDING_SEC - 1 / SAMPLE_RATE
        assert voice.end / SAMPLE_RATE <= clip.end / fps - NARRATION_PADDING_SEC + 1 / SAMPLE_RATE
    for a, b in pairwise(timeline.narrations):
        assert b.start - a.end >= 2 * NARRATION_PADDING_SEC * SAMPLE_RATE - 2
    for cue in timeline.captions["en"]:
        assert 0 <= cue.start < cue.end <= timeline.frames


def test_neighbouring_clips_overlap_by_their_crossfade_and_no_further() -> None:
    plan = plan_of(1, 1, 1)
    timeline = build_timeline(plan, assets_for(plan, [0.2] * 3))
    for a, b in pairwise(timeline.clips):
        assert a.end - b.start == b.transition.frames == 15
    assert timeline.clips[0].end <= timeline.clips[2].start


def test_a_video_far_over_ten_minutes_is_refused_with_its_length() -> None:
    plan = plan_of(*[None] * 20)
    with pytest.raises(InvalidRequest, match="680 s long; at most 660 s"):
        build_timeline(plan, assets_for(plan, [33.6] * 20))


def test_a_voice_slower_than_its_estimate_may_take_a_video_a_little_over_ten_minutes() -> None:
    plan = plan_of(*[None] * 20)
    assert build_timeline(plan, assets_for(plan, [31.0] * 20)).duration_sec == pytest.approx(628, abs=1)


def test_a_language_without_all_its_translations_has_no_captions() -> None:
    whole = Scene(narration="One.", image_prompt="x", translations={"hi": "एक।"})
    bare = Scene(narration="Two.", image_prompt="x")
    assert list_caption_languages(RenderPlan(scenes=(whole, whole))) == ("en", "hi")
    assert list_caption_languages(RenderPlan(scenes=(whole, bare))) == ("en",)


def test_a_video_without_a_word_has_no_captions() -> None:
    plan = RenderPlan(scenes=(Scene(image_prompt="x", duration_sec=2),))
    timeline = build_timeline(plan, assets_for(plan, []))
    assert (timeline.captions, timeline.burned_captions) == ({}, ())


def test_both_languages_come_from_one_timeline() -> None:
    scene = Scene(narration="One two. Three.", image_prompt="x", translations={"hi": "एक दो। तीन।"})
    plan = RenderPlan(scenes=(scene,))
    timeline = build_timeline(plan, assets_for(plan, [3.0]))
    assert [c.start for c in timeline.captions["en"]] == [c.start for c in timeline.captions["hi"]]
    assert timeline.burned_captions == timeline.captions["en"]
    assert (timeline.language, timeline.caption_language) == ("en", "en")


def test_the_same_request_has_the_same_key_and_another_provider_another() -> None:
    plan = plan_of(None)
    keys = [r.key for r in list_asset_requests(plan, PROVIDERS)]
    assert keys == [r.key for r in list_asset_requests(plan, PROVIDERS)]
    assert len(set(keys)) == 3
    other = [r.key for r in list_asset_requests(plan, replace(PROVIDERS, image=ProviderId("i", "2")))]
    assert [a == b for a, b in zip(keys, other, strict=True)] == [True, False, True]


def test_titles_stand_while_their_scene_alone_is_seen() -> None:
    shown = {"title": {"text": "प्रह्लाद", "subtext": "A story"}, "lower_third": {"text": "Narada", "subtext": "A sage"}}
    scenes = [
        {"narration": "One.", "image_prompt": "x", "duration_sec": 8, **shown},
        {"image_prompt": "x", "duration_sec": 2, "title": {"text": "Soon over"}, "transition": "dip"},
        {"image_prompt": "x", "duration_sec": 3},
    ]
    plan = RenderPlan.parse({"scenes": scenes, "render": {"fps": 30}})
    timeline = build_timeline(plan, assets_for(plan, [4.0, 0, 0]))
    title, lower, short = timeline.titles
    assert (title.start, title.end, title.text, title.subtext) == (0, 105, "प्रह्लाद", "A story")
    assert (lower.start, lower.end, lower.place) == (15, 135, "lower_third")
    assert short.start == timeline.clips[1].start + 15
    assert short.end == timeline.clips[2].start
    assert (timeline.clips[1].transition.kind, timeline.clips[1].transition.frames) == ("dip", 15)


def test_a_plan_names_its_encoder_and_quality() -> None:
    plan = RenderPlan.parse(
        {
            "topic": "A",
            "render": {"encoder": "hevc_nvenc", "quality": 20, "soft_captions": True, "caption_style": "highlight"},
        }
    )
    assert (plan.render.encoder, plan.render.quality) == ("hevc_nvenc", 20)
    with pytest.raises(InvalidRequest, match=r"render\.quality"):
        RenderPlan.parse({"topic": "A", "render": {"quality": 52}})
