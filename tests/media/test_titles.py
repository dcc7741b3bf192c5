"""Titles and lower thirds: in their place on every frame, clear of captions and watermarks, faded evenly."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from gpu_renderer.core.frame import Frame
from gpu_renderer.core.segments import Segment, build_segment, split
from gpu_renderer.image.overlay_layers import OverlayLayers
from gpu_renderer.text.captions import draw_watermark_overlay, find_caption_top
from gpu_renderer.text.overlay import Overlay
from gpu_renderer.text.titles import draw_title_overlay, title_opacity
from sutradhar.backends.local.blobs import FileBlobStore
from sutradhar.domain.core.errors import RenderError
from sutradhar.domain.plan.options import Watermark
from sutradhar.domain.video.timeline import Title
from tests.media.memory import measure_growth
from tests.media.timelines import make_timeline

SIZES = [(1920, 1080), (1080, 1920), (1080, 1080)]
TEXTS = {
    "english": ("The Story of Prahlad", "A tale of faith that no fire could burn"),
    "hindi": ("प्रह्लाद और हिरण्यकशिपु की कथा", "श्रद्धा की वह ज्योति जिसे अग्नि भी न जला सकी"),
    "long": (
        "The very long and quite extraordinary story of how Prahlad and his father met at last, by night, by water",
        "so on, " * 15,
    ),
    "short": ("ॐ", ""),
    "one long word": ("Hiranyakashipuvadhanantaram" * 2, ""),
}


def _title(name: str, place: str) -> Title:
    text, subtext = TEXTS[name]
    return Title(start=0, end=60, text=text.strip(), subtext=subtext.strip(), place=place)


def _find_visible(overlay: Overlay, above: int = 25) -> tuple[int, int, int, int]:
    """Return left, top, right, bottom of the visible pixels in the frame."""
    opaque = overlay.rgba[..., 3] > above
    ys, xs = np.nonzero(opaque.any(axis=1))[0], np.nonzero(opaque.any(axis=0))[0]
    return overlay.x + int(xs[0]), overlay.y + int(ys[0]), overlay.x + int(xs[-1]) + 1, overlay.y + int(ys[-1]) + 1


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("place", ["title", "lower_third"])
@pytest.mark.parametrize("name", TEXTS)
def test_a_title_is_clear_of_the_captions_place_and_of_every_watermark(
    name: str, place: str, width: int, height: int
) -> None:
    left, top, right, bottom = _find_visible(draw_title_overlay(_title(name, place), width, height))
    assert bottom <= find_caption_top(width, height)
    assert left >= 0.04 * width
    assert right <= (0.885 if width < height else 0.96) * width
    assert top >= (0.08 * height if width < height else 0)
    for corner in ("tl", "tr", "bl", "br"):
        mark = _find_visible(
            draw_watermark_overlay(Watermark(text="W" * 40, position=corner, opacity=1.0), width, height)
        )
        assert mark[3] <= top or mark[1] >= bottom


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("name", ["english", "hindi"])
def test_a_title_is_centred_and_large_and_a_lower_third_stands_on_the_left(name: str, width: int, height: int) -> None:
    left, top, right, bottom = _find_visible(draw_title_overlay(_title(name, "title"), width, height))
    assert abs((left + right) / 2 - width / 2) < 0.01 * width
    assert abs((top + bottom) / 2 - (0.42 if width < height else 0.47) * height) < 0.06 * height
    assert bottom - top > 0.14 * min(width, height)
    left, lower, _, _ = _find_visible(draw_title_overlay(_title(name, "lower_third"), width, height))
    assert left == pytest.approx(0.05 * width, abs=2)
    assert lower > (max(bottom, 0.5 * height) if width < height else 0.55 * height)


def test_the_bar_of_a_lower_third_is_slim_and_as_high_as_its_plate() -> None:
    overlay = draw_title_overlay(_title("english", "lower_third"), 1920, 1080)
    rows, columns = overlay.rgba.shape[:2]
    bar = (overlay.rgba == (255, 193, 48, 255)).all(axis=2)
    assert bar[:, 2].sum() >= rows - 2
    assert bar[rows // 2, : columns // 10].sum() <= 12


@pytest.mark.parametrize("background", [0, 255])
@pytest.mark.parametrize("place", ["title", "lower_third"])
def test_a_title_reads_on_black_and_white(place: str, background: int) -> None:
    """WCAG asks for 3 : 1 between large letters and their surroundings."""
    overlay = draw_title_overlay(Title(start=0, end=9, text="Prahlad प्रह्लाद", place=place), 1280, 720)
    alpha = overlay.rgba[..., 3:] / 255
    flat = (overlay.rgba[..., :3] * alpha + background * (1 - alpha)).mean(axis=2)
    letters = ((overlay.rgba[..., :3] > 250).all(axis=2) & (overlay.rgba[..., 3] > 250)).astype(np.uint8)
    grown = np.zeros_like(letters)
    for dy, dx in ((0, 2), (2, 0), (0, -2), (-2, 0)):
        grown |= np.roll(letters, (dy, dx), (0, 1))
    light, dark = ((flat[mask.astype(bool)].mean() / 255) ** 2.2 for mask in (letters, grown & ~letters))
    assert (light + 0.05) / (dark + 0.05) > 3


def test_a_title_fades_in_and_out_evenly_and_is_whole_between() -> None:
    title = Title(start=-5, end=55, text="T")
    shares = [title_opacity(title, n, 30) for n in range(-5, 55)]
    assert shares == pytest.approx(shares[::-1])
    assert 0 < shares[0] < 0.05
    assert all(b > a for a, b in pairwise(shares[:13]))
    assert set(shares[12:48]) == {1.0}
    assert shares[11] < 1


@pytest.mark.parametrize("frames", [1, 2, 5])
def test_a_title_too_short_for_its_fades_is_seen_all_the_same(frames: int) -> None:
    title = Title(start=0, end=frames, text="T")
    assert max(title_opacity(title, n, 30) for n in range(frames)) >= 0.5


def test_a_title_goes_on_over_the_border_of_two_segments(tmp_path: Path) -> None:
    blobs = FileBlobStore(tmp_path)
    timeline = make_timeline(blobs, bodies=(24, 20), fade=9).evolve(
        titles=(Title(start=10, end=40, text="प्रह्लाद", subtext="x"),)
    )
    layers = OverlayLayers(timeline.width, timeline.height)

    def frames(parts: Sequence[Segment]) -> list[np.ndarray]:
        drawn = []
        for part in parts:
            blend = layers.open(part)
            for n in range(part.frames):
                frame = Frame(timeline.width, timeline.height)
                frame.buffer[:] = 90
                blend(n, frame)
                drawn.append(frame.buffer)
        return drawn

    whole, cut_up = frames([build_segment(timeline, 0, timeline.frames)]), frames(split(timeline, 0.2))
    assert all(np.array_equal(a, b) for a, b in zip(whole, cut_up, strict=True))
    bare = frames([build_segment(timeline.evolve(titles=()), 0, timeline.frames)])
    differs = [n for n, (a, b) in enumerate(zip(whole, bare, strict=True)) if not np.array_equal(a, b)]
    assert differs == list(range(10, 40))


def test_memory_holds_the_last_few_titles_only(tmp_path: Path) -> None:
    timeline = make_timeline(FileBlobStore(tmp_path), bodies=(40,))
    layers = OverlayLayers(timeline.width, timeline.height)

    def open_title(number: int) -> None:
        layers.open(build_segment(timeline.evolve(titles=(Title(start=0, end=9, text=f"Title {number}"),)), 0, 9))

    assert measure_growth(open_title, range(10, 14), range(14, 30)) < 0.1


def test_a_title_that_no_font_can_draw_is_refused() -> None:
    with pytest.raises(RenderError, match=r"the title “ไทย” has the character 'ไ'"):
        draw_title_overlay(Title(start=0, end=9, text="ok", subtext="ไทย"), 320, 180)
