"""Users' own files on the timeline: the length of a clip's scene, its sound, and the view of the camera."""

from typing import Any

import pytest

from gpu_renderer.core import segments
from gpu_renderer.core.cache_keys import segment_key
from gpu_renderer.image.camera import crop_for_pose
from sutradhar.domain.assets.asset import SAMPLE_RATE, Asset
from sutradhar.domain.assets.slot import MUSIC, Slot
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.video.timeline import Footage, Timeline
from sutradhar.domain.video.timeline_builder import build_timeline

FPS = 30
CLIP, OTHER, PHOTO, SONG = (f"up-{n:016x}" for n in range(4))
WIDE = (1600, 900)


def asset(
    slot: str, name: str, *, seconds: float = 0.0, clip_sec: float | None = None, size: tuple[int, int] = WIDE
) -> Asset:
    return Asset(
        key=name,
        kind="image",
        blob=f"assets/{name}",
        sha256=name,
        size=1,
        provider="x/1",
        samples=round(seconds * SAMPLE_RATE),
        width=size[0],
        height=size[1],
        clip_sec=clip_sec,
        is_video=clip_sec is not None,
    )


def lay_out(
    *scenes: dict[str, Any],
    clip_sec: float = 4.0,
    sounds: bool = True,
    speech_sec: float = 2.0,
    song_sec: float = 60.0,
    size: tuple[int, int] = WIDE,
    **plan: Any,
) -> Timeline:
    body = RenderPlan.parse({"scenes": list(scenes), "render": {"fps": FPS}, "music": None, **plan})
    assets = {MUSIC: asset("music", "song", seconds=song_sec)}
    for i, scene in enumerate(body.scenes):
        length = clip_sec if scene.clip else None
        name = scene.clip.upload if scene.clip else f"photo-{i}"
        audio_sec = clip_sec if scene.clip and sounds else 0.0
        assets[Slot.image(i)] = asset("image", name, seconds=audio_sec, clip_sec=length, size=size)
        assets[Slot.narration(i)] = asset("narration", f"voice-{i}", seconds=speech_sec)
    return build_timeline(body, assets)


def test_levels_of_the_music_are_placed_at_their_samples() -> None:
    levels = [{"at_sec": 0, "gain_db": 0}, {"at_sec": 1.2, "gain_db": -6}, {"at_sec": 2.4, "gain_db": 3}]
    timeline = lay_out(photo(), music={"mood": "calm", "automation": levels})
    assert timeline.music is not None
    assert [(point.at, point.gain_db) for point in timeline.music.automation] == [(0, 0), (57_600, -6), (115_200, 3)]
    own = lay_out(photo(), music={"upload": SONG, "automation": levels})
    assert own.music is not None
    assert own.music.automation == timeline.music.automation


def photo(**fields: Any) -> dict[str, Any]:
    return {"image": {"upload": PHOTO, **fields}, "duration_sec": 2, "transition": "cut"}


def clip(**fields: Any) -> dict[str, Any]:
    return {"clip": {"upload": CLIP, **fields}}


def test_a_clip_without_a_length_is_as_long_as_it_is() -> None:
    timeline = lay_out(clip(), clip(start_sec=1) | {"transition": "crossfade"}, clip(start_sec=1, end_sec=2.5))
    assert [c.frames for c in timeline.clips] == [120, 90, 45]
    assert [c.footage for c in timeline.clips] == [
        Footage(start_sec=s, part_frames=f, when_over="hold") for s, f in ((0, 120), (1, 90), (1, 45))
    ]
    assert (timeline.looped_scenes, timeline.held_scenes, timeline.extended_scenes) == ((), (), ())


