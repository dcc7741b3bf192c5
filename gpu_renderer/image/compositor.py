"""Compose the frames of a segment as planar yuv420p: images under a moving camera, clips, transitions, text."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import cv2
from cachetools import LRUCache

from gpu_renderer.core.frame import Frame
from gpu_renderer.core.lru_cache import get_or_make
from gpu_renderer.core.segments import Segment
from gpu_renderer.core.video_source import VideoSource
from gpu_renderer.image import transitions
from gpu_renderer.image.backdrop import place_on_backdrop
from gpu_renderer.image.clip_player import ClipPlayer, open_clip
from gpu_renderer.image.decode_command import SEEK_FROM_SEC
from gpu_renderer.image.overlay_layers import OverlayLayers
from gpu_renderer.image.still import Still, load_image, prepare_still
from sutradhar.domain.plan.own_media import Fit
from sutradhar.domain.video.timeline import Camera, Clip

cv2.setNumThreads(1)  # one core a worker process; OpenCV's own threads cost 25 % more CPU

_STILLS_KEPT = 2
"""A transition needs two; more would let memory grow with the number of scenes."""
_CLIPS_KEPT = 16
"""Clips whose probed facts are kept; their frames are not."""

Sources = Mapping[str, Path]
"""Local files of the images, the clips and the brand's look by their sha256."""
Draw = Callable[[int, Frame], None]
"""Draws frame n into a Frame."""


class Compositor:
    """Compose segments of one frame size; keep the last images, since neighbouring segments share them.

    Args:
        stills_kept: the number of images.
        seek_from_sec: the time of a clip, in seconds, from which on its decoder seeks.
    """

    def __init__(
        self,
        width: int,
        height: int,
        *,
        stills_kept: int = _STILLS_KEPT,
        seek_from_sec: float = SEEK_FROM_SEC,
    ) -> None:
        self.size, self._seek_from_sec = (width, height), seek_from_sec
        self._under = Frame(width, height)
        self._stills = LRUCache[tuple[str, Camera, Fit], Still](stills_kept)
        self._clips = LRUCache[str, VideoSource](_CLIPS_KEPT)
        self._layers = OverlayLayers(width, height)
        self._players: tuple[ClipPlayer, ...] = ()

    @contextmanager
    def open(self, segment: Segment, sources: Sources) -> Iterator[Draw]:
        """Yield a function that draws frame n (0 ≤ n < ``segment.frames``) of the segment into a Frame.

        The caller may repeat n or raise it, never lower it. At the end, the decoders of the segment are closed.

        Raises:
            RenderError: an image or a clip cannot be used; names the scene. Clips may raise it while frames are drawn.
        """
        with ExitStack() as closing:
            closing.callback(self.close)
            clips = [shown.clip for shown in segment.clips]
            draws = [self._open_clip(clip, sources[clip.media.sha256], segment.fps) for clip in clips]
            blend = self._layers.open(segment, sources)

            def compose(n: int, frame: Frame) -> None:
                self._draw_clips(segment, draws, n, frame)
                blend(n, frame)

            yield compose

    def close(self) -> None:
        """End every running decoder. Another thread may call this while frames are drawn; drawing then fails."""
        players, self._players = self._players, ()
        for player in players:
            player.close()

    def _draw_clips(self, segment: Segment, draws: list[Draw], n: int, frame: Frame) -> None:
        placed = [(one, draw, n - one.at) for one, draw in zip(segment.clips, draws, strict=True)]
        shown = [(one, draw, at) for one, draw, at in placed if 0 <= at < one.clip.frames]
        _, draw_old, at = shown[0]
        if len(shown) == 1:
            draw_old(at, frame)
            return
        one, draw_new, into = shown[1]
        kind, frames = one.transition.kind, one.transition.frames
        shows_old, shows_new = transitions.find_shown(kind, into, frames)
        if shows_old:
            draw_old(at, frame)
        if shows_new:
            draw_new(into, self._under)
        transitions.blend_transition(kind, into, frames, frame, self._under)

    def _open_clip(self, clip: Clip, path: Path, fps: int) -> Draw:
        if clip.footage is None:
            still = self._load_still(clip, path)
            return lambda n, frame: still.draw(clip.camera, n, clip.frames, frame.planes)
        sha256 = clip.media.sha256
        source = get_or_make(self._clips, sha256, lambda: open_clip(path, sha256, clip.scene))
        player = ClipPlayer(source, clip, self.size, fps, self._seek_from_sec)
        self._players += (player,)
        return player.draw

    def _load_still(self, clip: Clip, path: Path) -> Still:
        def load() -> Still:
            image = load_image(path, clip.media.sha256, clip.scene)
            if clip.fit == "fit":
                image = place_on_backdrop(image, _compute_size(self.size, clip.camera))
            return prepare_still(image, clip.camera, self.size)

        return get_or_make(self._stills, (clip.media.sha256, clip.camera, clip.fit), load)


def _compute_size(size: tuple[int, int], camera: Camera) -> tuple[int, int]:
    """Return the size that an image needs so that the camera's closest view of it is not an enlargement."""
    closest = max(camera.start.zoom, camera.end.zoom, 1.0)
    return round(size[0] * closest), round(size[1] * closest)
