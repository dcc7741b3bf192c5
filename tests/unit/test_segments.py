from collections.abc import Callable

import pytest

from gpu_renderer.core.cache_keys import segment_key
from gpu_renderer.core.segments import Segment, build_segment, split
from sutradhar.domain.plan.options import Watermark
from sutradhar.domain.video.captions import Cue
from sutradhar.domain.video.timeline import (
    CUT,
    Camera,
    Clip,
    LyricCue,
    LyricTrack,
    LyricWordCue,
    MediaRef,
    Pose,
    Timeline,
    Transition,
)

WIDE = Pose(x=0.5, y=0.5, zoom=1.0)
MOVE = Camera(start=WIDE, end=Pose(x=0.5, y=0.5, zoom=1.2))
HOLD = Camera(start=WIDE, end=WIDE)


def timeline(*lengths: int, fade: int = 15, camera: Camera = MOVE, **more: object) -> Timeline:
    """Clips of ``lengths`` frames, transitions included."""
    clips: list[Clip] = []
    start = 0
    for i, frames in enumerate(lengths):
        head = fade if i else 0
        start -= head
        clips.append(
            Clip(
                scene=i,
                start=start,
                frames=frames,
                media=MediaRef(blob=f"b/{i}", sha256=f"hash-{i}"),
                camera=camera,
                transition=Transition(kind="crossfade", frames=head) if head else CUT,
            )
        )
        start += frames
    base = Timeline(
        fps=30, width=640, height=360, frames=start, clips=tuple(clips), narrations=(), music=None, captions={}
    )
    return base.evolve(**more)


def keys(video: Timeline, encoder: tuple[str, ...] = ("-crf", "17"), engine: str = "e", font: str = "f") -> list[str]:
    return [segment_key(s, encoder, engine, {"sans.ttf": font}) for s in split(video)]


def test_segments_cover_the_video_once_and_bodies_and_transitions_are_apart() -> None:
    video = timeline(100, 90, 80)
    segments = split(video)
    assert [(s.start, s.end, len(s.clips)) for s in segments] == [
        (0, 85, 1),
        (85, 100, 2),
        (100, 160, 1),
        (160, 175, 2),
        (175, 240, 1),
    ]


def test_long_bodies_are_cut_in_nearly_equal_parts_of_at_most_six_seconds() -> None:
    assert [s.frames for s in split(timeline(301))] == [150, 151]
    # never an odd number, which two cores could not share
    segments = split(timeline(401))
    assert [s.frames for s in segments] == [100, 100, 100, 101]
    assert [s.start for s in segments] == [0, 100, 200, 300]
    # each part goes on with the move where the one before left off
    assert [s.clips[0].at for s in segments] == [0, -100, -200, -300]


def test_a_cut_has_no_transition_segment() -> None:
    assert [(s.start, s.end) for s in split(timeline(60, 60, fade=0))] == [(0, 60), (60, 120)]


def test_scenes_that_are_all_transition_leave_no_empty_segment() -> None:
    segments = split(timeline(40, 30, 40))
    assert all(s.frames > 0 for s in segments)
    assert sum(s.frames for s in segments) == 80


def test_cues_are_cut_to_the_segment_and_counted_from_its_start() -> None:
    cue = Cue(start=80, end=105, lines=("x",))
    a, b, c, *rest = split(timeline(100, 90, 80, burned_captions=(cue,)))
    assert [s.cues for s in (a, b, c)] == [
        (cue.evolve(start=80, end=85),),
        (cue.evolve(start=0, end=15),),
        (cue.evolve(start=0, end=5),),
    ]
    assert all(s.cues == () for s in rest)


def test_replacing_an_image_changes_its_body_and_its_two_transitions_only() -> None:
    video = timeline(100, 90, 80, 70)
    clips = list(video.clips)
    clips[1] = clips[1].evolve(media=MediaRef(blob="b/1", sha256="another"))
    before, after = keys(video), keys(video.evolve(clips=tuple(clips)))
    assert [a == b for a, b in zip(before, after, strict=True)] == [True, False, False, False, True, True, True]


def test_a_longer_scene_moves_the_others_without_changing_their_keys() -> None:
    before, after = keys(timeline(100, 90, 80, 70)), keys(timeline(100, 96, 80, 70))
    assert [a == b for a, b in zip(before, after, strict=True)] == [True, False, False, False, True, True, True]


def test_blob_names_and_scene_numbers_are_not_in_the_key() -> None:
    video = timeline(100, 90)
    renamed = tuple(
        clip.evolve(media=clip.media.evolve(blob="elsewhere"), scene=clip.scene + 7) for clip in video.clips
    )
    assert keys(video) == keys(video.evolve(clips=renamed))


