"""Make small timelines and images for tests of the renderer."""

import hashlib
import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gpu_renderer.encode.encoders import Profile
from sutradhar.domain.plan.options import Watermark
from sutradhar.domain.video.captions import Cue
from sutradhar.domain.video.timeline import CUT, Camera, Clip, MediaRef, Pose, Timeline, Transition
from sutradhar.ports.stores import BlobStore

WIDTH, HEIGHT, FPS = 320, 180, 30
LOSSLESS = Profile("libx264", (("preset", "ultrafast"), ("qp", "0")))
WIDE, CLOSE = Pose(x=0.5, y=0.5, zoom=1.0), Pose(x=0.55, y=0.45, zoom=1.2)
ZOOM_IN = Camera(start=WIDE, end=CLOSE)
HOLD = Camera(start=WIDE, end=WIDE)


def photo(seed: int, width: int = 400, height: int = 240) -> NDArray[np.uint8]:
    """Return (h, w, 3) RGB: smooth colours with some structure, different for every seed."""
    rng = np.random.default_rng(seed)
    coarse = Image.fromarray(rng.integers(0, 256, (6, 9, 3), dtype=np.uint8))
    fine = Image.fromarray(rng.integers(0, 256, (height // 3, width // 3, 3), dtype=np.uint8))
    soft = np.asarray(coarse.resize((width, height), Image.Resampling.BICUBIC), np.float32)
    grain = np.asarray(fine.resize((width, height), Image.Resampling.BICUBIC), np.float32)
    return np.clip(soft * 0.85 + grain * 0.15, 0, 255).astype(np.uint8)


def png(pixels: NDArray[np.uint8]) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def store_media(blobs: BlobStore, name: str, data: bytes) -> MediaRef:
    """Store ``data`` as the blob ``name`` and return the reference to it."""
    blobs.put(name, data)
    return MediaRef(blob=name, sha256=hashlib.sha256(data).hexdigest())


def make_timeline(
    blobs: BlobStore,
    *,
    images: Sequence[bytes] | None = None,
    bodies: Sequence[int] = (24, 20, 28),
    fade: int = 9,
    camera: Camera = ZOOM_IN,
    cues: Sequence[Cue] = (),
    watermark: Watermark | None = None,
    size: tuple[int, int] = (WIDTH, HEIGHT),
) -> Timeline:
    """Store ``images`` and return a timeline that shows them.

    Args:
        bodies: for each scene, the frames that it has for itself, between its transitions.
        fade: frames of each transition.
    """
    images = images or [png(photo(i)) for i in range(len(bodies))]
    clips: list[Clip] = []
    start = 0
    for i, body in enumerate(bodies):
        head = fade if i else 0
        tail = fade if i + 1 < len(bodies) else 0
        clips.append(
            Clip(
                scene=i,
                start=start,
                frames=head + body + tail,
                media=store_media(blobs, f"images/{i}.png", images[i]),
                camera=camera,
                transition=Transition(kind="crossfade", frames=head) if head else CUT,
            )
        )
        start += head + body
    return Timeline(
        fps=FPS,
        width=size[0],
        height=size[1],
        frames=start,
        clips=tuple(clips),
        narrations=(),
        music=None,
        captions={},
        burned_captions=tuple(cues),
        watermark=watermark,
    )


def fetch_sources(timeline: Timeline, blobs: BlobStore, folder: Path) -> dict[str, Path]:
    """Return local copies of the files of ``timeline`` by their sha256."""
    return {clip.media.sha256: blobs.fetch(clip.media.blob, folder / clip.media.sha256) for clip in timeline.clips}