@pytest.mark.parametrize(
    ("fields", "scene", "sounds", "over", "frames", "filler"),
    [
        ({}, {"duration_sec": 6}, True, "hold", 180, "held"),
        ({}, {"duration_sec": 6}, False, "loop", 180, "looped"),
        ({"sound": "drop"}, {"duration_sec": 6}, True, "loop", 180, "looped"),
        ({}, {"narration": "Six."}, True, "loop", 162, "looped"),
        ({"sound": "keep"}, {"narration": "Six."}, True, "hold", 162, "held"),
        ({"when_short": "hold"}, {"duration_sec": 6}, False, "hold", 180, ""),
        ({"when_short": "loop"}, {"duration_sec": 6}, True, "loop", 180, ""),
        ({"when_short": "trim"}, {"duration_sec": 6}, True, "hold", 120, ""),
        ({"when_short": "trim"}, {"narration": "Six.", "duration_sec": 7}, True, "hold", 162, "held"),
        ({"when_short": "trim"}, {"duration_sec": 3}, True, "hold", 90, ""),
    ],
)
def test_a_clip_that_is_shorter_than_its_scene(
    fields: dict[str, Any], scene: dict[str, Any], sounds: bool, over: str, frames: int, filler: str
) -> None:
    timeline = lay_out(clip(**fields) | scene, sounds=sounds, speech_sec=5.0)
    shown = timeline.clips[0]
    assert shown.footage is not None
    assert (shown.frames, shown.footage.when_over) == (frames, over)
    assert {"looped": timeline.looped_scenes, "held": timeline.held_scenes, "": (0,)}[filler] == (0,)
    assert len(timeline.looped_scenes) + len(timeline.held_scenes) == bool(filler)


@pytest.mark.parametrize(("seconds", "speed", "part"), [(3, 1.0, 120), (5, 0.8, 150), (8, 0.5, 240), (12, 0.5, 240)])
def test_a_slowed_clip_fills_its_scene_as_far_as_half_its_speed_goes(seconds: int, speed: float, part: int) -> None:
    timeline = lay_out(clip(when_short="slow") | {"duration_sec": seconds})
    assert timeline.clips[0].footage == Footage(start_sec=0, part_frames=part, when_over="hold", speed=speed)
    assert timeline.clip_audio == ()
    assert timeline.looped_scenes + timeline.held_scenes == ()


def test_a_clip_holds_through_a_transition_without_a_notice() -> None:
    timeline = lay_out(clip(sound="drop") | {"duration_sec": 4}, photo() | {"transition": "crossfade"})
    assert timeline.clips[0].frames == 120 + 8
    assert timeline.clips[0].footage is not None
    assert timeline.clips[0].footage.when_over == "hold"
    assert timeline.looped_scenes + timeline.held_scenes == ()


@pytest.mark.parametrize(
    ("fields", "narration", "audio_sec"),
    [
        ({}, "", (False, 0.0)),
        ({}, "Hello.", (True, 0.0)),
        ({"sound": "drop"}, "", None),
        ({"sound": "drop"}, "Hi.", None),
        ({"sound": "keep", "volume_db": -6}, "Hi.", (False, -6.0)),
        ({"sound": "duck"}, "", (False, 0.0)),
    ],
)
def test_the_audio_of_a_clip(fields: dict[str, Any], narration: str, audio_sec: tuple[bool, float] | None) -> None:
    timeline = lay_out(clip(start_sec=1, **fields) | {"narration": narration, "duration_sec": 3})
    assert [(s.ducked, s.volume_db) for s in timeline.clip_audio] == ([audio_sec] if audio_sec else [])
    for audio in timeline.clip_audio:
        assert (audio.start, audio.samples, audio.source_start, audio.period) == (0, 144_000, 48_000, 144_000)
    assert lay_out(clip(**fields) | {"duration_sec": 3}, sounds=False).clip_audio == ()


def test_audio_comes_and_goes_with_its_image() -> None:
    timeline = lay_out(photo(), clip() | {"transition": "crossfade"}, photo() | {"transition": "dip"})
    (audio,) = timeline.clip_audio
    assert audio.start == timeline.clips[1].start * 1600
    assert (audio.samples, audio.fade_in, audio.fade_out) == (120 * 1600, 15 * 1600, 15 * 1600)
    held = lay_out(clip() | {"duration_sec": 6}, photo()).clip_audio[0]
    assert (held.samples, held.fade_in, held.fade_out) == (4 * SAMPLE_RATE, 480, 480)
    looped = lay_out(clip(when_short="loop") | {"duration_sec": 6}, photo()).clip_audio[0]
    assert (looped.samples, looped.period) == (6 * SAMPLE_RATE, 4 * SAMPLE_RATE)


@pytest.mark.parametrize(
    ("focus", "size", "left_top"),
    [
        ("top", (900, 1600), (0, 0)),
        ("bottom", (900, 1600), (0, 1094)),
        ("center", (900, 1600), (0, 547)),
        ("left", (3200, 900), (0, 0)),
        ("right", (3200, 900), (1600, 0)),
        ({"x": 0.5, "y": 0.4}, (900, 1600), (0, 387)),
    ],
)
def test_focus_says_what_stays(focus: object, size: tuple[int, int], left_top: tuple[int, int]) -> None:
    for timeline in (
        lay_out(photo(focus=focus) | {"camera": "hold"}, size=size),
        lay_out(clip(focus=focus), size=size),
    ):
        camera = timeline.clips[0].camera
        shown = crop_for_pose(camera.start, size, 16 / 9)
        assert camera.still
        assert (round(shown.left), round(shown.top)) == pytest.approx(left_top, abs=1)


