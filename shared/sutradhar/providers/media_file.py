"""Files of the user's own: told by their bytes, decoded to their end (PyAV, Pillow)."""

import errno
import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from sutradhar.domain.asset import SAMPLE_RATE, Provenance
from sutradhar.domain.errors import FieldError, InvalidRequest
from sutradhar.domain.upload import MediaFacts
from sutradhar.media import formats
from sutradhar.ports.providers import MusicBed, Picture, Shot
from sutradhar.providers.loop import looped
from sutradhar.providers.wav import to_wav

NAME = "upload/1"
_SMALLEST, _MOST_PIXELS = 64, 100_000_000
_LONGEST_SONG_SEC = 600
_SHORTEST_SONG_SEC = 1.0
_END_SEC = 2.0
"""A video whose last frame is this long before the end that it tells is not all of one."""


class MediaFiles:
    """Implements MediaReader."""

    def probe(self, file: BinaryIO) -> MediaFacts:
        """Looks at the whole of a picture or a song, and at a video's last second."""
        try:
            image_format = formats.find_image_format(file)
        except formats.UnusableFile as exc:
            raise InvalidRequest([FieldError("file", str(exc))]) from exc
        if image_format and _is_picture(file):
            width, height = _upright(file).size
            return MediaFacts(kind="image", width=width, height=height)
        file.seek(0)
        with _opened(file) as container:
            if any(stream.codec_context for stream in container.streams.video if not _cover(stream)):
                return _video(container)
            if container.streams.audio:
                seconds = sum(piece.shape[1] for piece in _pieces(container)) / SAMPLE_RATE
                return MediaFacts(kind="audio", duration_sec=round(seconds, 3))
        raise _refused("has neither pictures nor sound")

    def picture(self, path: Path, longest: int) -> Picture:
        with path.open("rb") as file:
            shown = _upright(file)
        shown.thumbnail((longest, longest))
        out = io.BytesIO()
        shown.save(out, "JPEG", quality=95, subsampling=0)
        return Picture(out.getvalue(), "image/jpeg", shown.width, shown.height, provider=NAME, provenance=_OWN)

    def shot(self, path: Path) -> Shot:
        with _opened(path) as container:
            facts = _video(container)
        return Shot(path.read_bytes(), facts.width, facts.height, provider=NAME, provenance=_OWN)

    def bed(self, path: Path) -> MusicBed:
        with _opened(path) as container:
            samples = np.concatenate(list(_pieces(container)), axis=1)
        pcm = looped(np.ascontiguousarray(samples.T), SAMPLE_RATE)
        return MusicBed(to_wav(pcm), len(pcm), NAME, provenance=_OWN)


_OPEN = {
    "format_whitelist": ",".join(formats.DEMUXERS),
    "protocol_whitelist": "file",
}
"""There are formats that name other files and addresses (playlists), and some that take any text for a film."""
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


@contextmanager
def _opened(source: BinaryIO | Path) -> Iterator[Any]:
    import av

    try:
        with av.open(source if not isinstance(source, Path) else str(source), container_options=_OPEN) as container:
            yield container
    except (av.FFmpegError, ValueError, IndexError) as exc:
        raise _refused(f"cannot be read to its end as video or sound: {exc}") from exc
    except OSError as exc:
        if exc.errno != errno.EINVAL:  # not: what its index tells lies outside of the file
            raise
        raise _refused("is not all of a video or a sound") from exc


def _video(container: Any) -> MediaFacts:
    stream = next((one for one in container.streams.video if not _cover(one)), None)
    if stream is None:
        raise _refused("is no video")
    told = container.duration / 1e6 if container.duration else 0.0
    if told > _END_SEC:
        container.seek(int((told - _END_SEC / 2) * 1e6))
    last, size, turned = -1.0, (0, 0), False
    for frame in container.decode(stream):
        last, size = max(last, frame.time or 0.0), (frame.width, frame.height)
        turned = frame.rotation % 180 != 0
    if last < 0 or told - last > _END_SEC or min(size) < _SMALLEST:
        raise _refused(
            "is not all of a video" if last < 0 or told - last > _END_SEC else f"shows {size[0]}x{size[1]} pixels"
        )
    width, height = size[::-1] if turned else size
    seconds = told or last + 1 / float(stream.average_rate or 25)
    return MediaFacts(
        kind="video",
        width=width,
        height=height,
        duration_sec=round(seconds, 3),
        has_audio=bool(container.streams.audio),
    )


def _cover(stream: Any) -> bool:
    """Whether it is the picture of a record, not a film."""
    import av

    return bool(stream.disposition & av.stream.Disposition.attached_pic)


def _pieces(container: Any) -> Iterator[Any]:
    """(2, samples) between -1 and 1 at 48 kHz, one after the other."""
    import av

    if not container.streams.audio:
        raise _refused("has no sound")
    stream = container.streams.audio[0]
    resampler = av.AudioResampler(format="fltp", layout="stereo", rate=SAMPLE_RATE)
    count = 0
    for frame in chain(container.decode(stream), (None,)):
        for out in resampler.resample(frame):
            count += out.samples
            if count > _LONGEST_SONG_SEC * SAMPLE_RATE:
                raise _refused(f"is longer than {_LONGEST_SONG_SEC} s")
            yield out.to_ndarray()
    told = float((stream.duration or 0) * stream.time_base) if stream.time_base else 0.0
    if count < max(_SHORTEST_SONG_SEC, told - _END_SEC) * SAMPLE_RATE:
        raise _refused(f"has {count / SAMPLE_RATE:.1f} s of sound; it is cut off, or shorter than a second")


def _refused(reason: str) -> InvalidRequest:
    return InvalidRequest([FieldError("file", f"{reason}; send a whole video, picture or sound file")])
