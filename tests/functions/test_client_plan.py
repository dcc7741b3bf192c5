"""Plans as clients of other systems send them."""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from sutradhar import bootstrap
from sutradhar.domain.core.api_key import ApiKey
from sutradhar.domain.plan.upload import MediaInfo
from sutradhar.pipeline import api_keys
from sutradhar.pipeline.upload_records import update_upload
from sutradhar.pipeline.uploads import create_upload
from tests.functions.test_api import submit


def add_image(filename: str, owner: str = "") -> str:
    services = bootstrap.services()
    caller = ApiKey(id=owner, name=owner, digest="") if owner else None
    upload = create_upload(services, filename, "image/jpeg", 3, caller=caller)
    services.blobs.put(upload.blob, b"abc")
    facts = MediaInfo(kind="image", duration_sec=0.0, width=640, height=360)
    return update_upload(services, upload.id, lambda one: one.evolve(facts=facts)).id


def read_plan(job_id: str) -> Any:
    return bootstrap.backend().jobs.get(job_id).requested_plan


def test_the_smoke_call_takes_images_by_their_names_or_ids(api: FlaskClient) -> None:
    first, second = add_image("image1.jpg"), add_image("image2.jpg")
    body = {"topic": "test", "images": ["image1.jpg", second], "duration": 10}
    answer = submit(api, body)
    assert answer.status_code == 202
    plan = read_plan(answer.get_json()["job_id"])
    assert [scene.image.upload for scene in plan.scenes] == [first, second]
    assert [scene.duration_sec for scene in plan.scenes] == [5, 5]
    assert "without narration" in plan.notices[-1]


def test_the_newest_upload_of_a_name_counts(api: FlaskClient) -> None:
    add_image("a.jpg")
    newest = add_image("a.jpg")
    plan = read_plan(submit(api, {"topic": "t", "images": ["a.jpg"], "duration": 6}).get_json()["job_id"])
    assert plan.scenes[0].image.upload == newest


def test_an_image_that_is_not_the_callers_is_not_uploaded(api: FlaskClient) -> None:
    backend = bootstrap.backend()
    _, mine = api_keys.create(backend.records, backend.clock, "mine")
    hers = add_image("hers.jpg", owner="key-other")
    for name in ("hers.jpg", hers, "none.jpg", "../../etc/passwd"):
        answer = submit(api, {"topic": "t", "images": [name], "duration": 6}, **{"X-API-Key": mine})
        assert answer.status_code == 400
        (error,) = answer.get_json()["errors"]
        assert error["path"] == "images"
        assert "send it first by POST /uploads" in error["message"]


@pytest.mark.parametrize(
    ("body", "field", "value"),
    [
        ({"topic": "t", "length": 20}, "length_sec", 20),
        ({"topic": "t", "duration": 30}, "length_sec", 30),
        ({"script": "A man walks by a river."}, "prompt", "A man walks by a river."),
        ({"topic": "t", "voice": "female"}, "voice", "F"),
        ({"topic": "t", "enable_youtube_upload": False, "type": "video_generation"}, "topic", "t"),
    ],
)
def test_the_names_of_other_systems_are_taken(api: FlaskClient, body: Any, field: str, value: object) -> None:
    answer = submit(api, body)
    assert answer.status_code == 202, answer.text
    assert getattr(read_plan(answer.get_json()["job_id"]), field) == value


def test_a_mood_is_the_mood_of_the_music(api: FlaskClient) -> None:
    assert read_plan(submit(api, {"topic": "t", "mood": "calm"}).get_json()["job_id"]).music.mood == "calm"


def test_youtube_must_be_set_up_for_its_flag(api: FlaskClient) -> None:
    answer = submit(api, {"topic": "t", "enable_youtube_upload": True})
    assert answer.status_code == 400
    (error,) = answer.get_json()["errors"]
    assert (error["path"], "not set up" in error["message"]) == ("enable_youtube_upload", True)
    assert submit(api, {"topic": "t", "enable_youtube_upload": None}).status_code == 202


@pytest.mark.parametrize("images", ["a.jpg", [1], {"a": 1}, None])
def test_images_that_are_no_list_of_names_are_refused(api: FlaskClient, images: Any) -> None:
    answer = api.post("/render", data=json.dumps({"topic": "t", "images": images}))
    assert (answer.status_code, answer.get_json()["errors"][0]["path"]) == (400, "images")


def test_an_idempotent_repeat_finds_the_same_job(api: FlaskClient) -> None:
    add_image("image1.jpg")
    body = {"topic": "test", "images": ["image1.jpg"], "duration": 10}
    answers = [submit(api, body, **{"Idempotency-Key": "once"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 200]


def test_uploads_of_others_do_not_hide_ones_own(api: FlaskClient) -> None:
    backend, services = bootstrap.backend(), bootstrap.services()
    key, mine = api_keys.create(backend.records, backend.clock, "mine")
    own = create_upload(services, "mine.jpg", "image/jpeg", 3, caller=key).id
    other, _ = api_keys.create(backend.records, backend.clock, "other")
    for number in range(101):
        create_upload(services, f"{number}.jpg", "image/jpeg", 3, caller=other)
    shown = api.get("/uploads", headers={"X-API-Key": mine}).get_json()["uploads"]
    assert [upload["upload_id"] for upload in shown] == [own]
