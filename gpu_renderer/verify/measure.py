"""Measures a finished film for the quality gate. What was measured when it was encoded is not decoded again: a film
whose packets are exactly those of its segments and its sound, one right after the other, is what they are."""

import json
import struct
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from PIL import Image

from gpu_renderer.audio import audio_meter
from gpu_renderer.audio.audio_meter import AudioMeasurement, Narration
from gpu_renderer.core.ffmpeg_command import FILE_PROTOCOLS
from gpu_renderer.core.ffmpeg_process import program, run
from gpu_renderer.verify import freeze_detect, packet_hashes
from gpu_renderer.verify.freeze_detect import Strip
from gpu_renderer.verify.packet_hashes import Seal
from gpu_renderer.verify.source_samples import Sources
from sutradhar.domain.core.base import Frozen
from sutradhar.domain.core.errors import RenderError
from sutradhar.domain.video.quality_gate import FileFacts

_BOX_HEADER = 8


class SegmentFacts(Frozen):
    """One encoded segment, decoded once."""

    seal: Seal
    strip: Strip


class SoundFacts(Frozen):
    """The encoded sound track, decoded once."""

    seal: Seal
    track: AudioMeasurement
    planned_lufs: float
    """Loudness in LUFS that the mix reaches with its sources: quiet or sparse ones cannot reach the usual level."""


@dataclass(frozen=True)
class Known:
    """The film's segments in their order, and its sound if it has any."""

    segments: Sequence[SegmentFacts]
    sound: SoundFacts | None


def sample_segment(path: Path, fps: float, codec: str, cancel: threading.Event | None = None) -> SegmentFacts:
    """Decode a segment that has just been encoded, in one process and one thread. ``codec``: h264 or hevc.

    Raises:
        Cancelled, RenderError: stage ``gate``: it cannot be decoded at all.
    """
    with TemporaryDirectory(prefix="sample-") as folder:
        listed = Path(folder) / "packets"
        seen = freeze_detect.take(path, fps, cancel, listed, codec)
        found = packet_hashes.parse(listed.read_text())
    return SegmentFacts(seal=packet_hashes.seal(found.headers[0], found.packets), strip=seen)


def sample_sound(
    path: Path, track: audio_meter.AudioMeasurement, planned_lufs: float, cancel: threading.Event | None = None
) -> SoundFacts:
    """Return the facts of the video's sound (.m4a), which decodes to ``track``. Raises as ``sample_segment``."""
    found = packet_hashes.read(path, "", cancel)
    seal = packet_hashes.seal(found.headers[0], found.packets)
    return SoundFacts(seal=seal, track=track, planned_lufs=planned_lufs)


def measure(
    video: Path,
    thumbnail: Path,
    cancel: threading.Event | None = None,
    *,
    known: Known | None = None,
    expected: Sequence[Narration] = (),
    sources: Sources | None = None,
) -> FileFacts:
    """Facts about ``video`` and ``thumbnail``. A damaged file gives facts with ``decode_errors``.

    Args:
        known: what the film should consist of. If it does not, or without it, everything is decoded.
        expected: the narrations that should be heard (``listen.narrations``).
        sources: the files that the video was made of; they are read only for stretches that are black or still.

    Raises:
        RenderError: stage ``gate``: the file cannot be opened at all, or has no picture.
        Cancelled: ``cancel`` was set.
    """
    try:
        probed = json.loads(run(probe_command(video), stage="gate", cancel=cancel).stdout)
        streams = {s["codec_type"]: s for s in reversed(probed["streams"])}
        if "video" not in streams:
            raise RenderError("it has no picture track", stage="gate")
        picture, sound = streams["video"], streams.get("audio", {})
        rate = _rate(picture["avg_frame_rate"])
        if known is not None and _consists_of(video, picture["codec_name"], known, cancel):
            strips = [part.strip for part in known.segments]
            track = known.sound.track if known.sound else None
        else:
            strips = [freeze_detect.take(video, rate, cancel)]
            track = audio_meter.measure_audio(video, float(sound.get("duration", 0)), cancel) if sound else None
    except RenderError as exc:
        raise RenderError(
            f"the video cannot be read: {exc}", stage="gate", advice="render it again", retryable=exc.retryable
        ) from exc
    width, height = _image_size(thumbnail)
    black, frozen = freeze_detect.black(strips, rate), freeze_detect.frozen(strips, rate)
    return FileFacts(
        container=_container(probed["format"]),
        video_codec=picture["codec_name"],
        video_tag=picture.get("codec_tag_string", ""),
        width=picture["width"],
        height=picture["height"],
        fps=rate,
        pixel_format=picture.get("pix_fmt", ""),
        color_space=picture.get("color_space", ""),
        color_primaries=picture.get("color_primaries", ""),
        color_transfer=picture.get("color_transfer", ""),
        color_range=picture.get("color_range", ""),
        frames=sum(part.frames for part in strips),
        duration_sec=float(picture.get("duration", 0)),
        moov_first=moov_first(video),
        audio_codec=sound.get("codec_name", ""),
        sample_rate=int(sound.get("sample_rate", 0)),
        channels=sound.get("channels", 0),
        audio_sec=float(sound.get("duration", 0)),
        integrated_lufs=track.integrated_lufs if track else audio_meter.SILENT_LUFS,
        true_peak_dbtp=track.true_peak_dbtp if track else audio_meter.SILENT_DBTP,
        silences=track.silences if track else (),
        narrations=audio_meter.match_narrations(track, expected) if track else (),
        planned_lufs=known.sound.planned_lufs if known and known.sound else None,
        black=black,
        frozen=frozen,
        source_black=sources.find_black(black) if sources else (),
        source_frozen=sources.find_frozen(frozen) if sources else (),
        decode_errors=(*(e for part in strips for e in part.errors), *(track.errors if track else ())),
        thumbnail_width=width,
        thumbnail_height=height,
        thumbnail_bytes=thumbnail.stat().st_size,
    )


def _consists_of(video: Path, codec: str, known: Known, cancel: threading.Event | None) -> bool:
    """Whether packets, headers and times of the tracks are those of ``known``, and there are no others."""
    try:
        found = packet_hashes.read(video, codec, cancel)
    except RenderError:
        return False
    tracks = [[part.seal for part in known.segments], *([[known.sound.seal]] if known.sound else [])]
    if len(found.headers) != len(tracks):
        return False
    # the sound begins with what the encoder needs to get going, which the edit list cuts off
    return all(
        packet_hashes.is_made_of(found.headers[n], mine, seals, first=mine[0].pts if n and mine else 0)
        for n, seals in enumerate(tracks)
        for mine in [found.of(n)]
    )


def probe_command(video: Path) -> list[str]:
    """ffprobe: streams and container as JSON."""
    source = f"file:{video}"
    shown = ["-show_format", "-show_streams", "-of", "json"]
    return [program("ffprobe"), "-v", "error", "-protocol_whitelist", FILE_PROTOCOLS, *shown, source]


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


def _image_size(path: Path) -> tuple[int, int]:
    """(0, 0) when it is no picture that can be decoded."""
    try:
        with Image.open(path, formats=("PNG", "JPEG")) as image:
            image.load()
            return image.size
    except (OSError, SyntaxError, ValueError):
        return 0, 0
