"""A user's own files are in the preview as soon as they are sent, and look as in the video."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from PIL import Image

from sutradhar import bootstrap
from sutradhar.domain.jobs.job import JobState
from sutradhar.domain.jobs.messages import CheckUpload
from sutradhar.pipeline.handle import handle
from tests.functions.test_frames import PLAN, api, ask
from tests.functions.worker import work
from tests.media.ffmpeg import run_ffmpeg
from tests.media.timelines import photo

__all__ = ["api"]


def make_photo(_folder: Path) -> bytes:
    """Return a photo that is larger than shown images and lies on its side (EXIF)."""
    image, out = Image.fromarray(photo(3, 4200, 900)), io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    image.save(out, "JPEG", exif=exif)
    return out.getvalue()


def make_animation(_folder: Path) -> bytes:
    frames, out = [Image.fromarray(photo(seed, 200, 120)) for seed in range(4)], io.BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:], duration=200)
    return out.getvalue()


def make_clip(folder: Path) -> bytes:
    run_ffmpeg("-f", "lavfi", "-i", "testsrc2=s=320x180:r=25:d=2", "-pix_fmt", "yuv420p", folder / "c.mp4")
    return (folder / "c.mp4").read_bytes()


def send_file(api: FlaskClient, filename: str, data: bytes) -> str:
    types = {"jpg": "image/jpeg", "gif": "image/gif", "mp4": "video/mp4"}
    body = {"filename": filename, "content_type": types[filename.rpartition(".")[2]], "size": len(data)}
    upload_id = str(api.post("/uploads", json=body).get_json()["upload_id"])
    assert api.put(f"/uploads/{upload_id}/bytes", data=data).status_code == 204
    handle(bootstrap.services(), CheckUpload(upload_id=upload_id))
    return upload_id


@pytest.mark.parametrize(
    ("field", "filename", "make_file"),
    [("image", "a.jpg", make_photo), ("clip", "a.gif", make_animation), ("clip", "a.mp4", make_clip)],
)
def test_a_file_is_shown_before_it_is_an_asset_as_it_is_shown_after(
    api: FlaskClient, tmp_path: Path, field: str, filename: str, make_file: Any
) -> None:
    upload_id = send_file(api, filename, make_file(tmp_path))
    scene: dict[str, Any] = {field: {"upload": upload_id}, "narration": "This is mine.", "title": "Mine"}
    job_id = str(api.post("/render", json={**PLAN, "scenes": [scene]}).get_json()["job_id"])
    assert work(job_id).state is JobState.AWAITING_APPROVAL
    path = f"/render/{job_id}/frame"
    before = api.get(f"{path}?at=1&format=png")
    assert (before.status_code, before.headers["Frame-Missing"]) == (200, "")
    api.post(f"/render/{job_id}/approve")
    assert work(job_id).state is JobState.RENDERING
    after = api.get(f"{path}?at=1&format=png")
    assert after.headers["ETag"] != before.headers["ETag"]
    assert after.data == before.data


def test_a_replacement_is_shown_before_it_is_chosen(api: FlaskClient, tmp_path: Path) -> None:
    job_id = str(api.post("/render", json=PLAN).get_json()["job_id"])
    work(job_id)
    upload_id = send_file(api, "a.jpg", make_photo(tmp_path))
    patch = {"scenes": [{"index": 0, "image": {"upload": upload_id}}]}
    answer = ask(api, f"/render/{job_id}/frame", {"scene": 0, "patch": patch})
    assert answer.status_code == 200, answer.get_json()
    assert "scene-00-image" not in answer.headers["Frame-Missing"]
    assert json.loads(api.get(f"/render/{job_id}/plan").data)["version"] == 1
