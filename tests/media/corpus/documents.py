"""Files that are not media: each is refused by the name of its format, with advice."""

import gzip
import io
import sqlite3
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

from tests.media.corpus.images import quarters
from tests.media.corpus.registry import At, Refused, Taken, entry
from tests.media.encoded import raw_png

SVG = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<!-- Created with a drawing program -->\n<svg xmlns='
    '"http://www.w3.org/2000/svg" width="100" height="100"><rect width="90" height="90" fill="#c00"/></svg>\n'
)
HTML = (
    '<!DOCTYPE html>\n<html lang="en"><head><title>403 Forbidden</title></head>'
    "<body><h1>403 Forbidden</h1></body></html>"
)


def bytes_of(data: bytes) -> Callable[[Path], None]:
    return lambda path: (path.write_bytes(data), None)[1]


def write_zip(mimetype: str, *names: str) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        with zipfile.ZipFile(path, "w") as archive:
            if mimetype:
                archive.writestr("mimetype", mimetype)
            for name in names:
                archive.writestr(name, "<xml/>" * 50)

    return write


def write_raw(make: str, tags: dict[int, object]) -> Callable[[Path], None]:
    """Write a TIFF whose first image is a thumbnail, as in most cameras' raw formats."""

    def write(path: Path) -> None:
        data = io.BytesIO()
        quarters(160, 120).save(data, "TIFF", tiffinfo={254: 1, 271: make, **tags})
        whole = bytearray(data.getvalue())
        if 330 in tags:  # the sub-image that the tag points to: samples behind a mosaic of filters
            at = len(whole)
            entry_at = whole.index(struct.pack("<HHI", 330, 4, 1))
            whole[entry_at + 8 : entry_at + 12] = struct.pack("<I", at)
            whole += struct.pack("<H", 2) + struct.pack("<HHII", 254, 4, 1, 0) + struct.pack("<HHII", 262, 4, 1, 32803)
            whole += struct.pack("<I", 0)
        path.write_bytes(whole)

    return write


def write_eps(path: Path) -> None:
    quarters(64, 64).save(path, "EPS")


def write_pdf(path: Path) -> None:
    quarters(200, 200).save(path, "PDF")


