"""Frames of a segment as planar yuv420p bytes: pictures under the moving camera, transitions, layers of text."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import cv2

from gpu_renderer.core.frame import Frame
from gpu_renderer.core.lru_cache import Recent
from gpu_renderer.core.segments import Segment, Shot
from gpu_renderer.core.video_source import VideoSource
from gpu_renderer.image import clip_player, transitions
from gpu_renderer.image.backdrop import place_on_backdrop
from gpu_renderer.image.clip_player import ClipPlayer
from gpu_renderer.image.overlay_layers import OverlayLayers
from gpu_renderer.image.still import Still, load_image, prepare_still
from sutradhar.domain.plan.own_media import Fit
from sutradhar.domain.video.timeline import Camera

cv2.setNumThreads(1)  # one core a worker process; OpenCV's own threads cost 25 % more CPU

_STILLS_KEPT = 2
"""A transition needs two; more would let memory grow with the number of scenes."""
_CLIPS_KNOWN = 16
"""Only what was found out about them, not their frames."""

Sources = Mapping[str, Path]
"""Local files of the pictures and clips by their sha256."""
Draw = Callable[[int, Frame], None]


class Compositor:
    """Composes segments of one film size; keeps the last two pictures, since neighbouring segments share them."""

    def __init__(self, width: int, height: int) -> None:
        self.size = (width, height)
        self._under = Frame(width, height)
        self._stills = Recent[tuple[str, Camera, Fit], Still](_STILLS_KEPT)
        self._clips = Recent[str, VideoSource](_CLIPS_KNOWN)
        self._layers = OverlayLayers(width, height)
        self._players: tuple[ClipPlayer, ...] = ()

    @contextmanager
    def open(self, segment: Segment, sources: Sources) -> Iterator[Draw]:
        """A function that draws frame n (0 ≤ n < ``segment.frames``) of the segment into a Frame, n never falling.

        On leaving, what the segment opened is closed, decoders first of all.

        Raises:
            RenderError: a picture or a clip cannot be used; names the scene. Clips may raise it while frames are drawn.
        """
        with ExitStack() as closing:
            closing.callback(self.close)
            draws = [self._picture(shot, sources[shot.sha256], segment.fps) for shot in segment.shots]
            blend = self._layers.open(segment)

            def compose(n: int, frame: Frame) -> None:
                self._pictures(segment, draws, n, frame)
                blend(n, frame)

            yield compose

    def close(self) -> None:
        """End every decoder that runs; another thread may do that while frames are drawn, which then fail."""
        players, self._players = self._players, ()
        for player in players:
            player.close()

    def _pictures(self, segment: Segment, draws: list[Draw], n: int, frame: Frame) -> None:
        seen = [(s, draw, n - s.at) for s, draw in zip(segment.shots, draws, strict=True) if 0 <= n - s.at < s.frames]
        _, old, at = seen[0]
        if len(seen) == 1:
            old(at, frame)
            return
        shot, new, into = seen[1]
        shows_old, shows_new = transitions.find_shown(shot.transition, into, shot.fade_in)
        if shows_old:
            old(at, frame)
        if shows_new:
            new(into, self._under)
        transitions.blend_transition(shot.transition, into, shot.fade_in, frame, self._under)

    def _picture(self, shot: Shot, path: Path, fps: int) -> Draw:
        if shot.footage is None:
            still = self._still(shot, path)
            return lambda n, frame: still.draw(shot.camera, n, shot.frames, frame.planes)
        clip = self._clips.get(shot.sha256, lambda: clip_player.open_clip(path, shot.sha256, shot.scene))
        player = ClipPlayer(clip, shot, self.size, fps)
        self._players += (player,)
        return player.draw

    def _still(self, shot: Shot, path: Path) -> Still:
        def prepared() -> Still:
            image = load_image(path, shot.sha256, shot.scene)
            if shot.fit == "fit":
                image = place_on_backdrop(image, _compute_size(self.size, shot.camera))
            return prepare_still(image, shot.camera, self.size)

        return self._stills.get((shot.sha256, shot.camera, shot.fit), prepared)


def _compute_size(size: tuple[int, int], camera: Camera) -> tuple[int, int]:
    """Return the size that an image needs so that the camera's closest view of it is not an enlargement."""
    closest = max(camera.start.zoom, camera.end.zoom, 1.0)
    return round(size[0] * closest), round(size[1] * closest)
