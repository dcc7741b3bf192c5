"""Answer requests for single frames: from memory, from the blob store, or by drawing them."""

import threading
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from cachetools import LRUCache

from gpu_renderer.core.cache_keys import segment_key
from gpu_renderer.core.engine import engine
from gpu_renderer.core.lru_cache import get_or_make
from gpu_renderer.core.segments import Segment, build_segment
from gpu_renderer.preview.drawer import FrameDrawer
from gpu_renderer.preview.encoded_frame import QUALITY, encode_frame
from gpu_renderer.preview.sources import KEPT_BYTES, SourceFiles
from gpu_renderer.text.fonts import hash_fonts
from gpu_renderer.text.segment_fonts import hash_segment_fonts
from sutradhar.domain.core.errors import NotFound
from sutradhar.domain.video.frame_request import FrameRequest
from sutradhar.ports.stores import BlobStore

if TYPE_CHECKING:
    from gpu_renderer.core.frame import Frame

_SIZES_KEPT = 2
"""Frame sizes whose drawers are kept: a landscape video and an upright one, say."""
_ENCODED_BYTES_KEPT = 32 * 1024 * 1024


@dataclass(frozen=True)
class FrameAnswer:
    """An image, its key, and the scenes whose files are gone or too large, which show a card."""

    data: bytes
    key: str
    lost_scenes: tuple[int, ...] = ()


class FrameService:
    """Draw the frames of all videos whose files are in ``blobs``. ``folder`` is for the files that are fetched."""

    def __init__(self, blobs: BlobStore, folder: Path, kept_bytes: int = KEPT_BYTES) -> None:
        self._blobs = blobs
        self._sources = SourceFiles(blobs, folder, kept_bytes)
        self._drawers = LRUCache[tuple[int, int], FrameDrawer](_SIZES_KEPT)
        self._encoded = LRUCache[str, FrameAnswer](_ENCODED_BYTES_KEPT, getsizeof=lambda answer: len(answer.data))
        self._lock, self._drawing = threading.Lock(), threading.Lock()

    @cached_property
    def _fonts(self) -> dict[str, str]:
        return dict(hash_fonts())

    def find_key(self, request: FrameRequest) -> str:
        """Return the key of the image: the hash of all that its pixels depend on, and nothing else.

        It is the key of a segment of just this frame. So a change of another scene, or of words that are not shown now,
        leaves it alone.
        """
        return self._make_key(_cut_frame(request), request)

    def answer(self, request: FrameRequest) -> FrameAnswer:
        """Return the image of the requested frame.

        Raises:
            RenderError: an image or a clip cannot be used, or the fonts lack a character; names the scene.
            NotInstalled: a program or library is missing on this machine.
            BackendError: the blob store does not answer.
        """
        segment = _cut_frame(request)
        key = self._make_key(segment, request)
        with self._lock:
            if answer := self._encoded.get(key):
                return answer
        answer = self._read_stored(key, request) or self._draw(key, segment, request)
        if not answer.lost_scenes:  # a lost file may come back, and the frame then is another one
            with self._lock:
                self._encoded[key] = answer
        return answer

    def draw_frame(self, request: FrameRequest) -> "Frame":
        """Return the requested frame as it goes to the encoder of a render. Raise as ``answer`` does."""
        return self._draw_frame(_cut_frame(request))[0]

    def _make_key(self, segment: Segment, request: FrameRequest) -> str:
        width = min(request.width or segment.width, segment.width)
        fonts = self._fonts | hash_segment_fonts(segment)
        return segment_key(segment, ["frame", request.format, str(QUALITY), str(width)], engine(), fonts)

    def _read_stored(self, key: str, request: FrameRequest) -> FrameAnswer | None:
        try:
            return FrameAnswer(self._blobs.get(_name_blob(key, request)), key)
        except NotFound:
            return None

    def _draw(self, key: str, segment: Segment, request: FrameRequest) -> FrameAnswer:
        frame, lost = self._draw_frame(segment)
        answer = FrameAnswer(encode_frame(frame, request.width, request.format), key, lost)
        if not lost:
            self._blobs.put(_name_blob(key, request), answer.data)
        return answer

    def _draw_frame(self, segment: Segment) -> tuple["Frame", tuple[int, ...]]:
        size = (segment.width, segment.height)
        with self._drawing:  # one at a time: each takes a whole core, and a fetched file stays until it is drawn
            drawer = get_or_make(self._drawers, size, lambda: FrameDrawer(*size))
            drawable, paths, lost = self._sources.fetch(segment)
            return drawer.draw(drawable, paths), tuple(lost)


def _cut_frame(request: FrameRequest) -> Segment:
    frame = min(request.frame, request.timeline.frames - 1)
    return build_segment(request.timeline, frame, frame + 1)


def _name_blob(key: str, request: FrameRequest) -> str:
    return f"frames/{key}.{'jpg' if request.format == 'jpeg' else 'png'}"
