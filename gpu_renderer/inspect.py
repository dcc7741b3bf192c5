"""Measures a finished film for the quality gate: one probe, and one pass that decodes every frame and sample of it."""

import json
import re
import struct
import threading
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import ffmpeg
from PIL import Image

from gpu_renderer.ffmpeg import program, run
from sutradhar.domain.errors import RenderError
from sutradhar.domain.gate import MAX_BLACK_SEC, MAX_FROZEN_SEC, MAX_SILENCE_SEC, FileFacts, Span

SILENT_LUFS = -70.0
"""What the EBU R 128 meter says of silence: its absolute gate."""
SILENT_DBTP = -120.0
"""Instead of minus infinity, which JSON does not have."""

_PROBE_WIDTH = 320
_FREEZE_NOISE = 0.00003
"""Mean difference of two small pictures, of 1, from the frame where a freeze would begin. Measured at 1080p, x264 CRF
18: a held picture makes at most 0.00002 once it has settled; an eased zoom by 15 % in 20 s makes, in its first 2 s,
0.0001 over a nearly flat picture and 0.007 over a photo-like one."""
_BLACK_PIXEL = 0.05
"""Of the luma range: a night scene is darker than the filter's default of 0.1, and is not black."""
_SILENCE = "-50dB"
_MAX_ERRORS = 8

_NUMBER = r"(-?(?:\d+\.?\d*(?:e[-+]?\d+)?|inf)|nan)"
_BLACK = re.compile(rf"black_start:{_NUMBER} black_end:{_NUMBER}")
_BOX_HEADER = 8


def measure(video: Path, thumbnail: Path, cancel: threading.Event | None = None) -> FileFacts:
    """Facts about ``video`` and ``thumbnail``. A damaged file gives facts with ``decode_errors``.

    Raises:
        RenderError: stage ``gate``: the file cannot be opened at all, or has no picture.
        Cancelled: ``cancel`` was set.
    """
    try:
        probed = json.loads(run(probe_argv(video), stage="gate", cancel=cancel).stdout)
        streams = {s["codec_type"]: s for s in reversed(probed["streams"])}
        if "video" not in streams:
            raise RenderError("it has no picture track", stage="gate")
        decoded = run(decode_argv(video, audio="audio" in streams), stage="gate", cancel=cancel)
    except RenderError as exc:
        raise RenderError(
            f"the film cannot be read: {exc}", stage="gate", advice="render it again", retryable=exc.retryable
        ) from exc
    picture, sound = streams["video"], streams.get("audio", {})
    width, height = _image_size(thumbnail)
    length = float(picture.get("duration", 0))
    log = decoded.stderr
    return FileFacts(
        container=_container(probed["format"]),
        video_codec=picture["codec_name"],
        width=picture["width"],
        height=picture["height"],
        fps=_rate(picture["avg_frame_rate"]),
        pixel_format=picture.get("pix_fmt", ""),
        color_space=picture.get("color_space", ""),
        color_primaries=picture.get("color_primaries", ""),
        color_transfer=picture.get("color_transfer", ""),
        color_range=picture.get("color_range", ""),
        frames=_frames(decoded.stdout),
        duration_sec=length,
        moov_first=moov_first(video),
        audio_codec=sound.get("codec_name", ""),
        sample_rate=int(sound.get("sample_rate", 0)),
        channels=sound.get("channels", 0),
        audio_sec=float(sound.get("duration", 0)),
        integrated_lufs=_metered(rf"I:\s+{_NUMBER} LUFS", log, SILENT_LUFS),
        true_peak_dbtp=_metered(rf"Peak:\s+{_NUMBER} dBFS", log, SILENT_DBTP),
        silences=_spans(log, "silence_start", "silence_end", float(sound.get("duration", 0))),
        black=tuple(Span(start=float(a), end=float(b)) for a, b in _BLACK.findall(log)),
        frozen=_spans(log, "freeze_start", "freeze_end", length),
        decode_errors=_errors(log),
        thumbnail_width=width,
        thumbnail_height=height,
        thumbnail_bytes=thumbnail.stat().st_size,
    )


