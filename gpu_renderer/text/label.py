"""Draw the visible label which says that a machine made the video: light letters on a dark plate in a corner."""

from gpu_renderer.text.fonts import find_typeface
from gpu_renderer.text.line_layout import measure_line
from gpu_renderer.text.overlay import Overlay, crop_to_frame
from gpu_renderer.text.placement import choose_placement
from gpu_renderer.text.text_renderer import BOX_PADDING, Style, draw_lines, require_glyphs
from sutradhar.domain.language.tags import Language
from sutradhar.domain.video.timeline import LabelCue

_STYLE = Style(outline_width=0.0, shadow_opacity=0.0, box_opacity=0.72)
_EM = 0.027
"""Size of the letters as a share of the frame's short side: with its plate a label is as high as a watermark."""
_WIDTH = 0.45
"""The widest that a label may be, as a share of the frame's width; two stand side by side in the lowest corners."""


def draw_label_overlay(label: LabelCue, width: int, height: int, language: Language | None = None) -> Overlay:
    """Draw the label in its corner of a ``width`` x ``height`` frame; a long one is drawn smaller.

    Raises:
        RenderError: the fonts lack a character.
    """
    require_glyphs(label.text, "the label", language=language)
    face, size = find_typeface().adapt_to_language(language), round(min(width, height) * _EM)
    max_width = width * _WIDTH - 2 * BOX_PADDING * size
    if (natural := measure_line(label.text, face, size)) > max_width:
        size = max(int(size * max_width / natural), 1)
    bitmap = draw_lines([label.text], face, size, _STYLE, align="start")
    place = choose_placement(width, height)
    # the plate, not the letters, ends at the margin
    across, down = bitmap.inset - round(BOX_PADDING * size), bitmap.inset - round(BOX_PADDING * size / 3)
    rows, columns = bitmap.rgba.shape[:2]
    is_left, is_top = label.position[1] == "l", label.position[0] == "t"
    x = round(width * place.mark_left) - across if is_left else round(width * (1 - place.mark_right)) + across - columns
    y = round(height * place.mark_top) - down if is_top else round(height * (1 - place.mark_bottom)) + down - rows
    return crop_to_frame(bitmap.rgba, x, y, width, height)
