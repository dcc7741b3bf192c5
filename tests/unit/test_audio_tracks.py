"""One video with several audio tracks: what is asked for, where it is placed, and what the gate says of the file."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpu_renderer.core.cache_keys import audio_key, video_key
from gpu_renderer.mux.audio_tracks import AudioTrack
from gpu_renderer.mux.concat import join_command
from sutradhar.domain.assets.asset import SAMPLE_RATE
from sutradhar.domain.assets.requests import list_asset_requests
from sutradhar.domain.assets.slot import Slot
from sutradhar.domain.assets.specs import NarrationSpec
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.video.quality_gate import check, describe_failures
from sutradhar.domain.video.timeline import AudioLanguage, Timeline
from sutradhar.domain.video.timeline_builder import build_timeline
from tests.track_facts import add_track_facts
from tests.unit.test_quality_gate import GOOD, TIMELINE
from tests.unit.test_timeline import PROVIDERS, assets_for

SCENES = [
    {"narration": "One two.", "translations": {"hi": "एक दो तीन।", "fr": "Un deux."}, "image_prompt": "x"},
    {"narration": "", "image_prompt": "y", "duration_sec": 2},
    {"narration": "Three.", "translations": {"hi": "चार।", "fr": "Quatre."}, "image_prompt": "z", "duration_sec": 3},
]


def plan_of(**changes: object) -> RenderPlan:
    return RenderPlan.parse(
        {"languages": ["en", "hi", "fr"], "language_output": "tracks", "scenes": SCENES, "music": "none", **changes}
    )


def build(plan: RenderPlan, seconds: dict[str, float]) -> Timeline:
    """Return the timeline if each narration in a language takes so many seconds; "" is the plan's own."""
    assets = assets_for(plan, [1.0] * len(plan.scenes))
    for slot, asset in assets.items():
        if slot.role == "narration":
            assets[slot] = asset.evolve(samples=round(seconds[slot.language or ""] * SAMPLE_RATE))
    return build_timeline(plan, assets)


def test_each_language_is_narrated_in_each_scene_with_words() -> None:
    slots = [str(request.slot) for request in list_asset_requests(plan_of(), PROVIDERS)]
    assert slots == [
        *("scene-00-narration", "scene-00-narration-hi", "scene-00-narration-fr", "scene-00-image"),
        "scene-01-image",
        *("scene-02-narration", "scene-02-narration-hi", "scene-02-narration-fr", "scene-02-image"),
    ]
    assert Slot.parse("scene-02-narration-fr").label == "scene 3, narration in French"
    with pytest.raises(ValueError, match="tlh"):
        Slot.parse("scene-02-narration-tlh")


def test_the_voice_of_a_language_is_the_one_that_the_plan_names() -> None:
    plan = plan_of(voice="M", language_voices={"fr": "F"}, delivery={"speed": 0.9})
    specs = {r.slot: r.spec for r in list_asset_requests(plan, PROVIDERS)}
    hindi, french = specs[Slot.narration(0, "hi")], specs[Slot.narration(0, "fr")]
    assert isinstance(hindi, NarrationSpec)
    assert isinstance(french, NarrationSpec)
    assert (hindi.voice, hindi.language, hindi.options.speed) == ("M", "hi", 0.9)
    assert (french.voice, french.language, french.text) == ("F", "fr", "Un deux.")


def test_a_video_for_each_language_asks_for_its_own_narration_only() -> None:
    requests = list_asset_requests(plan_of(language_output="videos"), PROVIDERS)
    assert [r.slot for r in requests if r.kind == "narration"] == [Slot.narration(0), Slot.narration(2)]


@given(st.permutations([1.0, 2.5, 4.0]))
def test_a_scene_lasts_as_its_longest_narration_and_all_begin_together(seconds: list[float]) -> None:
    timeline = build(plan_of(), dict(zip(("", "hi", "fr"), seconds, strict=True)))
    longest = build(plan_of(languages=["en"]), {"": 4.0})
    assert [clip.frames for clip in timeline.clips] == [clip.frames for clip in longest.clips]
    assert timeline.extended_scenes == (2,)
    tracks = timeline.list_audio_tracks()
    assert [track.language for track in tracks] == ["en", "hi", "fr"]
    for first, *others in zip(*(track.narrations for track in tracks), strict=True):
        assert {(one.scene, one.start) for one in others} == {(first.scene, first.start)}
    for track, sec in zip(tracks, seconds, strict=True):
        assert {one.samples for one in track.narrations} == {round(sec * SAMPLE_RATE)}
        ends = [clip.end for clip in timeline.clips if clip.scene in (0, 2)]
        assert all(one.end <= end * SAMPLE_RATE / 30 for one, end in zip(track.narrations, ends, strict=True))


