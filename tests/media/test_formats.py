"""The bytes of a file decide: images get their format, and other files are refused by the name of their format."""

import io
import struct
import zipfile

import pytest
from PIL import Image

from sutradhar.media.formats import MediaError, find_image_format


def write_zip(*names: str, mimetype: str = "") -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        if mimetype:
            archive.writestr("mimetype", mimetype)
        for name in names:
            archive.writestr(name, "x")
    return data.getvalue()


def tiff(order: str, *directories: dict[int, int | bytes], sub: bool = False) -> bytes:
    """Return a TIFF without pixels; with ``sub`` the second directory is a sub-image (tag 330) of the first."""
    mark = b"II*\0" if order == "<" else b"MM\0*"
    at, parts, extra = 8, [], b""
    sizes = [2 + 12 * (len(one) + (sub and i == 0)) + 4 for i, one in enumerate(directories)]
    beyond = 8 + sum(sizes)
    for i, one in enumerate(directories):
        entries = dict(one) | ({330: at + sizes[0]} if sub and i == 0 else {})
        body = struct.pack(f"{order}H", len(entries))
        for tag, value in sorted(entries.items()):
            if isinstance(value, bytes):
                body += struct.pack(f"{order}HHII", tag, 2, len(value), beyond + len(extra))
                extra += value
            else:
                body += struct.pack(f"{order}HHII", tag, 4, 1, value)
        parts.append(body + struct.pack(f"{order}I", 0))
    return mark + struct.pack(f"{order}I", 8) + b"".join(parts) + extra


REFUSED = {
    "DNG": tiff("<", {254: 1, 50706: 0x01040000}),
    "Nikon NEF": tiff(">", {254: 1, 271: b"NIKON CORPORATION\0"}, {254: 0, 262: 32803}, sub=True),
    "Sony ARW": tiff("<", {254: 1, 271: b"SONY\0", 259: 6}, {254: 0, 259: 32767}, sub=True),
    "Canon CR2": b"II*\0\x10\0\0\0CR\x02\0" + b"\0" * 40,
    "Canon CR3": b"\0\0\0\x18ftypcrx \0\0\0\x01crx isom" + b"\0" * 40,
    "Fujifilm RAF": b"FUJIFILMCCD-RAW 0201FF383501" + b"\0" * 40,
    "SVG": b'\xef\xbb\xbf<?xml version="1.0"?>\n<!-- a logo -->\n<svg xmlns="http://www.w3.org/2000/svg"/>',
    "HTML": b"\n\n<!DOCTYPE html><html><body>403 Forbidden</body></html>",
    "JPEG XL": b"\xff\x0a\xfa\x7f\x01\x90" + b"\0" * 40,
    "JPEG XR": b"II\xbc\x01" + b"\0" * 40,
    "Photoshop": b"8BPS\0\x01" + b"\0" * 40,
    "PDF": b"%PDF-1.7\n%\xe2\xe3\n",
    "EPS": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
    "PostScript": b"%!PS\nshowpage\n",
    "Word document": write_zip("[Content_Types].xml", "word/document.xml"),
    "PowerPoint": write_zip("[Content_Types].xml", "ppt/presentation.xml"),
    "OpenDocument": write_zip("content.xml", mimetype="application/vnd.oasis.opendocument.text"),
    "ZIP archive": b"PK\x03\x04" + b"\0" * 200,
    "playlist": b"#EXTM3U\n#EXTINF:8,\nfile:///etc/passwd\n",
    "text file": "नमस्ते, यह एक पाठ है।\n".encode() * 200,
    "subtitle": b"\xef\xbb\xbf1\r\n00:00:01,000 --> 00:00:02,000\r\nHello\r\n",
    "JSON": b'{"error": "not found"}',
    "MIDI": b"MThd\0\0\0\x06\0\x01" + b"\0" * 40,
    "nothing but zeros": b"\0" * 5000,
    "empty": b"",
    "companion file of macOS": b"\0\x05\x16\x07\0\x02\0\0Mac OS X" + b"\0" * 40,
}


@pytest.mark.parametrize("word", REFUSED)
def test_a_file_that_is_not_media_is_refused_by_its_format(word: str) -> None:
    with pytest.raises(MediaError) as caught:
        find_image_format(io.BytesIO(REFUSED[word]))
    assert word.lower() in caught.value.reason.lower()
    assert caught.value.advice
    assert str(caught.value).count(";") == 1


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "WEBP", "TIFF", "BMP", "AVIF", "JPEG2000", "PPM", "TGA", "ICO"])
def test_every_listed_format_is_recognised_by_its_bytes(form: str) -> None:
    data = io.BytesIO()
    Image.effect_noise((64, 48), 40).convert("RGB").save(data, form)
    assert find_image_format(data) == form


@pytest.mark.parametrize(
    "data",
    [
        b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2avc1mp41" + b"\0" * 40,
        b"\x1aE\xdf\xa3" + b"\x93" * 60,
        b"ID3\x04\0\0\0\0\0\0" + b"\xff\xfb\x90\0" * 20,
        b"RIFF\x24\0\0\0WAVEfmt " + b"\x01" * 40,
        b"\0\0\x01\xba" + b"\x44" * 60,
        b"\x47@\0\x10" + b"\xff" * 200,
        b"fLaC\0\0\0\x22" + b"\x10" * 40,
    ],
)
def test_video_and_sound_are_left_to_their_own_reader(data: bytes) -> None:
    assert find_image_format(io.BytesIO(data)) == ""


def test_a_scan_from_a_camera_brand_is_a_photo_not_a_raw_image() -> None:
    data = io.BytesIO()
    Image.new("RGB", (64, 48)).save(data, "TIFF", tiffinfo={271: "NIKON CORPORATION", 272: "COOLSCAN"})
    assert find_image_format(data) == "TIFF"