@pytest.mark.parametrize("camera", ["zoom_in", "pan_up", "pan_left", "pull_out"])
@pytest.mark.parametrize("focus", ["top", "bottom_left", {"x": 0.9, "y": 0.2}])
@pytest.mark.parametrize("size", [(900, 1600), (3000, 900)])
def test_every_move_stays_inside_the_part_that_cropping_leaves(
    camera: str, focus: object, size: tuple[int, int]
) -> None:
    """Every move changes the image, so that the gate never takes a video for frozen."""
    base = crop_for_pose(
        lay_out(photo(focus=focus) | {"camera": "hold"}, size=size).clips[0].camera.start, size, 16 / 9
    )
    move = lay_out(photo(focus=focus) | {"camera": camera}, size=size).clips[0].camera
    start, end = (crop_for_pose(pose, size, 16 / 9) for pose in (move.start, move.end))
    assert abs(start.left - end.left) + abs(start.top - end.top) > 0.02 * base.height
    for box in (start, end):
        assert box.left >= base.left - 0.5
        assert box.right <= base.right + 0.5
        assert box.top >= base.top - 0.5
        assert box.bottom <= base.bottom + 0.5


def test_an_image_that_is_shown_whole_moves_only_on_request() -> None:
    timeline = lay_out(photo(fit="fit"), photo(fit="fit") | {"camera": "zoom_in"}, photo(), clip(fit="fit"))
    assert [c.fit for c in timeline.clips] == ["fit", "fit", "fill", "fit"]
    assert [c.camera.still for c in timeline.clips] == [True, False, False, True]
    with pytest.raises(Exception, match="no camera move"):
        lay_out(clip(fit="fit") | {"camera": "zoom_in"})


def test_a_song_opens_the_video_with_its_own_start() -> None:
    song = {"upload": SONG, "start_sec": 10}
    track = lay_out(photo() | {"duration_sec": 20}, music=song).music
    assert track is not None
    assert (track.source_start, track.samples, track.crossfade) == (480_000, 20 * SAMPLE_RATE, 0)
    track = lay_out(photo() | {"duration_sec": 20}, music=song, song_sec=18).music
    assert track is not None
    assert (track.source_start, track.samples, track.crossfade) == (480_000, 8 * SAMPLE_RATE, 2 * SAMPLE_RATE)
    track = lay_out(photo() | {"duration_sec": 20}, music={"mood": "calm"}).music
    assert track is not None
    assert (track.source_start, track.samples, track.crossfade) == (0, 60 * SAMPLE_RATE, None)


def keys(timeline: Timeline) -> list[str]:
    return [segment_key(part, ("x",), "engine", {}) for part in segments.split(timeline)]


@pytest.mark.parametrize("change", [{"start_sec": 1.5}, {"fit": "fit"}, {"focus": "top"}, {"end_sec": 3.5}])
def test_a_change_of_a_clip_renders_only_its_own_segments_again(change: dict[str, Any]) -> None:
    def encode_keys(**fields: Any) -> list[str]:
        cuts = clip(start_sec=1, **fields) | {"duration_sec": 3, "transition": "cut"}
        return keys(lay_out(photo(), cuts, photo(), size=(900, 1600)))

    def replace_clip() -> list[str]:
        cuts = {"clip": {"upload": CLIP, "start_sec": 1, **change}, "duration_sec": 3, "transition": "cut"}
        return keys(lay_out(photo(), cuts, photo(), size=(900, 1600)))

    assert [a == b for a, b in zip(encode_keys(), replace_clip(), strict=True)] == [True, False, True]
    assert encode_keys() == encode_keys(sound="drop", when_short="hold")  # the audio does not change the frames


def test_a_scene_that_ends_before_its_clips_end_is_known() -> None:
    whole = lay_out(clip(end_sec=3) | {"narration": "Hi.", "duration_sec": 3})
    early = lay_out(clip(end_sec=3) | {"narration": "Hi."}, speech_sec=1.0)
    assert (whole.cut_short_scenes, early.cut_short_scenes) == ((), (0,))
    assert lay_out(clip() | {"narration": "Hi."}, speech_sec=1.0).cut_short_scenes == ()
