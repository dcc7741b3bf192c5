"""Images of phones, cameras, scanners, screens, editors and browsers."""

import io
import subprocess
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from tests.field.lib_tools import heic_grid
from tests.media.corpus.registry import At, Refused, Taken, entry

RED, GREEN, BLUE, YELLOW = (200, 40, 40), (40, 170, 60), (40, 70, 200), (220, 200, 40)
WHITE, BLACK, DARK = (255, 255, 255), (0, 0, 0), (32, 32, 32)


def quarters(width: int, height: int) -> Image.Image:
    """Return red top left, green top right, blue bottom left, yellow bottom right."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[: height // 2, : width // 2], pixels[: height // 2, width // 2 :] = RED, GREEN
    pixels[height // 2 :, : width // 2], pixels[height // 2 :, width // 2 :] = BLUE, YELLOW
    return Image.fromarray(pixels)


def noise(width: int, height: int, sigma: int = 60) -> Image.Image:
    """Return an image that no format compresses, so that half of its file holds half of the image."""
    return Image.effect_noise((width, height), sigma).convert("RGB")


def expect_corners(
    top_left: tuple[int, int, int],
    top_right: tuple[int, int, int],
    bottom_left: tuple[int, int, int],
    bottom_right: tuple[int, int, int],
) -> tuple[At, ...]:
    return At(0.2, 0.2, top_left), At(0.8, 0.2, top_right), At(0.2, 0.8, bottom_left), At(0.8, 0.8, bottom_right)


QUARTERS = expect_corners(RED, GREEN, BLUE, YELLOW)
TURNED = expect_corners(BLUE, RED, YELLOW, GREEN)
"""The quarters, turned a quarter clockwise."""


def orientation(value: int) -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = value
    return exif


def words(ink: tuple[int, ...], mode: str = "RGBA") -> Image.Image:
    """Return large letters and a bar at the left, of one colour on transparency."""
    image = Image.new(mode, (640, 360), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    draw.rectangle((40, 60, 120, 300), fill=ink)
    draw.text((160, 100), "Studio", fill=ink, font=ImageFont.load_default(140))
    return image


@entry("IMG_0001.jpg", "any camera: JPEG", Taken("image", (640, 480), colours=QUARTERS))
def write_jpeg(path: Path) -> None:
    quarters(640, 480).save(path, "JPEG", quality=92)


@entry("IMG_0002.jpg", "phone held upright: EXIF orientation 6", Taken("image", (480, 640), colours=TURNED))
def write_turned_jpeg(path: Path) -> None:
    quarters(640, 480).save(path, "JPEG", quality=92, exif=orientation(6))


@entry("IMG_0003.jpg", "iPhone, Ultra HDR: a second picture (MPO)", Taken("image", (1280, 960), colours=QUARTERS))
def write_mpo(path: Path) -> None:
    second = Image.new("L", (320, 240), 128).convert("RGB")
    quarters(1280, 960).save(path, "MPO", save_all=True, append_images=[second], quality=95)


@entry("PXL_20260101.MP.jpg", "Pixel, Galaxy: a motion photo", Taken("image", (640, 480), colours=QUARTERS))
def write_motion_photo(path: Path) -> None:
    video = path.with_suffix(".mp4")
    source = ["-f", "lavfi", "-i", "testsrc2=s=160x90:d=1", "-c:v", "libx264", "-preset", "ultrafast"]
    subprocess.run(["ffmpeg", "-v", "error", "-y", *source, str(video)], check=True)
    data = io.BytesIO()
    quarters(640, 480).save(data, "JPEG", quality=92)
    path.write_bytes(data.getvalue() + video.read_bytes())


@entry("IMG_0004.heic", "iPhone: HEIC in one piece", Taken("image", (1280, 960), colours=QUARTERS))
def write_heic(path: Path) -> None:
    import pillow_heif

    pillow_heif.from_pillow(quarters(1280, 960)).save(path, quality=90)


@entry("IMG_0005.heic", "iPhone: HEIC in tiles", Taken("image", (1536, 1024), colours=QUARTERS))
def write_tiled_heic(path: Path) -> None:
    heic_grid(str(path), "3", "2", "512")


@entry("IMG_0006.HEIF", "phone held upright: HEIC that is turned", Taken("image", (480, 640), colours=TURNED))
def write_turned_heic(path: Path) -> None:
    import pillow_heif

    # pillow-heif turns the pixels by the tag and also writes the tag: the saved image must be turned by half
    image = quarters(640, 480).transpose(Image.Transpose.ROTATE_90)
    image.info["exif"] = orientation(6).tobytes()
    pillow_heif.from_pillow(image).save(str(path), format="HEIF", quality=90)


@entry("DSC_9000.jpg", "camera of 108 megapixels", Taken("image", (12000, 9000), colours=QUARTERS), is_large=True)
def write_large_jpeg(path: Path) -> None:
    quarters(12000, 9000).save(path, "JPEG", quality=85)


@entry("IMG_48MP.heic", "iPhone: 48 megapixels", Taken("image", (8064, 6048), colours=QUARTERS), is_large=True)
def write_large_heic(path: Path) -> None:
    import pillow_heif

    pillow_heif.from_pillow(quarters(8064, 6048)).save(path, quality=60)


@entry(
    "panorama.jpg",
    "editor: progressive JPEG of 96 megapixels",
    Taken("image", (16000, 6000), colours=QUARTERS),
    is_large=True,
)
def write_large_progressive_jpeg(path: Path) -> None:
    quarters(16000, 6000).save(path, "JPEG", quality=80, progressive=True, subsampling=2)


@entry("poster.png", "editor: PNG of 64 megapixels", Taken("image", (8000, 8000), colours=QUARTERS), is_large=True)
def write_large_png(path: Path) -> None:
    quarters(8000, 8000).save(path, compress_level=1)


@entry("upscaled.png", "editor: PNG of 108 megapixels", Taken("image", (12000, 9000), colours=QUARTERS), is_large=True)
def write_vast_png(path: Path) -> None:
    quarters(12000, 9000).save(path, compress_level=1)


@entry(
    "A4-1200dpi.tif",
    "scanner: grey, 1200 dots an inch",
    Taken("image", (9921, 14031), colours=(At(0.5, 0.5, (90, 90, 90)),)),
    is_large=True,
)
def write_large_scan(path: Path) -> None:
    Image.new("L", (9921, 14031), 90).save(path, compression="tiff_lzw")


@entry(
    "A4-1200dpi-colour.tif",
    "scanner: colour, 1200 dots an inch",
    Refused("139 million.*save it as a JPEG"),
    is_large=True,
)
def write_too_large_scan(path: Path) -> None:
    Image.new("RGB", (9921, 14031), RED).save(path, compression="tiff_lzw")


@entry(
    "scan16.png",
    "scanner: 16 bits a sample, grey",
    Taken(
        "image", (256, 256), colours=(At(0.25, 0.5, (64, 64, 64), within=2), At(0.75, 0.5, (191, 191, 191), within=2))
    ),
)
def write_deep_grey(path: Path) -> None:
    Image.fromarray(np.tile(np.linspace(0, 65535, 256).astype(np.uint16), (256, 1))).save(path)


@entry(
    "scan-pages.tif",
    "scanner: three pages",
    Taken("image", (400, 300), colours=QUARTERS, notice="first of its 3 pages"),
)
def write_pages(path: Path) -> None:
    others = [Image.new("RGB", (400, 300), colour) for colour in (WHITE, BLACK)]
    quarters(400, 300).save(path, save_all=True, append_images=others, compression="tiff_lzw")


@entry(
    "fax.tif",
    "fax: black and white, Group 4",
    Taken("image", (800, 600), colours=(At(0.2, 0.5, BLACK), At(0.8, 0.5, WHITE))),
)
def write_fax(path: Path) -> None:
    image = Image.new("1", (800, 600), 1)
    image.paste(0, (0, 0, 400, 600))
    image.save(path, compression="group4")


@entry("scan-turned.tif", "scanner: fed sideways", Taken("image", (300, 400), colours=TURNED))
def write_turned_tiff(path: Path) -> None:
    quarters(400, 300).save(path, tiffinfo={274: 6})


@entry("Screenshot 2026-11-27.png", "screenshot: RGBA, opaque", Taken("image", (400, 300), colours=QUARTERS))
def write_screenshot(path: Path) -> None:
    quarters(400, 300).convert("RGBA").save(path)


@entry(
    "logo.png",
    "editor: black letters on transparency",
    Taken("image", (640, 360), colours=(At(0.12, 0.5, BLACK), At(0.03, 0.05, WHITE), At(0.97, 0.95, WHITE))),
)
def write_dark_logo(path: Path) -> None:
    words((0, 0, 0, 255)).save(path)


@entry(
    "logo-white.png",
    "editor: white letters on transparency",
    Taken(
        "image",
        (640, 360),
        notice="dark grey",
        colours=(At(0.12, 0.5, WHITE), At(0.03, 0.05, DARK), At(0.97, 0.95, DARK)),
    ),
)
def write_light_logo(path: Path) -> None:
    words((255, 255, 255, 255)).save(path)


@entry(
    "logo-both.webp",
    "editor: white and black letters",
    Taken(
        "image",
        (640, 360),
        notice="in grey",
        colours=(At(0.12, 0.25, WHITE), At(0.12, 0.75, BLACK), At(0.03, 0.05, (118, 118, 118))),
    ),
)
def write_logo_of_both(path: Path) -> None:
    image = words((255, 255, 255, 255))
    image.paste(words((0, 0, 0, 255)).crop((0, 180, 640, 360)), (0, 180))
    image.save(path, lossless=True, exact=True)


@entry(
    "cutout.png",
    "phone: a person cut out of a photo",
    Taken("image", (400, 400), colours=(At(0.5, 0.5, (150, 100, 80)), At(0.02, 0.02, WHITE))),
)
def write_cutout(path: Path) -> None:
    image = Image.new("RGB", (400, 400), (150, 100, 80))
    mask = Image.new("L", (400, 400))
    ImageDraw.Draw(mask).ellipse((60, 60, 340, 340), fill=255)
    image.putalpha(mask.resize((100, 100)).resize((400, 400), Image.Resampling.BICUBIC))
    image.save(path)


@entry("web.webp", "browser: WebP", Taken("image", (400, 300), colours=QUARTERS))
def write_webp(path: Path) -> None:
    quarters(400, 300).save(path, quality=90)


@entry("web.avif", "browser: AVIF", Taken("image", (400, 300), colours=QUARTERS))
def write_avif(path: Path) -> None:
    quarters(400, 300).save(path, quality=85)


@entry("paint.bmp", "Paint: BMP", Taken("image", (400, 300), colours=QUARTERS))
def write_bmp(path: Path) -> None:
    quarters(400, 300).save(path)


@entry(
    "clipboard.tga", "old program: 32 bits, the fourth byte is nothing", Taken("image", (400, 300), colours=QUARTERS)
)
def write_padded_tga(path: Path) -> None:
    image = quarters(400, 300)
    image.putalpha(0)
    image.save(path)


@entry("favicon.ico", "web site: an icon of several sizes", Taken("image", (256, 256), colours=QUARTERS))
def write_icon(path: Path) -> None:
    quarters(256, 256).save(path, sizes=[(16, 16), (64, 64), (256, 256)])


@entry("old.gif", "browser: GIF that does not move", Taken("image", (400, 300), colours=QUARTERS))
def write_still_gif(path: Path) -> None:
    quarters(400, 300).save(path)


@entry("archive.jp2", "library: JPEG 2000", Taken("image", (400, 300), colours=QUARTERS))
def write_jpeg2000(path: Path) -> None:
    quarters(400, 300).save(path)


@entry("IMG-WA0001.png", "messenger: a JPEG named .png", Taken("image", (400, 300), colours=QUARTERS))
def write_misnamed(path: Path) -> None:
    quarters(400, 300).save(path, "JPEG", quality=92)


@entry("half.jpg", "broken download: half of a JPEG", Refused("JPEG.*breaks off.*download it again"))
def write_half_jpeg(path: Path) -> None:
    noise(640, 480).save(path, quality=90)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@entry("half.heic", "broken copy: half of a HEIC", Refused("HEIC.*breaks off"))
def write_half_heic(path: Path) -> None:
    import pillow_heif

    pillow_heif.from_pillow(noise(640, 480)).save(path, quality=80)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@entry("thumb.png", "a thumbnail", Refused("48x48 pixels"))
def write_tiny(path: Path) -> None:
    quarters(48, 48).save(path)
