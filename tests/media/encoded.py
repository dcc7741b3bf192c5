"""Write image files that Pillow cannot write."""

import struct
import zlib
from collections.abc import Sequence


def raw_png(
    width: int, height: int, depth: int, kind: int, rows: list[bytes], extra: Sequence[tuple[bytes, bytes]] = ()
) -> bytes:
    """Return a PNG that Pillow cannot write: 16 bits a sample, or a header that promises more data than follows."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0)
    data = zlib.compress(b"".join(b"\0" + row for row in rows))
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + b"".join(chunk(*one) for one in extra)
        + chunk(b"IDAT", data)
        + chunk(b"IEND", b"")
    )
