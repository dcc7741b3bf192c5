"""Compose raw frames of several kinds of content, to be encoded with many settings."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from gpu_renderer.core.frame import Frame
from gpu_renderer.core.segments import build_segment
from gpu_renderer.image.compositor import Compositor
from sutradhar.domain.video.timeline import Camera, Pose, Timeline, Title
from sutradhar.providers.offline.procedural.images import ProceduralImages
from tests.bench import workload
from tests.bench.photographs import HEIGHT, WIDTH
from tests.bench.stage import find_sources

Change = Callable[[Frame, int], None]
"""A function that draws into frame ``n`` of a piece."""

KINDS = {
    "photo": ("photo-zoom", "photo-pan", "photo-near"),
    "drawing": ("drawing-zoom", "drawing-pan"),
    "grain": ("grain",),
    "clip": ("clip",),
    "text": ("text",),
}
"""The names of the pieces of each kind."""
_PROMPTS = ("a fox under a tree in the mountains at dusk", "a temple by the river at night under the moon")
_FAST = Camera(start=Pose(x=0.36, y=0.5, zoom=1.4), end=Pose(x=0.64, y=0.46, zoom=1.5))
_FIRST = 75
"""The piece's first frame in its scene: the camera moves at full speed, and a caption is shown."""


@dataclass(frozen=True)
class Piece:
    """Frames of one kind of content in one file, as they come from the compositor."""

    kind: str
    name: str
    frames: int
    size: tuple[int, int]
    path: Path


def _leave(_frame: Frame, _n: int) -> None:
    """Change nothing."""


def _add_grain(strength: float) -> Change:
    """Return a change that adds noise to the luma, new for each frame; ``strength`` is its deviation in levels."""

    def change(frame: Frame, n: int) -> None:
        luma = frame.planes[0]
        noise = np.random.default_rng([22, n]).standard_normal(luma.shape, np.float32)
        soft = cv2.GaussianBlur(noise, (0, 0), 0.6)
        luma[:] = np.clip(luma + soft * (strength / soft.std()), 16, 235).astype(np.uint8)

    return change


def _move_things(frame: Frame, n: int) -> None:
    """Let two parts of the frame fly over it, one of them in a circle, and add a camera's noise."""
    for turn, (step, part) in enumerate(((9, 0.22), (5, 0.34))):
        for plane in frame.planes:
            high, wide = plane.shape
            side = int(high * part) // 2 * 2
            angle = n * 0.12 + turn
            circled = int((wide - side) * (0.5 + 0.4 * np.cos(angle)))
            left = circled if turn else (n * step * wide // 1920) % (wide - side)
            top = int((high - side) * (0.4 + 0.3 * np.sin(angle)))
            patch = plane[(high - side) // 2 : (high + side) // 2, 40 : 40 + side].copy()
            plane[top : top + side, left : left + side] = patch
    _add_grain(1.5)(frame, n)


def _draw_dark_gradient() -> bytes:
    """Return a PNG of a dark sky that grows lighter downwards, smooth but for the dither of its 8 bits."""
    down = np.linspace(0, 1, HEIGHT)[:, None, None]
    across = np.linspace(-1, 1, WIDTH)[None, :, None] ** 2
    colour = np.array([46, 22, 12]) * (0.25 + down) + np.array([10, 6, 2]) * across
    dither = np.random.default_rng(23).uniform(-0.5, 0.5, colour.shape)
    return bytes(cv2.imencode(".png", np.clip(np.rint(colour + dither), 0, 255).astype(np.uint8))[1])


def compose_pieces(folder: Path, size: tuple[int, int], frames: int) -> list[Piece]:
    """Return the pieces of each kind; what ``folder`` holds of them already is not composed again."""
    folder.mkdir(parents=True, exist_ok=True)
    pieces = [
        Piece(kind, name, frames, size, folder / f"{name}-{size[1]}-{frames}.yuv")
        for kind, names in KINDS.items()
        for name in names
    ]
    if not all(piece.path.exists() for piece in pieces):
        scenes = {name: (timeline, number, change) for name, timeline, number, change in _list_scenes(folder, size)}
        for piece in pieces:
            timeline, number, change = scenes[piece.name]
            part = piece.path.with_suffix(".part")
            _compose(timeline, number * 360 + _FIRST, frames, change, part, folder / "home" / "blobs")
            part.rename(piece.path)
    return pieces


def _list_scenes(folder: Path, size: tuple[int, int]) -> Iterator[tuple[str, Timeline, int, Change]]:
    """Yield name, timeline, the number of the scene of 12 s in it, and what is drawn over its frames."""
    ready = workload.prepare(folder / "home", 4)

    def put(name: str, data: bytes) -> tuple[str, str]:
        ready.blobs.put(f"bench/{name}", data)
        return f"bench/{name}", hashlib.sha256(data).hexdigest()

    photos = workload.make_timeline(ready, scenes=4, size=size)
    painter = ProceduralImages()
    drawn = [
        put(f"drawing-{n}.jpg", painter.draw(text, "", WIDTH, HEIGHT, seed=n).data) for n, text in enumerate(_PROMPTS)
    ]
    drawings = workload.make_timeline(ready, scenes=2, size=size, images=drawn)
    dark = workload.make_timeline(ready, scenes=1, size=size, images=[put("dark.png", _draw_dark_gradient())])
    titles = (
        Title(start=_FIRST - 6, end=_FIRST + 300, text="The lamp by the river", subtext="A story in three parts"),
        Title(start=_FIRST + 10, end=_FIRST + 300, text="Prahlad", subtext="the king's son", place="lower_third"),
    )
    fast = photos.clips[3].evolve(camera=_FAST, frames=120, start=3 * 360 + 45)
    yield "photo-zoom", photos, 0, _leave
    yield "photo-pan", photos, 1, _leave
    yield "photo-near", photos, 2, _leave
    yield "drawing-zoom", drawings, 0, _leave
    yield "drawing-pan", drawings, 1, _leave
    yield "grain", photos, 2, _add_grain(4.0)
    yield "clip", photos.evolve(clips=(fast,), burned_captions=()), 3, _move_things
    yield "text", dark.evolve(titles=titles), 0, _leave


def _compose(timeline: Timeline, first: int, count: int, change: Change, path: Path, store: Path) -> None:
    part = build_segment(timeline, first, first + count)
    frame = Frame(timeline.width, timeline.height)
    with (
        path.open("wb") as file,
        Compositor(timeline.width, timeline.height).open(part, find_sources(part, store)) as draw,
    ):
        for n in range(count):
            draw(n, frame)
            change(frame, n)
            file.write(frame.buffer.data)
