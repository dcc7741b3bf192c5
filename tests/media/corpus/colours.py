"""Images in other colours than 8-bit sRGB: profiles, cameras' colour tags, deep samples, transparency by a key."""

import io
import struct
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms

from sutradhar.media.colour import build_rgb_profile
from tests.field.lib_tools import P3, p3_profile
from tests.media.corpus.images import BLUE, RED, WHITE, quarters
from tests.media.corpus.registry import At, Taken, entry
from tests.media.encoded import raw_png

SIZE = (320, 240)
ADOBE_RGB = ((0.64, 0.33), (0.21, 0.71), (0.15, 0.06))
ADOBE = (100, 180, 90)
"""A green of Adobe RGB (1998)."""


def convert_by_formulas(
    colour: tuple[int, int, int], primaries: tuple[tuple[float, float], ...], gamma: float
) -> tuple[int, int, int]:
    """Return ``colour`` of an RGB space with white D65 in sRGB, by CIE's formulas and without a profile."""

    def to_xyz(xy: tuple[tuple[float, float], ...]) -> np.ndarray:
        columns = np.array([[x / y, 1, (1 - x - y) / y] for x, y in xy]).T
        white = np.array([0.3127 / 0.3290, 1, (1 - 0.3127 - 0.3290) / 0.3290])
        return columns * np.linalg.solve(columns, white)

    light = (
        np.linalg.inv(to_xyz(((0.64, 0.33), (0.30, 0.60), (0.15, 0.06))))
        @ to_xyz(primaries)
        @ ((np.array(colour) / 255) ** gamma)
    )
    light = np.clip(light, 0, 1)
    shown = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055) * 255
    red, green, blue = (int(value) for value in np.rint(shown))
    return red, green, blue


def convert_by_littlecms(colour: tuple[int, int, int], profile: bytes) -> tuple[int, int, int]:
    image = Image.new("RGB", (8, 8), colour)
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    shown = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"))
    assert shown
    red, green, blue = (int(value) for value in np.asarray(shown)[4, 4])
    return red, green, blue


def flat(colour: float | tuple[int, ...] | str, mode: str = "RGB") -> Image.Image:
    return Image.new(mode, SIZE, colour)


def one(colour: tuple[int, int, int], within: int = 4) -> Taken:
    return Taken("image", SIZE, colours=(At(0.5, 0.5, colour, within=within),))


P3_SHOWN = convert_by_littlecms(P3, p3_profile())


@entry("IMG_P3.jpg", "iPhone: Display P3 in a JPEG", one(P3_SHOWN))
def write_p3(path: Path) -> None:
    flat(P3).save(path, "JPEG", quality=97, subsampling=0, icc_profile=p3_profile())


@entry("IMG_P3.heic", "iPhone: Display P3 in a HEIC", one(P3_SHOWN))
def write_p3_heic(path: Path) -> None:
    import pillow_heif

    image = pillow_heif.from_pillow(flat(P3))
    image[0].info["icc_profile"] = p3_profile()
    image.save(path, quality=-1)


@entry("art.png", "drawing program: Adobe RGB profile", one(convert_by_formulas(ADOBE, ADOBE_RGB, 563 / 256)))
def write_adobe(path: Path) -> None:
    flat(ADOBE).save(path, icc_profile=build_rgb_profile(ADOBE_RGB, (563 / 256,)))


@entry(
    "_DSC0001.jpg",
    "camera set to Adobe RGB: EXIF says it, no profile",
    one(convert_by_formulas(ADOBE, ADOBE_RGB, 563 / 256)),
)
def write_adobe_by_exif(path: Path) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[0xA001] = 0xFFFF
    exif.get_ifd(0x8769)[0xA005] = {1: "R03"}
    flat(ADOBE).save(path, quality=97, subsampling=0, exif=exif)


@entry("print.jpg", "print shop: CMYK without a profile", one((226, 53, 53), within=6))
def write_cmyk(path: Path) -> None:
    flat((20, 200, 200, 10), "CMYK").save(path, quality=97)


@entry("print.tif", "print shop: CMYK in a TIFF", one((226, 53, 53), within=6))
def write_cmyk_tiff(path: Path) -> None:
    flat((20, 200, 200, 10), "CMYK").save(path, compression="tiff_lzw")


@entry("lab.tif", "Photoshop: Lab", one((119, 119, 119), within=3))
def write_lab(path: Path) -> None:
    # L* of 50 is a grey of 119; a* and b* are signed
    Image.frombytes("LAB", SIZE, bytes((128, 0, 0)) * (SIZE[0] * SIZE[1])).save(path)


