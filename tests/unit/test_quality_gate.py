"""The quality gate's rules, one at a time, on facts made up for it."""

from typing import Any

import pytest

from sutradhar.domain.video.captions import Cue
from sutradhar.domain.video.file_facts import FileFacts, NarrationMatch, SongMatch, Span
from sutradhar.domain.video.quality_gate import check, describe_failures, list_notices
from sutradhar.domain.video.timeline import (
    Camera,
    Clip,
    ClipAudio,
    MediaRef,
    MusicTrack,
    NarrationClip,
    Pose,
    SongTrack,
    Timeline,
)

FPS, FRAMES = 30, 600
WIDE, CLOSE = Pose(x=0.5, y=0.5, zoom=1), Pose(x=0.5, y=0.5, zoom=1.15)


def _clip(scene: int, start: int, frames: int, camera: Camera) -> Clip:
    return Clip(scene=scene, start=start, frames=frames, media=MediaRef(blob="b", sha256="0"), camera=camera)


TIMELINE = Timeline(
    fps=FPS,
    width=1920,
    height=1080,
    frames=FRAMES,
    # a moving scene of 10 s, then a declared hold of 10 s
    clips=(_clip(0, 0, 300, Camera(start=WIDE, end=CLOSE)), _clip(1, 300, 300, Camera(start=WIDE, end=WIDE))),
    narrations=(
        NarrationClip(scene=0, start=24_000, samples=400_000, media=MediaRef(blob="v", sha256="0")),
        NarrationClip(scene=1, start=504_000, samples=400_000, media=MediaRef(blob="v", sha256="0")),
    ),
    music=MusicTrack(media=MediaRef(blob="m", sha256="0"), samples=48_000, volume_db=-12),
    captions={
        "en": (Cue(start=15, end=200, lines=("One",)), Cue(start=315, end=500, lines=("Two",))),
        "hi": (Cue(start=15, end=200, lines=("एक",)), Cue(start=315, end=500, lines=("दो",))),
    },
    burned_captions=(Cue(start=15, end=200, lines=("One",)), Cue(start=315, end=500, lines=("Two",))),
)

GOOD = FileFacts(
    container="mp4",
    video_codec="h264",
    video_tag="avc1",
    width=1920,
    height=1080,
    fps=30.0,
    pixel_format="yuv420p",
    color_space="bt709",
    color_primaries="bt709",
    color_transfer="bt709",
    color_range="tv",
    frames=FRAMES,
    duration_sec=20.0,
    moov_first=True,
    audio_codec="aac",
    sample_rate=48_000,
    channels=2,
    audio_sec=20.011,
    integrated_lufs=-14.3,
    true_peak_dbtp=-1.0,
    silences=(),
    narrations=(NarrationMatch(scene=0, start=0.5, end=3.5, correlation=0.9, offset_sec=0.01),),
    black=(),
    frozen=(),
    decode_errors=(),
    thumbnail_width=1280,
    thumbnail_height=720,
    thumbnail_bytes=900_000,
)


def _find_broken_rules(facts: FileFacts, timeline: Timeline = TIMELINE) -> list[str]:
    return [f.rule for f in check(facts, timeline) if not f.ok]


def test_a_good_file_passes_every_rule() -> None:
    results = check(GOOD, TIMELINE)
    assert len(results) >= 20
    assert describe_failures(results) == ""


