"""Any intro and outro: the scenes between them keep their numbers, their order and everything that is heard in them."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from sutradhar.domain.assets import slot as slots
from sutradhar.domain.assets.asset import SAMPLE_RATE, Asset, Word
from sutradhar.domain.assets.slot import Slot
from sutradhar.domain.plan.ends import INTRO, OUTRO
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.video.quality_gate import _caption_rules
from sutradhar.domain.video.timeline import Timeline, frame_to_sample
from sutradhar.domain.video.timeline_builder import build_timeline
from tests.property.test_recording_timeline import make_asset, recordings

UPLOAD = "up-0123456789abcdef"
RECOGNIZED_WORDS = tuple(Word(text=f"word{n}.", start=0.2 * n, end=0.2 * n + 0.1) for n in range(4))
KINDS = st.sampled_from(["cut", "crossfade", "dip", "wipe"])


def make_end(seconds: float, *, is_heard: bool) -> Asset:
    samples = round(seconds * SAMPLE_RATE) if is_heard else 0
    words = tuple(word for word in RECOGNIZED_WORDS if word.end < seconds) if is_heard else ()
    clip = make_asset("image", samples=samples, words=words)
    return clip.evolve(is_video=True, clip_sec=seconds, width=640, height=360, sha256="end")


@st.composite
def narrated_plans(draw: st.DrawFn) -> tuple[RenderPlan, dict[Slot, Asset]]:
    scenes, assets = [], {slots.MUSIC: make_asset("music", samples=9 * SAMPLE_RATE)}
    for i in range(draw(st.integers(1, 4))):
        narration = draw(st.sampled_from(["", f"Scene number {i} is told."]))
        scene: dict[str, object] = {"narration": narration, "image_prompt": "x", "transition": draw(KINDS)}
        scene["duration_sec"] = draw(st.sampled_from([1, 7] if narration else [1, 4]))
        scenes.append(scene)
        assets[Slot.image(i)] = make_asset("image")
        if narration:
            seconds = draw(st.floats(0.4, 9))
            words = tuple(
                Word(text=w, start=seconds * n / 6, end=seconds * (n + 1) / 6) for n, w in enumerate(narration.split())
            )
            assets[Slot.narration(i)] = make_asset("narration", samples=round(seconds * SAMPLE_RATE), words=words)
    fps = draw(st.sampled_from([24, 25, 30, 60]))
    return RenderPlan.model_validate({"scenes": scenes, "render": {"fps": fps}}), assets


@st.composite
def recorded_plans(draw: st.DrawFn) -> tuple[RenderPlan, dict[Slot, Asset]]:
    plan, recording = draw(recordings())
    images = {Slot.image(i): make_asset("image") for i in range(len(plan.scenes))}
    return plan, {slots.RECORDING: recording, slots.MUSIC: make_asset("music", samples=9 * SAMPLE_RATE), **images}


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(narrated_plans(), recorded_plans()),
    st.one_of(st.none(), st.tuples(st.floats(0.2, 9), st.booleans())),
    st.one_of(st.none(), st.tuples(st.floats(0.2, 9), st.booleans())),
)
def test_scenes_stay_as_they_are_between_an_intro_and_an_outro(
    case: tuple[RenderPlan, dict[Slot, Asset]],
    intro: tuple[float, bool] | None,
    outro: tuple[float, bool] | None,
) -> None:
    plan, assets = case
    bare = build_timeline(plan, assets)
    ends = {name: {"upload": UPLOAD} for name, end in (("intro", intro), ("outro", outro)) if end}
    branded = RenderPlan.model_validate({**plan.model_dump(exclude={"notices", "brand_look"}), **ends})
    if intro:
        assets = {**assets, slots.INTRO: make_end(intro[0], is_heard=intro[1])}
    if outro:
        assets = {**assets, slots.OUTRO: make_end(outro[0], is_heard=outro[1])}
    timeline = build_timeline(branded, assets)

    numbers = [*([INTRO] if intro else []), *range(len(plan.scenes)), *([OUTRO] if outro else [])]
    assert [clip.scene for clip in timeline.clips] == numbers
    assert timeline.clips[0].start == 0
    assert timeline.clips[-1].end == timeline.frames
    for clip, following in pairwise(timeline.clips):
        assert clip.end - following.start == following.transition.frames
        assert clip.frames >= clip.transition.frames + following.transition.frames
    for end, number in ((intro, INTRO), (outro, OUTRO)):
        if end:
            clip = next(clip for clip in timeline.clips if clip.scene == number)
            assert clip.frames == max(int(end[0] * timeline.fps + 0.01), 1), "it is shown once and whole"
    scenes = [clip for clip in timeline.clips if clip.is_scene]
    offset = scenes[0].start + scenes[0].transition.frames // 2
    check_audio(timeline, bare, offset)
    check_music(timeline, intro_is_heard=bool(intro and intro[1]), outro_is_heard=bool(outro and outro[1]))
    assert all(result.ok for result in _caption_rules(timeline))
    assert (timeline.extended_scenes, timeline.looped_scenes) == (bare.extended_scenes, bare.looped_scenes)


def check_audio(timeline: Timeline, bare: Timeline, offset: int) -> None:
    """Narrations are heard at their places in the scenes, which begin ``offset`` frames later."""
    assert [(one.scene, one.samples) for one in timeline.narrations] == [
        (one.scene, one.samples) for one in bare.narrations
    ]
    for one, before in zip(timeline.narrations, bare.narrations, strict=True):
        assert abs(one.start - before.start - frame_to_sample(offset, timeline.fps)) <= 1
    audio_by_scene = {audio.scene: audio for audio in timeline.clip_audio}
    for clip in timeline.clips:
        if audio := audio_by_scene.get(clip.scene):
            assert not audio.ducked
            assert frame_to_sample(clip.start, timeline.fps) == audio.start
            assert audio.start + audio.samples <= timeline.samples


def check_music(timeline: Timeline, *, intro_is_heard: bool, outro_is_heard: bool) -> None:
    """Music plays beside no sound of an intro or an outro, but through their transitions."""
    assert timeline.music
    scenes = [clip for clip in timeline.clips if clip.is_scene]
    first, last = (frame_to_sample(frame, timeline.fps) for frame in (scenes[0].start, scenes[-1].end))
    assert timeline.music.start == (first if intro_is_heard else 0)
    end = timeline.samples if timeline.music.end is None else timeline.music.end
    assert end == (last if outro_is_heard else timeline.samples)
