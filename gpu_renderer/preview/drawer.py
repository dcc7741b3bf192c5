"""Draw single frames of any video as the renderer draws them, and keep what the next frame is likely to need."""

from pathlib import Path

import numpy as np
from cachetools import LRUCache

from gpu_renderer.core.frame import Frame
from gpu_renderer.core.lru_cache import get_or_make
from gpu_renderer.core.segments import Segment
from gpu_renderer.image.compositor import Compositor
from gpu_renderer.image.overlay_layers import OverlayLayers

_STILLS_KEPT, _BARE_FRAMES_KEPT = 6, 6
"""Prepared images, 11 to 19 MB each at 1080p, and frames without text, 3 MB each."""

_SEEK_FROM_SEC = 1.0
"""Seconds of a clip. A seek costs less than to decode a second, and gives the same frame."""


class FrameDrawer:
    """Draw frames of one size; its caller lets one thread in at a time."""

    def __init__(self, width: int, height: int) -> None:
        self.size = (width, height)
        self._compositor = Compositor(width, height, stills_kept=_STILLS_KEPT, seek_from_sec=_SEEK_FROM_SEC)
        self._layers = OverlayLayers(width, height)
        self._bare_frames = LRUCache[Segment, Frame](_BARE_FRAMES_KEPT)

    def draw(self, segment: Segment, sources: dict[str, Path]) -> Frame:
        """Return the first frame of ``segment``. The text is blended over the frame without it, as the compositor does,
        so that a change of words decodes nothing again.

        Raises:
            RenderError: an image or a clip cannot be used, or the fonts lack a character; names the scene.
        """
        bare = segment.evolve(
            start=0,
            cues=(),
            titles=(),
            watermark=None,
            caption_style="plain",
            lyrics=None,
            label=None,
            look=None,
            language=None,
            caption_language=None,
        )
        frame = Frame(*self.size)
        np.copyto(frame.buffer, get_or_make(self._bare_frames, bare, lambda: self._compose(bare, sources)).buffer)
        self._layers.open(segment, sources)(0, frame)
        return frame

    def _compose(self, segment: Segment, sources: dict[str, Path]) -> Frame:
        frame = Frame(*self.size)
        with self._compositor.open(segment, sources) as compose:
            compose(0, frame)
        return frame
