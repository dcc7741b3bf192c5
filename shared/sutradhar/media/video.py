"""Read the facts of a video: its shown size, length and colours. Only its head and tail are decoded."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from sutradhar.media import containers
from sutradhar.media.containers import END_SEC, incomplete, missing_bytes, open_container, read_packets
from sutradhar.media.formats import MediaError

_MOST_PIXELS = 8192 * 4608
_SMALLEST_SIDE = 16
_MOST_HEAD_PACKETS = 1500
"""Packets to read before giving up, 25 s at 60 frames/s: a stream that begins inside a group of pictures shows nothing
before the next key frame."""
_TAILS_SEC = (1.0, 15.0, 120.0)
"""Seconds of the end that are decoded; a longer part is read if a shorter one has no key frame."""
_WHOLE_TAIL_PIXELS = 1920 * 1200
"""Pixels. For larger frames only the last key frames are decoded: a decoder of 4K holds up to 16 frames of 25 MB."""
_LONGEST_HOLD_SEC = 60.0
"""Seconds. A header that claims more than this beyond the last frame is ignored."""
_EVEN = frozenset({"avi", "mxf", "dv"})
"""Containers whose frames all have one duration, so that the last one is short too."""
_GUESSED = frozenset({"avi", "mxf", "asf"})
"""Containers whose length libavformat guesses from the bytes of the file."""
_INDEXED = frozenset({"mov", "matroska"})
"""Containers whose index leads to a key frame."""
_STARTING_ANEW = frozenset({"mpegts", "mpeg"})
"""Containers that stay playable if files are copied one behind the other."""
_MOST_BACK_SEC, _MOST_AHEAD_SEC = 0.1, 10.0
"""Seconds back and ahead. A time stamp that jumps further continues where the one before ended, as in ffmpeg."""
_LEAST_LOSS_SEC = 0.1
_SAME_SHAPE = 0.02

_MATRICES = {
    0: "gbr",
    1: "bt709",
    4: "fcc",
    5: "bt470bg",
    6: "smpte170m",
    7: "smpte240m",
    9: "bt2020nc",
    10: "bt2020c",
}
_PRIMARIES = {
    1: "bt709",
    4: "bt470m",
    5: "bt470bg",
    6: "smpte170m",
    7: "smpte240m",
    8: "film",
    9: "bt2020",
    11: "smpte431",
    12: "smpte432",
}
_TRANSFERS = {16: "smpte2084", 18: "arib-std-b67"}
"""Numbers of ITU-T H.273 and ffmpeg's names for them."""
_FULL_RANGE = 2
_INTERLACED_ORDERS = {2, 3, 4, 5}


@dataclass(frozen=True)
class VideoInfo:
    """A video as it is shown: upright, in square pixels. Times are in seconds."""

    width: int
    height: int
    duration_sec: float
    """Length from the first shown frame to the end that a player shows; the last frame may be shown for long."""
    has_audio: bool
    notices: tuple[str, ...]
    """Sentences for the user that continue the file's name."""
    track: int
    """Number of the track among the video tracks, cover images included, from 0."""
    coded_size: tuple[int, int]
    """Width and height of the decoder's frames, turned upright."""
    sample_aspect_ratio: float
    """Width of one pixel divided by its height, turned upright."""
    is_turned: bool
    """True if a player swaps width and height to show the video."""
    start_time: float
    """Time stamp of the first shown frame."""
    joined_from_sec: float | None
    """The file's first time stamp if time stamps jump because files were copied one behind the other; else None."""
    containers: frozenset[str]
    """Names of the container in libavformat."""
    interlaced: bool
    pixels: str
    """Name of the pixel format."""
    full_range: bool
    matrix: str
    primaries: str
    transfer: str
    """ffmpeg's names for the colours, ``unknown`` if the file names none; ``transfer`` is named for HDR only."""


def read_video(source: BinaryIO | Path) -> VideoInfo:
    """Decode the first shown frame and the last second of ``source``.

    Raises:
        MediaError: the file is not a video, cannot be shown, or lacks more than ``END_SEC`` or half of its length.
    """
    info, lost_sec = inspect_video(source)
    if lost_sec > min(END_SEC, info.duration_sec):
        raise incomplete(f" (it has {info.duration_sec:.1f} s of {info.duration_sec + lost_sec:.1f} s)")
    return info


