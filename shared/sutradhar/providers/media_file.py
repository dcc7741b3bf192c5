"""Adapt the readers of images, video and sound to the files that users send."""

import io
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from sutradhar.domain.asset import Provenance
from sutradhar.domain.errors import FieldError, InvalidRequest
from sutradhar.domain.plan import MAX_TOTAL_SEC
from sutradhar.domain.upload import MediaFacts
from sutradhar.media import formats
from sutradhar.media.animation import probe_animation, write_clip
from sutradhar.media.audio import decode_sound, read_sound
from sutradhar.media.image import is_animation, probe_image, read_image
from sutradhar.media.video import has_video, read_video
from sutradhar.ports.providers import MusicBed, Picture, Shot
from sutradhar.providers.loop import BLEND_SEC, PEAK, loop_pcm
from sutradhar.providers.wav import to_wav

NAME = "upload/1"
_SMALLEST = 64
_LONGEST_BED_SEC = MAX_TOTAL_SEC + BLEND_SEC


class MediaFiles:
    """Implements MediaReader."""

    def probe(self, file: BinaryIO) -> MediaFacts:
        """Look at the whole of an image or a song, and at the head and the tail of a video."""
        with _invalid_when_unusable():
            return _probe(file)

    def picture(self, path: Path, longest: int) -> Picture:
        """Return the image, or the first frame of an animation, as a JPEG."""
        with _invalid_when_unusable(), path.open("rb") as file:
            shown, _ = read_image(file, longest)
        out = io.BytesIO()
        shown.save(out, "JPEG", quality=95, subsampling=0)
        return Picture(out.getvalue(), "image/jpeg", shown.width, shown.height, provider=NAME, provenance=_OWN)

    def shot(self, path: Path) -> Shot:
        """Return the user's own bytes; of an animated image, a video made of its frames."""
        with _invalid_when_unusable(), path.open("rb") as file:
            if image_format := formats.find_image_format(file):
                return _clip_of_animation(file, image_format)
            video = read_video(path)
        return Shot(path.read_bytes(), video.width, video.height, provider=NAME, provenance=_OWN)

    def bed(self, path: Path) -> MusicBed:
        """Take the sound of any file, as much of it as the longest video can play."""
        with _invalid_when_unusable():
            pcm = loop_pcm(_decode_pcm(path))
        return MusicBed(to_wav(pcm), len(pcm), NAME, provenance=_OWN)


@contextmanager
def _invalid_when_unusable() -> Iterator[None]:
    try:
        yield
    except formats.UnusableFile as exc:
        raise InvalidRequest([FieldError("file", str(exc))]) from exc


def _probe(file: BinaryIO) -> MediaFacts:
    if image_format := formats.find_image_format(file):
        if is_animation(file, image_format):
            animation = probe_animation(file, image_format)
            _require_size(animation.size)
            return MediaFacts(
                kind="video", width=animation.size[0], height=animation.size[1], duration_sec=animation.duration_sec,
                has_audio=False, notices=animation.notices,
            )  # fmt: skip
        image = probe_image(file)
        _require_size(image.size)
        return MediaFacts(kind="image", width=image.size[0], height=image.size[1], notices=image.notices)
    if has_video(file):
        video = read_video(file)
        return MediaFacts(
            kind="video", width=video.width, height=video.height, duration_sec=video.duration_sec,
            has_audio=video.has_sound, notices=video.notices,
        )  # fmt: skip
    sound = read_sound(file)
    return MediaFacts(kind="audio", duration_sec=sound.duration_sec, has_audio=True, notices=sound.notices)


_OWN = Provenance(model="upload", licence="the user's own")


def _require_size(size: tuple[int, int]) -> None:
    if min(size) < _SMALLEST:
        raise formats.UnusableFile(
            f"has {size[0]}x{size[1]} pixels; at least {_SMALLEST} a side are needed", "send a larger image"
        )


def _clip_of_animation(file: BinaryIO, image_format: str) -> Shot:
    if not is_animation(file, image_format):
        raise formats.UnusableFile("is an image that does not move", "name it as the image of a scene, or send a video")
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "clip.mp4"
        facts = write_clip(file, image_format, out)
        return Shot(out.read_bytes(), *facts.size, provider=NAME, provenance=_OWN)


def _decode_pcm(path: Path) -> NDArray[np.int16]:
    """Return the sound of ``path`` as (samples, 2) of 16 bits, no louder than ``PEAK``.

    It is decoded twice, first for its peak: as floats ten minutes would take four times the memory.
    """
    count, peak = 0, 0.0
    for block in decode_sound(path, seconds=_LONGEST_BED_SEC):
        count, peak = count + len(block), max(peak, float(np.abs(block).max(initial=0)))
    scale = min(PEAK / peak, 1.0) * 32767 if peak else 0.0
    pcm, at = np.empty((count, 2), "<i2"), 0
    for block in decode_sound(path, seconds=_LONGEST_BED_SEC):
        pcm[at : at + len(block)] = np.round(block * scale)
        at += len(block)
    return pcm
