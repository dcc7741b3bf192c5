"""Hashes of encoded packets: the proof that a stored film is made of the very segments and sound that were measured."""

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
"""ffmpeg's concat demuxer puts parameter sets into keyframes; in this form they are in every listing's keyframes."""


class Packet(NamedTuple):
    """As in ffmpeg's framemd5: times in ticks of the track."""

    stream: int
    dts: int
    pts: int
    duration: int
    size: int
    md5: str


class Listing(NamedTuple):
    """All packets of a file in order, and the header of each stream: extradata, codec, time base, size."""

    headers: tuple[tuple[str, ...], ...]
    packets: tuple[Packet, ...]

    def of(self, stream: int) -> tuple[Packet, ...]:
        return tuple(packet for packet in self.packets if packet.stream == stream)


class Seal(Frozen):
    """What a run of packets is known by again. ``ticks``: how far on the next run starts."""

    header: tuple[str, ...]
    count: int
    ticks: int
    sha256: str


def options(codec: str) -> dict[str, str]:
    """Of an output that lists packets of ``codec`` (as ffprobe calls it)."""
    return {"format": "framemd5", "c": "copy", **_ANNEX_B.get(codec, {})}


def read(path: Path, codec: str, cancel: threading.Event | None = None) -> Listing:
    """One pass of stream copy over the first picture (``codec``) and the first sound track; nothing is decoded.

    Raises:
        Cancelled, RenderError: the file cannot be opened.
    """
    opened = open_file(path)
    # a question mark: whichever of them there are
    sink = graph.output(opened["v:0?"], opened["a:0?"], "pipe:", **options(codec))
    return parse(run(finish_command(sink), stage="gate", cancel=cancel).stdout.decode())


def parse(text: str) -> Listing:
    """The output of the framemd5 muxer."""
    headers: dict[int, list[str]] = {}
    packets: list[Packet] = []
    for line in text.splitlines():
        if line.startswith("#"):
            name, _, rest = line[1:].partition(" ")
            number, _, value = rest.replace(":", ",", 1).partition(",")
            if number.isdigit() and not name.endswith(":"):  # one of a stream, not of the listing
                headers.setdefault(int(number), []).append(f"{name}{value.replace(' ', '')}")
        elif line:
            stream, dts, pts, duration, size, md5 = line.replace(" ", "").split(",")[:6]
            packets.append(Packet(int(stream), int(dts), int(pts), int(duration), int(size), md5))
    return Listing(tuple(tuple(headers[n]) for n in sorted(headers)), tuple(packets))


def seal(header: Sequence[str], packets: Sequence[Packet]) -> Seal:
    """Times count from the first packet's, so that it does not matter where in a film the run stands."""
    origin = packets[0].pts if packets else 0
    ticks = sum(packet.duration for packet in packets)
    told = [(p.dts - origin, p.pts - origin, p.duration, p.size, p.md5) for p in packets]
    digest = hashlib.sha256(repr(told).encode()).hexdigest()
    return Seal(header=tuple(header), count=len(packets), ticks=ticks, sha256=digest)


def is_made_of(header: Sequence[str], packets: Sequence[Packet], seals: Sequence[Seal], first: int = 0) -> bool:
    """Whether ``packets`` are exactly the runs of ``seals``, in that order, one right after the other from tick
    ``first`` on."""
    at = 0
    for known in seals:
        run_of_it = packets[at : at + known.count]
        if not run_of_it or run_of_it[0].pts != first or seal(header, run_of_it) != known:
            return False
        at += known.count
        first += known.ticks
    return at == len(packets)