def inspect_video(source: BinaryIO | Path) -> tuple[VideoInfo, float]:
    """Return the facts of ``source``, and how many seconds are missing at its end. Raise MediaError."""
    with open_container(source) as container:
        stream = main_track(container.streams.video)
        if stream is None:
            raise MediaError("has no video track", "choose a video")
        stream.codec_context.thread_count = 1
        first = next(_frames(container, stream, _MOST_HEAD_PACKETS), None)
        if first is None:
            if missing_bytes(source):
                raise incomplete()
            raise MediaError("cannot be shown: not one of its frames can be decoded", "export it again, as MP4")
        if first.width * first.height > _MOST_PIXELS or min(first.width, first.height) < _SMALLEST_SIDE:
            raise MediaError(
                f"has frames of {first.width}x{first.height} pixels",
                f"export it with {_SMALLEST_SIDE} pixels a side or more, and at most {_MOST_PIXELS // 10**6} million",
            )
        first_sec = float(first.time or 0.0)
        claimed = (container.start_time or 0) / 1e6 + container.duration / 1e6 if container.duration else 0.0
        audio = main_track(container.streams.audio)
        joined_end = 0.0
        if container.format.name in _STARTING_ANEW:
            with containers.keep_position(source):
                joined_end = _find_joined_end(source)
        if joined_end:
            seconds = joined_end - first_sec
            return _describe(container, stream, audio is not None, first, first, seconds, [], is_joined=True), 0.0
        end, last = _read_tail(source, container, stream, audio, claimed, first)
        if claimed and container.format.name == "ogg":
            end = claimed  # time stamps are wrong right after a seek, and the claimed length is that of the last page
        missing = missing_bytes(source)
        lost_sec = _measure_loss(source, container, missing, claimed - end, end - first_sec)
        if last is None and not lost_sec:
            raise incomplete(": nothing of its last second can be shown")
        if not lost_sec and claimed - end <= _LONGEST_HOLD_SEC:
            end = max(end, claimed)
        seconds = end - first_sec
        notices = []
        if lost_sec:
            notices.append(f"lacks its last {lost_sec:.1f} s; send the whole file if you have it")
        elif missing:
            notices.append(containers.CUT_NOTICE.format(containers.clock(seconds)))
        return _describe(container, stream, audio is not None, first, last or first, seconds, notices), lost_sec


def _find_joined_end(source: BinaryIO | Path) -> float:
    """Return the end of a video whose time stamps jump, as if they continued after each jump; 0 if they do not jump.

    It opens ``source`` again, because a seek uses time stamps and would miss the part before a jump.
    """
    shift, expected, jumps = 0.0, None, 0
    delay_sec = 0.0  # between decoding a frame and showing it
    with open_container(source) as container:
        for packet in read_packets(container, main_track(container.streams.video)):
            if packet.dts is None:
                continue
            at = float(packet.dts * packet.time_base) + shift
            if expected is None:
                delay_sec = float(((packet.pts or packet.dts) - packet.dts) * packet.time_base)
            elif not expected - _MOST_BACK_SEC <= at <= expected + _MOST_AHEAD_SEC:
                shift, at, jumps = shift + expected - at, expected, jumps + 1
            expected = at + (float((packet.duration or 0) * packet.time_base) or 1 / _rate(packet.stream))
    return expected + delay_sec if expected is not None and jumps else 0.0


def _measure_loss(source: BinaryIO | Path, container: Any, missing: int, gap_sec: float, seconds: float) -> float:
    """Return how many seconds are missing at the end of ``source``, whose packets end ``gap_sec`` before the header's
    end: if bytes are missing, that gap is a loss, and not a last frame that is shown for long."""
    names = frozenset(container.format.name.split(","))
    lost_sec = gap_sec if missing or _EVEN & names else 0.0
    if missing and _GUESSED & names:
        lost_sec = max(lost_sec, seconds * missing / containers.source_size(source))
    return lost_sec if lost_sec > _LEAST_LOSS_SEC else 0.0


def has_video(source: BinaryIO | Path) -> bool:
    """Return whether ``source`` has a video track; a cover image does not count. Raise MediaError."""
    with open_container(source) as container:
        return main_track(container.streams.video) is not None


def main_track(streams: Any) -> Any | None:
    """Return the track that a player chooses, or None: the first default one that can be decoded, covers left out."""
    import av

    usable = [
        one
        for one in streams
        if one.codec_context is not None and not one.disposition & av.stream.Disposition.attached_pic
    ]
    return next((one for one in usable if one.disposition & av.stream.Disposition.default), next(iter(usable), None))


def _frames(container: Any, stream: Any, most_packets: int) -> Iterator[Any]:
    """Yield the frames of ``stream``; skip packets that the decoder cannot read."""
    import av

    for count, packet in enumerate(read_packets(container, stream)):
        if count >= most_packets:
            return
        try:
            yield from packet.decode()
        except av.FFmpegError:
            continue  # damage, or a frame whose key frame came before the file begins


