"""Words of lyrics appear in their frame, in every look, in both scripts and on every shape of frame."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gpu_renderer.core.frame import Frame
from gpu_renderer.core.segment_lyrics import SegmentLyrics, cut_lyrics
from gpu_renderer.core.segments import build_segment
from gpu_renderer.image.compositor import Compositor
from gpu_renderer.image.lyric_layers import LyricLayers
from gpu_renderer.image.lyric_looks import choose_black
from gpu_renderer.preview.drawer import FrameDrawer
from gpu_renderer.text import fonts
from gpu_renderer.text.font_runs import split_by_font
from gpu_renderer.text.fonts import find_look_typeface, find_typeface
from gpu_renderer.text.lyric_karaoke import SUNG, KaraokeBlock, KaraokeWord
from gpu_renderer.text.lyric_layout import find_safe_area, split_tokens
from sutradhar.backends.local.blobs import FileBlobStore
from sutradhar.domain.core.errors import RenderError
from sutradhar.domain.plan.song import LyricLook
from sutradhar.domain.text.text import split_graphemes
from sutradhar.domain.video.timeline import LyricCue, LyricTrack, LyricWordCue
from tests.media.looks_sheet import LOOKS, make_track
from tests.media.timelines import make_timeline

SIZES = [(480, 270), (270, 480), (270, 270)]
LINES = {
    "english": ("We follow the river of lights, all the way", "until morning"),
    "hindi": ("क्षितिज पर विद्यार्थी श्रद्धा से गीत गाते हैं", "सुबह होने तक"),
    "mixed": ("मेरा dream है 100% सच्चा", "OK चलो"),
}
FPS, LINE, WORD = 30, 120, 10
GREY = 110


def grey_frame(size: tuple[int, int], luma: int = GREY) -> Frame:
    frame = Frame(*size)
    frame.planes[0][:] = luma
    for plane in frame.planes[1:]:
        plane[:] = 128
    return frame


def cut(track: LyricTrack, start: int = 0, end: int = 2 * LINE) -> SegmentLyrics:
    lyrics = cut_lyrics(track, start, end, FPS)
    assert lyrics is not None
    return lyrics


def draw(layers: LyricLayers, lyrics: SegmentLyrics, n: int, size: tuple[int, int], luma: int = GREY) -> Frame:
    frame = grey_frame(size, luma)
    for start, end, blend in layers.open(lyrics, FPS):
        if start <= n < end:
            blend(n, frame)
    return frame


def find_changes(frame: Frame, luma: int = GREY, by: int = 6) -> NDArray[np.bool_]:
    return np.abs(frame.planes[0].astype(int) - luma) > by


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("lines", LINES.values(), ids=LINES)
@pytest.mark.parametrize("look", LOOKS)
def test_every_look_shows_each_word_from_its_frame_on_and_inside_the_safe_area(
    look: LyricLook, lines: tuple[str, str], size: tuple[int, int]
) -> None:
    track = make_track(look, lines, line=LINE, word=WORD)
    layers, lyrics, area = LyricLayers(*size), cut(track), find_safe_area(*size)
    words = track.cues[0].words
    for word in words[::4]:
        before = draw(layers, lyrics, word.start - 1, size) if word.start else grey_frame(size)
        at = draw(layers, lyrics, word.start, size)
        later = draw(layers, lyrics, min(word.start + 4, LINE - 8), size)
        assert (at.buffer != before.buffer).any(), f"{word.text} does not appear in its frame"
        assert (later.buffer != before.buffer).sum() >= (at.buffer != before.buffer).sum() * 0.5
        ys, xs = np.nonzero(find_changes(later, by=25))
        slack = 0.004 * max(size) + 2  # the soft edge of a shadow
        assert area.left - slack <= xs.min() <= xs.max() <= area.right + slack
        assert area.top - slack <= ys.min() <= ys.max() <= area.bottom + slack


@pytest.mark.parametrize("look", ["clean", "handwritten", "brat"])
def test_nothing_is_shown_of_a_word_before_its_frame(look: LyricLook) -> None:
    size = SIZES[0]
    words = (LyricWordCue(text="one", start=20, end=30), LyricWordCue(text="two", start=40, end=50))
    track = LyricTrack(look=look, cues=(LyricCue(start=0, end=90, words=words),))
    layers, lyrics = LyricLayers(*size), cut(track, 0, 90)
    assert not find_changes(draw(layers, lyrics, 19, size), by=0).any()
    first = draw(layers, lyrics, 39, size)
    assert (draw(layers, lyrics, 30, size).buffer == first.buffer).all()
    second = draw(layers, lyrics, 60, size)
    assert find_changes(second).sum() > 1.3 * find_changes(first).sum()


@pytest.mark.parametrize("look", LOOKS)
def test_a_segment_that_begins_in_a_line_shows_the_same_pixels_as_the_whole(look: LyricLook) -> None:
    size = SIZES[0]
    track = make_track(look, LINES["hindi"], line=LINE, word=WORD)
    whole, layers = cut(track), LyricLayers(*size)
    for start, end in ((33, 47), (47, 125), (125, 200)):
        part = cut(track, start, end)
        for n in range(start, end, 3):
            expected = draw(layers, whole, n, size)
            assert (draw(layers, part, n - start, size).buffer == expected.buffer).all(), (look, n)


@pytest.mark.parametrize("look", LOOKS)
def test_a_frame_needs_only_what_its_segment_holds(look: LyricLook) -> None:
    """A word that moves elsewhere leaves the segment, and so its key, alone."""
    track = make_track(look, LINES["english"], line=LINE, word=WORD)
    first, second = track.cues
    *others, last = second.words
    moved = second.evolve(words=(*others, last.evolve(start=last.start + 5, end=last.end + 5)))
    changed_track = track.evolve(cues=(first, moved))
    assert cut_lyrics(track, 0, LINE, FPS) == cut_lyrics(changed_track, 0, LINE, FPS)
    assert cut_lyrics(track, 2 * LINE - 20, 2 * LINE, FPS) == cut_lyrics(changed_track, 2 * LINE - 20, 2 * LINE, FPS)
    assert cut_lyrics(track, LINE, 2 * LINE, FPS) != cut_lyrics(changed_track, LINE, 2 * LINE, FPS)
    assert cut_lyrics(track, 3 * LINE, 4 * LINE, FPS) is None


@pytest.mark.parametrize("look", LOOKS)
def test_a_preview_frame_is_that_of_the_render(look: LyricLook, tmp_path: Path) -> None:
    blobs = FileBlobStore(tmp_path)
    video = make_timeline(blobs, bodies=(60,)).evolve(lyrics=make_track(look, ("we sing", "गीत"), line=30, word=9))
    whole = build_segment(video, 0, 60)
    sources = {shown.clip.media.sha256: tmp_path / shown.clip.media.blob for shown in whole.clips}
    drawer, frame = FrameDrawer(video.width, video.height), Frame(video.width, video.height)
    with Compositor(video.width, video.height).open(whole, sources) as compose:
        for n in range(0, 60, 7):
            compose(n, frame)
            assert (drawer.draw(build_segment(video, n, n + 1), sources).buffer == frame.buffer).all()


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("size", [(72, 128), (128, 72)])
def test_small_frames_and_long_lines_are_drawn_too(look: LyricLook, size: tuple[int, int]) -> None:
    words = " ".join(["क्षत्रिय", "Donaudampfschifffahrtsgesellschaft", "—", "10", "km"] * 6)
    track = make_track(look, (words, "x"), line=LINE, word=4)
    for n in (0, 50, LINE + 2):
        draw(LyricLayers(*size), cut(track), n, size)


def test_a_letter_that_the_font_of_a_look_lacks_is_drawn_in_a_font_of_captions() -> None:
    face, captions = find_look_typeface("handwritten"), find_typeface()
    assert dict(split_by_font("aƒ", face)) == {face.latin: "aƒ"}
    assert split_by_font("aƙa", face) == [(face.latin, "a"), (captions.latin, "ƙ"), (face.latin, "a")]


def test_a_font_of_a_look_that_is_not_installed_is_replaced_and_named(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = fonts.LookFont("Gone.ttf", "fonts-gone")
    monkeypatch.setitem(fonts.LOOK_FONTS, "brat", (gone, fonts.LOOK_FONTS["brat"][1]))
    fonts.find_look_typeface.cache_clear()
    try:
        assert find_look_typeface("brat").latin == find_typeface().latin
        assert fonts.list_missing_fonts() == [gone]
    finally:
        fonts.find_look_typeface.cache_clear()


DEVANAGARI = st.lists(
    st.sampled_from(
        ["क्ष", "त्र", "ज्ञ", "श्र", "द्ध", "र्म", "कि", "की", "कु", "कें", "ग", "म", "द्वा", "स्त्री", "ट्ट", "ङ्ग", "हृ"]
    ),
    min_size=1,
    max_size=7,
).map("".join)
LATIN = st.text("abcdefgijlmoprtvwyAVTWfi", min_size=1, max_size=9)


@settings(max_examples=25, deadline=None)
@given(st.one_of(DEVANAGARI, LATIN))
def test_the_fill_of_karaoke_grows_from_cluster_to_cluster(text: str) -> None:
    word = KaraokeBlock(split_tokens([text]), 640, 360).words[0]
    clusters = split_graphemes(text)
    assert len(word.shares) == len(clusters)
    assert list(word.shares) == sorted(word.shares)
    for a, b in pairwise(clusters):
        assert not (a.endswith("\u094d") and "\u0915" <= b[0] <= "\u0939"), "a conjunct is cut"
    letters = _find_letters(word)
    filled = [_is_gold(word.fill(i, 0.0).rgba) & letters for i in range(len(clusters) + 1)]
    assert not filled[0].any()
    assert (_is_gold(word.sung.rgba) & letters == filled[-1]).all()
    for before, after in pairwise(filled):
        assert not (before & ~after).any()  # it grows
    assert (word.fill(len(clusters), 0.0).rgba == word.sung.rgba).all()
    half = word.fill(0, 0.5).rgba  # the cluster that changes is in one colour
    inside = letters & filled[1]
    if inside.any():
        assert np.ptp(half[inside].astype(int), axis=0).max() <= 8


def _find_letters(word: KaraokeWord) -> NDArray[np.bool_]:
    """Return the pixels that only letters cover, without their edges."""
    return np.asarray((word.unsung.rgba[..., :3] > 250).all(axis=2) & (word.unsung.rgba[..., 3] == 255))


def _is_gold(rgba: NDArray[np.uint8]) -> NDArray[np.bool_]:
    return np.asarray((np.abs(rgba[..., :3].astype(int) - SUNG) < 6).all(axis=2))


def test_the_next_line_of_karaoke_stands_below_and_then_moves_up() -> None:
    size = SIZES[0]
    track = make_track("karaoke", LINES["english"], line=LINE, word=WORD)
    lyrics, layers = cut(track), LyricLayers(*size)
    assert (lyrics.lines[0].following, lyrics.lines[1].follows) == (LINES["english"][1], True)
    rows = [
        np.nonzero(find_changes(draw(layers, lyrics, n, size)).any(axis=1))[0].max() for n in (60, LINE, LINE + 3, 180)
    ]
    assert rows == sorted(rows, reverse=True)
    assert rows[0] > rows[-1]


@pytest.mark.parametrize(("luma", "is_black"), [(200, True), (40, False), (16, False), (235, True)])
@pytest.mark.parametrize("text", ["light", "रोशनी"])
def test_brat_is_black_on_light_and_white_on_dark(luma: int, is_black: bool, text: str) -> None:
    size = SIZES[1]
    lyrics = cut(make_track("brat", (text,), line=LINE), 0, LINE)
    shown = draw(LyricLayers(*size), lyrics, 30, size, luma).planes[0]
    assert (int(shown.min()) <= 20) if is_black else (int(shown.max()) >= 230)
    away = shown.astype(int) - luma
    assert (away <= 1).all() if is_black else (away >= -1).all()


@given(st.lists(st.floats(130 - 23, 130 + 23), min_size=2, max_size=60))
def test_the_colour_of_brat_does_not_flicker(luminances: list[float]) -> None:
    colours: list[bool] = []
    for value in luminances:
        colours.append(choose_black(value, colours[-1] if colours else None))
    assert len(set(colours)) == 1


def test_brat_follows_the_image_when_it_changes_for_good() -> None:
    assert choose_black(160, was_black=False)
    assert not choose_black(100, was_black=True)


@pytest.mark.parametrize("look", LOOKS)
def test_a_character_without_a_glyph_is_refused(look: LyricLook) -> None:
    with pytest.raises(RenderError, match="lyrics"):
        LyricLayers(*SIZES[0]).open(cut(make_track(look, ("hello ไ",)), 0, LINE), FPS)
