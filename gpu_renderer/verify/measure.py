"""Measure a finished video for the quality gate.

What was measured when a part was encoded is not decoded again: a video whose packets are exactly those of its segments
and its audio, one right after the other, has their measurements.
"""

import json
import struct
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from PIL import Image
from pydantic import ConfigDict, Field

from gpu_renderer.audio import audio_meter
from gpu_renderer.audio.audio_meter import AudioMeasurement, Narration
from gpu_renderer.audio.song_meter import ExpectedSong
from gpu_renderer.core.ffmpeg_command import FILE_PROTOCOLS
from gpu_renderer.core.ffmpeg_process import find_program, run
from gpu_renderer.verify import freeze_detect, packet_hashes
from gpu_renderer.verify.freeze_detect import FrameSamples
from gpu_renderer.verify.packet_hashes import PacketFingerprint, PacketList
from gpu_renderer.verify.source_samples import SourceSamples
from sutradhar.domain.core.base import Frozen
from sutradhar.domain.core.errors import RenderError
from sutradhar.domain.video.file_facts import AudioTrackFacts, FileFacts

_BOX_HEADER = 8
"""Bytes of the length and the kind of an ISO/IEC 14496-12 box."""


class SegmentFacts(Frozen):
    """The measurements of one encoded segment, which was decoded once. The aliases are the stored names."""

    model_config = ConfigDict(validate_by_name=True, serialize_by_alias=True)

    fingerprint: PacketFingerprint = Field(alias="seal")
    samples: FrameSamples = Field(alias="strip")


class AudioFacts(Frozen):
    """The measurements of the encoded audio, which was decoded once. The aliases are the stored names."""

    model_config = ConfigDict(validate_by_name=True, serialize_by_alias=True)

    fingerprint: PacketFingerprint = Field(alias="seal")
    measurement: AudioMeasurement = Field(alias="track")
    planned_lufs: float
    """Loudness in LUFS that the mix reaches with its sources: quiet or sparse ones cannot reach the usual level."""


@dataclass(frozen=True)
class ExpectedContent:
    """The segments of a video in their order, and its audio if it has any."""

    segments: Sequence[SegmentFacts]
    audio: AudioFacts | None
    further: Sequence[AudioFacts] = ()
    """The further audio tracks."""


@dataclass(frozen=True)
class _Tracks:
    """The tracks of a file as ffprobe describes them, and what decoding them has shown."""

    container: Mapping[str, Any]
    video: Mapping[str, Any]
    audio: Sequence[Mapping[str, Any]]
    """All audio tracks."""
    captions: Sequence[Mapping[str, Any]]
    fps: float
    samples: Sequence[FrameSamples]
    measurements: Sequence[AudioMeasurement]
    """One for each audio track."""


def measure_segment(path: Path, fps: float, cancel: threading.Event | None = None) -> SegmentFacts:
    """Decode a segment that has just been encoded, in this process and in one thread.

    Raises:
        Cancelled: ``cancel`` was set.
        RenderError: stage ``gate``: it cannot be decoded at all.
    """
    lists: list[PacketList] = []

    def list_packets(track: Any) -> Callable[[Any], None]:
        lists.append(PacketList(track))
        return lists[-1].add

    samples = freeze_detect.sample_frames(path, fps, cancel, list_packets)
    return SegmentFacts(fingerprint=lists[0].fingerprint(), samples=samples)


def measure_mix(
    path: Path, measurement: AudioMeasurement, planned_lufs: float, cancel: threading.Event | None = None
) -> AudioFacts:
    """Return the facts of the video's audio (.m4a), which was decoded to ``measurement``.

    Raises:
        Cancelled, RenderError: as ``measure_segment``.
    """
    (track,) = packet_hashes.read_packets(path, cancel)
    return AudioFacts(fingerprint=track.fingerprint(), measurement=measurement, planned_lufs=planned_lufs)


