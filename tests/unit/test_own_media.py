"""Test the fields for the user's own files, and the limits of a plan."""

from typing import Any

import pytest

from sutradhar.domain.core.errors import InvalidRequest
from sutradhar.domain.plan.focus import Point
from sutradhar.domain.plan.limits import API_LIMITS, TERMINAL_LIMITS, PlanLimits, estimate_video_sec
from sutradhar.domain.plan.own_media import ClipFile, ImageFile, measure_cropped_share
from sutradhar.domain.plan.plan import RenderPlan

ID = "up-0123456789abcdef"
DRAWN = {"image_prompt": "a hill", "duration_sec": 2}


def find_errors(body: object) -> dict[str, str]:
    with pytest.raises(InvalidRequest) as caught:
        RenderPlan.parse(body)
    return {e.path: e.message for e in caught.value.errors}


def find_excesses(limits: PlanLimits, body: dict[str, Any], clip_sec: dict[int, float] | None = None) -> dict[str, str]:
    return {e.path: e.message for e in limits.find_excesses(RenderPlan.parse(body), clip_sec)}


def test_a_bare_id_stands_for_the_file() -> None:
    plan = RenderPlan.parse({"scenes": [{"clip": ID}, {"image": ID, "duration_sec": 2}], "music": ID})
    assert plan.scenes[0].clip == ClipFile(upload=ID)
    assert plan.scenes[1].image == ImageFile(upload=ID)
    assert plan.music.upload == ID
    assert plan.scenes[0].clip.part_sec(7.5) == 7.5


@pytest.mark.parametrize(
    ("focus", "point"),
    [
        ("top", (0.5, 0)),
        ("bottom", (0.5, 1)),
        ("Left", (0, 0.5)),
        ("top-right", (1, 0)),
        ("bottom left", (0, 1)),
        ("centre", (0.5, 0.5)),
        ({"x": 0.2, "y": 0.9}, (0.2, 0.9)),
    ],
)
def test_focus_is_a_place_or_a_point(focus: object, point: tuple[float, float]) -> None:
    image = ImageFile.model_validate({"upload": ID, "focus": focus})
    assert image.focus == Point(x=point[0], y=point[1])
    assert ImageFile.model_validate(image.model_dump()) == image


@pytest.mark.parametrize(
    ("value", "use"),
    [("on", "keep"), ("Under", "duck"), ("off", "drop"), (False, "drop"), (True, "keep"), (None, None)],
)
def test_the_sound_of_a_clip_has_other_names(value: object, use: str | None) -> None:
    assert ClipFile.model_validate({"upload": ID, "sound": value}).sound == use


@pytest.mark.parametrize(
    ("clip", "path", "says"),
    [
        ({"upload": ID, "start_sec": -1}, "scenes[0].clip.start_sec", "must be at least 0"),
        (
            {"upload": ID, "start_sec": 5, "end_sec": 5},
            "scenes[0].clip",
            "end_sec must be at least 0.2 s after start_sec",
        ),
        ({"upload": ID, "fit": "whole"}, "scenes[0].clip.fit", "must be fill or fit"),
        ({"upload": ID, "focus": "nose"}, "scenes[0].clip.focus", "must be face, one of center, top, bottom, left"),
        ({"upload": ID, "focus": {"x": 2, "y": 0}}, "scenes[0].clip.focus.x", "must be at most 1"),
        ({"upload": ID, "sound": "loud"}, "scenes[0].clip.sound", "must be keep, duck or drop"),
        ({"upload": ID, "when_short": "fast"}, "scenes[0].clip.when_short", "must be loop, hold, trim or slow"),
        ({"upload": ID, "when_short": "slow", "sound": "under"}, "scenes[0].clip", "a slowed clip has no sound"),
        ({"upload": ID, "from_sec": 1}, "scenes[0].clip.from_sec", "is not a field"),
        ("beach.mp4", "scenes[0].clip.upload", "must be the id of an uploaded file"),
    ],
)
def test_a_wrong_field_of_a_clip_is_named(clip: object, path: str, says: str) -> None:
    errors = find_errors({"scenes": [{"clip": clip, "duration_sec": 2}]})
    assert list(errors) == [path]
    assert says in errors[path]


