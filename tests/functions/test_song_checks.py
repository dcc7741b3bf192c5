"""Songs and recorded voices in a plan are checked against their files before anything is paid for."""

import wave
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient

from sutradhar import bootstrap
from sutradhar.domain.core.errors import InvalidRequest
from sutradhar.domain.plan.limits import API_LIMITS
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.upload import MediaInfo
from sutradhar.pipeline.own_media import check_own_media, estimate_length, estimate_scenes
from sutradhar.pipeline.upload_records import update_upload
from sutradhar.pipeline.uploads import create_upload, import_file

LIMITS = API_LIMITS.evolve(max_total_sec=30, max_scene_sec=10)
SCENE = {"image_prompt": "a boat"}


FILES = {
    **{f"{seconds}s.wav": MediaInfo(kind="audio", duration_sec=seconds, has_audio=True) for seconds in (1, 20, 40)},
    "silent.wav": MediaInfo(kind="audio", duration_sec=5, has_audio=True, is_silent=True),
    "photo.png": MediaInfo(kind="image", width=320, height=200),
}


@pytest.fixture
def files(home: object) -> dict[str, str]:
    """The ids of checked uploads by their file names."""
    return {name: create(name, facts) for name, facts in FILES.items()}


def create(name: str, facts: MediaInfo) -> str:
    services = bootstrap.services()
    upload = create_upload(services, name, "application/octet-stream", 5)
    services.blobs.put(upload.blob, b"bytes")
    return update_upload(services, upload.id, lambda one: one.evolve(facts=facts)).id


def make_plan(files: dict[str, str], **fields: Any) -> RenderPlan:
    def replace(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: replace(one) for name, one in value.items()}
        if isinstance(value, list):
            return [replace(one) for one in value]
        return files.get(value, value) if isinstance(value, str) else value

    return RenderPlan.parse({"title": "x", "language": "en", **replace(fields)})


def find_refusals(plan: RenderPlan) -> dict[str, str]:
    try:
        check_own_media(bootstrap.services(), plan, LIMITS)
    except InvalidRequest as exc:
        return {error.path: error.message for error in exc.errors}
    return {}


@pytest.mark.parametrize(
    ("fields", "path", "says"),
    [
        ({"song": "20s.wav"}, "", ""),
        ({"song": {"upload": "20s.wav", "lyrics": "[00:01.00]Row your boat"}, "scenes": [SCENE]}, "", ""),
        ({"song": {"upload": "40s.wav", "best": True}, "length_sec": 20}, "", ""),
        ({"song": {"upload": "40s.wav", "start_sec": 5, "end_sec": 30}}, "", ""),
        ({"song": "40s.wav"}, "song", "has 40 s in 40s.wav; at most 30 s a video (MAX_TOTAL_DURATION_SEC); give start"),
        ({"song": {"upload": "40s.wav", "start_sec": 5}}, "song", "plays 35 s of 40s.wav"),
        ({"song": {"upload": "40s.wav", "best": True}}, "length_sec", "is 60 s; at most 30 s a video"),
        ({"song": "1s.wav"}, "song.upload", "1s.wav has 1.0 s; at least 3 s are needed"),
        ({"song": {"upload": "20s.wav", "start_sec": 18}}, "song.start_sec", "ends at 20.0 s; start sooner"),
        ({"song": {"upload": "20s.wav", "end_sec": 25}}, "song.end_sec", "leave end_sec out"),
        ({"song": {"upload": "20s.wav", "end_sec": 20.05}}, "", ""),
        ({"song": {"upload": "20s.wav", "lyrics": "[Chorus]"}}, "song.lyrics", "has no words"),
        ({"song": "photo.png"}, "song.upload", "must be an audio file; photo.png is an image"),
        ({"song": "up-0123456789abcdef"}, "song.upload", "there is no upload"),
        ({"narration_audio": "20s.wav"}, "", ""),
        ({"narration_audio": "40s.wav"}, "narration_audio", "has 40 s in 40s.wav; at most 30 s a video"),
        ({"narration_audio": {"upload": "40s.wav", "start_sec": 20}}, "", ""),
        ({"narration_audio": {"upload": "20s.wav", "start_sec": 20}}, "narration_audio.start_sec", "start sooner"),
        ({"song": "silent.wav"}, "", ""),
        ({"narration_audio": "silent.wav"}, "narration_audio.upload", "silent.wav is silent: no voice can be heard"),
        (
            {"scenes": [{**SCENE, "narration_audio": "silent.wav"}]},
            "scenes[0].narration_audio.upload",
            "choose another recording",
        ),
        ({"narration_audio": "photo.png"}, "narration_audio.upload", "must be an audio file"),
        ({"scenes": [{**SCENE, "narration_audio": "1s.wav"}]}, "", ""),
        (
            {"scenes": [{**SCENE, "narration_audio": "20s.wav"}]},
            "scenes[0].narration_audio",
            "is 20.0 s long; at most 10 s a scene (MAX_SCENE_DURATION_SEC); give end_sec",
        ),
        (
            {"scenes": [{**SCENE, "narration_audio": {"upload": "1s.wav", "end_sec": 9}}]},
            "scenes[0].narration_audio.end_sec",
            "1s.wav ends at 1.0 s",
        ),
    ],
)
def test_a_song_or_voice_is_checked_against_its_file(
    files: dict[str, str], fields: dict[str, Any], path: str, says: str
) -> None:
    refusals = find_refusals(make_plan(files, **fields))
    assert list(refusals) == ([path] if path else [])
    assert says in refusals.get(path, "")


