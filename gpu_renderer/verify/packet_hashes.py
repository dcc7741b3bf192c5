"""Hash encoded packets, to prove that a stored video consists of the very segments and audio that were measured."""

import hashlib
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from gpu_renderer.core.ffmpeg_process import Cancelled
from gpu_renderer.verify.frame_decoder import open_video
from sutradhar.domain.core.base import Frozen
from sutradhar.domain.core.errors import RenderError

_ANNEX_B = {"h264": "h264_mp4toannexb", "hevc": "hevc_mp4toannexb"}
"""ffmpeg's concat demuxer puts parameter sets into keyframes; in this form the keyframes of every list have them."""


class Packet(NamedTuple):
    """An encoded packet: times in ticks of the track; None if the file has none."""

    dts: int | None
    pts: int | None
    duration: int
    size: int
    sha256: str


class PacketFingerprint(Frozen):
    """The hash by which a run of packets is recognized."""

    header: tuple[str, ...]
    count: int
    ticks: int
    """Ticks from the start of this run to the start of the next one."""
    sha256: str


class PacketList:
    """The packets of one track in the order of the file, and its header: codec, parameters, time base, size."""

    def __init__(self, track: Any) -> None:
        from av.bitstream import BitStreamFilterContext

        context = track.codec_context
        extradata = hashlib.sha256(context.extradata or b"").hexdigest()
        size = (context.width, context.height) if track.type == "video" else (context.sample_rate, context.channels)
        self.header = (context.name, extradata, str(track.time_base), *map(str, size))
        self.packets: list[Packet] = []
        name = _ANNEX_B.get(context.name)
        self._filter = BitStreamFilterContext(name, track) if name else None

    def add(self, packet: Any) -> None:
        """Add a packet of the track. Its content is gone afterwards."""
        import av

        times, content = (packet.dts, packet.pts, packet.duration or 0), bytes(packet)
        if self._filter:
            with suppress(av.FFmpegError):  # damage: the packet has a hash as it is
                content = b"".join(bytes(one) for one in self._filter.filter(packet))
        self.packets.append(Packet(*times, len(content), hashlib.sha256(content).hexdigest()))

    def fingerprint(self) -> PacketFingerprint:
        return fingerprint(self.header, self.packets)


def read_packets(path: Path, cancel: threading.Event | None = None) -> list[PacketList]:
    """Read the first video track and all audio tracks, those that there are, in this order; nothing is decoded.

    Raises:
        Cancelled: ``cancel`` was set.
        RenderError: the file cannot be opened, or its end is missing.
    """
    import av

    with open_video(path) as container:
        tracks = [*container.streams.video[:1], *container.streams.audio]
        lists = {track.index: PacketList(track) for track in tracks}
        try:
            for packet in container.demux(tracks):
                if cancel is not None and cancel.is_set():
                    raise Cancelled
                if packet.size:
                    lists[packet.stream.index].add(packet)
        except av.FFmpegError as exc:
            raise RenderError(f"its packets cannot be read: {exc}", stage="gate") from exc
    return list(lists.values())


def fingerprint(header: Sequence[str], packets: Sequence[Packet]) -> PacketFingerprint:
    """Return the fingerprint of a run of packets. Times count from its first packet, so that the place of the run in
    a video does not matter."""
    origin = (packets[0].pts or 0) if packets else 0
    ticks = sum(packet.duration for packet in packets)
    content = [(_count_from(origin, p.dts), _count_from(origin, p.pts), *p[2:]) for p in packets]
    digest = hashlib.sha256(repr(content).encode()).hexdigest()
    return PacketFingerprint(header=tuple(header), count=len(packets), ticks=ticks, sha256=digest)


def _count_from(origin: int, time: int | None) -> int | None:
    return None if time is None else time - origin


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
