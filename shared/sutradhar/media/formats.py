"""List the formats that are accepted, and name those that are refused.

The upload check (``providers.media.upload_reader``) and the renderer both use this list, so that they always agree
about a file. Only its bytes decide; its name and its announced media type play no part.
"""

import os
import re
from typing import BinaryIO

from sutradhar.domain.core.errors import SutradharError
from sutradhar.media.camera_raw import find_raw_format

IMAGE_FORMATS = ("JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP", "AVIF", "JPEG2000", "PPM", "TGA", "ICO")
"""Formats that Pillow may open, by Pillow's names. A library in this process decodes each of them. Without a list
Pillow would try 40 more, and would start Ghostscript for an EPS."""
HEIF = "HEIC"
"""The format that pillow-heif reads; phones write it in tiles, which only libheif joins."""
DEMUXERS = (
    *("mov", "mp4", "m4a", "3gp", "3g2", "mj2", "matroska", "webm", "avi", "mpegts", "mpeg", "flv", "asf", "ogg"),
    *("mxf", "dv", "gif", "apng"),
    *("mp3", "wav", "w64", "flac", "aac", "aiff", "caf", "amr", "ac3", "eac3", "dts", "au", "wv", "tta", "ape"),
)
"""Containers of video and sound that libav may open, by libav's names. Playlists are left out, since they name other
files and URLs, and so are demuxers that take any text for a video."""

_HEAD = 4096
_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1", b"mif2"}
_AVIF_BRANDS = {b"avif", b"avis"}

_IMAGE_SIGNATURES = (
    (0, rb"\xff\xd8\xff", "JPEG"),
    (0, rb"\x89PNG\r\n\x1a\n", "PNG"),
    (0, rb"GIF8[79]a", "GIF"),
    (0, rb"RIFF....WEBP", "WEBP"),
    (0, rb"II[*+]\0|MM\0[*+]", "TIFF"),
    (0, rb"BM.{4}\0\0\0\0", "BMP"),
    (0, rb"\0\0\0\x0cjP  \r\n\x87\n|\xff\x4f\xff\x51", "JPEG2000"),
    (0, rb"P[1-6][\s#]|P[fF]\n", "PPM"),
    (0, rb"\0\0\x01\0[\x01-\x40]\0", "ICO"),
)
"""Offset in the file, bytes that stand there, and Pillow's name for the format."""

_AS_PHOTO = "export it as a JPEG or PNG"
_AS_PAGE = "export the page as a PNG or JPEG"
_AS_SONG = "export it as an MP3 or WAV"
_FILES = "send the video, image and audio files themselves"
_PACKED = "unpack it and send the files that are in it"

_REFUSED = (
    (0, rb"\xff\x0a|\x00\x00\x00\x0cJXL ", "a JPEG XL image", "save it as a JPEG or PNG"),
    (0, rb"II\xbc\x01", "a JPEG XR image", "save it as a JPEG or PNG"),
    (0, rb"8BPS", "a Photoshop file", _AS_PHOTO),
    (0, rb"gimp xcf", "a GIMP file", _AS_PHOTO),
    (0, rb"v/1\x01", "an OpenEXR image", _AS_PHOTO),
    (0, rb"#\?RADIANCE|#\?RGBE", "a Radiance HDR image", _AS_PHOTO),
    (128, rb"DICM", "a DICOM image", _AS_PHOTO),
    (0, rb"SIMPLE  =", "a FITS image", _AS_PHOTO),
    (0, rb"DDS ", "a DDS texture", _AS_PHOTO),
    (0, rb"qoif", "a QOI image", "save it as a PNG"),
    (0, rb"BPG\xfb", "a BPG image", "save it as a JPEG or PNG"),
    (0, rb"icns", "an icon of macOS", "export it as a PNG"),
    (0, rb"\0\0\x02\0[\x01-\x20]\0", "a mouse pointer of Windows", "export it as a PNG"),
    (0, rb"\x0a[\x00-\x05]\x01[\x01\x02\x04\x08]\0\0\0\0", "a PCX image", "save it as a PNG"),
    (0, rb"AT&TFORM", "a DjVu document", _AS_PAGE),
    (0, rb"\xd7\xcd\xc6\x9a|\x01\0\0\0.{36} EMF", "a Windows metafile", "export it as a PNG"),
    (0, rb".{0,1000}%PDF-1|%PDF", "a PDF document", _AS_PAGE),
    (0, rb"%!PS-Adobe-[\d.]+ EPSF|\xc5\xd0\xd3\xc6", "an EPS drawing", "export it as a PNG"),
    (0, rb"%!", "a PostScript document", _AS_PAGE),
    (0, rb"\{\\rtf", "a text document (RTF)", "put its text into the plan as narration"),
    (
        0,
        rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "a Word, Excel or PowerPoint document",
        "export its pages as PNG or its slides as a video",
    ),
    (0, rb"Rar!\x1a\x07", "a RAR archive", _PACKED),
    (0, rb"7z\xbc\xaf\x27\x1c", "a 7-Zip archive", _PACKED),
    (0, rb"\x1f\x8b|BZh[1-9]1AY|\xfd7zXZ\0|\x28\xb5\x2f\xfd", "a compressed archive", _PACKED),
    (257, rb"ustar", "a TAR archive", _PACKED),
    (0, rb"MThd", "a MIDI file (notes without sound)", _AS_SONG),
    (0, rb"SQLite format 3\0", "a database or a project file of another program", "export a video, image or sound"),
    (0, rb"MZ.{58}|\x7fELF|\xca\xfe\xba\xbe|[\xce\xcf]\xfa\xed\xfe", "a program", _FILES),
    (0, rb"\x00\x01\x00\x00\x00.\x01?.{5}(cmap|G...|OS/2|DSIG|FFTM|BASE)|OTTO|wOF[F2]|ttcf", "a font", _FILES),
    (0, rb"\x00\x05\x16\x07", "a companion file of macOS (._ before its name)", "send the file without ._ in its name"),
    (0, rb"bplist00", "a placeholder or settings file of Apple's", "open the original once, so that it is downloaded"),
    (0, rb"version https://git-lfs", "a Git LFS pointer", "fetch the file itself (git lfs pull)"),
)
"""Offset in the file, bytes that stand there, what people call such a file, and what to do instead."""

