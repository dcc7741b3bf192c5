"""Adapt the readers of images, video and sound to the files that users send."""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from sutradhar.domain.asset import Provenance
from sutradhar.domain.errors import FieldError, InvalidRequest
from sutradhar.domain.plan import MAX_TOTAL_SEC
from sutradhar.domain.upload import MediaFacts
from sutradhar.media import formats
from sutradhar.media.audio import decode_sound, read_sound
from sutradhar.media.video import has_video, read_video
from sutradhar.ports.providers import MusicBed, Picture, Shot
from sutradhar.providers.loop import BLEND_SEC, PEAK, loop_pcm
from sutradhar.providers.wav import to_wav

NAME = "upload/1"
_SMALLEST, _MOST_PIXELS = 64, 100_000_000
_LONGEST_BED_SEC = MAX_TOTAL_SEC + BLEND_SEC


class MediaFiles:
    """Implements MediaReader."""

    def probe(self, file: BinaryIO) -> MediaFacts:
        """Look at the whole of an image or a song, and at the head and the tail of a video."""
        with _invalid_when_unusable():
            return _probe(file)

    def picture(self, path: Path, longest: int) -> Picture:
        with path.open("rb") as file:
            shown = _upright(file)
        shown.thumbnail((longest, longest))
        out = io.BytesIO()
        shown.save(out, "JPEG", quality=95, subsampling=0)
        return Picture(out.getvalue(), "image/jpeg", shown.width, shown.height, provider=NAME, provenance=_OWN)

    def shot(self, path: Path) -> Shot:
        with _invalid_when_unusable():
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
    if formats.find_image_format(file) and _is_picture(file):
        width, height = _upright(file).size
        return MediaFacts(kind="image", width=width, height=height)
    if has_video(file):
        video = read_video(file)
        return MediaFacts(
            kind="video", width=video.width, height=video.height, duration_sec=video.duration_sec,
            has_audio=video.has_sound, notices=video.notices,
        )  # fmt: skip
    sound = read_sound(file)
    return MediaFacts(kind="audio", duration_sec=sound.duration_sec, has_audio=True, notices=sound.notices)


_OWN = Provenance(model="upload", licence="the user's own")


def _is_picture(file: BinaryIO) -> bool:
    from PIL import Image, UnidentifiedImageError

    try:
        with warnings.catch_warnings(action="ignore"), Image.open(file) as picture:
            return not getattr(picture, "is_animated", False)
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        return False


def _upright(file: BinaryIO) -> Any:
    """The picture as RGB, turned as its camera says it was held."""
    from PIL import Image, ImageOps

    try:
        with warnings.catch_warnings(action="ignore"), Image.open(file) as picture:
            if picture.width * picture.height > _MOST_PIXELS:
                raise _refused(f"is a picture of over {_MOST_PIXELS // 1_000_000} megapixels")
            shown = ImageOps.exif_transpose(picture)
            if shown.mode in ("RGBA", "LA", "P"):
                whole = shown.convert("RGBA")
                shown = Image.new("RGB", whole.size, "white")
                shown.paste(whole, mask=whole.getchannel("A"))
            found = shown.convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as exc:
        raise _refused(f"is a picture that cannot be read to its end: {exc}") from exc
    if min(found.size) < _SMALLEST:
        raise _refused(f"is a picture of {found.width}x{found.height} pixels; at least {_SMALLEST} a side are needed")
    return found


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


def _refused(reason: str) -> InvalidRequest:
    return InvalidRequest([FieldError("file", f"{reason}; send a whole video, picture or sound file")])
