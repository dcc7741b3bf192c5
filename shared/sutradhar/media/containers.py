"""Open containers of video and sound, and detect files that were cut off."""

import errno
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from sutradhar.media.formats import DEMUXERS, MediaError, refuse_by_name

END_SEC = 2.0
"""Seconds. A file that lacks more than this at its end is refused as incomplete; a smaller loss is a notice."""

CUT_NOTICE = "ends in the middle of a part; if it should be longer than {}, send the whole file"

_BOXES = {b"ftyp", b"moov", b"mdat", b"moof", b"free", b"skip", b"wide", b"pnot", b"styp", b"sidx", b"uuid", b"mfra"}
_ASF_HEADER = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
_MOST_FAILURES = 50
"""Failures in a row after which a demuxer will not get any further."""
_UNKNOWN = (0, 0xFFFFFFFF)
"""Sizes that a program writes while it does not know yet how much will follow."""


def incomplete(known: str = "") -> MediaError:
    """Return the error for a file that lacks its end; ``known`` describes the loss, such as " (it has 3 s of 9 s)"."""
    return MediaError(f"is incomplete: its end is missing{known}", "send the whole file")


def clock(seconds: float) -> str:
    """Return ``seconds`` as a player shows them, "2:05", or with a tenth if they are few, "4.2 s"."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


@contextmanager
def open_container(source: BinaryIO | Path) -> Iterator[Any]:
    """Open ``source`` with PyAV.

    Raises:
        MediaError: the file is neither video nor sound, or it lacks its index or its end.
    """
    import av

    av.logging.set_level(None)
    if not isinstance(source, Path):
        source.seek(0)
    try:
        # tags of old files may be in any encoding
        with av.open(
            source if not isinstance(source, Path) else str(source),
            container_options={"format_whitelist": ",".join(DEMUXERS), "protocol_whitelist": "file"},
            metadata_errors="replace",
        ) as container:
            if not any(one.codec_context for one in container.streams):
                raise _explain(source)
            yield container
    except (av.FFmpegError, ValueError, IndexError) as exc:
        raise _explain(source) from exc
    except OSError as exc:
        if exc.errno != errno.EINVAL:  # EINVAL: the index points outside of the file
            raise
        raise _explain(source) from exc


def read_packets(container: Any, *streams: Any) -> Iterator[Any]:
    """Yield the packets of ``streams`` to the end of the file; continue after damage that the demuxer reports."""
    import av

    failures = 0
    while failures < _MOST_FAILURES:
        try:
            for packet in container.demux(*streams):
                failures = 0
                yield packet
        except av.FFmpegError:
            failures += 1
        else:
            return


def _explain(source: BinaryIO | Path) -> MediaError:
    """Return an error that says why ``source`` cannot be opened. Raise MediaError for a format that has a name."""
    with _open_file(source) as file:
        file.seek(0)
        head = file.read(4096)
        if not head:
            return MediaError("is empty", "send it again when it is whole")
        refuse_by_name(file, head)
        if _find_missing_bytes(file, head) or (head[4:8] in _BOXES and not _has_box(file, b"moov")):
            return incomplete()
    return MediaError("is not a video or an audio file that can be played", "export it as an MP4, MP3 or WAV")


@contextmanager
def _open_file(source: BinaryIO | Path) -> Iterator[BinaryIO]:
    if isinstance(source, Path):
        with source.open("rb") as file:
            yield file
    else:
        yield source


@contextmanager
def keep_position(source: BinaryIO | Path) -> Iterator[None]:
    """Restore the position of ``source`` at the end, since an open container continues to read there."""
    at = 0 if isinstance(source, Path) else source.tell()
    yield
    if not isinstance(source, Path):
        source.seek(at)


def missing_bytes(source: BinaryIO | Path) -> int:
    """Return how many bytes the file lacks at its end by its own structure; 0 if the structure does not tell."""
    with keep_position(source), _open_file(source) as file:
        file.seek(0)
        return _find_missing_bytes(file, file.read(4096))


def source_size(source: BinaryIO | Path) -> int:
    """Return the size of ``source`` in bytes."""
    with keep_position(source), _open_file(source) as file:
        return file.seek(0, os.SEEK_END)


def _find_missing_bytes(file: BinaryIO, head: bytes) -> int:
    size = file.seek(0, os.SEEK_END)
    if head[4:8] in _BOXES:
        ends = [end for _, end in _boxes(file, size)]
    elif head.startswith(b"\x1aE\xdf\xa3"):
        ends = [_matroska_end(head)]
    elif head[:4] in (b"RIFF", b"FORM", b"RF64"):
        ends = _riff_ends(file, head, size)
    elif head.startswith(b"caff"):
        ends = _caf_ends(file, size)
    elif head.startswith(b".snd"):
        offset, length = struct.unpack(">II", head[4:12])
        ends = [0 if length in _UNKNOWN else offset + length]
    elif head.startswith(_ASF_HEADER):
        ends = _asf_ends(file, size)
    elif head.startswith(b"FLV"):
        ends = [_flv_end(file, size)]
    elif head.startswith(b"\x06\x0e\x2b\x34"):
        ends = [_mxf_end(head)]
    elif head.startswith(b"wvpk"):
        ends = [8 + struct.unpack("<I", head[4:8])[0]]
    elif head.startswith(b"OggS"):
        ends = [_ogg_end(file, size)]
    else:
        ends = [_mp3_end(file)]
    return max(max(ends, default=0) - size, 0)


def _boxes(file: BinaryIO, size: int) -> Iterator[tuple[bytes, int]]:
    """Yield the type and the end of each top-level box of an ISO base media file (ISO/IEC 14496-12, 4.2)."""
    at = 0
    while at + 8 <= size:
        file.seek(at)
        head = file.read(16)
        length, kind = struct.unpack(">I4s", head[:8])
        if length == 1 and len(head) == 16:
            length = struct.unpack(">Q", head[8:])[0]
        if length == 0 or length < 8 or not kind.isalnum():
            return  # the box goes on to the end of the file, or these bytes are not a box
        at += length
        yield kind, at


def _has_box(file: BinaryIO, box: bytes) -> bool:
    return any(kind == box for kind, _ in _boxes(file, file.seek(0, os.SEEK_END)))


def _matroska_end(head: bytes) -> int:
    """Return the end of the segment (RFC 8794, 4.4: sizes of variable length, all ones for unknown); 0 if unknown."""

    def read_size(at: int) -> tuple[int, int]:
        length = 9 - head[at].bit_length()
        value = int.from_bytes(head[at : at + length], "big") & ((1 << 7 * length) - 1)
        return at + length, 0 if value == (1 << 7 * length) - 1 else value

    try:
        at, header = read_size(4)
        at += header
        if head[at : at + 4] != b"\x18\x53\x80\x67":
            return 0
        at, body = read_size(at + 4)
    except IndexError:
        return 0
    return at + body if body else 0


def _riff_ends(file: BinaryIO, head: bytes, size: int) -> list[int]:
    """Return the ends of the RIFF (AVI, WAV) or FORM (AIFF) lists; an AVI over 1 GB has several."""
    if head[:4] == b"RF64":
        return [8 + int(struct.unpack("<Q", head[20:28])[0])] if head[12:16] == b"ds64" else []
    ends, at, order = [], 0, ">I" if head[:4] == b"FORM" else "<I"
    while at + 12 <= size:
        file.seek(at)
        chunk = file.read(8)
        length = struct.unpack(order, chunk[4:])[0]
        if chunk[:4] not in (b"RIFF", b"FORM") or length in _UNKNOWN:
            break
        at += 8 + length + length % 2
        ends.append(at - length % 2)
    return ends


def _caf_ends(file: BinaryIO, size: int) -> list[int]:
    ends, at = [], 8
    while at + 12 <= size:
        file.seek(at)
        length = struct.unpack(">4xq", file.read(12))[0]
        if length < 0:
            break
        at += 12 + length
        ends.append(at)
    return ends


def _asf_ends(file: BinaryIO, size: int) -> list[int]:
    ends, at = [], 0
    while at + 24 <= size:
        file.seek(at + 16)
        length = struct.unpack("<Q", file.read(8))[0]
        if length < 24:
            break
        at += length
        ends.append(at)
    return ends


def _mxf_end(head: bytes) -> int:
    """Return the start of the footer by the header's partition pack (SMPTE ST 377-1, 7.1); 0 if it is not given."""
    at = 17 + (head[16] & 0x7F if head[16] & 0x80 else 0)
    footer = head[at + 24 : at + 32]
    return int.from_bytes(footer, "big") + 1 if len(footer) == 8 and any(footer) else 0


