"""Hash encoded packets, to prove that a stored video consists of the very segments and audio that were measured."""

import hashlib
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import ffmpeg as graph

from gpu_renderer.core.ffmpeg_command import finish_command, open_file
from gpu_renderer.core.ffmpeg_process import run
from sutradhar.domain.core.base import Frozen

_ANNEX_B = {"h264": {"bsf:v": "h264_mp4toannexb"}, "hevc": {"bsf:v": "hevc_mp4toannexb"}}
"""ffmpeg's concat demuxer puts parameter sets into keyframes; in this form the keyframes of every list have them."""


class Packet(NamedTuple):
    """A packet as ffmpeg's framemd5 describes it: times in ticks of the track."""

    stream: int
    dts: int
    pts: int
    duration: int
    size: int
    md5: str


class PacketList(NamedTuple):
    """All packets of a file in order, and the header of each stream: extradata, codec, time base, size."""

    headers: tuple[tuple[str, ...], ...]
    packets: tuple[Packet, ...]

    def select_stream(self, stream: int) -> tuple[Packet, ...]:
        return tuple(packet for packet in self.packets if packet.stream == stream)


class PacketFingerprint(Frozen):
    """The hash by which a run of packets is recognized."""

    header: tuple[str, ...]
    count: int
    ticks: int
    """Ticks from the start of this run to the start of the next one."""
    sha256: str


def output_options(codec: str) -> dict[str, str]:
    """Return the options of an ffmpeg output that lists packets of ``codec`` (ffprobe's name)."""
    return {"format": "framemd5", "c": "copy", **_ANNEX_B.get(codec, {})}


def read_packets(path: Path, codec: str, cancel: threading.Event | None = None) -> PacketList:
    """Copy the first video track (``codec``) and the first audio track once; nothing is decoded.

    Raises:
        Cancelled: ``cancel`` was set.
        RenderError: the file cannot be opened.
    """
    source = open_file(path)
    # a question mark: a file may lack either track
    sink = graph.output(source["v:0?"], source["a:0?"], "pipe:", **output_options(codec))
    return parse_packets(run(finish_command(sink), stage="gate", cancel=cancel).stdout.decode())


def parse_packets(text: str) -> PacketList:
    """Parse the output of ffmpeg's framemd5 muxer."""
    headers: dict[int, list[str]] = {}
    packets: list[Packet] = []
    for line in text.splitlines():
        if line.startswith("#"):
            name, _, rest = line[1:].partition(" ")
            number, _, value = rest.replace(":", ",", 1).partition(",")
            if number.isdigit() and not name.endswith(":"):  # the line is about a stream, not about the list
                headers.setdefault(int(number), []).append(f"{name}{value.replace(' ', '')}")
        elif line:
            stream, dts, pts, duration, size, md5 = line.replace(" ", "").split(",")[:6]
            packets.append(Packet(int(stream), int(dts), int(pts), int(duration), int(size), md5))
    return PacketList(tuple(tuple(headers[n]) for n in sorted(headers)), tuple(packets))


def fingerprint(header: Sequence[str], packets: Sequence[Packet]) -> PacketFingerprint:
    """Return the fingerprint of a run of packets. Times count from its first packet, so that the place of the run in
    a video does not matter."""
    origin = packets[0].pts if packets else 0
    ticks = sum(packet.duration for packet in packets)
    content = [(p.dts - origin, p.pts - origin, p.duration, p.size, p.md5) for p in packets]
    digest = hashlib.sha256(repr(content).encode()).hexdigest()
    return PacketFingerprint(header=tuple(header), count=len(packets), ticks=ticks, sha256=digest)


def matches(
    header: Sequence[str], packets: Sequence[Packet], fingerprints: Sequence[PacketFingerprint], first: int = 0
) -> bool:
    """Return whether ``packets`` are exactly the runs of ``fingerprints``, in that order, one right after the other
    from tick ``first`` on."""
    index = 0
    for expected in fingerprints:
        run_packets = packets[index : index + expected.count]
        if not run_packets or run_packets[0].pts != first or fingerprint(header, run_packets) != expected:
            return False
        index += expected.count
        first += expected.ticks
    return index == len(packets)