def probe_argv(video: Path) -> list[str]:
    """ffprobe: streams and container as JSON."""
    source = f"file:{video}"
    shown = ["-show_format", "-show_streams", "-of", "json"]
    return [program("ffprobe"), "-v", "error", "-protocol_whitelist", "file,pipe", *shown, source]


def decode_argv(video: Path, *, audio: bool) -> list[str]:
    """ffmpeg: decodes everything, measures on a small picture (nearly all the work is decoding), writes nothing.

    Levels are in the log, so that errors can be told; the count of frames comes on stdout.
    """
    source = ffmpeg.input(f"file:{video}", protocol_whitelist="file,pipe")
    picture = (
        source.video.filter("scale", _PROBE_WIDTH, -2, flags="fast_bilinear")
        .filter("freezedetect", noise=_FREEZE_NOISE, duration=MAX_FROZEN_SEC)
        .filter("blackdetect", black_min_duration=MAX_BLACK_SEC, pixel_black_th=_BLACK_PIXEL)
    )
    measured = [picture]
    if audio:
        sound = source.audio.filter("silencedetect", noise=_SILENCE, duration=MAX_SILENCE_SEC)
        measured.append(sound.filter("ebur128", peak="true", framelog="verbose"))
    sink = ffmpeg.output(*measured, "pipe:", format="null", fps_mode="passthrough")
    flags = ("-hide_banner", "-nostdin", "-nostats", "-loglevel", "level+info", "-progress", "pipe:1")
    argv: list[str] = sink.global_args(*flags).compile(cmd=program("ffmpeg"))
    return argv


def moov_first(video: Path) -> bool:
    """Whether the index stands before the media (ISO/IEC 14496-12 boxes), so that players start without the whole."""
    size_of_file = video.stat().st_size
    with video.open("rb") as file:
        at = 0
        while at + _BOX_HEADER <= size_of_file:
            file.seek(at)
            size, kind = struct.unpack(">I4s", file.read(_BOX_HEADER))
            if kind in (b"moov", b"mdat"):
                return bool(kind == b"moov")
            if size == 1:
                size = int.from_bytes(file.read(8), "big")
            if size < _BOX_HEADER:  # 0: to the end of the file; anything else is damage
                return False
            at += size
    return False


def _container(form: Mapping[str, Any]) -> str:
    """``mp4`` for the ISO brands; ffprobe has one name for MP4 and QuickTime."""
    brand = form.get("tags", {}).get("major_brand", "").strip()
    return "mp4" if "mp4" in form["format_name"].split(",") and brand != "qt" else str(form["format_name"])


def _rate(text: str) -> float:
    over, _, under = text.partition("/")
    return float(Fraction(int(over), int(under))) if int(under or 0) else 0.0


def _frames(progress: bytes) -> int:
    counts = re.findall(rb"^frame=\s*(\d+)", progress, re.MULTILINE)
    return int(counts[-1]) if counts else 0


def _metered(pattern: str, log: str, floor: float) -> float:
    """The last such figure: the meter also reports when the graph is set up anew."""
    found = re.findall(pattern, log)
    return max(float(found[-1]), floor) if found and found[-1] != "nan" else floor


def _spans(log: str, start: str, end: str, length: float) -> tuple[Span, ...]:
    """Pairs of events; one that never ends lasts to the end of the file."""
    starts, ends = ([max(float(t), 0.0) for t in re.findall(rf"{event}: {_NUMBER}", log)] for event in (start, end))
    ends += [length] * (len(starts) - len(ends))
    return tuple(Span(start=a, end=b) for a, b in zip(starts, ends, strict=True))


def _errors(log: str) -> tuple[str, ...]:
    found: Sequence[str] = [line for line in log.splitlines() if "[error]" in line or "[fatal]" in line]
    return tuple(re.sub(r" @ 0x[0-9a-f]+", "", line) for line in found[:_MAX_ERRORS])


def _image_size(path: Path) -> tuple[int, int]:
    """(0, 0) when it is no picture that can be decoded."""
    try:
        with Image.open(path) as image:
            image.load()
            return image.size
    except (OSError, SyntaxError, ValueError):
        return 0, 0
