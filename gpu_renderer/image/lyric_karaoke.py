"""The look of karaoke: a line fills with colour, cluster by cluster, above the next line."""

from bisect import bisect_right
from collections.abc import Callable

from cachetools import LRUCache

from gpu_renderer.core.frame import Frame
from gpu_renderer.core.lru_cache import get_or_make
from gpu_renderer.core.segment_lyrics import SegmentLine
from gpu_renderer.image.lyric_timing import FADE_SEC, appear, count_frames, disappear
from gpu_renderer.image.yuv_overlay import Premultiplied, make_premultiplied
from gpu_renderer.text.lyric_karaoke import KaraokeBlock, KaraokeWord

_CLUSTER_SEC = 0.08
"""Seconds in which a cluster changes its colour."""
_RISE_SEC = 0.2
"""Seconds in which the next line moves up."""
_DIM = 0.62
"""The opacity of the next line."""


class KaraokeOverlays:
    """The overlays of a block: each word white and in the colour of a sung word, and the one that is being filled."""

    def __init__(self, block: KaraokeBlock) -> None:
        self.drop = block.drop
        self.words = [_KaraokeWordOverlays(word) for word in block.words]


class _KaraokeWordOverlays:
    def __init__(self, word: KaraokeWord) -> None:
        self.number, self._word = word.word, word
        self.unsung, self.sung = make_premultiplied(word.unsung), make_premultiplied(word.sung)
        self.shares = word.shares
        self._filled = LRUCache[tuple[int, float], Premultiplied](1)

    def fill(self, done: int, share: float) -> Premultiplied:
        """Return the word with ``done`` clusters sung, and the next one changed by ``share``."""
        if done == len(self.shares):
            return self.sung
        if done == 0 and share == 0:
            return self.unsung
        return get_or_make(self._filled, (done, share), lambda: make_premultiplied(self._word.fill(done, share)))


class Karaoke:
    """A line that is filled with colour, over the next one."""

    def __init__(self, block: KaraokeOverlays, following: KaraokeOverlays | None, fps: int) -> None:
        self._block, self._following = block, following
        self._fade, self._rise = count_frames(FADE_SEC, fps), count_frames(_RISE_SEC, fps)
        self._change = count_frames(_CLUSTER_SEC, fps)

    def open(self, line: SegmentLine) -> Callable[[int, Frame], None]:
        """Return what blends ``line`` into a frame."""
        return lambda n, frame: self._blend(line, n, frame)

    def _blend(self, line: SegmentLine, n: int, frame: Frame) -> None:
        moved = appear(line.start, n, self._rise)
        eased = moved * moved * (3 - 2 * moved)
        away = 1.0 if line.following else disappear(line, n, self._fade)
        drop, opacity = 0, appear(line.start, n, self._fade) * away
        if line.follows:
            drop = round(self._block.drop * (1 - eased) / 2) * 2
            opacity = (_DIM + (1 - _DIM) * eased) * away
        for word in self._block.words:
            self._find_fill(word, line, n).weaken(opacity).lay(frame, drop)
        if self._following:
            for word in self._following.words:
                word.unsung.weaken(_DIM * max(2 * eased - 1, 0.0)).lay(frame, self._following.drop)

    def _find_fill(self, word: _KaraokeWordOverlays, line: SegmentLine, n: int) -> Premultiplied:
        cue = line.words[word.number]
        if n < cue.start:
            return word.unsung
        starts = [cue.start + round((cue.end - cue.start) * share) for share in word.shares]
        count = bisect_right(starts, n)
        share = appear(starts[count - 1], n, self._change)
        return word.fill(count, 0.0) if share == 1 else word.fill(count - 1, share)
