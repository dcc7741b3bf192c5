"""Recognise cameras' raw images by their bytes, and name their format.

Most of them are TIFF files whose first image is a thumbnail, so a reader of TIFF takes them for a small photo.
"""

import re
import struct
from typing import BinaryIO

_SIGNATURES = (
    (4, rb"ftypcrx ", "Canon CR3"),
    (0, rb"(II\*\0|MM\0\*).{4}CR", "Canon CR2"),
    (6, rb"HEAPCCDR", "Canon CRW"),
    (0, rb"FUJIFILMCCD-RAW", "Fujifilm RAF"),
    (0, rb"IIRO|IIRS|MMOR", "Olympus ORF"),
    (0, rb"IIU\0", "Panasonic RW2"),
    (0, rb"FOVb", "Sigma X3F"),
    (0, rb"\0MRM", "Minolta MRW"),
)
_BRANDS = (
    ("NIKON", "Nikon NEF"),
    ("SONY", "Sony ARW"),
    ("PENTAX", "Pentax PEF"),
    ("SAMSUNG", "Samsung SRW"),
    ("HASSELBLAD", "Hasselblad 3FR"),
    ("CANON", "Canon raw"),
    ("LEICA", "Leica raw"),
)
_SUBFILE_TYPE, _COMPRESSION, _PHOTOMETRIC, _MAKE, _SUB_IMAGES, _DNG_VERSION = 254, 259, 262, 271, 330, 50706
_MOSAIC, _LINEAR_RAW = 32803, 34892
"""Values of PhotometricInterpretation: samples of a sensor behind colour filters (TIFF/EP; DNG 1.7, chapter 3)."""
_RAW_COMPRESSIONS = {32767, 32770, 34713, 65535}
"""Values of Compression that Sony, Samsung, Nikon and Pentax use for raw data."""
_MOST_ENTRIES = 500


def find_raw_format(file: BinaryIO, head: bytes) -> str:
    """Return the name of the raw format of ``file``, which begins with ``head``, or "" if it is not a raw image."""
    for at, pattern, name in _SIGNATURES:
        if re.match(pattern, head[at:], re.DOTALL):
            return name
    if head[:4] not in {b"II*\0", b"MM\0*"}:
        return ""
    order = "<" if head.startswith(b"II") else ">"
    first = _read_directory(file, order, struct.unpack(f"{order}I", head[4:8])[0]) if len(head) >= 8 else {}
    if _DNG_VERSION in first:
        return "DNG"
    subs = [_read_directory(file, order, int(at)) for at in _numbers(first, _SUB_IMAGES)[:8]]
    is_raw = any(
        _number(one, _PHOTOMETRIC) in {_MOSAIC, _LINEAR_RAW} or _number(one, _COMPRESSION) in _RAW_COMPRESSIONS
        for one in (first, *subs)
    )
    # a pyramid has its full image first and the reduced ones below it; a raw file has its thumbnail first
    if not is_raw and not (subs and (_number(first, _SUBFILE_TYPE) or 0) & 1):
        return ""
    make = first.get(_MAKE, b"")
    brand = make.decode("ascii", "replace").upper() if isinstance(make, bytes) else ""
    return next((name for start, name in _BRANDS if brand.startswith(start)), "a kind of TIFF")


Directory = dict[int, bytes | tuple[int, ...]]


def _numbers(directory: Directory, tag: int) -> tuple[int, ...]:
    numbers = directory.get(tag, ())
    return numbers if isinstance(numbers, tuple) else ()


def _number(directory: Directory, tag: int) -> int | None:
    return next(iter(_numbers(directory, tag)), None)


def _read_directory(file: BinaryIO, order: str, at: int) -> Directory:
    """Return the texts and whole numbers of one image file directory (TIFF 6.0, section 2), up to any damage."""
    directory: Directory = {}
    try:
        file.seek(at)
        count = struct.unpack(f"{order}H", file.read(2))[0]
        entries = file.read(12 * min(count, _MOST_ENTRIES))
        for tag, kind, length, value in struct.iter_unpack(f"{order}HHI4s", entries[: len(entries) // 12 * 12]):
            size = {1: 1, 2: 1, 3: 2, 4: 4, 13: 4}.get(kind, 0) * min(length, 256)
            if not size:
                continue
            if size > 4:
                file.seek(struct.unpack(f"{order}I", value)[0])
                value = file.read(size)  # noqa: PLW2901 -- the entry holds only the offset
            if kind == 2:
                directory[tag] = value[:size]
            else:
                form = {1: "B", 3: "H"}.get(kind, "I")
                directory[tag] = struct.unpack(f"{order}{size // struct.calcsize(form)}{form}", value[:size])
    except (struct.error, OSError, ValueError):
        pass  # a directory that breaks off still gives the tags before that
    return directory