def measure(
    video: Path,
    thumbnail: Path,
    cancel: threading.Event | None = None,
    *,
    content: ExpectedContent | None = None,
    narrations: Sequence[Narration] = (),
    further: Sequence[Sequence[Narration]] = (),
    song: ExpectedSong | None = None,
    sources: SourceSamples | None = None,
) -> FileFacts:
    """Return the facts about ``video`` and ``thumbnail``. A damaged file gives facts with ``decode_errors``.

    Args:
        content: the parts of which the video should consist. If it does not, or without it, everything is decoded.
        narrations: the narrations that should be heard (``audio_meter.read_narrations``).
        further: the narrations that should be heard in each further audio track.
        song: the song that should be heard.
        sources: the files that the video was made of; they are read only for stretches that are black or still.

    Raises:
        RenderError: stage ``gate``: the file cannot be opened at all, or has no video track.
        Cancelled: ``cancel`` was set.
    """
    try:
        tracks = _read_tracks(video, content, cancel)
    except RenderError as exc:
        raise RenderError(
            f"the video cannot be read: {exc}", stage="gate", advice="render it again", retryable=exc.retryable
        ) from exc
    width, height = _measure_image(thumbnail)
    black = freeze_detect.find_black(tracks.samples, tracks.fps)
    frozen = freeze_detect.find_frozen(tracks.samples, tracks.fps)
    audio = tracks.measurements[0] if tracks.measurements else None
    return FileFacts(
        **_describe_tracks(tracks),
        further_audio=tuple(_describe_further(tracks, content, further)),
        moov_first=is_index_first(video),
        integrated_lufs=audio.integrated_lufs if audio else audio_meter.SILENT_LUFS,
        true_peak_dbtp=audio.true_peak_dbtp if audio else audio_meter.SILENT_DBTP,
        silences=audio.silences if audio else (),
        narrations=audio_meter.match_narrations(audio, narrations) if audio else (),
        song=song.match(audio) if song and audio else (),
        source_silent=song.find_silences(audio) if song and audio else (),
        planned_lufs=content.audio.planned_lufs if content and content.audio else None,
        black=black,
        frozen=frozen,
        source_black=sources.find_black(black) if sources else (),
        source_frozen=sources.find_frozen(frozen) if sources else (),
        decode_errors=(
            *(error for part in tracks.samples for error in part.errors),
            *(error for part in tracks.measurements for error in part.errors),
        ),
        thumbnail_width=width,
        thumbnail_height=height,
        thumbnail_bytes=thumbnail.stat().st_size,
    )


def _read_tracks(video: Path, content: ExpectedContent | None, cancel: threading.Event | None) -> _Tracks:
    probed = json.loads(run(probe_command(video), stage="gate", cancel=cancel).stdout)
    streams = {s["codec_type"]: s for s in reversed(probed["streams"])}
    if "video" not in streams:
        raise RenderError("it has no video track", stage="gate")
    frames = streams["video"]
    audio, captions = (
        [one for one in probed["streams"] if one["codec_type"] == kind] for kind in ("audio", "subtitle")
    )
    fps = _parse_rate(frames["avg_frame_rate"])
    if content is not None and _consists_of(video, content, cancel):
        samples = [part.samples for part in content.segments]
        measurements = [part.measurement for part in _list_audio(content)]
    else:
        samples = [freeze_detect.sample_frames(video, fps, cancel)]
        lengths = [float(track.get("duration", 0)) for track in audio]
        measurements = [audio_meter.measure_audio(video, sec, cancel, i) for i, sec in enumerate(lengths)]
    return _Tracks(probed["format"], frames, audio, captions, fps, samples, measurements)


def _list_audio(content: ExpectedContent) -> list[AudioFacts]:
    return [*([content.audio] if content.audio else []), *content.further]


def _describe_further(
    tracks: _Tracks, content: ExpectedContent | None, narrations: Sequence[Sequence[Narration]]
) -> Iterator[AudioTrackFacts]:
    """Yield the facts about each audio track but the first."""
    planned = [part.planned_lufs for part in _list_audio(content)] if content else []
    for i, (track, audio) in enumerate(zip(tracks.audio, tracks.measurements, strict=True)):
        if i > 0:
            expected = narrations[i - 1] if i <= len(narrations) else ()
            yield AudioTrackFacts(
                **_describe_audio(track),
                integrated_lufs=audio.integrated_lufs,
                planned_lufs=planned[i] if i < len(planned) else None,
                true_peak_dbtp=audio.true_peak_dbtp,
                silences=audio.silences,
                narrations=audio_meter.match_narrations(audio, expected),
            )


