"""Adapt the readers of images, videos and audio to the files that users send."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from sutradhar.domain.assets.requests import UPLOAD_PROVIDER
from sutradhar.domain.core.errors import FieldError, InvalidRequest
from sutradhar.domain.plan.focus import Point
from sutradhar.domain.plan.upload import BRAND_FACTS, FontFacts, MediaInfo
from sutradhar.media import formats
from sutradhar.media.animation import probe_animation
from sutradhar.media.audio import read_audio
from sutradhar.media.font import draw_sample, is_font, read_font
from sutradhar.media.image import is_animation, probe_image
from sutradhar.media.preview import draw_preview, encode_preview
from sutradhar.media.shown_file import encode_shown_image, find_shown_video
from sutradhar.media.video import has_video, read_video
from sutradhar.ports.providers import ImageFile

_MIN_SIDE = 64
_ZIP_HEAD = 30
"""The bytes of a ZIP archive before the name of its first file (APPNOTE.TXT, 4.3.7)."""


class MediaFiles:
    """Implements MediaReader."""

    def probe(self, file: BinaryIO) -> MediaInfo:
        """Return the kind, size and length of a file; check all of an image or a song, the head and tail of a video.

        Raises:
            InvalidRequest: the file cannot be used.
        """
        with _raise_invalid_request():
            return _probe(file)

    def image(self, path: Path, longest: int) -> ImageFile:
        """Return the image, or the first frame of an animation, as a JPEG with sides of at most ``longest`` pixels.

        Raises:
            InvalidRequest: the file cannot be used.
        """
        with _raise_invalid_request(), path.open("rb") as file:
            encoded, (width, height) = encode_shown_image(file, longest)
        return ImageFile(encoded, "image/jpeg", width, height, provider=str(UPLOAD_PROVIDER))

    def video(self, path: Path, out: Path) -> Path:
        """Return ``path`` itself; for an animated image, ``out`` with a video made of its frames.

        Raises:
            InvalidRequest: the file is a still image, or cannot be used.
        """
        with _raise_invalid_request():
            return find_shown_video(path, out)

    def find_face(self, path: Path, *, is_video: bool) -> Point | None:
        """Return the middle of the faces in an upright image, or in a video; None if there is none."""
        from sutradhar.providers.media.face_finder import find_face_in_image, find_face_in_video

        return find_face_in_video(path) if is_video else find_face_in_image(path)

    def find_moments(self, path: Path) -> tuple[float, ...]:
        """Return the seconds at which the video in ``path`` is worth to be shown from, the best first, at most eight.

        Raises:
            InvalidRequest: the file cannot be used.
        """
        from sutradhar.media.moments import find_moments

        with _raise_invalid_request():
            return find_moments(path)

    def draw_color(self, color: str, width: int, height: int) -> ImageFile:
        """Return a PNG of one flat ``color``, such as ``#8ace00``."""
        from PIL import Image

        data = BytesIO()
        Image.new("RGB", (width, height), color).save(data, "PNG")
        return ImageFile(data.getvalue(), "image/png", width, height, provider="color/1")

    def draw_preview(self, file: BinaryIO, facts: MediaInfo) -> bytes:
        """Return a small image of the checked file as WebP, at most 512 pixels a side: of sound its waveform, of a
        font some letters.

        Raises:
            InvalidRequest: the file cannot be used.
        """
        with _raise_invalid_request():
            if facts.kind == "font":
                return encode_preview(draw_sample(file))
            return draw_preview(file, (facts.width, facts.height), facts.duration_sec)


@contextmanager
def _raise_invalid_request() -> Iterator[None]:
    try:
        yield
    except formats.MediaError as exc:
        raise InvalidRequest([FieldError("file", str(exc))]) from exc


def _probe(file: BinaryIO) -> MediaInfo:
    if is_font(file):
        font = read_font(file)
        facts = FontFacts(family=font.family, style=font.style, scripts=font.scripts, missing=font.missing)
        return MediaInfo(kind="font", font=facts, notices=font.notices)
    if _is_brand_file(file):
        return MediaInfo(kind="brand")
    if image_format := formats.find_image_format(file):
        if is_animation(file, image_format):
            animation = probe_animation(file, image_format)
            _require_size(animation.size)
            return MediaInfo(
                kind="video",
                width=animation.size[0],
                height=animation.size[1],
                duration_sec=animation.duration_sec,
                has_audio=False,
                notices=animation.notices,
            )
        image = probe_image(file)
        _require_size(image.size)
        return MediaInfo(kind="image", width=image.size[0], height=image.size[1], notices=image.notices)
    if has_video(file):
        video = read_video(file)
        return MediaInfo(
            kind="video",
            width=video.width,
            height=video.height,
            duration_sec=video.duration_sec,
            has_audio=video.has_audio,
            notices=video.notices,
        )
    audio = read_audio(file)
    return MediaInfo(
        kind="audio",
        duration_sec=audio.duration_sec,
        has_audio=True,
        is_silent=audio.is_silent,
        notices=audio.notices,
    )


def _is_brand_file(file: BinaryIO) -> bool:
    """Return whether the file is an exported brand: a ZIP archive whose first file says so."""
    file.seek(0)
    head = file.read(_ZIP_HEAD + len(BRAND_FACTS))
    return head.startswith(b"PK\x03\x04") and head[_ZIP_HEAD:] == BRAND_FACTS.encode() and zipfile.is_zipfile(file)


def _require_size(size: tuple[int, int]) -> None:
    if min(size) < _MIN_SIDE:
        raise formats.MediaError(
            f"has {size[0]}x{size[1]} pixels; at least {_MIN_SIDE} a side are needed", "send a larger image"
        )
