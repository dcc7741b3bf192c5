"""Draw captions, the watermark and a logo as overlays: rectangles of pixels that are blended over frames."""

from collections.abc import Iterator, Sequence

from gpu_renderer.text.fonts import Typeface
from gpu_renderer.text.line_heights import find_language_heights
from gpu_renderer.text.line_layout import measure_line
from gpu_renderer.text.logo import find_logo_box
from gpu_renderer.text.look import Look, usual_look
from gpu_renderer.text.overlay import Overlay, crop_to_frame, find_corner
from gpu_renderer.text.placement import choose_placement
from gpu_renderer.text.text_renderer import (
    BOX_PADDING,
    Style,
    draw_lines,
    highlight_word,
    require_glyphs,
)
from sutradhar.domain.plan.options import Watermark
from sutradhar.domain.text.words import join_words, split_words
from sutradhar.domain.video.caption_lines import MAX_LINE, break_lines, count_characters

_CAPTION = Style(outline_width=0.055, shadow_opacity=0.55, shadow_blur=0.14, box_opacity=0.32)
_CAPTION_EM = 0.05
"""Size of the letters as a share of the frame's short side: as on television, some 42 letters a line on 16:9."""
_WATERMARK_EM = 0.03
"""Size of the letters as a share of the frame's short side."""
_WATERMARK_WIDTH = 0.45
"""The widest that a watermark may be, as a share of the frame's width."""
_LOGO_GAP = 0.02
"""Free space between a logo and a caption or a title, as a share of the frame's short side."""


