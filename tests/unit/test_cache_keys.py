"""The names of stored segments, audio, videos and thumbnails are those of commit 94921b3, and its requests are read.

Both fixtures were written by that commit, for a timeline with every feature. If a test here fails, either the change
must keep the old key, or the pixels or samples are others: then raise the version in the key and record the keys again.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from gpu_renderer.core import engine
from gpu_renderer.core.cache_keys import audio_key, middle_frame_key, segment_key, thumbnail_key, video_key
from gpu_renderer.core.segments import split
from sutradhar.domain.plan.brand import BrandLook, LookFile
from sutradhar.domain.video.render_request import RenderRequest
from sutradhar.domain.video.timeline import GainPoint, SongTrack, Timeline

FIXTURES = Path(__file__).parents[1] / "fixtures" / "render"
FONTS = {"sans.ttf": "font"}
KEYS: dict[str, dict[str, Any]] = json.loads((FIXTURES / "cache_keys.json").read_text())


@pytest.fixture(autouse=True)
def fixed_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "engine", lambda: "engine")


def read_request() -> RenderRequest:
    return RenderRequest.from_record((FIXTURES / "request.json").read_bytes())


def timeline(name: str) -> Timeline:
    everything = read_request().timeline
    if name == "plain":
        return everything.evolve(caption_style="plain", watermark=None, music=None, sound_effects=(), clip_audio=())
    if name == "looping music":
        assert everything.music is not None
        return everything.evolve(music=everything.music.evolve(source_start=0, crossfade=None), narrations=())
    return everything


@pytest.mark.parametrize("name", KEYS)
def test_keys_are_those_of_the_first_version(name: str) -> None:
    expected, shown = KEYS[name], timeline(name)
    segments = [segment_key(segment, ("-crf", "17"), "engine", FONTS) for segment in split(shown)]
    assert segments == expected["segments"]
    audio = f"sounds/{audio_key(shown)}.m4a"
    assert audio == expected["sound"]
    captions = shown.captions if name != "plain" else {}
    assert (
        f"films/{video_key(tuple(f'segments/{key}.mp4' for key in segments), audio, captions)}.json" == expected["film"]
    )
    frames = [middle_frame_key(shown, index) for index in range(len(shown.clips))]
    assert frames == expected["looks"]
    assert f"thumbnails/{thumbnail_key(FONTS, 'A title', shown.watermark, frames)}.png" == expected["thumbnail"]


def test_a_request_of_the_first_version_is_read_with_everything_in_it() -> None:
    request = read_request()
    old = json.loads((FIXTURES / "request.json").read_text())
    shown, before = request.timeline, old["timeline"]
    assert [(c.media.blob, c.media.sha256, c.transition.frames) for c in shown.clips] == [
        (c["blob"], c["sha256"], c["fade_in"]) for c in before["clips"]
    ]
    assert [c.transition.kind for c in shown.clips] == ["cut", "crossfade", "dip", "wipe", "cut", "crossfade", "cut"]
    assert [clip.media.sha256 for clip in shown.narrations] == [clip["sha256"] for clip in before["voices"]]
    assert shown.music is not None
    assert (shown.music.media.sha256, shown.music.crossfade) == ("hash-music", 96_000)
    assert [clip.media.blob for clip in shown.sound_effects] == ["assets/door", "assets/bell"]
    assert [clip.ducked for clip in shown.clip_audio] == [True, False]
    assert len(shown.burned_captions) == 3
    assert (shown.extended_scenes, shown.looped_scenes, shown.held_scenes, shown.cut_short_scenes) == (
        (1,),
        (3,),
        (2,),
        (5,),
    )


def test_what_is_stored_today_is_read_again_unchanged() -> None:
    request = read_request()
    assert RenderRequest.from_record(request.to_record()) == request


def test_the_key_of_the_audio_tells_songs_parts_and_levels_apart() -> None:
    """Each counts only where it is used, so that the audio of earlier versions is found."""
    plain = timeline("everything")
    assert plain.music is not None
    first = plain.narrations[0]
    song = SongTrack(media=first.media, samples=48_000, source_start=0)
    levels = plain.music.evolve(automation=(GainPoint(at=0, gain_db=-3.0),))
    others = [
        plain,
        plain.evolve(narrations=(first.evolve(source_start=4_800), *plain.narrations[1:])),
        plain.evolve(music=levels),
        *(
            plain.evolve(song=song.evolve(**change))
            for change in ({}, {"source_start": 1}, {"fade_in": 2}, {"fade_out": 2})
        ),
    ]
    assert len({audio_key(other) for other in others}) == len(others)


def test_a_look_and_the_place_of_music_are_parts_of_the_keys_only_where_they_are_given() -> None:
    shown = timeline("everything")
    assert shown.music is not None
    plain = [segment_key(segment, ("-crf", "17"), "engine", FONTS) for segment in split(shown)]

    def name_keys(look: BrandLook) -> list[str]:
        return [segment_key(segment, ("-crf", "17"), "engine", FONTS) for segment in split(shown.evolve(look=look))]

    font = BrandLook(fonts={"latin": LookFile(blob="uploads/up-1", sha256="a")})
    moved = BrandLook(fonts={"latin": LookFile(blob="uploads/up-2", sha256="a", upload="up-2")})
    assert name_keys(BrandLook()) == plain
    assert name_keys(font) == name_keys(moved) != plain
    keys = {thumbnail_key(FONTS, "T", None, (), look) for look in (None, font, moved)}
    assert len(keys) == 2
    assert thumbnail_key(FONTS, "T", None, ()) in keys
    later = shown.evolve(music=shown.music.evolve(start=48_000))
    sooner = shown.evolve(music=shown.music.evolve(end=48_000))
    assert len({audio_key(one) for one in (shown, later, sooner)}) == 3
