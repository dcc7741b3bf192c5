"""Videos are drawn in the fonts, colours and places of a brand, with its logo, wherever its files are stored."""

from io import BytesIO
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gpu_renderer.core.segments import build_segment, split
from gpu_renderer.preview.service import FrameService
from gpu_renderer.text.captions import Caption, draw_watermark_overlay
from gpu_renderer.text.font_runs import split_by_font
from gpu_renderer.text.fonts import find_typeface
from gpu_renderer.text.line_heights import ASCENT, DESCENT
from gpu_renderer.text.line_layout import measure_ink
from gpu_renderer.text.logo import draw_logo_overlay, find_logo_box
from gpu_renderer.text.look import Look, make_look, measure_contrast, usual_look
from gpu_renderer.text.overlay import Overlay
from gpu_renderer.text.text_renderer import Style
from gpu_renderer.text.titles import draw_title_overlay
from gpu_renderer.thumbnail.draw import draw_thumbnail
from sutradhar.backends.local.blobs import FileBlobStore
from sutradhar.domain.core.errors import RenderError
from sutradhar.domain.plan.brand import BrandColors, BrandLook, CaptionPlace
from sutradhar.domain.plan.choices import Corner
from sutradhar.domain.plan.ends import INTRO
from sutradhar.domain.plan.options import Watermark
from sutradhar.domain.video.captions import Cue
from sutradhar.domain.video.frame_request import FrameRequest
from sutradhar.domain.video.render_request import RenderSummary
from sutradhar.domain.video.timeline import Timeline, Title
from tests.media.brand_looks import make_brand, make_font, make_logo, place_logo, store_file
from tests.media.renderer_harness import RendererHarness, add_narration
from tests.media.test_segment_store import decode_frames, encode_timeline
from tests.media.timelines import make_timeline

SIZES = ((1280, 720), (720, 1280), (720, 720))
CUES = (Cue(start=0, end=40, lines=("The king, and his", "son प्रह्लाद"), word_starts=(0, 5, 9, 14, 20, 30)),)
TITLES = (Title(start=2, end=30, text="Prahlad", subtext="कथा"),)
PLACES: tuple[CaptionPlace, ...] = ("bottom", "middle", "top")


@pytest.fixture
def blobs(tmp_path: Path) -> FileBlobStore:
    return FileBlobStore(tmp_path / "blobs")


def look_of(blobs: FileBlobStore, brand: BrandLook) -> Look:
    files = [*brand.fonts.values(), *([brand.logo.file] if brand.logo else [])]
    return make_look(brand, {file.sha256: blobs.fetch(file.blob, Path("/nowhere")) for file in files})


def look_with(blobs: FileBlobStore, font: bytes) -> Look:
    return look_of(blobs, BrandLook(fonts={"latin": store_file(blobs, font)}))


def find_ink(overlay: Overlay) -> tuple[int, int, int, int]:
    """Return left, top, right and bottom of what is clearly visible on the frame."""
    ys, xs = np.nonzero(overlay.rgba[..., 3] > 40)
    return overlay.x + xs.min(), overlay.y + ys.min(), overlay.x + xs.max() + 1, overlay.y + ys.max() + 1


