"""The visible label as pixels: in both scripts, in its corner, clear of captions and watermarks, only in its time."""

from pathlib import Path

import numpy as np
import pytest

from gpu_renderer.core.frame import Frame
from gpu_renderer.core.segments import build_segment
from gpu_renderer.image.overlay_layers import OverlayLayers
from gpu_renderer.text.captions import draw_watermark_overlay, find_caption_top
from gpu_renderer.text.label import draw_label_overlay
from gpu_renderer.text.placement import choose_placement
from sutradhar.backends.local.blobs import FileBlobStore
from sutradhar.domain.core.errors import RenderError
from sutradhar.domain.plan.choices import Corner
from sutradhar.domain.plan.options import Watermark
from sutradhar.domain.video.timeline import LabelCue
from sutradhar.domain.video.visible_label import USUAL_TEXTS
from tests.media.test_titles import SIZES, _find_visible
from tests.media.timelines import make_timeline

CORNERS: tuple[Corner, ...] = ("tl", "tr", "bl", "br")


def make_label(text: str, position: Corner = "bl") -> LabelCue:
    return LabelCue(text=text, position=position, start=0, end=30)


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("position", CORNERS)
@pytest.mark.parametrize("text", [*USUAL_TEXTS.values(), "W" * 60])
def test_its_plate_ends_at_the_margins_of_watermarks(text: str, position: Corner, width: int, height: int) -> None:
    left, top, right, bottom = _find_visible(draw_label_overlay(make_label(text, position), width, height))
    place = choose_placement(width, height)
    x = left - place.mark_left * width if position[1] == "l" else (1 - place.mark_right) * width - right
    y = top - place.mark_top * height if position[0] == "t" else (1 - place.mark_bottom) * height - bottom
    assert max(abs(x), abs(y)) < 4, "the plate ends at the margin"
    assert right - left < 0.46 * width


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_two_long_ones_stand_side_by_side(width: int, height: int) -> None:
    label = _find_visible(draw_label_overlay(make_label("W" * 60), width, height))
    mark = _find_visible(draw_watermark_overlay(Watermark(text="W" * 40, position="br"), width, height))
    assert label[2] <= mark[0]


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_it_is_below_the_lines_of_captions(width: int, height: int) -> None:
    _, top, _, _ = _find_visible(draw_label_overlay(make_label(USUAL_TEXTS["hi"]), width, height))
    assert top > find_caption_top(width, height) + 0.6 * 0.05 * min(width, height)


@pytest.mark.parametrize("background", [0, 255])
@pytest.mark.parametrize("text", USUAL_TEXTS.values())
def test_it_reads_on_black_and_white(text: str, background: int) -> None:
    """WCAG asks for 4.5 : 1 between letters and their surroundings."""
    overlay = draw_label_overlay(make_label(text), 1280, 720)
    alpha = overlay.rgba[..., 3:] / 255
    flat = (overlay.rgba[..., :3] * alpha + background * (1 - alpha)).mean(axis=2)
    plate = flat[overlay.rgba[..., 3] > 150]
    light, dark = ((np.percentile(plate, share) / 255) ** 2.2 for share in (98, 20))
    assert (light + 0.05) / (dark + 0.05) > 4.5


def test_a_character_that_the_fonts_lack_is_named() -> None:
    with pytest.raises(RenderError, match="the label"):
        draw_label_overlay(make_label("AI \U00012000"), 1280, 720)


def test_it_is_drawn_in_its_time_only(tmp_path: Path) -> None:
    label = LabelCue(text=USUAL_TEXTS["hi"], position="tl", start=0, end=20)
    timeline = make_timeline(FileBlobStore(tmp_path), bodies=(40,)).evolve(label=label)
    layers = OverlayLayers(timeline.width, timeline.height)
    blend = layers.open(build_segment(timeline, 10, 40))

    def is_drawn(number: int) -> bool:
        frame = Frame(timeline.width, timeline.height)
        before = frame.buffer.copy()
        blend(number, frame)
        return bool((frame.buffer != before).any())

    assert [is_drawn(n) for n in (0, 9, 10, 29)] == [True, True, False, False]