@pytest.mark.parametrize("level", [0, 1, 40])
def test_the_check_of_an_upload_hears_silence(home: object, tmp_path: Path, level: int) -> None:
    for kind in ("<i2", "u1"):
        tone = np.tile([level, -level], 4000) * (1 if kind == "u1" else 32)
        with wave.open(str(tmp_path / f"{level}{kind[-1]}.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(1 if kind == "u1" else 2)
            file.setframerate(8000)
            file.writeframes((tone + (128 if kind == "u1" else 0)).astype(kind).tobytes())
        facts = import_file(bootstrap.services(), tmp_path / f"{level}{kind[-1]}.wav").facts
        assert facts
        assert facts.is_silent is (level * (256 if kind == "u1" else 32) / 32768 <= 0.001), kind


def test_a_file_of_hours_is_refused(files: dict[str, str]) -> None:
    services = bootstrap.services()
    update_upload(
        services,
        files["20s.wav"],
        lambda upload: upload.evolve(facts=upload.facts and upload.facts.evolve(duration_sec=7200.0)),
    )
    song = {"upload": "20s.wav", "start_sec": 1, "end_sec": 10}
    assert "120 min long; at most 60 min" in find_refusals(make_plan(files, song=song))["song.upload"]


@pytest.mark.parametrize(
    ("fields", "seconds"),
    [
        ({"song": "20s.wav"}, 20),
        ({"song": {"upload": "20s.wav", "start_sec": 4, "end_sec": 10}}, 6),
        ({"song": {"upload": "40s.wav", "best": True}, "length_sec": 15}, 15),
        ({"narration_audio": {"upload": "40s.wav", "end_sec": 8}}, 8),
        ({"scenes": [{**SCENE, "narration_audio": "1s.wav"}, {**SCENE, "duration_sec": 3}]}, 4),
    ],
)
def test_the_length_of_a_video_is_that_of_its_own_sound(
    files: dict[str, str], fields: dict[str, Any], seconds: float
) -> None:
    scenes = fields.get("scenes", [SCENE, SCENE, SCENE])
    plan = make_plan(files, **{**fields, "scenes": scenes})
    assert estimate_length(bootstrap.services(), plan) == pytest.approx(seconds, abs=0.05)
    lengths = estimate_scenes(bootstrap.services(), plan)
    assert sum(lengths) == pytest.approx(seconds, abs=0.05)
    assert len(lengths) == len(scenes)


def test_a_dry_run_tells_length_and_problems_of_a_song(api: FlaskClient, files: dict[str, str]) -> None:
    plan = {"title": "Boat", "song": {"upload": files["20s.wav"], "lyrics": "Row your boat"}, "scenes": [SCENE]}
    answer = api.post("/plan", json=plan).get_json()
    assert (answer["accepted"], answer["problems"]) == (True, [])
    assert answer["estimate"]["video_seconds"] == pytest.approx(20, abs=0.1)
    assert answer["scene_seconds"] == [pytest.approx(20, abs=0.1)]
    late = {**plan, "song": {"upload": files["20s.wav"], "start_sec": 60}}
    answer = api.post("/plan", json=late).get_json()
    assert [problem["path"] for problem in answer["problems"]] == ["song.start_sec"]
    assert api.post("/render", json=late).status_code == 400
