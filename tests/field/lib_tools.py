"""Write odd input files, and measure videos, for the field cases. Needs numpy and Pillow; pillow-heif for HEIC."""

import io
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

RED, GREEN, BLUE, YELLOW = (200, 40, 40), (40, 170, 60), (40, 70, 200), (220, 200, 40)


def quarters(width: int, height: int) -> Image.Image:
    """Red top left, green top right, blue bottom left, yellow bottom right."""
    im = np.zeros((height, width, 3), np.uint8)
    im[: height // 2, : width // 2], im[: height // 2, width // 2 :] = RED, GREEN
    im[height // 2 :, : width // 2], im[height // 2 :, width // 2 :] = BLUE, YELLOW
    return Image.fromarray(im)


def cards(folder: str, *colours: str) -> None:
    for i, colour in enumerate(colours):
        Image.new("RGB", (640, 360), colour).save(f"{folder}/p{i}.png")


# ---- images
def quarters_file(path: str, width: str = "1280", height: str = "720", form: str = "", **more: Any) -> None:
    quarters(int(width), int(height)).save(path, form or None, **more)


def mpo(path: str) -> None:
    im = quarters(1280, 960)
    im.save(path, "MPO", save_all=True, append_images=[im.resize((400, 300))], quality=95)


def heic(path: str, width: str = "1280", height: str = "960") -> None:
    import pillow_heif

    pillow_heif.from_pillow(quarters(int(width), int(height))).save(path, quality=90)


def _box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(body), kind) + body


def _full(kind: bytes, version: int, flags: int, body: bytes) -> bytes:
    return _box(kind, struct.pack(">I", version << 24 | flags) + body)


def _boxes(data: bytes, at: int = 0, end: int | None = None) -> Iterator[tuple[bytes, int, int]]:
    end = len(data) if end is None else end
    while at + 8 <= end:
        size, kind = struct.unpack(">I4s", data[at : at + 8])
        size = size or end - at
        yield kind, at + 8, at + size
        at += size


def heic_grid(path: str, columns: int | str = 3, rows: int | str = 2, side: int | str = 512) -> None:  # noqa: C901 - one for each box of the file
    """Write a HEIC as phones do: tiles of HEVC and a grid item that joins them (ISO/IEC 23008-12, 6.6.2.3)."""
    import pillow_heif

    columns, rows, side = int(columns), int(rows), int(side)
    whole = quarters(columns * side, rows * side)
    tiles, config = [], b""
    for r in range(rows):
        for c in range(columns):
            out = io.BytesIO()
            part = whole.crop((c * side, r * side, (c + 1) * side, (r + 1) * side))
            pillow_heif.from_pillow(part).save(out, quality=90)
            data = out.getvalue()
            for kind, a, b in _boxes(data):
                if kind == b"meta":
                    for k, x, y in _boxes(data, a + 4, b):
                        if k == b"iprp":
                            for k2, x2, y2 in _boxes(data, x, y):
                                if k2 == b"ipco":
                                    config = next(data[p:q] for k3, p, q in _boxes(data, x2, y2) if k3 == b"hvcC")
                elif kind == b"mdat":
                    tiles.append(data[a:b])
    # keep the bytes of the one image item: pillow-heif writes a single item, so mdat is that item
    n = len(tiles)
    grid = n + 1
    body = struct.pack(">BBBBHH", 0, 0, rows - 1, columns - 1, columns * side, rows * side)
    infe = b"".join(_full(b"infe", 2, 1, struct.pack(">HH4s", i + 1, 0, b"hvc1") + b"\0") for i in range(n))
    infe += _full(b"infe", 2, 0, struct.pack(">HH4s", grid, 0, b"grid") + b"\0")
    iinf = _full(b"iinf", 0, 0, struct.pack(">H", n + 1) + infe)
    iref = _full(
        b"iref", 0, 0, _box(b"dimg", struct.pack(">HH", grid, n) + b"".join(struct.pack(">H", i + 1) for i in range(n)))
    )
    ipco = _box(
        b"ipco",
        _box(b"hvcC", config)
        + _full(b"ispe", 0, 0, struct.pack(">II", side, side))
        + _full(b"ispe", 0, 0, struct.pack(">II", columns * side, rows * side))
        + _full(b"pixi", 0, 0, b"\x03\x08\x08\x08"),
    )
    ipma = struct.pack(">I", n + 1)
    for i in range(n):
        ipma += struct.pack(">HB", i + 1, 2) + bytes([0x81, 0x02])
    ipma += struct.pack(">HB", grid, 2) + bytes([0x03, 0x04])
    iprp = _box(b"iprp", ipco + _full(b"ipma", 0, 0, ipma))
    hdlr = _full(b"hdlr", 0, 0, struct.pack(">I4s12s", 0, b"pict", b"") + b"\0")
    pitm = _full(b"pitm", 0, 0, struct.pack(">H", grid))
    ftyp = _box(b"ftyp", b"heic" + struct.pack(">I", 0) + b"mif1heic")
    payloads = [*tiles, body]

    def iloc(base: int) -> bytes:
        out, at = b"", base
        for i, data in enumerate(payloads):
            out += struct.pack(">HHHHII", i + 1, 0, 0, 1, at, len(data))
            at += len(data)
        return _full(b"iloc", 1, 0, struct.pack(">BBH", 0x44, 0x00, len(payloads)) + out)

    def meta(base: int) -> bytes:
        return _full(b"meta", 0, 0, hdlr + pitm + iloc(base) + iinf + iref + iprp)

    base = len(ftyp) + len(meta(0)) + 8
    Path(path).write_bytes(ftyp + meta(base) + _box(b"mdat", b"".join(payloads)))
    heif = pillow_heif.open_heif(path)
    assert heif.size == (columns * side, rows * side), heif.size
    got = np.asarray(heif.to_pillow().convert("RGB")).astype(int)
    assert np.abs(got[20, 20] - RED).max() < 12
    assert np.abs(got[-20, -20] - YELLOW).max() < 12


def p3_profile() -> bytes:
    """Display P3: sRGB's curves with P3's primaries, adapted to D50."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    primaries = {
        b"rXYZ": (0.51512, 0.24120, -0.00105),
        b"gXYZ": (0.29198, 0.69225, 0.04189),
        b"bXYZ": (0.15710, 0.06657, 0.78407),
    }
    for i in range(struct.unpack(">I", profile[128:132])[0]):
        name, at, _size = struct.unpack(">4sII", profile[132 + 12 * i : 144 + 12 * i])
        if name in primaries:
            profile[at + 8 : at + 20] = struct.pack(">iii", *(round(v * 65536) for v in primaries[name]))
    return bytes(profile)


P3 = (80, 190, 80)


def p3_jpeg(path: str) -> None:
    """All of one colour, in Display P3; prints what it is in sRGB."""
    im = Image.new("RGB", (1280, 720), P3)
    im.save(path, "JPEG", quality=97, subsampling=0, icc_profile=p3_profile())
    srgb = ImageCms.profileToProfile(
        im, ImageCms.ImageCmsProfile(io.BytesIO(p3_profile())), ImageCms.createProfile("sRGB")
    )
    assert srgb is not None
    print(*np.asarray(srgb)[9, 9])


def cmyk_jpeg(path: str) -> None:
    """Write a CMYK JPEG as print shops send it (Adobe: inverted); print the colour that Pillow reads."""
    Image.new("CMYK", (1280, 720), (20, 200, 200, 10)).save(path, "JPEG", quality=97)
    print(*np.asarray(Image.open(path).convert("RGB"))[9, 9])


def grey16(path: str) -> None:
    line = np.tile(np.linspace(0, 65535, 1280), (720, 1)).astype(np.uint16)
    Image.fromarray(line).save(path)


def write_animation(path: str, form: str) -> None:
    frames = [Image.new("RGB", (320, 180), c) for c in (RED, GREEN, BLUE)]
    frames[0].save(path, form, save_all=True, append_images=frames[1:], duration=1000, loop=0)


def tiff_pages(path: str) -> None:
    pages = [quarters(1280, 960), Image.new("RGB", (1280, 960), "white")]
    pages[0].save(path, "TIFF", save_all=True, append_images=pages[1:])


def megapixels(path: str, width: str = "8160", height: str = "6120") -> None:
    small = Image.fromarray(
        np.random.default_rng(1).integers(0, 255, (int(height) // 40, int(width) // 40, 3), np.uint8)
    )
    small.resize((int(width), int(height)), Image.Resampling.BICUBIC).save(path, "JPEG", quality=88)


def card_with_words(path: str, ground: str = "black", ink: str = "white") -> None:
    from PIL import ImageDraw

    im = Image.new("RGB", (1280, 720), ground)
    ImageDraw.Draw(im).text((560, 345), "three years later", fill=ink)
    im.save(path)


# ---- videos
def write_display_matrix(source: str, target: str, *numbers: str) -> None:
    """Write a display matrix (a b c d, of 16.16) into the header of the video track."""
    data = bytearray(Path(source).read_bytes())
    a, b, c, d = (round(float(n) * 65536) for n in numbers)
    at = data.find(b"tkhd")
    version = data[at + 4]
    where = at + 4 + 4 + (20 if version == 0 else 32) + 8 + 8  # times and ids, reserved, layer to reserved
    data[where : where + 36] = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 0x40000000)
    Path(target).write_bytes(data)


# ---- meters
def _frame(video: str, second: str) -> NDArray[np.int64]:
    argv = [
        "ffmpeg",
        "-nostdin",
        "-v",
        "error",
        "-ss",
        str(second),
        "-i",
        video,
        "-frames:v",
        "1",
        "-f",
        "image2pipe",
        "-c:v",
        "png",
        "-",
    ]
    return np.asarray(
        Image.open(io.BytesIO(subprocess.run(argv, capture_output=True, check=True).stdout)).convert("RGB")
    ).astype(int)


def rgb(video: str, second: str, x: str = "0.5", y: str = "0.5") -> None:
    im = _frame(video, second)
    high, wide = im.shape[:2]
    cx, cy = int(float(x) * (wide - 1)), int(float(y) * (high - 1))
    part = im[max(cy - 4, 0) : cy + 5, max(cx - 4, 0) : cx + 5]
    print(*(round(v) for v in part.reshape(-1, 3).mean(axis=0)))


def near(tolerance: str, *numbers: str) -> None:
    half = len(numbers) // 2
    far = max(abs(float(a) - float(b)) for a, b in zip(numbers[:half], numbers[half:], strict=False))
    sys.exit(far > float(tolerance))


def samples(path: str, start: str = "0", seconds: str = "9999") -> NDArray[np.float32]:
    argv = [
        "ffmpeg",
        "-nostdin",
        "-v",
        "error",
        "-ss",
        start,
        "-t",
        seconds,
        "-i",
        path,
        "-ac",
        "1",
        "-ar",
        "48000",
        "-f",
        "f32le",
        "-",
    ]
    return np.frombuffer(subprocess.run(argv, capture_output=True, check=True).stdout, np.float32)


def tone(path: str, start: str, seconds: str, hz: str) -> None:
    waveform = samples(path, start, seconds)
    if not len(waveform):
        print(-120)
        return
    window = np.hanning(len(waveform))
    t = np.arange(len(waveform)) / 48000
    level = 2 * abs(np.sum(waveform * window * np.exp(-2j * np.pi * float(hz) * t))) / window.sum()
    print(round(20 * np.log10(max(level, 1e-6))))


def level(path: str, start: str = "0", seconds: str = "9999") -> None:
    waveform = samples(path, start, seconds)
    print(round(20 * np.log10(max(float(np.sqrt(np.mean(waveform**2))) if len(waveform) else 0, 1e-6))))


def text_rows(video: str, second: str, ground: str) -> None:
    """First and last row, as shares of the height, that differ from an even ground (r,g,b) in the middle half."""
    im = _frame(video, second)
    colour = np.array([int(v) for v in ground.split(",")])
    high, wide = im.shape[:2]
    off = np.abs(im[:, wide // 10 : -wide // 10] - colour).max(axis=2) > 60
    rows = np.flatnonzero(off.any(axis=1))
    print(f"{rows[0] / high:.3f} {(rows[-1] + 1) / high:.3f}" if len(rows) else "none none")


if __name__ == "__main__":
    names = {name.replace("_", "-"): f for name, f in globals().items() if callable(f) and not name.startswith("_")}
    names["quarters"] = quarters_file
    names[sys.argv[1]](*sys.argv[2:])