def write_database(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("create table project (name text)")
    database.close()


REFUSED: dict[str, tuple[str, str, Callable[[Path], None]]] = {
    "IMG_1.DNG": ("phone: ProRAW", r"raw image \(DNG\).*export it as a JPEG", write_raw("Apple", {50706: b"\1\4\0\0"})),
    "DSC_1.NEF": ("Nikon", r"raw image \(Nikon NEF\)", write_raw("NIKON CORPORATION", {330: 0})),
    "DSC1.ARW": ("Sony", r"raw image \(Sony ARW\)", write_raw("SONY", {330: 0})),
    "IMG_1.CR2": ("Canon", r"raw image \(Canon CR2\)", bytes_of(b"II*\0\x10\0\0\0CR\2\0" + bytes(200))),
    "IMG_1.CR3": ("Canon", r"raw image \(Canon CR3\)", bytes_of(b"\0\0\0\x18ftypcrx \0\0\0\1crx isom" + bytes(200))),
    "DSCF1.RAF": ("Fujifilm", r"raw image \(Fujifilm RAF\)", bytes_of(b"FUJIFILMCCD-RAW 0201FF383501" + bytes(200))),
    "P1.ORF": ("Olympus", r"raw image \(Olympus ORF\)", bytes_of(b"IIRO\x08\0\0\0" + bytes(200))),
    "logo.svg": ("drawing program", "SVG drawing.*export it as a PNG", bytes_of(SVG.encode())),
    "logo-utf16.svg": ("drawing program", "SVG", bytes_of(SVG.replace("UTF-8", "UTF-16").encode("utf-16"))),
    "logo.svgz": ("drawing program", "compressed archive", bytes_of(gzip.compress(SVG.encode()))),
    "photo.jpg": ("browser: a saved error page", "HTML page.*download the file itself", bytes_of(HTML.encode())),
    "flyer.pdf": ("office program", "PDF document.*export the page", write_pdf),
    "drawing.eps": ("drawing program", "EPS drawing.*export it as a PNG", write_eps),
    "page.ps": ("printer driver", "PostScript", bytes_of(b"%!PS-Adobe-3.0\n%%Pages: 1\nshowpage\n")),
    "photo.jxl": ("camera", "JPEG XL.*save it as a JPEG or PNG", bytes_of(b"\xff\x0a\xfa\x7f\x01\x90" + bytes(200))),
    "screen.jxr": ("Windows, HDR screenshot", "JPEG XR", bytes_of(b"II\xbc\x01" + bytes(200))),
    "art.psd": ("Photoshop", "Photoshop", bytes_of(b"8BPS\0\1" + bytes(200))),
    "art.xcf": ("GIMP", "GIMP", bytes_of(b"gimp xcf v011\0" + bytes(200))),
    "script.docx": ("Word", "Word document.*narration", write_zip("", "[Content_Types].xml", "word/document.xml")),
    "script.doc": ("Word 97", "Word, Excel or PowerPoint", bytes_of(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600))),
    "talk.pptx": ("PowerPoint", "PowerPoint.*video", write_zip("", "[Content_Types].xml", "ppt/presentation.xml")),
    "talk.key": ("Keynote", "Keynote", write_zip("", "Index/Document.iwa", "preview.jpg")),
    "script.odt": ("LibreOffice", "OpenDocument", write_zip("application/vnd.oasis.opendocument.text", "content.xml")),
    "photos.zip": ("download of several photos", "ZIP archive.*unpack", write_zip("", "a.jpg", "b.jpg")),
    "list.m3u8": ("player", "playlist", bytes_of(b"#EXTM3U\n#EXT-X-VERSION:3\n#EXTINF:8,\nfile:///etc/passwd\n")),
    "script.txt": ("editor", "text file.*narration", bytes_of("यह एक कहानी है। Once upon a time ...\n".encode() * 40)),
    "words.srt": ("subtitles", "subtitle file", bytes_of(b"1\r\n00:00:01,000 --> 00:00:02,000\r\nHello\r\n")),
    "answer.json": ("web service", "JSON", bytes_of(b'{"error": {"code": 404, "message": "not found"}}')),
    "song.mid": ("music program", "MIDI.*MP3", bytes_of(b"MThd\0\0\0\6\0\1\0\1\0\x60MTrk" + bytes(200))),
    "project.aup3": ("Audacity", "project file", write_database),
    "._IMG_1.jpg": ("macOS, USB stick", "companion file", bytes_of(b"\0\5\x16\7\0\2\0\0Mac OS X" + bytes(200))),
    "sparse.jpg": ("broken copy", "nothing but zeros", bytes_of(bytes(100_000))),
    "empty.png": ("broken copy", "file is empty", bytes_of(b"")),
    "vast.png": (
        "a header that promises too much",
        "30000x30000 pixels",
        bytes_of(raw_png(30_000, 30_000, 8, 2, [b"\0"])),
    ),
}

for name, (source, words, write) in REFUSED.items():
    entry(name, source, Refused(words))(write)


@entry(
    "coolscan.tif",
    "Nikon's scanner: a TIFF that is no raw image",
    Taken("image", (160, 120), colours=(At(0.2, 0.2, (200, 40, 40)),)),
)
def write_scan(path: Path) -> None:
    quarters(160, 120).save(path, tiffinfo={271: "NIKON CORPORATION", 272: "COOLSCAN"})


@entry(
    "map.tif",
    "map program: small copies behind the image",
    Taken("image", (640, 480), colours=(At(0.2, 0.2, (200, 40, 40)),)),
)
def write_pyramid(path: Path) -> None:
    small = quarters(320, 240)
    small.encoderinfo = {"tiffinfo": {254: 1}}
    quarters(640, 480).save(path, save_all=True, append_images=[small])
