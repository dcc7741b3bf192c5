"""A plan with a song waits for approval with the words of the song found; its song may be changed meanwhile."""

import wave
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from sutradhar import bootstrap
from sutradhar.domain.assets.slot import SONG
from sutradhar.domain.jobs.job import JobState
from sutradhar.pipeline.produce import find_finished_assets
from sutradhar.pipeline.uploads import import_file
from tests.fake_listener import FakeListener, replace_listener
from tests.functions.worker import work


@pytest.fixture
def ear(monkeypatch: pytest.MonkeyPatch) -> FakeListener:
    return replace_listener(monkeypatch)


@pytest.fixture
def waiting(api: FlaskClient, ear: FakeListener, tmp_path: Path) -> str:
    """The id of a job with a song of 20 s that waits for approval."""
    with wave.open(str(tmp_path / "song.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(8000)
        file.writeframes(bytes(120 + i % 16 for i in range(160_000)))
    upload = import_file(bootstrap.services(), tmp_path / "song.wav").id
    song = {"upload": upload, "lyrics": "Row your boat\nGently down", "end_sec": 10}
    plan = {"title": "Boat", "song": song, "review": True}
    answer = api.post("/render", json=plan)
    assert answer.status_code == 202, answer.get_json()
    job_id = str(answer.get_json()["job_id"])
    work(job_id)
    return job_id


def read_words(job_id: str) -> list[str]:
    services = bootstrap.services()
    return [word.text for word in find_finished_assets(services, services.jobs.get(job_id))[SONG].words]


def test_the_words_of_a_song_are_found_before_its_plan_is_approved(
    api: FlaskClient, waiting: str, ear: FakeListener
) -> None:
    status = api.get(f"/render/{waiting}/status").get_json()
    assert status["state"] == "awaiting_approval"
    assert [asset["slot"] for asset in status["assets"] if asset["state"] == "ready"] == ["song"]
    assert read_words(waiting) == ["Row", "your", "boat", "Gently", "down"]
    changes: dict[str, Any] = {"song": {"lyrics": "Other words here", "look": "karaoke"}}
    changed = api.patch(f"/render/{waiting}/plan", json=changes)
    assert (changed.status_code, changed.get_json()["plan"]["song"]["look"]) == (200, "karaoke")
    assert changed.get_json()["plan"]["song"]["end_sec"] == 10
    work(waiting)
    assert read_words(waiting) == ["Other", "words", "here"]
    look = api.patch(f"/render/{waiting}/plan", json={"song": {"look": "brat"}})
    assert (look.status_code, look.get_json()["state"]) == (200, "awaiting_approval")  # nothing is heard again
    assert (ear.analyzed, ear.aligned) == (1, 2)
    assert api.post(f"/render/{waiting}/approve").status_code == 202
    assert work(waiting).state is JobState.RENDERING


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"song": {"start_sec": 30, "end_sec": None}}, "song.start_sec"),
        ({"song": {"lyrics": "[Chorus]"}}, "song.lyrics"),
        ({"song": {"upload": "up-0123456789abcdef"}}, "song.upload"),
        ({"song": {"look": "loud"}}, "song.look"),
        ({"narration_audio": {"text": "Hello"}}, "narration_audio"),
    ],
)
def test_a_wrong_change_of_a_song_is_named(api: FlaskClient, waiting: str, change: dict[str, Any], path: str) -> None:
    answer = api.patch(f"/render/{waiting}/plan", json=change)
    assert (answer.status_code, [error["path"] for error in answer.get_json()["errors"]]) == (400, [path])
