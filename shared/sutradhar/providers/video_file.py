"""Films that came over the wire."""

import tempfile
from pathlib import Path

from sutradhar.providers.vendor import unusable


def looked_at(provider: str, data: bytes) -> tuple[int, int]:
    """Width and height of the video in ``data``. Raises ProviderError when its last second cannot be decoded."""
    import cv2

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip.mp4"
        path.write_bytes(data)
        video = cv2.VideoCapture(str(path))
        try:
            frames = int(video.get(cv2.CAP_PROP_FRAME_COUNT))
            video.set(cv2.CAP_PROP_POS_FRAMES, max(frames - 2, 0))
            whole, frame = video.read()
        finally:
            video.release()
    if not whole:
        raise unusable(provider, "no video, or not all of one")
    return frame.shape[1], frame.shape[0]
