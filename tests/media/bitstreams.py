"""Change encoded packets, and leave the file around them intact: it opens, and its index counts the same packets."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import av

from gpu_renderer.encode import encoders
from sutradhar.domain.video.render_settings import RendererSettings
from tests.media.ffmpeg import run_ffmpeg

_FILLER = 12
"""The type of a NAL unit that decoders skip (ITU-T H.264, table 7-1)."""


def encode(path: Path, source: str, *, fps: int, slices: int = 1) -> Path:
    """Encode the frames of ``source`` (a filter graph) as a segment of a FINAL video."""
    profile = encoders.build_profile("libx264", "FINAL", RendererSettings())
    options = [*profile.arguments(fps), "-slices", str(slices)]
    run_ffmpeg("-f", "lavfi", "-i", source, *options, "-f", "mp4", path)
    return path


def read_packets(path: Path) -> list[bytes]:
    """Return the packets of the video track in the order of decoding."""
    with av.open(str(path)) as file:
        return [bytes(packet) for packet in file.demux(video=0) if packet.size]


def replace_packets(source: Path, target: Path, replace: Callable[[int, bytes], bytes]) -> Path:
    """Copy ``source``; ``replace`` gets the number and the content of each packet and returns its new content."""
    with av.open(str(source)) as old, av.open(str(target), "w") as new:
        track: Any = new.add_stream_from_template(old.streams.video[0])
        for number, packet in enumerate(one for one in old.demux(video=0) if one.size):
            copy = av.Packet(replace(number, bytes(packet)))
            copy.pts, copy.dts, copy.duration = packet.pts, packet.dts, packet.duration
            copy.time_base, copy.is_keyframe, copy.stream = packet.time_base, packet.is_keyframe, track
            new.mux(copy)
    return target


def flip_bit(packet: bytes, share: float) -> bytes:
    """Return the packet with one bit changed after ``share`` (0 to 1) of its coded frame."""
    start, size = _list_units(packet)[-1]
    at = start + 1 + int((size - 2) * share)
    return packet[:at] + bytes([packet[at] ^ 0x10]) + packet[at + 1 :]


def blank_slice(packet: bytes, index: int) -> bytes:
    """Return the packet with the slice ``index`` turned into filler, so that its rows of the frame are missing."""
    start, _ = _list_units(packet)[index]
    return packet[:start] + bytes([_FILLER]) + packet[start + 1 :]


def _list_units(packet: bytes) -> list[tuple[int, int]]:
    """Return start and size of each NAL unit. Four bytes before a unit are its size (ISO/IEC 14496-15)."""
    units, at = [], 0
    while at < len(packet):
        size = int.from_bytes(packet[at : at + 4], "big")
        units.append((at + 4, size))
        at += 4 + size
    return units
