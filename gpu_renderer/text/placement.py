"""Choose the place of text on a frame by the frame's shape, clear of the controls that players and apps draw."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Placement:
    """Shares of the frame's width or height. ``left`` and ``right`` are kept free of text at that edge."""

    left: float
    right: float
    caption_width: float
    caption_bottom: float
    """Free space below the last line of a caption; the watermark stands there."""
    caption_top: float
    """Free space above the first line of a caption that stands at the top; the watermark stands there too."""
    caption_lines: int
    title_width: float
    title_top: float
    """Free space above a title."""
    title_middle: float
    """The middle of a title, from the top: a little above the true middle looks like the middle."""
    over_captions: float
    """Free space between a title and the place of the captions; a lower third fits in on upright frames."""
    mark_left: float
    mark_right: float
    mark_top: float
    mark_bottom: float


def choose_placement(width: int, height: int) -> Placement:
    """Return the placement on a ``width`` x ``height`` frame.

    Wide and square frames keep the 5 % title-safe margin of EBU R 95. Upright ones are watched under the buttons of
    Shorts, Reels and TikTok: these cover the lowest fifth (title, channel, progress), an eighth at the right and a
    strip at the top, so no text stands there. Centred text keeps the same distance from both sides.
    """
    if width < height:
        return Placement(
            left=0.05,
            right=0.12,
            caption_width=0.76,
            caption_bottom=0.205,
            caption_top=0.08 + 0.06 * width / height,
            caption_lines=3,
            title_width=0.75,
            title_top=0.08 + 0.06 * width / height,
            title_middle=0.43,
            over_captions=0.11,
            mark_left=0.05,
            mark_right=0.12,
            mark_top=0.08,
            mark_bottom=0.17,
        )
    short = min(width, height)
    across, down = 0.025 * short / width, 0.025 * short / height
    return Placement(
        left=0.05,
        right=0.33 if width > height else 0.1,
        caption_width=0.9,
        caption_bottom=0.065,
        caption_top=0.065,
        caption_lines=2 if width > height else 3,
        title_width=0.84,
        title_top=0.1 * short / height,
        title_middle=0.47,
        over_captions=0.05 * short / height,
        mark_left=across,
        mark_right=across,
        mark_top=down,
        mark_bottom=down,
    )
