from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sutradhar.domain.assets.asset import Asset, Word
from sutradhar.domain.assets.slot import SONG, Slot
from sutradhar.domain.core.errors import InvalidRequest
from sutradhar.domain.plan.brand import BrandColors, BrandLook
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.song.analysis import Section, SongFacts
from sutradhar.domain.video.frame_choice import (
    FrameChoice,
    choose_frame,
    find_scene_times,
    find_shown_scene,
    keep_shown,
)
from sutradhar.domain.video.song_cuts import choose_cuts
from sutradhar.domain.video.song_plan import clean_title, estimate_part_sec, write_song_scenes
from sutradhar.domain.video.timeline import Timeline
from sutradhar.domain.video.timeline_builder import build_timeline

UPLOAD = "up-0123456789abcdef"


def plan_of(*scenes: dict[str, Any], render: dict[str, Any] | None = None, **song: Any) -> RenderPlan:
    body = {"song": {"upload": UPLOAD, **song}, "scenes": list(scenes), "language": "en", "render": render or {}}
    return RenderPlan.parse(body)


def facts_of(seconds: float = 36.0, bpm: float = 120.0, **more: Any) -> SongFacts:
    """Return the facts of a steady song with a quiet and a loud half."""
    beats = tuple(n * 60 / bpm for n in range(int(seconds * bpm / 60)))
    half = beats[len(beats) // 8 * 4]
    sections = (
        Section(start_sec=0, end_sec=half, label="A", energy=0.2),
        Section(start_sec=half, end_sec=seconds, label="B", energy=1.0),
    )
    energy = tuple(0.2 if n / 2 < half else 1.0 for n in range(int(seconds * 2)))
    facts = SongFacts(
        start_sec=0,
        song_sec=seconds,
        tempo_bpm=bpm,
        beats=beats,
        downbeats=beats[::4],
        sections=sections,
        energy=energy,
    )
    return facts.evolve(**more)


def build(
    plan: RenderPlan,
    facts: SongFacts | None = None,
    seconds: float = 36.0,
    words: tuple[Word, ...] = (),
    **image: Any,
) -> Timeline:
    song = Asset(
        key="s",
        kind="music",
        blob="s",
        sha256="s",
        size=1,
        provider="upload/2",
        samples=round(seconds * 48_000),
        words=words,
        song=facts or facts_of(seconds),
    )
    assets = {SONG: song}
    for n in range(len(plan.scenes)):
        slot = Slot.image(n)
        assets[slot] = Asset(
            **{
                "key": str(slot),
                "kind": "image",
                "blob": str(slot),
                "sha256": str(slot),
                "size": 1,
                "provider": "p/1",
                "width": 1536,
                "height": 864,
                **image,
            }
        )
    return build_timeline(plan, assets)


IMAGES = ({"image_prompt": "a sea"}, {"image_prompt": "a hill"}, {"image_prompt": "a town"})


@given(
    st.floats(60, 180),
    st.sampled_from([24, 25, 30, 50, 60]),
    st.sampled_from(["auto", "beat", "bar", "two_bars", "section"]),
    st.sampled_from(["crossfade", "cut", "dip", "wipe"]),
)
def test_every_cut_lies_on_a_beat_within_one_frame(bpm: float, fps: int, cut: str, transition: str) -> None:
    scenes = tuple({**scene, "transition": transition} for scene in IMAGES)
    facts = facts_of(bpm=bpm)
    timeline = build(plan_of(*scenes, cut=cut, render={"fps": fps}), facts)
    assert timeline.frames == 36 * fps
    assert timeline.clips[0].start == 0
    assert timeline.clips[-1].end == timeline.frames
    for before, after in pairwise(timeline.clips):
        assert before.end == after.start + after.transition.frames
        middle = (after.start + after.transition.frames // 2) / fps
        assert min(abs(middle - beat) for beat in facts.beats) <= 1 / fps
    assert [clip.scene for clip in timeline.clips] == [n % 3 for n in range(len(timeline.clips))]


@given(st.floats(60, 180))
def test_shots_are_shorter_where_the_song_has_more_energy(bpm: float) -> None:
    facts = facts_of(120, bpm)
    edges = [0.0, *choose_cuts(facts, 120, "auto"), 120.0]
    half = facts.sections[1].start_sec
    assert half in edges
    quiet = [b - a for a, b in pairwise(edges) if b <= half]
    loud = [b - a for a, b in pairwise(edges) if a >= half]
    assert 3 <= sum(quiet) / len(quiet) <= 7
    assert 1.1 <= sum(loud) / len(loud) <= 2.8


def test_a_song_without_beats_changes_its_images_at_the_lines() -> None:
    facts = facts_of(beats=(), downbeats=(), sections=(), tempo_bpm=None)
    lines = (4.0, 7.5, 11.0, 15.0)
    cuts = choose_cuts(facts, 36, "bar", lines)
    assert set(lines) <= set(cuts)
    assert all(b - a <= 7 for a, b in pairwise([0.0, *cuts, 36.0]))


@given(st.lists(st.floats(0, 50), max_size=80), st.floats(3, 60), st.sampled_from(["auto", "beat", "bar", "section"]))
def test_any_beats_give_cuts_inside_the_song(beats: list[float], seconds: float, cut: Any) -> None:
    facts = SongFacts(start_sec=0, tempo_bpm=None, beats=tuple(beats), downbeats=tuple(beats[::3]))
    cuts = choose_cuts(facts, seconds, cut, beats[::2])
    assert all(b - a > 0.29 for a, b in pairwise([0.0, *cuts, seconds]))


def test_a_flat_colour_is_one_still_shot() -> None:
    timeline = build(plan_of({"color": "#8ace00"}))
    assert [(clip.start, clip.frames) for clip in timeline.clips] == [(0, timeline.frames)]
    assert timeline.clips[0].camera.still


def test_the_camera_moves_faster_where_the_song_is_loud() -> None:
    timeline = build(plan_of(*IMAGES))
    half = timeline.frames // 2
    speeds = {
        is_loud: [
            abs(clip.camera.start.zoom - clip.camera.end.zoom) / clip.frames
            for clip in timeline.clips
            if (clip.start >= half) == is_loud and clip.camera.start.zoom != clip.camera.end.zoom
        ]
        for is_loud in (False, True)
    }
    assert min(speeds[True]) > 1.5 * max(speeds[False])
    assert all(not clip.camera.still for clip in timeline.clips)


def test_a_clip_goes_on_where_it_stopped_and_starts_at_its_best_moment() -> None:
    clip = {"upload": UPLOAD}
    timeline = build(
        plan_of({"clip": clip}, {"image_prompt": "x"}), is_video=True, clip_sec=30.0, moments=(6.0, 2.0), samples=48_000
    )
    shown = [clip for clip in timeline.clips if clip.scene == 0]
    starts = [clip.footage.start_sec for clip in shown if clip.footage]
    assert starts[0] == 6.0
    for before, after in pairwise(shown):
        assert before.footage
        assert after.footage
        goes_on = before.footage.start_sec + before.frames / timeline.fps
        assert after.footage.start_sec in (pytest.approx(goes_on, abs=1e-5), 0.0)
        assert after.footage.start_sec + after.frames / timeline.fps <= 30.0 + 1 / timeline.fps
    assert timeline.clip_audio == ()
    assert timeline.looped_scenes == ()


def test_a_clip_that_is_too_short_is_filled_and_said() -> None:
    plan = plan_of({"clip": {"upload": UPLOAD, "sound": "duck"}}, {"clip": {"upload": UPLOAD, "when_short": "hold"}})
    timeline = build(plan, is_video=True, clip_sec=0.8, samples=38_400)
    assert timeline.looped_scenes == (0,)
    assert {clip.footage.when_over for clip in timeline.clips if clip.footage and clip.scene == 1} == {"hold"}
    assert {audio.scene for audio in timeline.clip_audio} == {0}
    assert all(audio.ducked for audio in timeline.clip_audio)


def test_one_clip_plays_through() -> None:
    timeline = build(plan_of({"clip": {"upload": UPLOAD}}), is_video=True, clip_sec=90.0)
    assert len(timeline.clips) == 1


def test_a_song_fades_only_where_the_video_cuts_it() -> None:
    whole = build(plan_of({"color": "#123456"})).song
    part = build(plan_of({"color": "#123456"}), facts_of(start_sec=10.0, song_sec=100.0)).song
    assert whole
    assert part
    assert (whole.fade_in, whole.fade_out, whole.source_start) == (0, 0, 0)
    assert (part.fade_in, part.fade_out, part.source_start) == (12_000, 48_000, 480_000)


def test_lines_appear_a_little_early_and_leave_in_a_long_gap() -> None:
    words = tuple(Word(text=t, start=4 + n * 0.5, end=4.4 + n * 0.5) for n, t in enumerate(["we", "go", "far"]))
    later = (Word(text="home", start=12.0, end=12.5),)
    timeline = build(plan_of({"color": "#123456"}), facts_of(line_ends=(2, 3)), words=words + later)
    assert timeline.lyrics
    first, second = timeline.lyrics.cues
    assert (first.start, first.words[0].start) == (111, 120)
    assert (first.end, second.start) == (round(5.4 * 30) + 18, 351)
    assert [cue.text for cue in timeline.captions["en"]] == ["we go far", "home"]
    assert timeline.captions["en"][0].word_starts == (120, 135, 150)


def test_words_are_not_drawn_if_the_plan_says_so() -> None:
    words = (Word(text="home", start=12.0, end=12.5),)
    timeline = build(plan_of({"color": "#123456"}, render={"burn_captions": "none"}), words=words)
    assert timeline.lyrics is None
    assert timeline.captions["en"]


def test_an_instrumental_has_no_captions() -> None:
    timeline = build(plan_of(*IMAGES))
    assert timeline.captions == {}
    assert timeline.lyrics is None


def test_a_song_that_is_too_long_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="choose a part"):
        build(plan_of({"color": "#123456"}), seconds=700)


@pytest.mark.parametrize(
    ("filename", "title"),
    [
        ("02 - My_song (Official Audio).mp3", "My song"),
        ("C:\\music\\99 Luftballons.flac", "99 Luftballons"),
        ("song.mp3", "song"),
        ("07.Rain [320 kbps].mp3", "Rain"),
        ("चाँद.mp3", "चाँद"),
    ],
)
def test_titles_come_from_file_names(filename: str, title: str) -> None:
    assert clean_title(filename) == title


def test_a_prompt_gives_images_that_follow_the_lyrics() -> None:
    lyrics = "\n".join(f"[00:{n:02d}.00]line {n}" for n in range(0, 40, 4))
    plan = RenderPlan.parse({"song": {"upload": UPLOAD, "lyrics": lyrics}, "prompt": "a harbour at night."})
    complete_plan = write_song_scenes(plan, "Harbour.mp3", 60.0)
    assert len(complete_plan.scenes) == 10
    assert complete_plan.scenes[0].image_prompt == "line 0. a harbour at night."
    assert complete_plan.title == "Harbour"
    assert write_song_scenes(plan, "Harbour.mp3", 60.0) == complete_plan
    assert len(write_song_scenes(plan, "Harbour.mp3", 600.0).scenes) == 12
    assert plan.song
    part = plan.evolve(song=plan.song.evolve(start_sec=16.0, end_sec=26.0))
    assert [scene.image_prompt[:16] for scene in write_song_scenes(part, "x.mp3", 60.0).scenes] == ["line 16, line 20"]


def test_without_a_prompt_the_words_stand_on_the_colour_of_the_look() -> None:
    plan = RenderPlan.parse({"song": {"upload": UPLOAD, "look": "brat"}})
    assert [scene.color for scene in write_song_scenes(plan, "x.mp3", 60.0).scenes] == ["#8ace00"]
    chosen = RenderPlan.parse({"song": {"upload": UPLOAD, "color": "#AA0000"}})
    assert [scene.color for scene in write_song_scenes(chosen, "x.mp3", 60.0).scenes] == ["#aa0000"]


def test_the_length_of_a_part_is_known_before_it_is_made() -> None:
    def estimate(**song: Any) -> float:
        plan = RenderPlan.parse({"song": {"upload": UPLOAD, **song}, "length_sec": 30})
        assert plan.song
        return estimate_part_sec(plan.song, plan.length_sec, 200.0)

    assert estimate() == 200.0
    assert estimate(best=True) == 30.0
    assert estimate(start_sec=20, end_sec=50) == 30.0
    assert estimate(start_sec=180) == 20.0


def test_each_scene_of_a_song_can_be_looked_at() -> None:
    timeline = build(plan_of(*IMAGES), words=(Word(text="home", start=12.0, end=12.5),))
    for scene in range(3):
        first = next(clip for clip in timeline.clips if clip.scene == scene)
        assert first.start <= choose_frame(timeline, FrameChoice(scene=scene)) < first.end
        assert find_scene_times(timeline, scene).start_sec == first.start / timeline.fps
    later = timeline.clips[4]
    assert find_shown_scene(timeline, later.start) == later.scene
    kept = keep_shown(timeline, 365)
    assert kept.lyrics
    assert [cue.text for cue in kept.lyrics.cues] == ["home"]
    assert len(kept.clips) == 1
    with pytest.raises(InvalidRequest, match="must be below 3"):
        choose_frame(timeline, FrameChoice(scene=3))


@pytest.mark.parametrize(("look", "start"), [("clean", 0), ("bold", 210), ("karaoke", None)])
def test_a_title_and_words_in_the_middle_never_share_the_frame(look: str, start: int | None) -> None:
    words = [(0.0, "we"), (3.0, "go"), (6.0, "far"), (9.0, "away")]
    scene = {"image_prompt": "x", "title": "A title"}
    timeline = build(
        plan_of(scene, look=look),
        facts_of(12, line_ends=(0, 1, 2, 3)),
        seconds=12,
        words=tuple(Word(text=text, start=at, end=at + (2.9 if at < 6 else 0.4)) for at, text in words),
    )
    assert [title.start for title in timeline.titles] == ([] if start is None else [start])
    if look != "clean":
        assert timeline.lyrics
        spans = [(cue.start, cue.end) for cue in timeline.lyrics.cues]
        assert all(title.end <= a or title.start >= b for title in timeline.titles for a, b in spans)


def test_a_song_has_the_look_of_a_brand_but_its_words_stay_where_their_look_says() -> None:
    look = BrandLook(caption_place="top", colors=BrandColors(text="#ffd400"))
    plan = plan_of({"image_prompt": "x"}).evolve(brand_look=look)
    assert build(plan).look == look.evolve(caption_place="bottom")
    assert build(plan.evolve(brand_look=None)).look is None
