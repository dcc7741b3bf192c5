"""Replace what a scene shows by a file of one's own while the plan waits for approval, on both backends."""

import json
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image

from sutradhar import bootstrap
from sutradhar.domain.jobs.messages import DeleteUpload
from sutradhar.pipeline import api_keys
from sutradhar.pipeline.upload_deletion import delete_upload
from sutradhar.pipeline.uploads import import_file
from tests.function_client import open_client
from tests.functions.worker import work

SCENES = [
    {"narration": "Tea is hot.", "image_prompt": "a cup of tea"},
    {"narration": "Tea is good.", "image_prompt": "a tea garden"},
]


class Review:
    """A job that waits for approval, and a photo of its owner."""

    def __init__(self, folder: Path) -> None:
        self.api: FlaskClient = open_client("api")
        Image.new("RGB", (1600, 900), "green").save(folder / "garden.png")
        self.photo = import_file(bootstrap.services(), folder / "garden.png").id
        answer = self.api.post("/render", data=json.dumps({"review": True, "title": "Tea", "scenes": SCENES}))
        self.job_id = answer.get_json()["job_id"]
        work(self.job_id)

    def patch(self, scene: dict[str, Any], key: str = "") -> Any:
        body = json.dumps({"scenes": [{"index": 1, **scene}]})
        headers = {"X-API-Key": key} if key else {}
        return self.api.patch(f"/render/{self.job_id}/plan", data=body, headers=headers)

    def read_scene(self) -> Any:
        return self.api.get(f"/render/{self.job_id}/plan").get_json()["plan"]["scenes"][1]


@pytest.fixture
def review(each_backend: None, tmp_path: Path) -> Review:
    return Review(tmp_path)


def test_a_photo_takes_the_place_of_a_drawn_image_and_gives_it_back(review: Review) -> None:
    changed = review.patch({"image": review.photo})
    assert (changed.status_code, changed.get_json()["state"]) == (200, "awaiting_approval"), changed.get_json()
    assert {"scenes[].image", "scenes[].clip"} <= set(changed.get_json()["changeable"])
    shown = review.read_scene()
    assert (shown["image"]["upload"], shown.get("image_prompt", "")) == (review.photo, "")

    assert review.patch({"image": None}).status_code == 200
    assert review.read_scene()["image_prompt"] == "a tea garden"

    review.patch({"image": {"upload": review.photo, "fit": "fit"}})
    review.api.post(f"/render/{review.job_id}/approve")
    assets = work(review.job_id).assets
    providers = {str(slot): asset.provider for slot, asset in assets.items() if slot.role == "image"}
    assert providers["scene-01-image"].startswith("upload")
    assert providers["scene-00-image"].startswith("procedural")


def test_the_photo_is_kept_while_the_job_uses_it(review: Review) -> None:
    review.patch({"image": review.photo})
    assert review.api.delete(f"/uploads/{review.photo}").status_code == 409
    delete_upload(bootstrap.services(), DeleteUpload(upload_id=review.photo))
    assert bootstrap.backend().blobs.exists(f"uploads/{review.photo}")


@pytest.mark.parametrize(
    ("scene", "path", "says"),
    [
        ({"image": "up-0123456789abcdef"}, "scenes[1].image.upload", "there is no upload"),
        ({"clip": "PHOTO"}, "scenes[1].clip.upload", "must be a video"),
        ({"image": "PHOTO", "image_prompt": "a cup"}, "scenes[1]", "a scene shows one thing"),
        ({"image": {"upload": "PHOTO", "fit": "none"}}, "scenes[0].image.fit", "fill"),
    ],
)
def test_a_wrong_file_is_named_and_changes_nothing(
    home: Path, tmp_path: Path, scene: dict[str, Any], path: str, says: str
) -> None:
    review = Review(tmp_path)
    text = json.dumps(scene).replace("PHOTO", review.photo)
    answer = review.patch(json.loads(text))
    assert answer.status_code == 400
    (error,) = answer.get_json()["errors"]
    assert error["path"] == path
    assert says in error["message"]
    assert review.read_scene()["image_prompt"] == "a tea garden"


def test_the_files_of_another_caller_cannot_be_shown(home: Path, tmp_path: Path) -> None:
    review = Review(tmp_path)
    backend = bootstrap.backend()
    _, key = api_keys.create(backend.records, backend.clock, "Asha", "creator")
    sent = review.api.post("/render", data=json.dumps({"review": True, "scenes": SCENES}), headers={"X-API-Key": key})
    review.job_id = sent.get_json()["job_id"]
    work(review.job_id)
    answer = review.patch({"image": review.photo}, key)
    assert (answer.status_code, answer.get_json()["errors"][0]["path"]) == (400, "scenes[1].image.upload")
    body = json.dumps({"patch": {"scenes": [{"index": 1, "image": review.photo}]}})
    frame = review.api.post(f"/render/{review.job_id}/frame", data=body, headers={"X-API-Key": key})
    assert (frame.status_code, frame.get_json()["errors"][0]["path"]) == (400, "patch.scenes[1].image.upload")
