"""Make the layers that blend the lyrics of a segment over its frames, in one of five looks.

Each line is drawn once; a frame only blends what was drawn. The frames of a line do not depend on the frames before
them, except for the colour of ``brat``, which may follow the image with a delay.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

from cachetools import LRUCache

from gpu_renderer.core.frame import Frame
from gpu_renderer.core.lru_cache import get_or_make
from gpu_renderer.core.segment_lyrics import SegmentLine, SegmentLyrics
from gpu_renderer.image.lyric_karaoke import Karaoke, KaraokeOverlays
from gpu_renderer.image.lyric_looks import Bold, Brat, Clean, Handwritten
from gpu_renderer.text.lyric_karaoke import KaraokeBlock
from gpu_renderer.text.lyric_layout import split_tokens
from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.song import LyricLook
from sutradhar.domain.text.words import split_words

TimedLayer = tuple[int, int, Callable[[int, Frame], None]]
"""The first frame of a layer, the frame after its last one, and what blends it into a Frame that shows frame n."""

_LINES_KEPT = 3
"""Drawn lines that are kept: the one that is shown, the next one, and one that the next segment goes on with."""


class _Drawn(Protocol):
    """A drawn line."""

    def open(self, line: SegmentLine) -> Callable[[int, Frame], None]:
        """Return a function that blends ``line`` into a Frame, which shows frame n of the segment."""


_LOOKS: dict[LyricLook, Callable[[Sequence[str], tuple[int, int], int, Language | None], _Drawn]] = {
    "clean": Clean,
    "handwritten": Handwritten,
    "bold": Bold,
    "brat": Brat,
}


class LyricLayers:
    """Make the layers of the lyrics of segments of one frame size (width, height)."""

    def __init__(self, width: int, height: int) -> None:
        self._size = (width, height)
        self._drawn = LRUCache[tuple[object, ...], _Drawn](_LINES_KEPT)
        self._blocks = LRUCache[tuple[Language | None, tuple[str, ...]], KaraokeOverlays](_LINES_KEPT)

    def open(self, lyrics: SegmentLyrics, fps: int, language: Language | None = None) -> list[TimedLayer]:
        """Return the layers of ``lyrics``, which are in ``language``.

        Raises:
            RenderError: a line has a character that the fonts cannot draw.
        """
        return [
            (line.start, line.end, self._draw(line, lyrics.look, fps, language).open(line)) for line in lyrics.lines
        ]

    def _draw(self, line: SegmentLine, look: LyricLook, fps: int, language: Language | None) -> _Drawn:
        texts = tuple(word.text for word in line.words)
        if look == "karaoke":
            following = self._block(tuple(split_words(line.following)), language) if line.following else None
            return Karaoke(self._block(texts, language), following, fps)
        key = (look, texts, fps, language)
        return get_or_make(self._drawn, key, lambda: _LOOKS[look](texts, self._size, fps, language))

    def _block(self, texts: tuple[str, ...], language: Language | None) -> KaraokeOverlays:
        def make() -> KaraokeOverlays:
            return KaraokeOverlays(KaraokeBlock(split_tokens(texts), *self._size, language))

        return get_or_make(self._blocks, (language, texts), make)
