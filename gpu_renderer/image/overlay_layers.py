"""Blend lyrics, captions, titles, the watermark, a logo and the label over the frames of a segment."""

from bisect import bisect_right
from collections.abc import Callable, Mapping
from pathlib import Path

from cachetools import LRUCache

from gpu_renderer.core.frame import Frame
from gpu_renderer.core.lru_cache import get_or_make
from gpu_renderer.core.segments import Segment
from gpu_renderer.image.lyric_layers import LyricLayers
from gpu_renderer.image.yuv_overlay import YuvOverlay
from gpu_renderer.text.captions import Caption, draw_watermark_overlay
from gpu_renderer.text.label import draw_label_overlay
from gpu_renderer.text.logo import draw_logo_overlay
from gpu_renderer.text.look import Look, describe_look, make_look, usual_look
from gpu_renderer.text.titles import draw_title_overlay, title_opacity
from sutradhar.domain.language.tags import Language
from sutradhar.domain.plan.brand import BrandLook
from sutradhar.domain.plan.options import Watermark
from sutradhar.domain.video.captions import Cue
from sutradhar.domain.video.timeline import LabelCue, Title

Layer = Callable[[int, Frame], None]
"""Blends its overlay into a Frame, which shows frame n of the segment."""

_OVERLAYS_KEPT = 4
"""Overlays of each kind that are kept. Neighbouring segments share them; more would let memory grow with the video."""
_LOOKS_KEPT = 3
"""Looks that are kept: with the texts of a brand, without them, and those of another video's preview."""


class _CaptionLayer:
    """A caption and its highlighted words as overlays. One word is kept at a time, since speech goes forward."""

    def __init__(self, caption: Caption) -> None:
        self._caption, self._plain, self.words = caption, YuvOverlay(caption.plain), caption.words
        self._words = LRUCache[int, YuvOverlay](1)

    def blend(self, frame: Frame, word: int) -> None:
        """Blend the caption into ``frame`` with word number ``word`` highlighted, or none if it is below 0."""
        self._plain.blend(frame)
        if word >= 0:
            get_or_make(self._words, word, lambda: YuvOverlay(self._caption.highlight(word))).blend(frame)


class OverlayLayers:
    """Make the layers of segments of one frame size (width, height)."""

    def __init__(self, width: int, height: int) -> None:
        self._size = (width, height)
        self._captions = LRUCache[tuple[str, tuple[str, ...], bool], _CaptionLayer](_OVERLAYS_KEPT)
        self._overlays = LRUCache[tuple[str, Title | Watermark | LabelCue | None], YuvOverlay](_OVERLAYS_KEPT)
        self._looks = LRUCache[str, Look](_LOOKS_KEPT)
        self._lyrics = LyricLayers(width, height)

    def open(self, segment: Segment, files: Mapping[str, Path] | None = None) -> Layer:
        """Return a function that blends all layers of frame n (0 ≤ n < ``segment.frames``) into a Frame. ``files``:
        local files of the segment's look by their sha256.

        Raises:
            RenderError: a text has a character that the fonts cannot draw, or a file of the look cannot be used.
        """
        language, captions = segment.language, segment.caption_language
        look = self._make_look(segment.look, files or {}).adapt_to_language(language, captions)
        layers = self._lyrics.open(segment.lyrics, segment.fps, language) if segment.lyrics else []
        layers += [(title.start, title.end, self._title(title, segment.fps, look)) for title in segment.titles]
        highlight = segment.caption_style == "highlight"
        of_cues = look.adapt_to_language(captions)
        layers += [(cue.start, cue.end, self._caption(cue, of_cues, is_highlighted=highlight)) for cue in segment.cues]
        if look.logo or segment.watermark:
            layers.append((0, segment.frames, self._mark(segment.watermark, look)))
        if segment.label is not None:
            layers.append((segment.label.start, segment.label.end, self._label(segment.label, language)))

        def blend(n: int, frame: Frame) -> None:
            for start, end, layer in layers:
                if start <= n < end:
                    layer(n, frame)

        return blend

    def _make_look(self, brand: BrandLook | None, files: Mapping[str, Path]) -> Look:
        if brand is None:
            return usual_look()
        return get_or_make(self._looks, describe_look(brand), lambda: make_look(brand, files))

    def _caption(self, cue: Cue, look: Look, *, is_highlighted: bool) -> Layer:
        def make() -> _CaptionLayer:
            return _CaptionLayer(Caption(cue.lines, *self._size, look, keeps_lines=cue.keeps_lines))

        caption = get_or_make(self._captions, (look.key, cue.lines, cue.keeps_lines), make)
        starts = cue.word_starts if is_highlighted and len(cue.word_starts) <= caption.words else ()
        # the last word stays highlighted until the cue ends: viewers expect no change in a pause
        return lambda n, frame: caption.blend(frame, bisect_right(starts, n) - 1)

    def _title(self, title: Title, fps: int, look: Look) -> Layer:
        key = (look.key, title.evolve(start=0, end=1))
        overlay = get_or_make(self._overlays, key, lambda: YuvOverlay(draw_title_overlay(title, *self._size, look)))
        return lambda n, frame: overlay.blend(frame, title_opacity(title, n, fps))

    def _mark(self, watermark: Watermark | None, look: Look) -> Layer:
        """Return the layer of the logo, or else of the watermark."""

        def make() -> YuvOverlay:
            if watermark is None or look.logo:
                return YuvOverlay(draw_logo_overlay(look, *self._size))
            return YuvOverlay(draw_watermark_overlay(watermark, *self._size, look))

        overlay = get_or_make(self._overlays, (look.key, None if look.logo else watermark), make)
        return lambda _n, frame: overlay.blend(frame)

    def _label(self, label: LabelCue, language: Language | None) -> Layer:
        """Return the layer of the label, which looks the same in every brand: it must be legible."""
        key = (str(language), label.evolve(start=0, end=1))
        overlay = get_or_make(self._overlays, key, lambda: YuvOverlay(draw_label_overlay(label, *self._size, language)))
        return lambda _n, frame: overlay.blend(frame)
