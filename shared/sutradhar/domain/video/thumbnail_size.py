"""Choose the size of a video's thumbnail: it has the shape of the video, as video platforms show it."""

MAX_BYTES = 2_000_000
MAX_DRAWN_BYTES = MAX_BYTES - 60_000
"""The most bytes of a thumbnail before it is marked: a signature and its certificates take some 20,000."""


def choose_thumbnail_size(width: int, height: int) -> tuple[int, int]:
    """Return width and height in pixels of the thumbnail of a video of ``width`` x ``height``."""
    if width > height:
        return 1280, 720
    return (1080, 1920) if width < height else (1080, 1080)
