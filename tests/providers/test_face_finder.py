"""Faces in images and videos, and the camera that keeps them in view."""

import subprocess
from pathlib import Path

import cv2
import numpy as np
import pytest

from sutradhar.domain.assets.asset import Asset
from sutradhar.domain.plan.focus import Point
from sutradhar.domain.plan.own_media import ImageFile
from sutradhar.domain.plan.scene import Scene
from sutradhar.domain.video.shots import choose_camera
from sutradhar.providers.media.face_finder import find_face_in_image, find_face_in_video, find_faces
from tests.providers.drawn_face import BACKDROP, place_face


@pytest.mark.parametrize(
    ("size", "at", "face"),
    [
        ((400, 400), (0, 0), 400),
        ((1200, 400), (750, 0), 400),
        ((1280, 720), (200, 60), 200),
        ((600, 1400), (90, 90), 300),
    ],
)
def test_a_face_is_found_where_it_is(size: tuple[int, int], at: tuple[int, int], face: int) -> None:
    faces = find_faces(place_face(*size, *at, face))
    assert len(faces) == 1
    assert faces[0].x * size[0] == pytest.approx(at[0] + face / 2, abs=0.1 * face)
    assert faces[0].y * size[1] == pytest.approx(at[1] + face / 2, abs=0.15 * face)


def test_two_people_are_both_kept_in_view(tmp_path: Path) -> None:
    image = place_face(1600, 500, 150, 50, 400)
    image[50:450, 1000:1400] = place_face(400, 400, 0, 0, 400)
    path = tmp_path / "two.png"
    cv2.imwrite(str(path), image[:, :, ::-1])
    middle = find_face_in_image(path)
    assert middle is not None
    assert middle.x == pytest.approx((350 + 1200) / 2 / 1600, abs=0.03)


def test_an_image_without_a_face_has_none(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (360, 640, 3), np.uint8)
    cv2.imwrite(str(tmp_path / "noise.png"), noise)
    assert find_face_in_image(tmp_path / "noise.png") is None
    (tmp_path / "text.png").write_text("no image")
    assert find_face_in_image(tmp_path / "text.png") is None
    assert find_face_in_video(tmp_path / "text.png") is None
    flat = np.full((90, 160, 3), BACKDROP, np.uint8)
    assert find_faces(flat) == []


def test_a_face_in_a_video_is_found(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "face.png"), place_face(1280, 720, 850, 100, 400)[:, :, ::-1])
    path = tmp_path / "face.mp4"
    command = ["ffmpeg", "-v", "error", "-loop", "1", "-i", str(tmp_path / "face.png"), "-t", "2", "-r", "10"]
    subprocess.run([*command, "-pix_fmt", "yuv420p", "-preset", "ultrafast", str(path)], check=True)
    middle = find_face_in_video(path)
    assert middle is not None
    assert middle.x == pytest.approx(1050 / 1280, abs=0.04)


@pytest.mark.parametrize(("face", "left"), [(Point(x=0.85, y=0.4), True), (None, False)])
def test_the_camera_keeps_the_face_of_a_wide_image_in_an_upright_video(face: Point | None, left: bool) -> None:
    image = ImageFile(upload="up-0123456789abcdef", focus="face")
    asset = Asset(
        key="k", kind="image", blob="b", sha256="s", size=1, provider="upload/2", width=1600, height=900, face=face
    )
    camera = choose_camera(Scene(image=image, duration_sec=2, camera="hold"), 0, asset, 9 / 16)
    assert camera.start == camera.end
    assert camera.start.x == pytest.approx(0.85 if left else 0.5)