def test_only_a_users_own_file_has_a_start() -> None:
    assert "give upload too" in find_errors({"topic": "a", "music": {"start_sec": 5}})["music"]


@pytest.mark.parametrize(
    ("size", "aspect", "lost"), [((1080, 1920), 16 / 9, 0.684), ((1920, 1080), 16 / 9, 0), ((4000, 1000), 1, 0.75)]
)
def test_the_share_that_cropping_removes(size: tuple[int, int], aspect: float, lost: float) -> None:
    assert measure_cropped_share(size, aspect) == pytest.approx(lost, abs=0.001)


@pytest.mark.parametrize(
    ("body", "clip_sec", "path", "says"),
    [
        ({"scenes": [DRAWN] * 21}, {}, "scenes", "has 21 scenes; at most 20 (MAX_SCENES)"),
        ({"scenes": [DRAWN | {"duration_sec": 21}]}, {}, "scenes[0].duration_sec", "is 21 s; at most 20 s a scene"),
        ({"scenes": [DRAWN, {"clip": ID}]}, {1: 30.04}, "scenes[1].clip", "is 30.0 s long; at most 20 s a scene"),
    ],
)
def test_a_refusal_names_the_setting(body: dict[str, Any], clip_sec: dict[int, float], path: str, says: str) -> None:
    errors = find_excesses(API_LIMITS, body, clip_sec)
    assert list(errors) == [path]
    assert says in errors[path]
    assert find_excesses(TERMINAL_LIMITS, body, clip_sec) == {}


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"scenes": [DRAWN | {"duration_sec": 5}] * 3}, "scenes"),
        ({"topic": "a", "length_sec": 15}, "length_sec"),
        ({"scenes": [{"narration": "One two three four five six. " * 20, "image_prompt": "x"}]}, "scenes"),
    ],
)
def test_the_whole_video_has_a_limit(body: dict[str, Any], path: str) -> None:
    errors = find_excesses(API_LIMITS.evolve(max_total_sec=10), body)
    assert list(errors) == [path]
    assert "at most 10 s a video (MAX_TOTAL_DURATION_SEC)" in errors[path]
    assert find_excesses(API_LIMITS, body) == {}


def test_the_expected_length_of_a_video() -> None:
    plan = RenderPlan.parse({"scenes": [DRAWN, {"clip": ID}, {"narration": "Hello there.", "image_prompt": "x"}]})
    assert 7 < estimate_video_sec(plan, {1: 4.0}) < 9
    assert estimate_video_sec(RenderPlan.parse({"topic": "a", "length_sec": 30})) == 30


def test_the_highest_limit_holds_for_all_callers() -> None:
    assert "at most 600 s" in find_errors({"scenes": [DRAWN | {"duration_sec": 301}] * 2})[""]
    assert "600" in find_errors({"scenes": [DRAWN] * 601})["scenes"]


LEVEL = {"at_sec": 1.0, "gain_db": -6}


@pytest.mark.parametrize(
    ("levels", "path", "says"),
    [
        (
            [{"at_sec": 2, "gain_db": 0}, LEVEL],
            "music.automation",
            "in the order of time: [1] is at 1 s and [0] at 2 s",
        ),
        ([LEVEL, LEVEL], "music.automation", "in the order of time"),
        ([{"at_sec": n, "gain_db": 0} for n in range(257)], "music.automation", "at most 256 levels (got 257)"),
        ([{"at_sec": -1, "gain_db": 0}], "music.automation[0].at_sec", "0"),
        ([{"at_sec": 0, "gain_db": -49}], "music.automation[0].gain_db", "-48"),
        ([{"at_sec": 0, "gain_db": 25}], "music.automation[0].gain_db", "24"),
        ([{"at_sec": 0, "gain_db": float("nan")}], "music.automation[0].gain_db", ""),
        ([{"at": 0, "gain_db": 0}], "music.automation[0].at", "at_sec"),
        ("loud", "music.automation", "at_sec"),
    ],
)
def test_a_wrong_level_of_the_music_is_named(levels: object, path: str, says: str) -> None:
    errors = find_errors({"scenes": [DRAWN], "music": {"automation": levels}})
    assert says in errors[path], errors