def meet(one: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def draw_branded(blobs: FileBlobStore, **changes: object) -> Timeline:
    look = make_brand(blobs)
    return make_timeline(blobs).evolve(
        burned_captions=CUES, caption_style="highlight", titles=TITLES, look=look.evolve(**changes)
    )


def test_a_word_with_a_letter_that_the_font_lacks_is_drawn_in_the_usual_font(blobs: FileBlobStore) -> None:
    face, usual = look_with(blobs, make_font("abcdefghij, ")).face, find_typeface()
    assert split_by_font("bad éa, कथा fig", face) == [
        (face.latin, "bad "),
        (usual.latin, "éa,"),
        (usual.devanagari, " कथा "),
        (face.latin, "fig"),
    ]


def test_letters_too_high_for_a_line_are_drawn_smaller(blobs: FileBlobStore) -> None:
    for top, bottom in ((1600, -100), (700, -900), (700, -100)):
        face = look_with(blobs, make_font(top=top, bottom=bottom)).face
        above, below = measure_ink("Ag", face)
        assert above <= ASCENT + 0.01
        assert below <= DESCENT + 0.01
    assert (round(above, 2), round(below, 2)) == (0.7, 0.1), "one that fits keeps its size"


def test_texts_have_the_colours_of_the_brand(blobs: FileBlobStore) -> None:
    colors = BrandColors(text="#ffe080", outline="#003000", highlight="#2030ff")
    look = look_of(blobs, BrandLook(colors=colors))
    caption = Caption(CUES[0].lines, 1280, 720, look)
    for overlay, color in (
        (caption.plain, (255, 224, 128)),
        (caption.plain, (0, 48, 0)),
        (caption.highlight(1), (32, 48, 255)),
        (caption.highlight(1), (255, 255, 255)),
        (draw_title_overlay(TITLES[0], 1280, 720, look), (255, 224, 128)),
        (draw_watermark_overlay(Watermark(opacity=1.0), 1280, 720, look), (255, 224, 128)),
    ):
        near = np.abs(overlay.rgba[..., :3].astype(int) - color).max(axis=2) < 12
        assert (near & (overlay.rgba[..., 3] > 230)).sum() > 20, color


@pytest.mark.parametrize("text", ["#000000", "#102040", "#ffffff", "#ffd400", "#808080"])
def test_letters_of_any_colour_stand_out(blobs: FileBlobStore, text: str) -> None:
    """Without an outline of the brand's own, one is chosen that differs from the letters."""
    look = look_of(blobs, BrandLook(colors=BrandColors(text=text, highlight=text)))
    letters = tuple(bytes.fromhex(text[1:]))
    style = look.color_text(Style())
    assert style.fill == letters
    assert measure_contrast(style.fill, style.outline) > 4
    assert measure_contrast(look.accent, look.on_accent) > 4


@pytest.mark.parametrize(("width", "height"), SIZES)
@pytest.mark.parametrize("place", PLACES)
def test_captions_titles_and_the_logo_keep_apart(
    blobs: FileBlobStore, place: CaptionPlace, width: int, height: int
) -> None:
    corners: tuple[Corner, ...] = ("tl", "tr", "bl", "br")
    for corner, share in product(corners, (0.12, 0.4)):
        brand = BrandLook(caption_place=place, logo=place_logo(blobs, corner, width=share))
        look = look_of(blobs, brand)
        caption = find_ink(Caption(["The king forbade his own son", "to worship Vishnu"], width, height, look).plain)
        title = find_ink(draw_title_overlay(Title(start=0, end=9, text="W" * 60), width, height, look))
        lower = Title(start=0, end=9, text="Asha Verma", subtext="Storyteller", place="lower_third")
        marks = [
            caption,
            title,
            find_ink(draw_title_overlay(lower, width, height, look)),
            find_logo_box(look, width, height) or (0, 0, 0, 0),
        ]
        for one, other in ((0, 1), (0, 2), (0, 3), (1, 3), (2, 3)):
            assert not meet(marks[one], marks[other]), (corner, share, one, other)
        assert all(m[0] >= 0 and m[1] >= 0 and m[2] <= width and m[3] <= height for m in marks)
    middle = (caption[1] + caption[3]) / 2 / height
    assert {"bottom": middle > 0.6, "middle": 0.45 < middle < 0.55, "top": middle < 0.4}[place]


def test_a_logo_keeps_its_shape_and_its_soft_edge(blobs: FileBlobStore) -> None:
    look = look_of(blobs, BrandLook(logo=place_logo(blobs, "tr", width=0.2, opacity=0.5)))
    overlay = draw_logo_overlay(look, 1280, 720)
    box = find_logo_box(look, 1280, 720)
    assert box
    assert (box.right - box.left, box.bottom - box.top) == (144, 72)
    assert (1280 - box.right, box.top) == (18, 18), "the margin of watermarks"
    alpha = overlay.rgba[..., 3]
    assert alpha.max() == 128
    red, green = overlay.rgba[..., 0][alpha > 4], overlay.rgba[..., 1][alpha > 4]
    assert red.min() > 240, "no colour of the transparent ground bleeds into the edge"
    assert green.max() < 140


def test_a_high_logo_is_drawn_smaller(blobs: FileBlobStore) -> None:
    logo = place_logo(blobs).evolve(file=store_file(blobs, make_logo(100, 900)), width=0.4)
    box = find_logo_box(look_of(blobs, BrandLook(logo=logo)), 1280, 720)
    assert box
    assert box.bottom - box.top == 180


def test_the_thumbnail_has_the_font_and_the_logo(blobs: FileBlobStore) -> None:
    grey = np.full((720, 1280, 3), 90, np.uint8)
    look = look_of(blobs, make_brand(blobs))
    branded, plain = (draw_thumbnail(grey, "AB", Watermark(), (1280, 720), one) for one in (look, usual_look()))
    assert branded != plain
    top = np.asarray(Image.open(BytesIO(branded)).convert("RGB"))[:120, 1100:].astype(int)
    assert ((top[..., 0] > 180) & (top[..., 2] < 80)).sum() > 500, "the orange logo"


def test_each_preview_frame_is_that_of_the_render(blobs: FileBlobStore, tmp_path: Path) -> None:
    timeline = draw_branded(blobs, caption_place="top")
    folder, workdir = tmp_path / "fetched", tmp_path / "work"
    folder.mkdir()
    workdir.mkdir()
    encoded = encode_timeline(timeline, blobs, workdir)
    rendered = [frame for name in encoded.blobs for frame in decode_frames(blobs.fetch(name, workdir))]
    service = FrameService(blobs, folder)
    for number in (0, 12, 25, 39, 60):
        drawn = service.draw_frame(FrameRequest(timeline=timeline, frame=number))
        assert np.array_equal(drawn.buffer, rendered[number]), number
    bare = service.draw_frame(FrameRequest(timeline=timeline.evolve(look=None), frame=12))
    assert not np.array_equal(bare.buffer, rendered[12])


def test_the_same_brand_in_two_homes_gives_the_same_files(tmp_path: Path) -> None:
    """Only the names of its blobs differ, as after an export and an import."""
    summaries = []
    for home, name in (("one", "uploads/up-1"), ("two", "brands/moved/up-2")):
        harness = RendererHarness(tmp_path / home)
        timeline = make_timeline(harness.blobs, bodies=(20, 20)).evolve(
            burned_captions=CUES, titles=TITLES, look=make_brand(harness.blobs, name, caption_place="middle")
        )
        request = harness.store_request(add_narration(harness.blobs, timeline))
        code, stderr = harness.run()
        assert code == 0, stderr
        summaries.append(RenderSummary.from_record(harness.blobs.get(request.summary_blob)))
    one, two = summaries
    assert (one.video.sha256, one.thumbnail.sha256) == (two.video.sha256, two.thumbnail.sha256)


def test_a_segment_holds_of_the_look_what_it_shows(blobs: FileBlobStore) -> None:
    timeline = draw_branded(blobs)
    assert timeline.look
    parts = split(timeline)
    assert parts[0].look == timeline.look
    assert parts[-1].look == timeline.look.evolve(fonts={}), "no text is shown there"
    assert parts[-1].look.logo == timeline.look.logo
    plain = timeline.evolve(look=BrandLook())
    assert split(plain) == split(timeline.evolve(look=None)), "a look that changes nothing is none"
    intro = timeline.clips[0].evolve(scene=INTRO)
    first = build_segment(timeline.evolve(clips=(intro, *timeline.clips[1:]), watermark=Watermark()), 0, 10)
    assert (first.look and first.look.logo, first.watermark) == (None, None), "an intro is shown as it is"


def test_a_file_that_is_no_font_or_has_other_bytes_is_named(blobs: FileBlobStore, tmp_path: Path) -> None:
    with pytest.raises(RenderError, match="a font of the brand cannot be used"):
        look_with(blobs, b"not a font at all")
    other = tmp_path / "other.ttf"
    other.write_bytes(b"changed")
    font = store_file(blobs, make_font())
    with pytest.raises(RenderError, match="its bytes are not those that were stored"):
        make_look(BrandLook(fonts={"latin": font}), {font.sha256: other})
    with pytest.raises(RenderError, match="the logo of the brand cannot be used: it is a text"):
        look_of(blobs, BrandLook(logo=place_logo(blobs).evolve(file=store_file(blobs, b"no image"))))


def test_a_preview_says_that_a_file_of_the_brand_is_gone(blobs: FileBlobStore, tmp_path: Path) -> None:
    timeline = draw_branded(blobs)
    assert timeline.look
    blobs.delete(timeline.look.fonts["latin"].blob)
    (tmp_path / "fetched").mkdir()
    with pytest.raises(RenderError, match="no longer kept"):
        FrameService(blobs, tmp_path / "fetched").answer(FrameRequest(timeline=timeline, frame=10))
