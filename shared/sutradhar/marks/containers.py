"""Put an XMP packet into MP4, PNG and JPEG files, and find it again."""

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from sutradhar.domain.core.errors import MarkError

MP4, PNG, JPEG = "video/mp4", "image/png", "image/jpeg"
_XMP_BOX = bytes.fromhex("be7acfcb97a942e89c71999491e3afac")
"""The type of the uuid box that holds XMP in an MP4 file (XMP specification, part 3)."""
_PNG_START = b"\x89PNG\r\n\x1a\n"
_PNG_KEYWORD = b"XML:com.adobe.xmp\0\0\0\0\0"
"""The keyword of an iTXt chunk with XMP, not compressed, without a language."""
_JPEG_START = b"\xff\xd8\xff"
_JPEG_NAME = b"http://ns.adobe.com/xap/1.0/\0"
_APP0, _APP1, _SCAN = 0xE0, 0xE1, 0xDA
_MAX_PACKET = 1 << 24
"""Larger packets are not read."""


def detect_type(file: BinaryIO) -> str:
    """Return the media type of ``file`` by its bytes. Raise MarkError if it is no MP4, PNG or JPEG file."""
    file.seek(0)
    head = file.read(12)
    if head.startswith(_PNG_START):
        return PNG
    if head.startswith(_JPEG_START):
        return JPEG
    if head[4:8] == b"ftyp":
        return MP4
    raise MarkError("the file is no MP4, PNG or JPEG file, so it cannot have marks of ours; name another file")


def append_to_mp4(path: Path, packet: bytes) -> None:
    """Put ``packet`` behind everything else in the file, so that no offset inside it changes."""
    with path.open("ab") as file:
        file.write(struct.pack(">I4s", 24 + len(packet), b"uuid") + _XMP_BOX + packet)


def insert_into_png(data: bytes, packet: bytes) -> bytes:
    """Return the PNG file with ``packet`` right after its header chunk."""
    header = len(_PNG_START) + 12 + int.from_bytes(data[8:12], "big")
    body = b"iTXt" + _PNG_KEYWORD + packet
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    return data[:header] + chunk + data[header:]


def insert_into_jpeg(data: bytes, packet: bytes) -> bytes:
    """Return the JPEG file with ``packet`` after its JFIF segment, or at its start if it has none."""
    at = 4 + int.from_bytes(data[4:6], "big") if data[3] == _APP0 else 2
    body = _JPEG_NAME + packet
    return data[:at] + struct.pack(">BBH", 0xFF, _APP1, len(body) + 2) + body + data[at:]


def find_packet(file: BinaryIO, media_type: str) -> bytes | None:
    """Return the XMP packet in ``file``; None if there is none, or if the file is damaged before it."""
    search = {MP4: _find_in_mp4, PNG: _find_in_png, JPEG: _find_in_jpeg}[media_type]
    file.seek(0)
    return next(search(file), None)


def _find_in_mp4(file: BinaryIO) -> Iterator[bytes]:
    at = 0
    while len(head := file.read(8)) == 8:
        size, kind = struct.unpack(">I4s", head)
        start = 8
        if size == 1:
            size, start = int.from_bytes(file.read(8), "big"), 16
        if size < start:  # 0: to the end of the file; anything else is damage
            return
        if kind == b"uuid" and file.read(16) == _XMP_BOX and size < _MAX_PACKET:
            yield file.read(size - start - 16)
        at += size
        file.seek(at)


def _find_in_png(file: BinaryIO) -> Iterator[bytes]:
    file.seek(len(_PNG_START))
    while len(head := file.read(8)) == 8:
        size, kind = struct.unpack(">I4s", head)
        body = file.read(size) if kind == b"iTXt" and size < _MAX_PACKET else b""
        if body.startswith(_PNG_KEYWORD):
            yield body[len(_PNG_KEYWORD) :]
        file.seek(size - len(body) + 4, 1)


def _find_in_jpeg(file: BinaryIO) -> Iterator[bytes]:
    file.seek(2)
    while len(head := file.read(4)) == 4 and head[0] == 0xFF and head[1] != _SCAN:
        size = int.from_bytes(head[2:], "big") - 2
        body = file.read(max(size, 0))
        if head[1] == _APP1 and body.startswith(_JPEG_NAME):
            yield body[len(_JPEG_NAME) :]
