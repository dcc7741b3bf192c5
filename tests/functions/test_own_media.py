"""Test that a plan is checked against the user's own files before any provider is asked."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image

from functions.cli.options import PlanOptions
from functions.cli.plan_input import load_plan
from sutradhar import bootstrap
from sutradhar.domain.core.errors import InvalidRequest
from sutradhar.domain.plan.limits import API_LIMITS, TERMINAL_LIMITS, PlanLimits
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.pipeline.own_media import check_own_media, find_notices
from sutradhar.pipeline.uploads import import_file


class Files:
    """The user's own files in `folder`, imported as uploads; `ids` maps their names to the ids."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.ids = {path.name: import_file(bootstrap.services(), path).id for path in folder.iterdir()}

    def plan(self, *scenes: dict[str, Any], **more: Any) -> RenderPlan:
        text = json.dumps({"title": "x", "language": "en", "scenes": list(scenes), **more})
        for name, upload in self.ids.items():
            text = text.replace(f'"{name}"', f'"{upload}"')
        return RenderPlan.parse(json.loads(text))


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("media")
    upright = "color=gray:s=90x160:r=5:d={}"
    for name, *sources in (
        ("talk.mp4", upright.format(4), "sine=frequency=440:duration=4"),
        ("long.mp4", upright.format(25)),
        ("song.mp3", "sine=frequency=440:duration=9"),
    ):
        inputs = [word for source in sources for word in ("-f", "lavfi", "-i", source)]
        subprocess.run(["ffmpeg", "-v", "error", *inputs, "-pix_fmt", "yuv420p", str(folder / name)], check=True)
    Image.new("RGB", (300, 600)).save(folder / "tall.png")
    return folder


@pytest.fixture
def files(home: object, media: Path) -> Files:
    return Files(media)


def find_refusals(plan: RenderPlan, limits: PlanLimits = API_LIMITS) -> dict[str, str]:
    try:
        check_own_media(bootstrap.services(), plan, limits)
    except InvalidRequest as exc:
        return {error.path: error.message for error in exc.errors}
    return {}


@pytest.mark.parametrize(
    ("clip", "field", "says"),
    [
        ({"start_sec": 4}, "start_sec", "is 4, and talk.mp4 ends at 4.0 s; start sooner"),
        ({"start_sec": 9.5}, "start_sec", "is 9.5, and talk.mp4 ends at 4.0 s"),
        ({"end_sec": 4.5}, "end_sec", "is 4.5, and talk.mp4 ends at 4.0 s; leave end_sec out"),
        ({"start_sec": 3.9}, "start_sec", "talk.mp4 ends at 4.0 s"),
        ({"start_sec": 1, "end_sec": 60}, "end_sec", "talk.mp4 ends at 4.0 s"),
        ({"start_sec": 3}, "", ""),
        ({"end_sec": 4.05}, "", ""),
        ({"start_sec": 1, "end_sec": 2}, "", ""),
    ],
)
def test_a_part_lies_in_its_clip(files: Files, clip: dict[str, Any], field: str, says: str) -> None:
    refusals = find_refusals(files.plan({"clip": {"upload": "talk.mp4", **clip}}))
    assert list(refusals) == ([f"scenes[0].clip.{field}"] if field else [])
    assert says in "".join(refusals.values())


@pytest.mark.parametrize(
    ("music", "path", "says"),
    [
        ({"upload": "song.mp3", "start_sec": 8.5}, "music.start_sec", "is 8.5, and song.mp3 ends at 9.0 s"),
        ({"upload": "long.mp4"}, "music.upload", "long.mp4 is a video without sound"),
        ({"upload": "tall.png"}, "music.upload", "must be an audio file; tall.png is an image"),
        ({"upload": "talk.mp4", "start_sec": 2}, "", ""),
        ({"upload": "song.mp3", "start_sec": 8}, "", ""),
        ("song.mp3", "", ""),
    ],
)
def test_any_file_with_sound_is_music_from_its_start_on(files: Files, music: Any, path: str, says: str) -> None:
    refusals = find_refusals(files.plan({"image_prompt": "a hill", "duration_sec": 2}, music=music))
    assert list(refusals) == ([path] if path else [])
    assert says in "".join(refusals.values())