def _flv_end(file: BinaryIO, size: int) -> int:
    """Return ``size`` if the file ends with the size of a whole tag, else one byte more."""
    file.seek(max(size - 4, 0))
    length = int.from_bytes(file.read(4), "big")
    file.seek(max(size - 4 - length, 0))
    tag = file.read(4)
    whole = len(tag) == 4 and tag[0] & 0x1F in (8, 9, 18) and int.from_bytes(tag[1:], "big") + 11 == length
    return size if whole else size + 1


def _ogg_end(file: BinaryIO, size: int) -> int:
    """Return the end of the last page by its table of segments (RFC 3533, 6)."""
    start = max(size - (1 << 17), 0)
    file.seek(start)
    tail = file.read()
    at = tail.rfind(b"OggS")
    count = tail[at + 26] if 0 <= at < len(tail) - 26 else 0
    return start + at + 27 + count + sum(tail[at + 27 : at + 27 + count]) if count else 0


def _mp3_end(file: BinaryIO) -> int:
    """Return the end of an MP3 by the byte count in its Xing or Info header; 0 if it has none."""
    at = 0
    file.seek(0)
    head = file.read(10)
    if head[:3] == b"ID3" and len(head) == 10:
        at = 10 + sum(byte << shift for byte, shift in zip(head[6:10], (21, 14, 7, 0), strict=True))
    file.seek(at)
    frame = file.read(200)
    if len(frame) < 60 or frame[0] != 0xFF or frame[1] & 0xE0 != 0xE0:
        return 0
    for name in (b"Xing", b"Info"):
        marker = frame.find(name, 4, 48)
        flags = struct.unpack(">I", frame[marker + 4 : marker + 8])[0] if marker > 0 else 0
        if flags & 2:
            place = marker + 8 + (4 if flags & 1 else 0)
            return at + int(struct.unpack(">I", frame[place : place + 4])[0])
    return 0
