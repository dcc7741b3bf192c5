"""Check videos that providers send."""

import io

from sutradhar.media.formats import UnusableFile
from sutradhar.media.video import read_video
from sutradhar.providers.hosted.api_errors import unusable


def probe_size(provider: str, data: bytes) -> tuple[int, int]:
    """Return the shown width and height of the video in ``data``. Raise ProviderError if it is incomplete."""
    try:
        video = read_video(io.BytesIO(data))
    except UnusableFile as exc:
        raise unusable(provider, f"a file that {exc.reason}") from exc
    return video.width, video.height
