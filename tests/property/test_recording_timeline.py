"""Any words, pauses and scenes: a recorded narration plays once and whole, and the scenes follow each other."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from sutradhar.domain.assets.asset import SAMPLE_RATE, Asset, Word
from sutradhar.domain.assets.slot import RECORDING, Slot
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.scene import Scene
from sutradhar.domain.video.quality_gate import _caption_rules
from sutradhar.domain.video.recording_cuts import is_left_out
from sutradhar.domain.video.timeline import Timeline
from sutradhar.domain.video.timeline_builder import build_timeline


def make_asset(kind: str, *, samples: int = 0, words: tuple[Word, ...] = (), pauses: object = ()) -> Asset:
    fields = {"samples": samples, "words": words, "pauses": pauses}
    return Asset.model_validate(
        {
            "key": "k",
            "kind": kind,
            "blob": f"assets/{kind}",
            "sha256": kind,
            "size": 1,
            "provider": "upload/2",
            **fields,
        }
    )


def lay_out(plan: RenderPlan, recording: Asset) -> Timeline:
    images = {Slot.image(i): make_asset("image") for i in range(len(plan.scenes))}
    return build_timeline(plan, {RECORDING: recording, **images})


@st.composite
def recordings(draw: st.DrawFn) -> tuple[RenderPlan, Asset]:
    counts = draw(st.lists(st.integers(0, 6), min_size=1, max_size=12))
    scenes, texts = [], []
    for i, count in enumerate(counts):
        words = [f"w{i}x{n}" for n in range(count)]
        texts += words
        transition = draw(st.sampled_from(["cut", "crossfade", "dip", "wipe"]))
        narration = " ".join(words)
        translations = {"hi": "एक दो तीन"} if count and draw(st.booleans()) else {}
        scenes.append(Scene(narration=narration, image_prompt="x", transition=transition, translations=translations))
    at, words_out = 0.1, []
    for text in texts:
        length = draw(st.sampled_from([0.02, 0.1, 0.4, 1.5]))
        is_left = draw(st.integers(0, 9)) == 0
        words_out.append(
            Word(text=text, start=at, end=at if is_left else at + length, confidence=0.0 if is_left else 0.9)
        )
        at += 0.001 if is_left else length + draw(st.sampled_from([0.0, 0.05, 0.5, 4.0]))
    seconds = at + draw(st.sampled_from([0.0, 0.1, 2.0]))
    known = tuple(words_out) if draw(st.integers(0, 4)) else ()
    kept = known if draw(st.integers(0, 4)) else known[: len(known) // 2]
    pauses = draw(st.lists(st.tuples(st.floats(0, seconds), st.floats(0.3, 5)), max_size=8))
    spans = tuple(sorted((a, min(a + b, seconds)) for a, b in pauses))
    plan = RenderPlan.model_validate(
        {
            "scenes": scenes,
            "narration_audio": {"upload": "up-0123456789abcdef"},
            "render": {"fps": draw(st.sampled_from([24, 30, 60]))},
        }
    )
    return plan, make_asset("narration", samples=round(max(seconds, 0.6) * SAMPLE_RATE), words=kept, pauses=spans)


@settings(max_examples=150, deadline=None)
@given(recordings())
def test_scenes_follow_each_other_and_the_recording_is_heard_once(case: tuple[RenderPlan, Asset]) -> None:
    plan, recording = case
    timeline = lay_out(plan, recording)
    assert [clip.scene for clip in timeline.clips] == list(range(len(plan.scenes)))
    assert timeline.clips[0].start == 0
    assert timeline.clips[-1].end == timeline.frames
    for clip, following in pairwise(timeline.clips):
        assert clip.end - following.start == following.transition.frames
        assert clip.frames >= clip.transition.frames + following.transition.frames
        assert clip.start < following.start or following.transition.frames == 0
    first, *_ = timeline.narrations
    assert first.source_start == 0
    for voice, next_voice in pairwise(timeline.narrations):
        assert voice.end == next_voice.start
        assert voice.source_start + voice.samples == next_voice.source_start
    assert sum(voice.samples for voice in timeline.narrations) == recording.samples
    assert timeline.narrations[-1].end <= timeline.samples
    assert all(result.ok for result in _caption_rules(timeline)), [r for r in _caption_rules(timeline) if not r.ok]


@settings(max_examples=60, deadline=None)
@given(recordings())
def test_scenes_change_between_the_words_of_their_narrations(case: tuple[RenderPlan, Asset]) -> None:
    plan, recording = case
    counts = [len(scene.narration.split()) for scene in plan.scenes]
    if sum(counts) != len(recording.words) or not all(counts):
        return
    timeline = lay_out(plan, recording)
    air, at = timeline.narrations[0].start, 0
    for clip, following, count in zip(timeline.clips, timeline.clips[1:], counts, strict=False):
        own, after = recording.words[at : at + count], recording.words[at + count]
        at += count
        if clip.frames < 3 or following.frames < 3 or any(map(is_left_out, [*own, after])):
            continue
        middle = following.start + following.transition.frames // 2
        sample = middle * SAMPLE_RATE / plan.render.fps - air
        frame = 2 * SAMPLE_RATE / plan.render.fps
        assert own[-1].start * SAMPLE_RATE - frame <= sample <= after.end * SAMPLE_RATE + frame
