"""The video shows users' own files whole or cropped around a focus, and also after their end."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from gpu_renderer.core.frame import Frame
from gpu_renderer.core.segments import build_segment
from gpu_renderer.image.backdrop import place_on_backdrop
from gpu_renderer.image.compositor import Compositor
from gpu_renderer.image.still import to_rgb
from sutradhar.backends.local.blobs import FileBlobStore
from sutradhar.domain.plan.own_media import Fit
from sutradhar.domain.video.timeline import Camera, Pose
from tests.media.clips import FPS, X264, levels, make_clip, make_counting_clip, play_clip
from tests.media.timelines import HOLD, ZOOM_IN, fetch_sources, make_timeline, store_media

RED, GREEN, BLUE = (220, 40, 40), (40, 170, 60), (40, 70, 220)
BANDS = {"tall": (90, 160), "wide": (640, 90), "square": (120, 120), "sliver": (20, 400)}


def draw_bands(size: tuple[int, int], *, across: bool = False) -> Image.Image:
    """Draw a red head, a green body and blue feet; with ``across`` from left to right."""
    width, height = size
    bands = np.zeros((height, width, 3), np.uint8)
    along = bands.swapaxes(0, 1) if across else bands
    length = along.shape[0]
    for at, colour in ((0, RED), (length // 5, GREEN), (length * 4 // 5, BLUE)):
        along[at:] = colour
    return Image.fromarray(bands)


def render_frame(
    folder: Path,
    image: Image.Image,
    *,
    fit: Fit = "fill",
    camera: Camera = HOLD,
    at: int = 0,
    size: tuple[int, int] = (320, 180),
) -> np.ndarray:
    """Return the RGB (h, w, 3) of frame ``at`` of a scene of 30 frames with ``image``."""
    out, blobs = io.BytesIO(), FileBlobStore(folder / "blobs")
    image.save(out, "PNG")
    timeline = make_timeline(blobs, images=[out.getvalue()], bodies=(30,), camera=camera, size=size)
    media = store_media(blobs, "p.png", out.getvalue())
    timeline = timeline.evolve(clips=(timeline.clips[0].evolve(fit=fit, media=media),))
    frame = Frame(*size)
    with Compositor(*size).open(build_segment(timeline, at, at + 1), fetch_sources(timeline, blobs, folder)) as compose:
        compose(0, frame)
    return to_rgb(frame)


def near(pixels: np.ndarray, colour: tuple[int, int, int], within: int = 12) -> bool:
    return bool(np.abs(pixels.astype(int) - colour).max() <= within)


@pytest.mark.parametrize("name", BANDS)
@pytest.mark.parametrize("size", [(320, 180), (180, 320), (180, 180)])
def test_an_image_is_shown_whole_over_a_darkened_copy(tmp_path: Path, name: str, size: tuple[int, int]) -> None:
    width, height = size
    own = BANDS[name]
    pixels = render_frame(tmp_path, draw_bands(own), fit="fit", size=size)
    scale = min(width / own[0], height / own[1])
    wide, high = max(own[0] * scale, 2), max(own[1] * scale, 2)
    top, middle = (height - high) / 2, width // 2
    for share, colour in ((0.1, RED), (0.5, GREEN), (0.9, BLUE)):
        assert near(pixels[round(top + share * high), middle], colour)
    if wide < width - 8:
        for side in (pixels[:, 0], pixels[:, -1]):
            assert side.max() < 0.5 * 220
            assert side.max() > 30
    if high < height - 8:
        assert pixels[0].max() < 0.5 * 220


@pytest.mark.parametrize(
    ("across", "size", "focus", "colour"),
    [
        (False, (90, 160), (0.5, 0.0), RED),
        (False, (90, 160), (0.5, 0.5), GREEN),
        (False, (90, 160), (0.5, 1.0), BLUE),
        (True, (640, 90), (0.0, 0.5), RED),
        (True, (640, 90), (1.0, 0.5), BLUE),
    ],
)
def test_focus_keeps_its_place_in_images_and_clips(
    tmp_path: Path, across: bool, size: tuple[int, int], focus: tuple[float, float], colour: tuple[int, int, int]
) -> None:
    pose = Pose(x=focus[0], y=focus[1], zoom=1.0)
    camera = Camera(start=pose, end=pose)
    corner = (2, 2) if focus[0] < 1 and focus[1] < 1 else (-3, -3)
    image = draw_bands(size, across=across)
    assert near(render_frame(tmp_path, image, camera=camera)[corner], colour)
    image.save(tmp_path / "p.png")
    clip = make_clip(tmp_path / "c.mp4", *X264, source=f"movie={tmp_path / 'p.png'},loop=10:1,fps=30")
    frame = play_clip(clip, 1, camera=camera, size=(160, 90))[0]
    assert near(to_rgb(frame)[corner], colour, within=20)


def test_a_chosen_camera_move_works_on_an_image_that_is_shown_whole(tmp_path: Path) -> None:
    first, last = (render_frame(tmp_path, draw_bands((90, 160)), fit="fit", camera=ZOOM_IN, at=at) for at in (0, 29))
    assert first[90, 104].max() < 0.5 * 170  # beside the image
    assert near(last[90, 104], GREEN)


def test_the_copy_behind_is_blurred() -> None:
    stripes = Image.fromarray(np.tile(np.array([[[0] * 3, [255] * 3]], np.uint8), (200, 50, 1)))
    behind = np.asarray(place_on_backdrop(stripes, (320, 180))).astype(int)[:, :60]
    assert np.abs(np.diff(behind, axis=1)).max() < 6
    assert behind.mean() == pytest.approx(0.45 * 127, abs=8)


@pytest.mark.parametrize(
    ("footage", "expected"),
    [
        ({"part_frames": 10, "when_over": "loop"}, [*range(10), *range(10), *range(5)]),
        ({"part_frames": 10, "when_over": "hold"}, [*range(10), *[9] * 15]),
        ({"start_sec": 0.5, "part_frames": 12, "when_over": "hold"}, [*range(15, 27), *[26] * 13]),
        ({"start_sec": 0.5, "part_frames": 5, "when_over": "loop"}, [*range(15, 20)] * 5),
        ({"part_frames": 300, "when_over": "loop"}, list(range(25))),
        ({"start_sec": 0.8, "part_frames": 20, "when_over": "loop"}, [*range(24, 30), *[29] * 14, *range(24, 29)]),
    ],
)
@pytest.mark.parametrize("first", [0, 13, 22])
def test_after_its_part_a_clip_starts_again_or_holds(
    tmp_path: Path, footage: dict[str, Any], expected: list[int], first: int
) -> None:
    """It does so from any segment on. The last part is longer than the clip, whose last frame is held for the rest."""
    clip = make_counting_clip(tmp_path / "a.mp4", *X264, rate=FPS, seconds=1)
    assert levels(play_clip(clip, 25, first=first, **footage)) == expected[first:]
