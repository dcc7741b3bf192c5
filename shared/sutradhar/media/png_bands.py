"""Decode large PNG files one band of rows at a time.

Pillow decodes a whole PNG at 4 bytes a pixel. A row of a PNG needs only the row above it (PNG, third edition, 9), so
this module gives each band to Pillow as a small PNG whose first row is the last one of the band before.
"""

import io
import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from PIL import Image

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""Samples per pixel, by colour type (PNG, third edition, table 8)."""
_BAND_BYTES = 8_000_000
_PIECE = 1 << 16


def can_read_in_bands(file: BinaryIO) -> bool:
    """Report whether the PNG in ``file`` has 8 bits a sample and is not interlaced."""
    file.seek(16)
    header = file.read(13)
    return len(header) == 13 and header[8] == 8 and header[9] in _CHANNELS and header[12] == 0


class PngPixels:
    """The pixels of a PNG, to be cut out from top to bottom; a crop further up begins at the top again."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        file.seek(16)
        self._header = file.read(13)
        width, height = struct.unpack(">II", self._header[:8])
        self.size: tuple[int, int] = (width, height)
        self._stride = width * _CHANNELS[self._header[9]] + 1
        self._begin()

    def _begin(self) -> None:
        self._packed = _Packed(self._file)
        self._above = b""
        self._top = self._bottom = 0
        self._rows: Image.Image | None = None
        """Rows from ``_top`` up to ``_bottom``."""

    def crop(self, box: tuple[int, int, int, int]) -> Image.Image:
        """Return the part between left, top, right and bottom.

        Raises:
            OSError: the file is cut off or damaged.
        """
        left, top, right, bottom = box
        if top < self._top:
            self._begin()
        while self._bottom < bottom:
            self._read_band(top)
        assert self._rows is not None
        return self._rows.crop((left, top - self._top, right, bottom - self._top))

    def _read_band(self, needed_from: int) -> None:
        """Decode the next rows, and drop those above ``needed_from``."""
        count = min(max(_BAND_BYTES // self._stride, 1), self.size[1] - self._bottom)
        filtered = self._packed.read(count * self._stride)
        before = 1 if self._above else 0
        rows = (b"\0" + self._above if before else b"") + filtered
        header = struct.pack(">II", self.size[0], count + before) + self._header[8:]
        chunks = ((b"IHDR", header), *self._packed.palette, (b"IDAT", zlib.compress(rows, 0)), (b"IEND", b""))
        small = _SIGNATURE + b"".join(_chunk(name, data) for name, data in chunks)
        with Image.open(io.BytesIO(small), formats=("PNG",)) as opened:
            opened.load()
            band = opened.crop((0, before, self.size[0], count + before))
        self._above = band.crop((0, count - 1, self.size[0], count)).tobytes()
        kept_from = min(max(needed_from, self._top), self._bottom)
        if self._rows is None or kept_from == self._bottom:
            self._rows = band
        else:
            joined = self._rows.crop((0, kept_from - self._top, self.size[0], self._bottom - self._top + count))
            joined.paste(band, (0, self._bottom - kept_from))
            self._rows = joined
        self._top, self._bottom = kept_from, self._bottom + count


class _Packed:
    """The filtered rows of a PNG, decompressed when they are needed."""

    def __init__(self, file: BinaryIO) -> None:
        self.palette: tuple[tuple[bytes, bytes], ...] = ()
        """The chunks that define the meaning of the samples."""
        self._pieces = self._read_pieces(file)
        self._unpacker, self._rest = zlib.decompressobj(), b""

    def read(self, count: int) -> bytes:
        """Return the next ``count`` bytes. Raise OSError if there are fewer."""
        data_read = bytearray()
        while len(data_read) < count:
            if not self._rest and (piece := next(self._pieces, None)) is None:
                raise OSError("the image data ends too soon")
            data = self._rest or piece
            assert data
            data_read += self._unpacker.decompress(data, count - len(data_read))
            self._rest = self._unpacker.unconsumed_tail
        return bytes(data_read)

    def _read_pieces(self, file: BinaryIO) -> Iterator[bytes]:
        at = len(_SIGNATURE)
        while True:
            file.seek(at)
            head = file.read(8)
            if len(head) < 8 or head[4:] == b"IEND":
                return
            length, name = struct.unpack(">I4s", head)
            if name in {b"PLTE", b"tRNS"}:
                self.palette += ((name, file.read(length)),)
            while name == b"IDAT" and length:
                piece = file.read(min(length, _PIECE))
                if not piece:
                    return
                length -= len(piece)
                here = file.tell()
                yield piece
                file.seek(here)  # another reader of the file may have moved it
            at += 12 + int.from_bytes(head[:4], "big")


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