def _describe_tracks(tracks: _Tracks) -> dict[str, Any]:
    """Return the fields of FileFacts that the container and its tracks state."""
    video = tracks.video
    return {
        **_describe_audio(tracks.audio[0] if tracks.audio else {}),
        "caption_languages": tuple(_find_language(track) for track in tracks.captions),
        "container": _name_container(tracks.container),
        "video_codec": video["codec_name"],
        "video_tag": video.get("codec_tag_string", ""),
        "width": video["width"],
        "height": video["height"],
        "fps": tracks.fps,
        "pixel_format": video.get("pix_fmt", ""),
        "color_space": video.get("color_space", ""),
        "color_primaries": video.get("color_primaries", ""),
        "color_transfer": video.get("color_transfer", ""),
        "color_range": video.get("color_range", ""),
        "frames": sum(part.frames for part in tracks.samples),
        "duration_sec": float(video.get("duration", 0)),
    }


def _describe_audio(audio: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "audio_language": _find_language(audio),
        "is_default_audio": bool(audio.get("disposition", {}).get("default")),
        "audio_codec": audio.get("codec_name", ""),
        "sample_rate": int(audio.get("sample_rate", 0)),
        "channels": audio.get("channels", 0),
        "audio_sec": float(audio.get("duration", 0)),
    }


def _find_language(track: Mapping[str, Any]) -> str:
    """Return the language that the track states: ``und`` or nothing for none."""
    return str(track.get("tags", {}).get("language", ""))


def _consists_of(video: Path, content: ExpectedContent, cancel: threading.Event | None) -> bool:
    """Return whether the packets, headers and times of the tracks are those of ``content``, and there are no others."""
    try:
        listed = packet_hashes.read_packets(video, cancel)
    except RenderError:
        return False
    tracks = [[part.fingerprint for part in content.segments]]
    tracks += [[part.fingerprint] for part in _list_audio(content)]
    if len(listed) != len(tracks):
        return False
    # the audio begins with samples that start the encoder; the edit list cuts them off
    return all(
        packet_hashes.matches(
            track.header, track.packets, fingerprints, first=(track.packets[0].pts or 0) if n and track.packets else 0
        )
        for n, (track, fingerprints) in enumerate(zip(listed, tracks, strict=True))
    )


def probe_command(video: Path) -> list[str]:
    """Return the ffprobe command that writes streams and container as JSON."""
    source = f"file:{video}"
    output = ["-show_format", "-show_streams", "-of", "json"]
    return [find_program("ffprobe"), "-v", "error", "-protocol_whitelist", FILE_PROTOCOLS, *output, source]


def is_index_first(video: Path) -> bool:
    """Return whether the index (``moov``) stands before the media (ISO/IEC 14496-12 boxes), so that players start
    before they have the whole file."""
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


def _name_container(container: Mapping[str, Any]) -> str:
    """Return ``mp4`` for the ISO brands; ffprobe has one name for MP4 and QuickTime."""
    brand = container.get("tags", {}).get("major_brand", "").strip()
    is_mp4 = "mp4" in container["format_name"].split(",") and brand != "qt"
    return "mp4" if is_mp4 else str(container["format_name"])


def _parse_rate(text: str) -> float:
    over, _, under = text.partition("/")
    return float(Fraction(int(over), int(under))) if int(under or 0) else 0.0


def _measure_image(path: Path) -> tuple[int, int]:
    """Return width and height of the image; (0, 0) when it cannot be decoded."""
    try:
        with Image.open(path, formats=("PNG", "JPEG")) as image:
            image.load()
            return image.size
    except (OSError, SyntaxError, ValueError):
        return 0, 0