class Caption:
    """A cue centred near the lower edge of a ``width`` x ``height`` frame, the last baseline always at the same height;
    or, as ``look`` says, in the middle, or at the top with its first line always at the same height.

    A cue too wide for the frame is broken again, onto as many lines as the frame's shape has space for; a line that is
    still too wide is drawn smaller. A word that fits a line is never cut.

    Args:
        keeps_lines: each of ``lines`` may be broken, but two are never joined, such as the lines of a poem.

    Raises:
        RenderError: the fonts lack a character.
    """

    def __init__(
        self, lines: Sequence[str], width: int, height: int, look: Look | None = None, *, keeps_lines: bool = False
    ) -> None:
        self._look = look = look or usual_look()
        require_glyphs(" ".join(lines), "the caption", language=look.face.language)
        em, place = min(width, height) * _CAPTION_EM, choose_placement(width, height)
        width_limit, line_limit = width * place.caption_width, place.caption_lines
        broken, self._em = _fit_caption(lines, keeps_lines, look.face, em, width_limit, line_limit)
        self._bitmap = draw_lines(broken, look.face, self._em, look.color_text(_CAPTION))
        rows, columns = self._bitmap.rgba.shape[:2]
        match look.caption_place:
            case "bottom":
                descent = self._bitmap.heights.descent
                baseline = _find_caption_floor(width, height, look) - em * descent
                y = round(baseline + self._em * descent) + self._bitmap.inset - rows
            case "middle":
                y = (height - rows) // 2
            case "top":
                y = round(_find_caption_ceiling(width, height, look)) - self._bitmap.inset
        self._at = ((width - columns) // 2, y)
        self._size = (width, height)

    @property
    def plain(self) -> Overlay:
        """The whole caption without a highlighted word."""
        return crop_to_frame(self._bitmap.rgba, *self._at, *self._size)

    @property
    def words(self) -> int:
        """The number of words that can be highlighted."""
        return len(self._bitmap.words)

    def highlight(self, word: int) -> Overlay:
        """Draw word number ``word`` highlighted, to be laid over the plain caption while it is spoken."""
        rgba, x, y = highlight_word(self._bitmap, word, self._em, self._look.accent, self._look.on_accent)
        return crop_to_frame(rgba, self._at[0] + x, self._at[1] + y, *self._size)


def find_caption_top(width: int, height: int, look: Look | None = None) -> int:
    """Return the row of a ``width`` x ``height`` frame above which no letter and no box of a caption near the lower
    edge reaches."""
    look = look or usual_look()
    return int(_find_caption_floor(width, height, look) - _measure_height(width, height, look))


def find_lower_third_floor(width: int, height: int, look: Look) -> int:
    """Return the row that a lower third stands on: above the captions, or in their place if they are elsewhere."""
    if look.caption_place == "bottom":
        return find_caption_top(width, height, look)
    return int(_find_caption_floor(width, height, look))


def find_title_rows(width: int, height: int, look: Look) -> tuple[float, float]:
    """Return the rows between which a title in the middle of a frame may stand, clear of the captions and of the
    corners in which a watermark or the logo may be."""
    place = choose_placement(width, height)
    top, bottom = place.title_top * height, float(find_caption_top(width, height, look))
    if (logo := find_logo_box(look, width, height)) and look.logo and look.logo.place.position[0] == "t":
        top = max(top, logo.bottom + _LOGO_GAP * min(width, height))
    if look.caption_place == "middle":
        bottom = (height - _measure_height(width, height, look)) / 2
    elif look.caption_place == "top":
        top = _find_caption_ceiling(width, height, look) + _measure_height(width, height, look)
    return top, bottom - place.over_captions * height


def _measure_height(width: int, height: int, look: Look) -> float:
    """Return the rows of the highest caption, its box included."""
    lines = choose_placement(width, height).caption_lines
    heights = find_language_heights(look.caption_language)
    return min(width, height) * _CAPTION_EM * (heights.measure(lines) + BOX_PADDING / 3)


def _find_caption_floor(width: int, height: int, look: Look) -> float:
    """Return the row that the last line of a caption at the bottom stands on: above the logo, if that is there."""
    floor = height * (1 - choose_placement(width, height).caption_bottom)
    if (logo := find_logo_box(look, width, height)) and look.logo and look.logo.place.position[0] == "b":
        return min(floor, logo.top - _LOGO_GAP * min(width, height))
    return floor


def _find_caption_ceiling(width: int, height: int, look: Look) -> float:
    """Return the row at which the first line of a caption at the top begins: below the logo, if that is there."""
    ceiling = height * choose_placement(width, height).caption_top
    if (logo := find_logo_box(look, width, height)) and look.logo and look.logo.place.position[0] == "t":
        return max(ceiling, logo.bottom + _LOGO_GAP * min(width, height))
    return ceiling


def _fit_caption(
    lines: Sequence[str], keeps_lines: bool, face: Typeface, em: float, max_width: float, max_lines: int
) -> tuple[list[str], int]:
    """Return ``lines``, broken in the first way that fits at the largest size that is possible, and this size in
    pixels."""

    def fits(broken: Sequence[str]) -> bool:
        return len(broken) <= max_lines and max(measure_line(line, face, size) for line in broken) <= max_width

    size = round(em)
    if fits(lines):  # nearly always, and breaking them in all ways takes longer than drawing them
        return list(lines), size
    breaks = list(_break_differently(lines, keeps_lines=keeps_lines))
    while True:
        for broken in breaks:
            if fits(broken):
                return broken, size
        size = min(size - 1, round(size * 0.95))


def _break_differently(lines: Sequence[str], *, keeps_lines: bool) -> Iterator[list[str]]:
    """Yield ``lines`` as they are, then broken into lines that are shorter and shorter."""
    yield list(lines)
    words = [word for line in lines for word in split_words(line)]
    text, longest = join_words(words), max(map(count_characters, words))
    for limit in range(MAX_LINE, max(MAX_LINE // 3, longest - 1), -1):
        yield [part for line in (lines if keeps_lines else [text]) for part in break_lines(line, limit)]


def draw_watermark_overlay(watermark: Watermark, width: int, height: int, look: Look | None = None) -> Overlay:
    """Draw the watermark in its corner of a ``width`` x ``height`` frame; a long one is drawn smaller.

    Raises:
        RenderError: the fonts lack a character.
    """
    look = look or usual_look()
    require_glyphs(watermark.text, "the watermark", language=look.face.language)
    face = look.face
    size = round(min(width, height) * _WATERMARK_EM)
    max_width = width * _WATERMARK_WIDTH
    if (natural := measure_line(watermark.text, face, size)) > max_width:
        size = max(int(size * max_width / natural), 1)
    style = Style(outline_width=0.02, shadow_opacity=0.6, shadow_blur=0.14, opacity=watermark.opacity)
    bitmap = draw_lines([watermark.text], face, size, look.color_text(style), align="start")
    inset = bitmap.inset
    rows, columns = (length - 2 * inset for length in bitmap.rgba.shape[:2])
    x, y = find_corner(watermark.position, (columns, rows), width, height)
    return crop_to_frame(bitmap.rgba, x - inset, y - inset, width, height)