_ZIP_END = 1 << 16
_PACKED_DOCUMENTS = (
    (rb"word/document", "a Word document", "put its text into the plan as narration, or export its pages as PNG"),
    (rb"ppt/presentation", "a PowerPoint presentation", "export its slides as PNG or as a video"),
    (rb"xl/workbook", "an Excel workbook", "export the sheets to be shown as PNG"),
    (rb"Index/\w+\.iwa|Index\.zip", "a Keynote, Pages or Numbers document", "export its slides as PNG or as a video"),
)
"""Names inside a ZIP file, what people call such a file, and what to do instead."""

_TEXTS = (
    (r"(<\?xml|<!--|<!doctype svg|<svg\b).*?<svg\b|<svg\b", "an SVG drawing", "export it as a PNG"),
    (
        r"<!doctype html|<html\b|<head\b|<body\b|<!--.*?<html\b|<\?xml.{0,400}?<html\b",
        "an HTML page (perhaps an error message)",
        "download the file itself, not its page",
    ),
    (
        r"#extm3u|\[playlist\]|ffconcat|<\?xml.*?<(mpd|smil|playlist|asx)\b|<(asx|smil|mpd)\b|\[reference\]",
        "a playlist (a list of other files)",
        _FILES,
    ),
    (
        r"webvtt|1\s+\d\d:\d\d:\d\d[,.]\d{3} -->|\[script info\]",
        "a subtitle file",
        "put its words into the plan as narration",
    ),
    (r"<\?xml", "an XML file", _FILES),
    (r"\s*[{\[].*[\"']", "a JSON file", _FILES),
)
"""Beginnings of text files in lower case, what people call such a file, and what to do instead."""


_AMR_SIGNATURE = b"#!AMR"
"""Recordings of old phones begin like a script (``#!``), and may hold only letters."""


class MediaError(SutradharError):
    """A file cannot be used. ``reason`` follows "the file ..." ("is a PDF document, ..."); ``advice`` is what to do."""

    def __init__(self, reason: str, advice: str) -> None:
        self.reason, self.advice = reason, advice
        super().__init__(f"{reason}; {advice}")


def find_image_format(file: BinaryIO) -> str:
    """Return the name of the image format of ``file``, or "" if it may hold video or sound.

    Raises:
        MediaError: the file is in a format that is refused by name: a document, a raw image, a text, an archive.
    """
    file.seek(0)
    head = file.read(_HEAD)
    if not head:
        raise MediaError("is empty", "send it again when it is whole")
    refuse_by_name(file, head)
    for at, pattern, name in _IMAGE_SIGNATURES:
        if re.match(pattern, head[at:], re.DOTALL):
            return name
    if head[4:8] == b"ftyp":
        brands = _brands(head)
        # an AVIF may have the major brand mif1, and its own brand among the compatible ones
        return "AVIF" if brands & _AVIF_BRANDS else HEIF if brands & _HEIF_BRANDS and not _is_movie(brands) else ""
    return "TGA" if _is_tga(head) else ""