def _read_tail(
    source: BinaryIO | Path, container: Any, stream: Any, audio: Any, claimed: float, first: Any
) -> tuple[float, Any | None]:
    """Return the end time of the last packet, and the last frame; None if no frame of the tail can be decoded."""
    if not claimed:  # a browser's recording: only its packets tell the length
        claimed = _end_of_packets(container, stream, audio)
    small = first.width * first.height <= _WHOLE_TAIL_PIXELS
    if not small:
        stream.codec_context.skip_frame = "NONKEY"
    end, shown_end = float(first.time or 0), 0.0
    for tail_sec in _TAILS_SEC:
        _seek(container, stream, claimed - tail_sec)
        tail_end, shown_end, last = _read_to_end(container, stream, audio)
        end = max(end, tail_end)
        if last is not None and (not small or shown_end - _frame_end(stream, last) <= END_SEC):
            return end, last
    if shown_end and _INDEXED & set(container.format.name.split(",")):
        return end, None  # the index leads to frames that do not exist: the rest of a download is zeros
    # the video track ends long before the audio, so a seek to the end may miss it
    with open_container(source) as again:
        tracks = again.streams
        stream, audio = main_track(tracks.video), main_track(tracks.audio)
        stream.codec_context.thread_count, stream.codec_context.skip_frame = 1, "NONKEY"
        tail_end, _, last = _read_to_end(again, stream, audio)
    return max(end, tail_end), last


def _seek(container: Any, stream: Any, second: float) -> None:
    import av

    start = container.start_time or 0
    try:
        container.seek(max(int(second * 1e6), start))
    except av.FFmpegError:
        container.seek(start)
    stream.codec_context.flush_buffers()


def _read_to_end(container: Any, stream: Any, audio: Any) -> tuple[float, float, Any | None]:
    """Return the end of the last packet, the end of the last packet of ``stream``, and the last frame of ``stream``."""
    import av

    end, shown_end, last = 0.0, 0.0, None
    for packet in read_packets(container, *[one for one in (stream, audio) if one is not None]):
        packet_end = _packet_end(packet)
        end = max(end, packet_end)
        if packet.stream_index != stream.index:
            continue
        shown_end = max(shown_end, packet_end)
        try:
            for frame in packet.decode():
                last = frame if last is None or (frame.time or 0) >= (last.time or 0) else last
        except av.FFmpegError:
            continue
    return end, shown_end, last


def _frame_end(stream: Any, frame: Any) -> float:
    return float(frame.time or 0) + (float((frame.duration or 0) * frame.time_base) or 1 / _rate(stream))


def _rate(stream: Any) -> float:
    return float(getattr(stream, "average_rate", None) or 25)


def _end_of_packets(container: Any, stream: Any, audio: Any) -> float:
    tracks = [one for one in (stream, audio) if one is not None]
    return max((_packet_end(packet) for packet in read_packets(container, *tracks)), default=0.0)


def _packet_end(packet: Any) -> float:
    """Return the end time of ``packet``; 0 if a player never shows it or it has no time."""
    at = packet.pts if packet.pts is not None else packet.dts
    if at is None or packet.is_discard:
        return 0.0
    seconds = float((packet.duration or 0) * packet.time_base) or 1 / _rate(packet.stream)
    return float(at * packet.time_base) + seconds


def _describe(
    container: Any,
    stream: Any,
    has_audio: bool,
    first: Any,
    last: Any,
    seconds: float,
    notices: list[str],
    *,
    is_joined: bool = False,
) -> VideoInfo:
    width, height = max((first.width, first.height), (last.width, last.height), key=lambda size: size[0] * size[1])
    if abs(first.width * last.height / (first.height * last.width) - 1) > _SAME_SHAPE:
        width, height = first.width, first.height
        notices.append(
            f"changes its shape from {first.width}x{first.height} to {last.width}x{last.height}; all of it is shown in "
            f"the first shape"
        )
    pixel_aspect = float(stream.sample_aspect_ratio or 1) or 1.0
    turned = first.rotation % 180 != 0
    coded = (height, width) if turned else (width, height)
    aspect = 1 / pixel_aspect if turned else pixel_aspect
    pixels = first.format.name
    return VideoInfo(
        width=max(round(coded[0] * aspect), 1),
        height=coded[1],
        duration_sec=round(max(seconds, 0.001), 3),
        has_audio=has_audio,
        notices=tuple(notices),
        track=[one.index for one in container.streams.video].index(stream.index),
        coded_size=coded,
        sample_aspect_ratio=aspect,
        is_turned=turned,
        start_time=float(first.time or 0.0),
        joined_from_sec=(container.start_time or 0) / 1e6 if is_joined else None,
        containers=frozenset(container.format.name.split(",")),
        interlaced=first.interlaced_frame or int(stream.codec_context.field_order) in _INTERLACED_ORDERS,
        pixels=pixels,
        full_range=int(first.color_range) == _FULL_RANGE or pixels.startswith("yuvj"),
        matrix=_MATRICES.get(int(first.colorspace), "unknown"),
        primaries=_PRIMARIES.get(int(first.color_primaries), "unknown"),
        transfer=_TRANSFERS.get(int(first.color_trc), "unknown"),
    )
