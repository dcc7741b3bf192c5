import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpu_renderer.image.camera import Box, Plane, crop_at, crop_for_pose, ease_in_out, find_samples
from sutradhar.domain.video.timeline import Camera, Pose

WIDE = 16 / 9
poses = st.builds(Pose, x=st.floats(-0.5, 1.5), y=st.floats(-0.5, 1.5), zoom=st.floats(1.0, 4.0))
image_sizes = st.tuples(st.integers(16, 9000), st.integers(16, 9000))


def is_inside(box: Box, image_size: tuple[int, int]) -> bool:
    slack = 1e-6 * max(image_size)
    return (
        box.left >= -slack
        and box.top >= -slack
        and box.right <= image_size[0] + slack
        and box.bottom <= image_size[1] + slack
    )


@given(poses, poses, image_sizes, st.sampled_from([16 / 9, 9 / 16, 1.0]), st.integers(1, 400))
def test_no_frame_of_any_move_leaves_the_image_or_changes_aspect(
    start: Pose, end: Pose, image_size: tuple[int, int], aspect: float, frames: int
) -> None:
    camera = Camera(start=start, end=end)
    for frame in {0, frames // 3, frames // 2, frames - 1}:
        shown = crop_at(camera, frame, frames, image_size, aspect)
        assert is_inside(shown, image_size)
        assert shown.width / shown.height == pytest.approx(aspect)


def test_zoom_one_is_the_largest_crop_of_a_wide_and_of_a_tall_image() -> None:
    pose = Pose(x=0.5, y=0.5, zoom=1)
    assert crop_for_pose(pose, (1600, 900), WIDE) == Box(0, 0, 1600, 900)
    tall = crop_for_pose(pose, (900, 1600), WIDE)
    assert (tall.left, tall.width) == (0, 900)
    assert (tall.top, tall.height) == pytest.approx((800 - 900 / WIDE / 2, 900 / WIDE))
    assert crop_for_pose(pose, (3000, 900), WIDE) == Box(700, 0, 1600, 900)


def test_a_move_begins_and_ends_exactly_at_its_poses() -> None:
    camera = Camera(start=Pose(x=0.5, y=0.5, zoom=1.2), end=Pose(x=0.4, y=0.6, zoom=1.5))
    assert crop_at(camera, 0, 90, (1920, 1080), WIDE) == crop_for_pose(camera.start, (1920, 1080), WIDE)
    last = crop_at(camera, 89, 90, (1920, 1080), WIDE)
    assert last.left == pytest.approx(crop_for_pose(camera.end, (1920, 1080), WIDE).left)


def test_easing_never_turns_back_stops_or_jerks() -> None:
    way = [ease_in_out(n / 1000) for n in range(1001)]
    steps = [b - a for a, b in itertools.pairwise(way)]
    assert way[0] == 0
    assert way[-1] == 1
    assert all(step > 0 for step in steps)
    # the speed starts from rest and its change from one frame to the next is small everywhere
    assert steps[0] < 1e-6
    assert steps[-1] < 1e-6
    assert max(abs(b - a) for a, b in itertools.pairwise(steps)) < 1.2e-5
    assert max(steps) < 1.4e-3


def test_a_clip_of_one_frame_shows_its_start() -> None:
    camera = Camera(start=Pose(x=0.3, y=0.5, zoom=1.2), end=Pose(x=0.7, y=0.5, zoom=1.2))
    assert crop_at(camera, 0, 1, (1920, 1080), WIDE) == crop_for_pose(camera.start, (1920, 1080), WIDE)


def test_the_whole_image_at_its_own_size_is_the_whole_plane() -> None:
    whole = Box(0, 0, 640, 360)
    assert find_samples(whole, Plane(whole, 640, 360), (640, 360)) == whole


def test_the_edges_are_kept_when_the_stored_plane_is_twice_as_dense() -> None:
    whole = Box(0, 0, 640, 360)
    assert find_samples(whole, Plane(whole, 1280, 720), (640, 360)) == Box(0, 0, 1280, 720)


def test_chroma_samples_sit_on_the_left_luma_column() -> None:
    whole = Box(0, 0, 640, 360)
    # a chroma sample is two pixels wide: its middle, at 1, moves to the middle of luma column 0, at 0.5
    assert find_samples(whole, Plane(whole, 640, 360), (320, 180), chroma=True) == Box(-0.5, 0, 640, 360)


def test_a_plane_that_holds_only_part_of_the_image_gives_the_same_samples() -> None:
    shown = Box(100, 50, 320, 180)
    part = Plane(Box(80, 40, 400, 300), 400, 300)
    assert find_samples(shown, part, (320, 180)) == Box(20, 10, 320, 180)