def test_a_scene_as_long_as_its_clip_has_the_limit_of_a_scene(files: Files) -> None:
    plan = files.plan({"clip": "long.mp4"})
    assert find_refusals(plan, TERMINAL_LIMITS) == {}
    (message,) = find_refusals(plan).values()
    assert message == ("is 25.0 s long; at most 20 s a scene (MAX_SCENE_DURATION_SEC); give duration_sec or end_sec")
    assert find_refusals(files.plan({"clip": {"upload": "long.mp4", "end_sec": 19}})) == {}
    assert find_refusals(files.plan({"clip": "long.mp4", "duration_sec": 20})) == {}
    both = files.plan({"clip": "long.mp4"}, {"clip": {"upload": "long.mp4", "start_sec": 5}})
    assert "add up to 45 s; at most 30 s" in find_refusals(both, TERMINAL_LIMITS.evolve(max_total_sec=30))["scenes"]


def test_a_notice_names_cropped_images_and_lowered_sound(files: Files) -> None:
    plan = files.plan(
        {"clip": "talk.mp4"},
        {"image": "tall.png", "duration_sec": 2},
        {"clip": "talk.mp4", "narration": "Hello."},
        {"clip": {"upload": "talk.mp4", "fit": "fit", "sound": "drop"}, "narration": "Hello again."},
        {"image": {"upload": "tall.png", "fit": "fit"}, "duration_sec": 2},
        {"clip": {"upload": "long.mp4", "fit": "fit", "sound": "keep"}, "duration_sec": 2},
    )
    cropped, ducked, silent = find_notices(bootstrap.services(), plan)
    assert cropped.startswith(
        "scene 1 (talk.mp4, 68%), scene 2 (tall.png, 72%), scene 3 (talk.mp4, 68%): more than half"
    )
    assert ducked.startswith("scene 3 (talk.mp4): the clip's own sound is heard low under the narration")
    assert silent.startswith("scene 6 (long.mp4): the clip has no sound")
    upright = plan.evolve(aspect="9:16")
    assert not any("cut off" in notice for notice in find_notices(bootstrap.services(), upright))
    many = files.plan(*[{"image": "tall.png", "duration_sec": 1}] * 9)
    assert "and 4 more: more than half" in find_notices(bootstrap.services(), many)[0]


def test_a_path_in_a_plan_file_may_stand_in_an_object(files: Files, tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    scene = {"clip": {"upload": str(files.folder / "talk.mp4"), "start_sec": 1}}
    song = {"upload": str(files.folder / "song.mp3"), "start_sec": 2}
    path.write_text(json.dumps({"title": "x", "scenes": [scene], "music": song}))
    plan = load_plan(PlanOptions(plan_file=str(path)))
    assert plan.scenes[0].clip
    assert (plan.scenes[0].clip.upload, plan.scenes[0].clip.start_sec) == (files.ids["talk.mp4"], 1)
    assert (plan.music.upload, plan.music.start_sec) == (files.ids["song.mp3"], 2)


def test_only_missing_files_are_reported(files: Files, tmp_path: Path) -> None:
    there = str(files.folder / "talk.mp4")
    plan: dict[str, Any] = {
        "scenes": [{"clip": "gone.mp4"}, {"clip": there}, {"clip": {"upload": there}}, {"image": "gone.png"}],
        "music": str(files.folder / "song.mp3"),
    }
    path = tmp_path / "plan.json"

    def list_wrong_fields() -> list[str]:
        path.write_text(json.dumps(plan))
        with pytest.raises(InvalidRequest) as caught:
            load_plan(PlanOptions(plan_file=str(path)))
        return [error.path for error in caught.value.errors]

    assert list_wrong_fields() == ["scenes[0].clip", "scenes[3].image"]
    plan["music"] = {"upload": "gone.mp3"}
    assert list_wrong_fields()[:3] == ["scenes[0].clip", "scenes[3].image", "music"]
    plan |= {"music": {"upload": there, "volume": 3}}
    assert "music.volume" in list_wrong_fields()


def test_the_operators_limits_hold_over_http_and_not_for_a_planner(
    monkeypatch: pytest.MonkeyPatch, api: FlaskClient
) -> None:
    monkeypatch.setenv("MAX_SCENES", "2")
    scene = {"image_prompt": "a hill", "duration_sec": 5}

    def send(**body: Any) -> tuple[int, str]:
        answer = api.post("/render", data=json.dumps({"title": "x", **body}))
        return answer.status_code, "; ".join(
            f"{e['path']}: {e['message']}" for e in answer.get_json().get("errors", ())
        )

    assert send(scenes=[scene] * 3) == (400, "scenes: has 3 scenes; at most 2 (MAX_SCENES)")
    assert send(scenes=[scene | {"duration_sec": 21}])[0] == 400
    assert send(scenes=[scene] * 2)[0] == 202
    assert send(topic="Prahlad", length_sec=60)[0] == 202  # its planner writes more than two scenes