def test_captions_touch_only_the_segments_they_are_seen_in() -> None:
    video = timeline(100, 90, 80, burned_captions=(Cue(start=10, end=50, lines=("one",)),))
    other = video.evolve(burned_captions=(Cue(start=10, end=50, lines=("two",)),))
    assert [a == b for a, b in zip(keys(video), keys(other), strict=True)] == [False, True, True, True, True]


def test_fonts_count_only_where_there_is_text() -> None:
    video = timeline(100, 90, burned_captions=(Cue(start=10, end=50, lines=("one",)),))
    same = [a == b for a, b in zip(keys(video), keys(video, font="other"), strict=True)]
    assert same == [False, True, True]
    marked = video.evolve(watermark=Watermark(text="mark"))
    assert not set(keys(marked)) & set(keys(marked, font="other"))


def test_the_sides_captions_and_the_sound_are_not_in_the_key() -> None:
    video = timeline(100, 90)
    assert keys(video) == keys(
        video.evolve(captions={"en": (Cue(start=1, end=9, lines=("side",)),)}, extended_scenes=(0,))
    )


def test_a_camera_at_rest_gives_every_equal_stretch_the_same_key() -> None:
    parts = [segment_key(s, (), "e", {}) for s in split(timeline(360, camera=HOLD))]
    assert len(parts) == 2
    assert len(set(parts)) == 1
    assert len({segment_key(s, (), "e", {}) for s in split(timeline(360, camera=MOVE))}) == 2


def change_clip(segment: Segment, **changes: object) -> Segment:
    """Return ``segment`` with another value of its first clip."""
    first, *others = segment.clips
    return segment.evolve(clips=(first.evolve(clip=first.clip.evolve(**changes)), *others))


LONGER_FADE = Transition(kind="crossfade", frames=14)
CHANGES: dict[str, Callable[[Segment], Segment]] = {
    "width": lambda s: s.evolve(width=642),
    "height": lambda s: s.evolve(height=362),
    "rate": lambda s: s.evolve(fps=25),
    "frames": lambda s: s.evolve(frames=s.frames - 1),
    "watermark text": lambda s: s.evolve(watermark=Watermark(text="b")),
    "watermark corner": lambda s: s.evolve(watermark=Watermark(text="a", position="bl")),
    "watermark opacity": lambda s: s.evolve(watermark=Watermark(text="a", opacity=0.5)),
    "cue time": lambda s: s.evolve(cues=(s.cues[0].evolve(start=3),)),
    "line break": lambda s: s.evolve(cues=(s.cues[0].evolve(lines=("one", "two")),)),
    "fade": lambda s: s.evolve(
        clips=(s.clips[0], s.clips[1].evolve(transition=Transition(kind="crossfade", frames=14)))
    ),
    "order": lambda s: s.evolve(clips=s.clips[::-1]),
    "place in the move": lambda s: s.evolve(clips=(s.clips[0].evolve(at=-84), s.clips[1])),
    "length of the move": lambda s: s.evolve(
        clips=(s.clips[0].evolve(clip=s.clips[0].clip.evolve(frames=101)), s.clips[1])
    ),
    "camera": lambda s: change_clip(s, camera=HOLD),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_changes_pixels_changes_the_key(change: str) -> None:
    video = timeline(
        100, 90, burned_captions=(Cue(start=86, end=95, lines=("one two",)),), watermark=Watermark(text="a")
    )
    transition = build_segment(video, 85, 100)
    changed = CHANGES[change](transition)
    assert segment_key(changed, (), "e", {}) != segment_key(transition, (), "e", {})


def test_encoder_arguments_and_versions_change_every_key() -> None:
    video = timeline(100, 90)
    assert not set(keys(video)) & set(keys(video, encoder=("-crf", "18")))
    assert not set(keys(video)) & set(keys(video, engine="another"))


def test_lyrics_and_their_fonts_are_in_the_keys_of_the_segments_that_show_them() -> None:
    plain = timeline(600, camera=HOLD)
    words = (LyricWordCue(text="one", start=10, end=20), LyricWordCue(text="two", start=30, end=40))
    track = LyricTrack(look="clean", cues=(LyricCue(start=10, end=60, words=words),))
    sung, other = (plain.evolve(lyrics=one) for one in (track, track.evolve(look="bold")))
    assert keys(plain)[1:] == keys(sung)[1:]
    assert len({keys(plain)[0], keys(sung)[0], keys(other)[0], keys(sung, font="g")[0]}) == 4
    assert keys(plain.evolve(lyrics=track.evolve(cues=()))) == keys(plain)