DEFECTS = [
    ("container", {"container": "matroska,webm"}),
    ("decodes", {"decode_errors": ("[h264] [error] error while decoding MB 3 4",)}),
    ("fast start", {"moov_first": False}),
    ("video codec", {"video_codec": "mpeg4"}),
    ("frame size", {"width": 1080, "height": 1920}),
    ("frame rate", {"fps": 29.97}),
    ("pixel format", {"pixel_format": "yuv444p"}),
    ("colour tags", {"color_space": "smpte170m"}),
    ("colour tags", {"color_primaries": ""}),
    ("colour tags", {"color_transfer": "smpte170m"}),
    ("colour tags", {"color_range": "pc"}),
    ("frames", {"frames": FRAMES - 2}),
    ("frames", {"frames": FRAMES + 2}),
    ("video length", {"duration_sec": 20.1}),
    ("audio length", {"audio_sec": 19.9}),
    ("audio", {"audio_codec": "", "sample_rate": 0, "channels": 0, "audio_sec": 0.0, "integrated_lufs": -70.0}),
    ("audio format", {"channels": 1}),
    ("audio format", {"sample_rate": 44_100}),
    ("loudness", {"integrated_lufs": -15.2}),
    ("loudness", {"integrated_lufs": -12.9}),
    ("true peak", {"true_peak_dbtp": -0.4}),
    ("narration heard", {"silences": (Span(start=1.0, end=4.5),)}),
    (
        "narration heard",
        {"narrations": (NarrationMatch(scene=1, start=10.5, end=13.5, correlation=0.69, offset_sec=0.2),)},
    ),
    (
        "audio in step",
        {"narrations": (NarrationMatch(scene=1, start=10.5, end=13.5, correlation=0.9, offset_sec=-0.06),)},
    ),
    ("codec tag", {"video_codec": "hevc", "video_tag": "hev1"}),
    ("black", {"black": (Span(start=0.0, end=0.6),)}),
    ("frozen", {"frozen": (Span(start=3.0, end=5.5),)}),
    ("frozen", {"frozen": (Span(start=7.5, end=20.0),)}),
    ("thumbnail size", {"thumbnail_width": 0, "thumbnail_height": 0}),
    ("thumbnail weight", {"thumbnail_bytes": 2_000_001}),
]


@pytest.mark.parametrize(("rule", "changes"), DEFECTS)
def test_a_defect_of_the_file_is_caught_by_its_rule_and_by_no_other(rule: str, changes: dict[str, object]) -> None:
    assert _find_broken_rules(GOOD.evolve(**changes)) == [rule]


ALLOWED = {
    "one frame more": {"frames": FRAMES + 1, "duration_sec": 20.0333},
    "hevc": {"video_codec": "hevc", "video_tag": "hvc1"},
    "a silence of 3 s": {"silences": (Span(start=1.0, end=4.0),)},
    "a long silence between two narrations": {"silences": (Span(start=8.9, end=12.0),)},
    "half a second of black": {"black": (Span(start=0.0, end=0.5),)},
    "a freeze inside a declared hold": {"frozen": (Span(start=9.0, end=20.0),)},
    "the edges of what loudness may be": {"integrated_lufs": -15.0, "true_peak_dbtp": -0.5},
}


@pytest.mark.parametrize("changes", ALLOWED.values(), ids=ALLOWED)
def test_what_is_allowed_passes(changes: dict[str, object]) -> None:
    assert _find_broken_rules(GOOD.evolve(**changes)) == []


BAD_CUES = {
    "outside the film": (Cue(start=15, end=200, lines=("a",)), Cue(start=315, end=FRAMES + 1, lines=("b",))),
    "before its beginning": (Cue(start=-1, end=200, lines=("a",)), Cue(start=315, end=500, lines=("b",))),
    "without length": (
        Cue(start=15, end=200, lines=("a",)),
        Cue(start=315, end=500, lines=("b",)),
        Cue(start=500, end=500, lines=("c",)),
    ),
    "over each other": (Cue(start=15, end=320, lines=("a",)), Cue(start=315, end=500, lines=("b",))),
    "missing for a scene": (Cue(start=15, end=200, lines=("a",)),),
    "none at all": (),
}


@pytest.mark.parametrize("cues", BAD_CUES.values(), ids=BAD_CUES)
def test_bad_captions_are_caught_in_their_language_only(cues: tuple[Cue, ...]) -> None:
    timeline = TIMELINE.evolve(captions={**TIMELINE.captions, "hi": cues})
    assert _find_broken_rules(GOOD, timeline) == ["captions hi"]


def test_burned_captions_are_held_to_the_same_rules() -> None:
    assert _find_broken_rules(GOOD, TIMELINE.evolve(burned_captions=(Cue(start=15, end=200, lines=("a",)),))) == [
        "burned captions"
    ]


