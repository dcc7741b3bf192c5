"""Tell how far the words and lines of lyrics have appeared in a frame."""

from gpu_renderer.core.segment_lyrics import SegmentLine

FADE_SEC = 0.13
"""Seconds in which a word appears, and in which a line disappears."""


def count_frames(seconds: float, fps: int) -> int:
    return max(round(seconds * fps), 1)


def appear(start: int, n: int, frames: int) -> float:
    """Return the opacity in frame ``n`` of what appears with frame ``start``: more than 0 from that frame on."""
    return min(max((n - start + 1) / frames, 0.0), 1.0)


def disappear(line: SegmentLine, n: int, frames: int) -> float:
    """Return the opacity in frame ``n`` of ``line``, which disappears in its last frames."""
    return min((line.end - n) / (frames + 1), 1.0)
