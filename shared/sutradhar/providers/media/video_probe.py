"""Check videos that providers send."""

import io

from sutradhar.media.video import read_video


def probe_size(data: bytes) -> tuple[int, int]:
    """Return the shown width and height of the video in ``data``.

    Raises:
        MediaError: ``data`` is not a video, or it is incomplete.
    """
    video = read_video(io.BytesIO(data))
    return video.width, video.height