def test_a_video_without_burned_captions_passes() -> None:
    assert _find_broken_rules(GOOD, TIMELINE.evolve(burned_captions=())) == []


def test_a_video_with_neither_voice_nor_music_may_be_silent() -> None:
    silent = GOOD.evolve(integrated_lufs=-70.0, true_peak_dbtp=-120.0, silences=(Span(start=0.0, end=20.0),))
    bare = TIMELINE.evolve(narrations=(), music=None, captions={}, burned_captions=())
    assert _find_broken_rules(silent, bare) == []
    assert _find_broken_rules(silent) == ["loudness", "narration heard"]


def test_a_failure_tells_the_figure_and_the_limit() -> None:
    failures = describe_failures(check(GOOD.evolve(integrated_lufs=-18.2, frames=590), TIMELINE))
    assert failures == "frames: 590 (allowed: 600 ±1); loudness: -18.2 LUFS (allowed: -14 ±1 LUFS)"


SONG = TIMELINE.evolve(
    narrations=(), song=SongTrack(media=MediaRef(blob="song", sha256=""), samples=20 * 48_000, source_start=0)
)
MATCH = SongMatch(start=3.0, end=6.0, correlation=0.9, offset_sec=0.01)
SUNG = GOOD.evolve(narrations=(), song=(MATCH,))


@pytest.mark.parametrize(
    ("rule", "change"),
    [
        ("loudness", {"integrated_lufs": -20.0}),
        ("true peak", {"true_peak_dbtp": 0.1}),
        ("song heard", {"silences": (Span(start=4.0, end=8.0),)}),
        ("song heard", {"silences": (Span(start=4.0, end=9.0),), "source_silent": (Span(start=4.0, end=5.5),)}),
        ("song heard", {"song": (MATCH.evolve(correlation=0.4, offset_sec=0.3),)}),
        ("song in step", {"song": (MATCH, MATCH.evolve(offset_sec=-0.07))}),
    ],
)
def test_a_broken_rule_about_a_song_is_named(rule: str, change: dict[str, Any]) -> None:
    assert _find_broken_rules(SUNG, SONG) == []
    assert _find_broken_rules(SUNG.evolve(**change), SONG) == [rule]


def test_a_song_under_other_audio_is_not_compared() -> None:
    clip = ClipAudio(
        scene=0,
        start=4 * 48_000,
        samples=48_000,
        media=MediaRef(blob="clip", sha256=""),
        source_start=0,
        period=48_000,
        volume_db=0,
        ducked=False,
        fade_in=480,
        fade_out=480,
    )
    facts = SUNG.evolve(song=(MATCH.evolve(correlation=0.2),))
    assert _find_broken_rules(facts, SONG.evolve(clip_audio=(clip,))) == []
    assert _find_broken_rules(facts, SONG.evolve(clip_audio=(clip.evolve(ducked=True),))) == ["song heard"]


def test_a_silence_of_the_song_is_told() -> None:
    silent = (Span(start=4.0, end=8.0),)
    facts = SUNG.evolve(silences=silent, source_silent=silent)
    assert _find_broken_rules(facts, SONG) == []
    assert list_notices(check(facts, SONG)) == [
        "The song is silent for 4.0 s, from 4.0 s of the video on, as its file is."
    ]


def test_a_black_scene_that_is_shown_again_is_named() -> None:
    clips = (_clip(0, 0, 150, Camera(start=WIDE, end=CLOSE)), _clip(1, 150, 150, Camera(start=WIDE, end=WIDE)))
    again = tuple(clip.evolve(start=clip.start + 300) for clip in clips)
    timeline = TIMELINE.evolve(clips=(*clips, *again))
    black = Span(start=5.0, end=10.0)
    results = check(GOOD.evolve(black=(black,), source_black=(black,)), timeline)
    (note,) = [result.note for result in results if result.rule == "black"]
    assert note.startswith("Scene 2 is black for 5.0 s")
