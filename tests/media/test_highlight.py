"""The spoken word stands out, in its frame, and nothing else of the caption changes."""

from pathlib import Path

import numpy as np
import pytest

from gpu_renderer.core.frame import Frame
from gpu_renderer.core.segments import build_segment
from gpu_renderer.image.overlay_layers import OverlayLayers
from gpu_renderer.text.captions import Caption
from gpu_renderer.text.overlay import Overlay
from gpu_renderer.text.text_renderer import ACCENT
from sutradhar.backends.local.blobs import FileBlobStore
from sutradhar.domain.video.captions import Cue
from sutradhar.domain.video.timeline import Timeline
from tests.media.memory import measure_growth
from tests.media.timelines import make_timeline

SIZES = [(1920, 1080), (1080, 1920), (1080, 1080)]
CUES = {
    "english": ("The young prince Prahlad never", "feared 42 mighty kings, for his heart"),
    "hindi": ("प्रह्लाद ने श्री विष्णु की क्षमा", "और ज्ञान से 108 धर्म का मार्ग चुना।"),
    "mixed": ("42 राम (Ram) said: “श्री हरि”", "100% ज्ञान"),
}


def _blend_over(overlay: Overlay, under: np.ndarray, x: int, y: int) -> np.ndarray:
    """Return ``overlay`` over ``under``, whose top left pixel is ``x``, ``y`` of the frame."""
    out = under.copy()
    rows, columns = overlay.rgba.shape[:2]
    part = out[overlay.y - y : overlay.y - y + rows, overlay.x - x : overlay.x - x + columns]
    alpha = overlay.rgba[..., 3:] / 255
    part[:] = overlay.rgba[..., :3] * alpha + part * (1 - alpha)
    return out


def _words(lines: tuple[str, ...]) -> list[str]:
    return " ".join(lines).split()


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("lines", CUES.values(), ids=CUES)
def test_only_the_word_changes_and_every_word_has_its_own_place(
    lines: tuple[str, ...], width: int, height: int
) -> None:
    caption = Caption(lines, width, height)
    at = (caption.plain.x, caption.plain.y)
    plain = _blend_over(caption.plain, np.full((*caption.plain.rgba.shape[:2], 3), 128.0), *at)
    letters = (plain > 240).all(axis=2)
    known = np.zeros_like(letters)
    boxes = []
    for i in range(len(_words(lines))):
        shown = _blend_over(caption.highlight(i), plain, *at)
        changed = np.abs(shown - plain).max(axis=2) > 1
        ys, xs = np.nonzero(changed.any(axis=1))[0], np.nonzero(changed.any(axis=0))[0]
        boxes.append((ys[0], xs[0], ys[-1], xs[-1]))
        assert (known & changed & letters).sum() == 0  # no letter belongs to two words
        known |= changed
        # the same strokes, dark on the accent: no pixel of white is left of it
        assert not ((shown > 240).all(axis=2) & changed).any()
        accent = (np.abs(shown - ACCENT).max(axis=2) < 3) & changed
        dark = (shown.max(axis=2) < 60) & changed
        assert accent.sum() > 0.3 * changed.sum()
        assert dark.sum() == pytest.approx((letters & changed).sum(), rel=0.25)
    assert not (letters & ~known).any()  # and every letter belongs to one
    assert boxes == sorted(boxes, key=lambda box: (round(box[0] / (0.04 * min(width, height))), box[1]))


def test_a_highlighted_word_reads_at_more_than_seven_to_one() -> None:
    """WCAG AAA, between the letters and the box, on any image."""
    rgba = Caption(CUES["hindi"], 1920, 1080).highlight(3).rgba
    inside = rgba[..., 3] > 254
    luma = (rgba[..., :3] / 255) ** 2.2 @ np.array([0.2126, 0.7152, 0.0722])
    light, dark = np.percentile(luma[inside], [90, 2])
    assert (light + 0.05) / (dark + 0.05) > 7


def _timeline(tmp_path: Path, cues: tuple[Cue, ...]) -> Timeline:
    return make_timeline(FileBlobStore(tmp_path), bodies=(240,), cues=cues).evolve(caption_style="highlight")


def _luma(timeline: Timeline, start: int, end: int, layers: OverlayLayers | None = None) -> list[np.ndarray]:
    blend = (layers or OverlayLayers(timeline.width, timeline.height)).open(build_segment(timeline, start, end))
    planes = []
    for n in range(end - start):
        frame = Frame(timeline.width, timeline.height)
        frame.buffer[:] = 100
        blend(n, frame)
        planes.append(frame.buffer.copy())
    return planes


CUE = Cue(start=10, end=70, lines=("प्रह्लाद ने कहा", "so be it"), word_starts=(12, 20, 20, 33, 40, 52))


def test_words_light_up_in_their_frames(tmp_path: Path) -> None:
    shown = _luma(_timeline(tmp_path, (CUE,)), 0, 80)
    changes = [n for n in range(1, 80) if not np.array_equal(shown[n], shown[n - 1])]
    assert changes == [10, 12, 20, 33, 40, 52, 70]
    plain = _luma(_timeline(tmp_path, (CUE.evolve(word_starts=()),)), 0, 80)
    assert np.array_equal(shown[11], plain[11])  # no word is spoken yet
    assert np.array_equal(shown[75], plain[75])


def test_times_of_more_words_than_a_caption_has_highlight_none(tmp_path: Path) -> None:
    cue = CUE.evolve(word_starts=(*CUE.word_starts, 60))
    shown, plain = (_luma(_timeline(tmp_path, (one,)), 55, 65) for one in (cue, CUE.evolve(word_starts=())))
    assert all(np.array_equal(a, b) for a, b in zip(shown, plain, strict=True))


def test_a_cue_cut_by_a_segment_goes_on_with_its_word(tmp_path: Path) -> None:
    timeline = _timeline(tmp_path, (CUE,))
    whole = _luma(timeline, 0, 80)
    layers = OverlayLayers(timeline.width, timeline.height)
    parts = [frame for a, b in ((0, 11), (11, 25), (25, 60), (60, 80)) for frame in _luma(timeline, a, b, layers)]
    assert all(np.array_equal(a, b) for a, b in zip(whole, parts, strict=True))


def test_memory_does_not_grow_with_the_video(tmp_path: Path) -> None:
    cues = tuple(
        CUE.evolve(
            start=n * 20, end=n * 20 + 20, lines=(f"Cue number {n}",), word_starts=(n * 20, n * 20 + 5, n * 20 + 9)
        )
        for n in range(10, 30)
    )
    timeline = _timeline(tmp_path, cues)
    layers = OverlayLayers(timeline.width, timeline.height)

    def blend_cue(number: int) -> None:
        blend = layers.open(build_segment(timeline, number * 20, number * 20 + 20))
        frame = Frame(timeline.width, timeline.height)
        for n in range(20):
            blend(n, frame)

    assert measure_growth(blend_cue, range(10, 14), range(14, 30)) < 0.1


def test_memory_holds_one_word_of_a_caption(tmp_path: Path) -> None:
    cue = Cue(start=0, end=16, lines=("same " * 8, "same " * 8), word_starts=tuple(range(16)))
    timeline = _timeline(tmp_path, (cue,))
    blend = OverlayLayers(timeline.width, timeline.height).open(build_segment(timeline, 0, 16))
    frame = Frame(timeline.width, timeline.height)
    # words differ a little in size; each word that is kept would add 1
    assert measure_growth(lambda n: blend(n, frame), range(1), range(1, 16)) < 0.5
