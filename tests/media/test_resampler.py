"""The resampler against an exact one, on planes of any size and place in memory."""

import itertools
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from gpu_renderer.core import zimg
from gpu_renderer.core.frame import Bytes
from gpu_renderer.core.zimg import BICUBIC, SPLINE36
from gpu_renderer.image.camera import Box
from gpu_renderer.image.resampler import LEAST_SHOWN, align_plane, resample
from gpu_renderer.image.still import to_planes
from sutradhar.domain.core.errors import NotInstalled
from tests.media.timelines import photo


def luma(width: int, height: int) -> Bytes:
    return to_planes(photo(3, width, height))[0]


def draw(plane: Bytes, shown: Box, size: tuple[int, int], filter_kind: int = SPLINE36) -> Bytes:
    out = np.zeros((size[1], size[0]), np.uint8)
    resample([plane], shown, [out], filter_kind=filter_kind)
    return out


@pytest.mark.parametrize("box", [(11.3, 7.9, 320.0, 180.0), (40.6, 20.2, 290.7, 163.5), (0.0, 0.0, 384.0, 216.0)])
@pytest.mark.parametrize(("filter_kind", "least"), [(SPLINE36, 54), (BICUBIC, 50)])
def test_a_rectangle_comes_out_as_by_an_exact_resampler(
    box: tuple[float, float, float, float], filter_kind: int, least: float
) -> None:
    plane = luma(400, 240)
    left, top, width, height = box
    exact = Image.fromarray(plane.astype(np.float32)).resize(
        (320, 180), Image.Resampling.LANCZOS, box=(left, top, left + width, top + height)
    )
    error = np.asarray(exact, float) - draw(plane, Box(*box), (320, 180), filter_kind)
    assert 10 * np.log10(255**2 / np.mean(error[4:-4, 4:-4] ** 2)) >= least


@settings(max_examples=40, deadline=None)
@given(st.integers(8, 90), st.integers(8, 90), st.integers(8, 130), st.integers(8, 130), st.integers(0, 255))
def test_an_even_plane_stays_even_at_any_size(wide: int, high: int, width: int, height: int, value: int) -> None:
    plane = np.full((high, wide), value, np.uint8)
    assert set(draw(plane, Box(-0.25, 0.0, wide, high), (width, height)).ravel().tolist()) == {value}


def test_the_place_in_memory_changes_nothing() -> None:
    plane, shown = luma(391, 233), Box(5.3, 4.1, 350.2, 197.0)
    expected = draw(align_plane(plane), shown, (317, 179))
    whole = np.zeros((240, 400), np.uint8)
    whole[3:236, 5:396] = plane
    np.testing.assert_array_equal(draw(whole[3:236, 5:396], shown, (317, 179)), expected)


def test_planes_of_one_size_are_drawn_alike() -> None:
    first, second, shown = luma(200, 120), luma(200, 120)[::-1].copy(), Box(10.5, 3.25, 160, 90)
    out = [np.zeros((90, 160), np.uint8) for _ in range(2)]
    resample([first, second], shown, out)
    for plane, drawn in zip((first, second), out, strict=True):
        np.testing.assert_array_equal(drawn, draw(plane, shown, (160, 90)))


def test_every_processor_draws_the_same_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Number 0 means portable C, which no instruction of this processor makes faster."""
    plane = luma(400, 240)
    ways = [(Box(20.3, 11.7, 300.5, 169.0), (320, 180)), (Box(0, 0, 400, 225), (160, 90))]
    here = [draw(plane, *way, kind) for way, kind in itertools.product(ways, (SPLINE36, BICUBIC))]
    monkeypatch.setattr(zimg, "CPU_AUTO_64B", 0)
    portable = [draw(plane, *way, kind) for way, kind in itertools.product(ways, (SPLINE36, BICUBIC))]
    for a, b in zip(here, portable, strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_rectangle_without_samples_is_an_error() -> None:
    draw(luma(40, 40), Box(4, 4, LEAST_SHOWN, LEAST_SHOWN), (64, 64))
    with pytest.raises(ValueError, match="active window must be positive"):
        draw(luma(40, 40), Box(4, 4, 0, 8), (64, 64))


def test_a_machine_without_the_library_is_told_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zimg, "_NAMES", {sys.platform: ("libzimg-that-is-not-here.so",)})
    with pytest.raises(NotInstalled, match="zimg") as caught:
        zimg.load.__wrapped__()
    assert "apt-get install libzimg2" in caught.value.advice
