"""Draw a small image of a file that a user sent, which every browser can show: upright, in sRGB, as WebP."""

import contextlib
import io
from typing import Any, BinaryIO

import numpy as np
from PIL import Image, ImageDraw

from sutradhar.domain.assets.asset import SAMPLE_RATE
from sutradhar.media.audio import decode_audio
from sutradhar.media.colour import build_video_profile, convert_to_srgb, find_transform
from sutradhar.media.containers import open_container, read_packets
from sutradhar.media.formats import MediaError, find_image_format
from sutradhar.media.image import fit_size, read_image
from sutradhar.media.video import main_track

PREVIEW_SIDE = 512
"""Pixels of the longest side."""
_QUALITY = 80
_VIDEO_SHARE = 0.05
"""The place of the shown frame in a video: the middle of its first tenth."""
_SEEK_FROM_SEC, _MOST_PACKETS = 2.0, 1500
"""Seconds up to which the frames are decoded from the beginning; packets after which any frame will do."""
_WAVE_SIZE, _BAR, _COLOUR = (512, 128), 4, (139, 108, 240, 255)
"""The image of a sound: a bar for every four columns, in the accent of the studio, for light and dark pages."""
_SHORTEST_BAR = 0.02


def draw_preview(file: BinaryIO, size: tuple[int, int], duration_sec: float) -> bytes:
    """Return the image of ``file``: of an image itself, of a video a frame of its first tenth, of sound its waveform.

    Args:
        size: width and height in pixels as a viewer shows the file; zeros: it has only sound.
        duration_sec: seconds; 0 for an image.

    Raises:
        MediaError: the file cannot be read.
    """
    if find_image_format(file):
        file.seek(0)
        return encode_preview(read_image(file, PREVIEW_SIDE)[0])
    file.seek(0)
    if min(size):
        return encode_preview(_draw_frame(file, size, duration_sec * _VIDEO_SHARE))
    return encode_preview(_draw_wave(measure_peaks(file, duration_sec, _WAVE_SIZE[0] // _BAR)))


def measure_peaks(file: BinaryIO, duration_sec: float, count: int) -> list[float]:
    """Return the loudest sample, from 0 to 1, of each of ``count`` equal parts of a sound. Raise MediaError."""
    length, peaks, at = max(duration_sec * SAMPLE_RATE, 1.0), np.zeros(count), 0
    for block in decode_audio(file):
        loudness = np.abs(block).max(axis=1)
        parts = np.minimum((np.arange(at, at + len(block)) * (count / length)).astype(int), count - 1)
        np.maximum.at(peaks, parts, loudness)
        at += len(block)
    return [float(peak) for peak in np.minimum(peaks, 1.0)]


def _draw_frame(file: BinaryIO, size: tuple[int, int], second: float) -> Image.Image:
    with open_container(file) as container:
        stream = main_track(container.streams.video)
        frame = _read_frame(container, stream, second) if stream is not None else None
        if frame is None:
            raise MediaError("cannot be shown: not one of its frames can be decoded", "export it again, as MP4")
        width, height = fit_size(size, PREVIEW_SIDE)
        coded = (height, width) if frame.rotation % 180 else (width, height)
        # to full-range RGB in the video's own primaries and transfer
        small = frame.reformat(width=coded[0], height=coded[1], format="rgb24", interpolation="AREA")
        image = Image.fromarray(small.to_ndarray())
        profile = build_video_profile(int(frame.color_primaries), int(frame.color_trc))
        shown = image.rotate(frame.rotation, expand=True) if frame.rotation else image
    return convert_to_srgb(shown, find_transform("RGB", (profile,)) if profile else None)


def _read_frame(container: Any, stream: Any, second: float) -> Any | None:
    """Return the frame that is shown after ``second`` seconds, or one near it; None: no frame can be decoded."""
    import av

    stream.codec_context.thread_count = 1
    wanted_sec = (container.start_time or 0) / 1e6 + second
    if second >= _SEEK_FROM_SEC:
        with contextlib.suppress(av.FFmpegError):  # a file without an index is read from its beginning
            container.seek(int(wanted_sec * 1e6))
    shown_frame = None
    for count, packet in enumerate(read_packets(container, stream)):
        with contextlib.suppress(av.FFmpegError):  # damage, or a frame whose key frame came before
            for frame in packet.decode():
                shown_frame = frame
                if (frame.time or 0.0) >= wanted_sec:
                    return shown_frame
        if shown_frame is not None and count >= _MOST_PACKETS:
            break
    return shown_frame


def _draw_wave(peaks: list[float]) -> Image.Image:
    image = Image.new("RGBA", _WAVE_SIZE, (0, 0, 0, 0))
    draw, middle = ImageDraw.Draw(image), _WAVE_SIZE[1] / 2
    loudest = max(*peaks, _SHORTEST_BAR)
    for i, peak in enumerate(peaks):
        half = max(peak / loudest, _SHORTEST_BAR) * (middle - 2)
        draw.rectangle((i * _BAR, middle - half, i * _BAR + _BAR - 2, middle + half), fill=_COLOUR)
    return image


def encode_preview(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "WEBP", quality=_QUALITY, method=4)
    return out.getvalue()