def grey_profile(gamma: float) -> bytes:
    """Return an ICC profile of a grey whose light is its sample to the power of ``gamma``."""
    tags = {
        b"wtpt": struct.pack(">4sI3i", b"XYZ ", 0, 63190, 65536, 54061),
        b"kTRC": struct.pack(">4sIIHH", b"curv", 0, 1, round(gamma * 256), 0),
        b"desc": struct.pack(">4sII", b"desc", 0, 5) + b"grey\0" + bytes(79),
        b"cprt": struct.pack(">4sI", b"text", 0) + b"none",
    }
    table, body, at = struct.pack(">I", len(tags)), b"", 132 + 12 * len(tags)
    for name, data in tags.items():
        table += struct.pack(">4sII", name, at + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    head = struct.pack(">I4sI4s4s4s", 128 + len(table) + len(body), bytes(4), 0x02400000, b"mntr", b"GRAY", b"XYZ ")
    head += struct.pack(">6H4s", 2026, 1, 1, 0, 0, 0, b"acsp") + bytes(28) + struct.pack(">3i", 63190, 65536, 54061)
    return head + bytes(48) + table + body


@entry("grey-profile.jpg", "scanner: grey whose profile is linear", one((188, 188, 188), within=3))
def write_grey_profile(path: Path) -> None:
    flat(128, "L").save(path, quality=97, icc_profile=grey_profile(1.0))


@entry("linear.png", "3-D program: light in proportion to samples (gAMA)", one((188, 188, 188), within=3))
def write_linear(path: Path) -> None:
    data = io.BytesIO()
    flat((128, 128, 128)).save(data, "PNG")
    whole = data.getvalue()
    chunk = raw_png(1, 1, 8, 0, [b"\0"], extra=((b"gAMA", struct.pack(">I", 100_000)),))
    at = chunk.index(b"gAMA") - 4
    path.write_bytes(whole[:33] + chunk[at : at + 16] + whole[33:])


@entry("broken-profile.png", "editor: a profile that is none", one(RED, within=1))
def write_broken_profile(path: Path) -> None:
    flat(RED).save(path, icc_profile=b"this is no profile" * 20)


@entry("wrong-profile.jpg", "editor: a profile of CMYK in an RGB image", one(BLUE))
def write_wrong_profile(path: Path) -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    flat(BLUE).save(path, quality=97, subsampling=0, icc_profile=lab)


def ramp(low: float, high: float) -> np.ndarray:
    return np.tile(np.linspace(low, high, SIZE[0], dtype=np.float32), (SIZE[1], 1))


RAMP = Taken("image", SIZE, colours=tuple(At(x, 0.5, (round(255 * x),) * 3, within=3) for x in (0.1, 0.5, 0.9)))


@entry("render.tif", "3-D program: floats from 0 to 1", RAMP)
def write_floats(path: Path) -> None:
    Image.fromarray(ramp(0, 1)).save(path)


@entry("elevation.tif", "map program: floats from -20 to 3000", RAMP)
def write_elevations(path: Path) -> None:
    Image.fromarray(ramp(-20, 3000)).save(path)


@entry("microscope.tif", "microscope: 16 bits, big-endian", RAMP)
def write_sixteen_bits(path: Path) -> None:
    Image.fromarray(ramp(0, 65535).astype(">u2")).save(path)


@entry("render16.png", "3-D program: 16 bits a sample, RGB", one((255, 128, 1), within=3))
def write_deep_rgb(path: Path) -> None:
    row = np.array([0xFFFF, 0x8000, 0x0100] * SIZE[0], ">u2").tobytes()
    path.write_bytes(raw_png(*SIZE, 16, 2, [row] * SIZE[1]))


def expect_clear_half(shown: tuple[int, int, int]) -> Taken:
    return Taken("image", SIZE, colours=(At(0.25, 0.5, WHITE, within=3), At(0.75, 0.5, shown, within=4)))


@entry("chart.png", "old program: RGB with one colour that is clear (tRNS)", expect_clear_half(RED))
def write_keyed_rgb(path: Path) -> None:
    image = flat(RED)
    image.paste((1, 2, 3), (0, 0, 160, 240))
    image.save(path, transparency=(1, 2, 3))


@entry("stamp.png", "old program: grey with one level that is clear", expect_clear_half((60, 60, 60)))
def write_keyed_grey(path: Path) -> None:
    image = flat(60, "L")
    image.paste(7, (0, 0, 160, 240))
    image.save(path, transparency=7)


@entry("stamp16.png", "old program: 16-bit grey with one clear level", expect_clear_half((64, 64, 64)))
def write_keyed_deep_grey(path: Path) -> None:
    samples = np.full((SIZE[1], SIZE[0]), 0x4040, np.uint16)
    samples[:, :160] = 3000
    Image.fromarray(samples).save(path, transparency=3000)


@entry("button.png", "web editor: a palette with a clear colour", expect_clear_half(BLUE))
def write_keyed_palette(path: Path) -> None:
    image = flat(0, "P")
    image.putpalette([*BLUE, 0, 255, 0])
    image.paste(1, (0, 0, 160, 240))
    image.save(path, transparency=1)


@entry("web10.avif", "browser: AVIF that says Display P3 in numbers", one(P3_SHOWN))
def write_p3_avif(path: Path) -> None:
    flat(P3).save(path, quality=100, subsampling="4:4:4")
    data = bytearray(path.read_bytes())
    at = data.index(b"colrnclx") + 8
    data[at : at + 2] = struct.pack(">H", 12)
    path.write_bytes(data)


@entry("scan.tif", "scanner: JPEG inside a TIFF", Taken("image", SIZE, colours=(At(0.2, 0.2, RED), At(0.2, 0.8, BLUE))))
def write_jpeg_in_tiff(path: Path) -> None:
    quarters(*SIZE).save(path, compression="jpeg", quality=95)