def refuse_by_name(file: BinaryIO, head: bytes) -> None:
    """Raise MediaError if ``file``, which begins with ``head``, is in one of the formats that are refused by name."""
    if raw := find_raw_format(file, head):
        raise _refusal(f"a camera's raw image ({raw})", "develop it in a photo program and export it as a JPEG")
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        raise _refusal(*_name_archive(file))
    if not head.strip(b"\0") and _is_all_zeros(file):
        raise MediaError("holds nothing but zeros", "copy or download it again")
    for at, pattern, name, advice in _REFUSED:
        if re.match(pattern, head[at:], re.DOTALL):
            raise _refusal(name, advice)
    if not head.startswith(_AMR_SIGNATURE) and (text := _as_text(head)) is not None:
        begins = text.lstrip().lower()
        for beginning, name, advice in _TEXTS:
            if re.match(beginning, begins, re.DOTALL):
                raise _refusal(name, advice)
        raise _refusal("a text file", "put its text into the plan as narration, or send a video, image or audio file")


def _refusal(name: str, advice: str) -> MediaError:
    return MediaError(f"is {name}, which cannot be used here", advice)


def _brands(head: bytes) -> set[bytes]:
    """Return the major brand and the compatible ones of an ISO base media file (ISO/IEC 14496-12, 4.3)."""
    size = min(int.from_bytes(head[:4], "big"), len(head))
    return {head[8:12], *(head[at : at + 4] for at in range(16, size - 3, 4))}


def _is_movie(brands: set[bytes]) -> bool:
    """Report whether a video's brand is among ``brands``; still images of phones have none of these."""
    return bool(brands & {b"isom", b"mp41", b"mp42", b"qt  ", b"iso5", b"iso6", b"M4V "}) and not brands & {
        b"heic",
        b"heix",
    }


def _is_tga(head: bytes) -> bool:
    """Report whether ``head`` is a Truevision header: the format has no signature, so each field must fit."""
    if len(head) < 18:
        return False
    mapped, kind, depth, flags = head[1], head[2], head[16], head[17]
    width, height = int.from_bytes(head[12:14], "little"), int.from_bytes(head[14:16], "little")
    fits = (
        (kind in {1, 9} and mapped == 1 and depth == 8 and head[7] in {15, 16, 24, 32})
        or (kind in {2, 10} and mapped == 0 and depth in {15, 16, 24, 32} and not any(head[3:8]))
        or (kind in {3, 11} and mapped == 0 and depth in {8, 16} and not any(head[3:8]))
    )
    return fits and 0 < width <= 32768 and 0 < height <= 32768 and not flags & 0xC0


def _is_all_zeros(file: BinaryIO) -> bool:
    file.seek(0)
    while block := file.read(1 << 20):
        if block.strip(b"\0"):
            return False
    return True


def _name_archive(file: BinaryIO) -> tuple[str, str]:
    """Return what people call a ZIP file (most office documents are ZIP files), and what to do instead.

    Only its two ends are read, where names stand, because the packed files may be of any size.
    """
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    ends = file.read(_ZIP_END)
    kind = ends[38:138] if ends[30:38] == b"mimetype" else b""
    file.seek(max(size - _ZIP_END, 0))
    ends += file.read(_ZIP_END)
    for pattern, name, advice in _PACKED_DOCUMENTS:
        if re.search(pattern, ends):
            return name, advice
    if b"opendocument" in kind:
        return "an OpenDocument file", "export its pages or slides as PNG"
    if b"epub" in kind:
        return "an e-book (EPUB)", "put its text into the plan as narration"
    if kind.startswith((b"image/openraster", b"application/x-krita")):
        return "a drawing program's file (OpenRaster or Krita)", _AS_PHOTO
    return "a ZIP archive", _PACKED


def _as_text(head: bytes) -> str | None:
    """Return ``head`` as text, or None if it is not text."""
    marks = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
    encoding = next((name for mark, name in marks if head.startswith(mark)), "utf-8")
    whole = head[: len(head) - len(head) % 2] if encoding == "utf-16" else head
    try:
        text = whole.decode(encoding)
    except UnicodeDecodeError as exc:
        if exc.start < len(whole) - 4:  # an error nearer to the end is a character cut in two
            return None
        text = whole[: exc.start].decode(encoding, "replace")
    return text if all(char.isprintable() or char.isspace() for char in text) else None