def test_the_captions_of_a_track_follow_its_own_words_and_nothing_is_drawn_over_it() -> None:
    timeline = build(plan_of(), {"": 1.0, "hi": 2.5, "fr": 4.0})
    assert {language: len(cues[0].word_starts) for language, cues in timeline.captions.items()} == {
        "en": 2,
        "hi": 3,
        "fr": 2,
    }
    assert (timeline.burned_captions, timeline.caption_language) == ((), None)
    burned = build(plan_of(render={"burn_captions": "fr"}), {"": 1.0, "hi": 2.5, "fr": 4.0})
    assert (burned.burned_captions, burned.caption_language) == (timeline.captions["fr"], "fr")


def test_each_track_has_its_own_mix_and_its_file_its_own_key() -> None:
    timeline = build(plan_of(), {"": 1.0, "hi": 2.5, "fr": 4.0})
    keys = [audio_key(track) for track in timeline.list_audio_tracks()]
    assert len(set(keys)) == 3
    assert audio_key(timeline.evolve(audio_languages=())) == keys[0] == audio_key(timeline)
    orders = list(itertools.permutations([("en", keys[0]), ("hi", keys[1])]))
    names = {video_key(("s",), "a", {}, order) for order in [(), *orders]}  # type: ignore[arg-type]
    assert len(names) == 3


def test_the_file_has_a_named_track_for_each_language_and_the_first_plays() -> None:
    from pathlib import Path

    tracks = [AudioTrack(Path("a.m4a"), "eng", "English"), AudioTrack(Path("b.m4a"), "tam", "தமிழ்")]
    command = " ".join(join_command(None, Path("video.mp4"), (), tracks))
    assert "-map 0:v:0 -map 1:a:0 -map 2:a:0 " in command
    assert "-disposition:a:0 default -disposition:a:1 0 " in command
    assert "-metadata:s:a:0 language=eng -metadata:s:a:1 language=tam " in command
    assert "-metadata:s:a:1 title=தமிழ் -metadata:s:a:1 handler_name=தமிழ் video.mp4" in command


HINDI_TRACK = AudioLanguage(language="hi", narrations=TIMELINE.narrations)
TWO_TRACKS = TIMELINE.evolve(language="en", audio_languages=(HINDI_TRACK,))
FACTS = add_track_facts(GOOD, TWO_TRACKS)
HINDI = FACTS.further_audio[0]


@pytest.mark.parametrize(
    ("facts", "broken"),
    [
        (FACTS, ""),
        (FACTS.evolve(further_audio=()), "audio tracks: eng (default) (allowed: eng, hin; the first is the default)"),
        (FACTS.evolve(further_audio=(HINDI.evolve(is_default_audio=True),)), "audio tracks: eng (default), hin (de"),
        (FACTS.evolve(audio_language="und"), "audio tracks: und (default), hin"),
        (FACTS.evolve(caption_languages=("eng",)), "caption tracks: eng (allowed: eng, hin)"),
        (FACTS.evolve(further_audio=(HINDI.evolve(integrated_lufs=-20.0),)), "loudness, hi: -20.0 LUFS"),
        (FACTS.evolve(further_audio=(HINDI.evolve(audio_sec=19.0),)), "audio length, hi: 19.000 s"),
    ],
)  # fmt: skip
def test_every_track_is_held_to_the_rules(facts: object, broken: str) -> None:
    failures = describe_failures(check(facts, TWO_TRACKS))  # type: ignore[arg-type]
    assert failures.startswith(broken)
    assert bool(failures) == bool(broken)


def test_the_captions_of_a_track_cover_its_own_narrations() -> None:
    late = TIMELINE.narrations[1].evolve(start=900_000, samples=20_000)
    timeline = TWO_TRACKS.evolve(
        audio_languages=(AudioLanguage(language="hi", narrations=(TIMELINE.narrations[0], late)),)
    )
    assert describe_failures(check(FACTS, timeline)).startswith("captions hi: no cue for the narration of scene 2")
