"""Each transition, exact to the frame: the shares of both images in every frame, in luma and in chroma."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gpu_renderer.core.frame import Frame
from gpu_renderer.core.segments import Segment, build_segment, split
from gpu_renderer.image.compositor import Compositor
from gpu_renderer.image.transitions import SOFT_EDGE, blend_transition, dip_levels, progress, wipe_weights
from sutradhar.backends.local.blobs import FileBlobStore
from sutradhar.domain.video.timeline import Timeline
from tests.media.timelines import HEIGHT, HOLD, WIDTH, fetch_sources, make_timeline, png

FADE = 9
lengths = st.integers(1, 60)


@given(lengths)
def test_progress_never_repeats_a_single_image_and_goes_on_evenly(fade_in: int) -> None:
    way = [0.0, *(progress(n, fade_in) for n in range(fade_in)), 1.0]
    assert np.allclose(np.diff(way), 1 / (fade_in + 1))


@given(lengths)
def test_a_dip_shows_one_image_at_a_time_and_is_the_same_both_ways(fade_in: int) -> None:
    levels = [dip_levels(n, fade_in) for n in range(fade_in)]
    assert all(min(pair) == 0 and max(pair) < 1 for pair in levels)
    assert np.allclose([old for old, _ in levels], [new for _, new in reversed(levels)])
    assert all(a[0] >= b[0] and a[1] <= b[1] for a, b in pairwise(levels))
    if fade_in % 2:
        assert levels[fade_in // 2] == (0, 0)


def test_the_levels_of_a_dip_over_four_frames() -> None:
    assert np.allclose([dip_levels(n, 4) for n in range(4)], [(0.6, 0), (0.2, 0), (0, 0.2), (0, 0.6)])


@given(lengths, st.sampled_from([320, 1280, 1920, 3840]))
def test_the_edge_of_a_wipe_moves_on_evenly_from_side_to_side(fade_in: int, width: int) -> None:
    soft = SOFT_EDGE * width
    # how much is covered, beyond the frame's sides included
    reached = [(width + soft) * progress(n, fade_in) for n in range(fade_in)]
    for n, covered in enumerate(reached):
        weights = wipe_weights(n, fade_in, width)
        assert np.all(np.diff(weights) <= 0)
        assert 0 < weights.sum() < width
        if soft < covered < width:
            assert weights.sum() == pytest.approx(covered - soft / 2, rel=1e-3)
            assert np.count_nonzero((weights > 0) & (weights < 1)) == pytest.approx(soft, abs=1)
        np.testing.assert_array_equal(wipe_weights(n, fade_in, width, chroma=True), weights[::2])


def test_the_weights_of_a_wipe_over_one_frame_are_halves_in_the_middle() -> None:
    weights = wipe_weights(0, 1, 40)  # the edge is 2 columns wide
    np.testing.assert_allclose(weights, [1] * 19 + [0.75, 0.25] + [0] * 19)


def test_a_wipe_blends_luma_and_chroma_alike() -> None:
    """A clip that is the same in all planes stays so, column by column."""
    old, new = Frame(320, 8), Frame(320, 8)
    old.buffer.fill(40)
    new.buffer.fill(200)
    blend_transition("wipe", 4, 9, old, new)
    y, u, v = (plane.astype(int) for plane in old.planes)
    np.testing.assert_array_equal(u, y[::2, ::2])
    np.testing.assert_array_equal(u, v)
    assert y[0, 0] == 200
    assert y[0, -1] == 40
    assert len(set(y[0])) > 10


@pytest.fixture
def blobs(tmp_path: Path) -> FileBlobStore:
    return FileBlobStore(tmp_path / "blobs")


def make_two_images(blobs: FileBlobStore, kind: str, fade: int = FADE) -> Timeline:
    """Return a timeline of red, then white, which differ in their planes."""
    images = [png(np.full((90, 160, 3), value, np.uint8)) for value in ((255, 0, 0), (255, 255, 255))]
    timeline = make_timeline(blobs, images=images, bodies=(4, 4), fade=fade, camera=HOLD)
    first, second = timeline.clips
    return timeline.evolve(clips=(first, second.evolve(transition=second.transition.evolve(kind=kind))))


def compose_parts(timeline: Timeline, blobs: FileBlobStore, folder: Path, parts: Sequence[Segment]) -> list[Frame]:
    files, frames = fetch_sources(timeline, blobs, folder), []
    for part in parts:
        with Compositor(WIDTH, HEIGHT).open(part, files) as compose:
            for n in range(part.frames):
                frame = Frame(WIDTH, HEIGHT)
                compose(n, frame)
                frames.append(frame)
    return frames


@pytest.mark.parametrize("kind", ["crossfade", "dip", "wipe"])
@pytest.mark.parametrize("fade", [1, 2, 9])
def test_a_transition_is_the_same_in_one_segment_and_in_many(
    blobs: FileBlobStore, tmp_path: Path, kind: str, fade: int
) -> None:
    timeline = make_two_images(blobs, kind, fade)
    whole = compose_parts(timeline, blobs, tmp_path, [build_segment(timeline, 0, timeline.frames)])
    parts = compose_parts(timeline, blobs, tmp_path, split(timeline, 0.1))
    assert [a.buffer.tobytes() for a in whole] == [b.buffer.tobytes() for b in parts]
    different = [not np.array_equal(a.buffer, b.buffer) for a, b in pairwise(whole)]
    assert different == [False] * 3 + [True] * (fade + 1) + [False] * 3


def test_a_dip_goes_down_to_black_and_up_again(blobs: FileBlobStore, tmp_path: Path) -> None:
    timeline = make_two_images(blobs, "dip")
    frames = compose_parts(timeline, blobs, tmp_path, [build_segment(timeline, 0, timeline.frames)])[4:13]
    colours = [tuple(int(np.unique(plane)[0]) for plane in frame.planes) for frame in frames]
    assert all(len(np.unique(plane)) == 1 for frame in frames for plane in frame.planes)
    assert colours[4] == (16, 128, 128)
    for n, level in enumerate((0.8, 0.6, 0.4, 0.2)):
        red = tuple(black + (full - black) * level for full, black in zip((63, 102, 240), (16, 128, 128), strict=True))
        assert np.allclose(colours[n], red, atol=0.6)
        assert np.allclose(colours[8 - n], (16 + 219 * level, 128, 128), atol=0.6)


def test_a_wipe_brings_the_new_image_in_from_the_left(blobs: FileBlobStore, tmp_path: Path) -> None:
    timeline = make_two_images(blobs, "wipe")
    frames = compose_parts(timeline, blobs, tmp_path, [build_segment(timeline, 0, timeline.frames)])[4:13]
    for n, frame in enumerate(frames):
        y = frame.planes[0]
        assert np.array_equal(y, np.broadcast_to(y[0], y.shape))
        share = (y[0].astype(float) - 63) / (235 - 63)
        np.testing.assert_allclose(share, wipe_weights(n, FADE, WIDTH), atol=0.004)
        red = (frame.planes[2][0].astype(float) - 128) / (240 - 128)
        np.testing.assert_allclose(1 - red, wipe_weights(n, FADE, WIDTH, chroma=True), atol=0.006)
