"""Animated images: they become clips, and each frame lasts as long as in a browser."""

import io
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw

from tests.media.corpus.images import BLUE, DARK, GREEN, RED, WHITE, quarters
from tests.media.corpus.registry import At, Refused, Taken, entry

SIZE = (240, 180)


def flat(colour: tuple[int, ...], mode: str = "RGB") -> Image.Image:
    return Image.new(mode, SIZE, colour)


def three(path: Path, form: str, durations: list[int], **options: Any) -> None:
    frames = [flat(colour) for colour in (RED, GREEN, BLUE)]
    frames[0].save(path, form, save_all=True, append_images=frames[1:], duration=durations, loop=0, **options)


def moving(seconds: float, *colours: tuple[tuple[int, int, int], float]) -> Taken:
    """Return the expected result for an animation with these colours at these seconds."""
    shown = tuple(At(0.5, 0.5, colour, sec=sec, within=6) for colour, sec in colours)
    return Taken("video", SIZE, seconds, within_sec=0.011, has_audio=False, colours=shown)


UNEVEN = moving(1.7, (RED, 0.1), (GREEN, 0.3), (GREEN, 0.6), (BLUE, 0.8), (BLUE, 1.6))


@entry("party.gif", "browser: GIF of three frames that stand 0.2, 0.5 and 1 s", UNEVEN)
def write_gif(path: Path) -> None:
    three(path, "GIF", [200, 500, 1000])


@entry("party.png", "browser: animated PNG", UNEVEN)
def write_apng(path: Path) -> None:
    three(path, "PNG", [200, 500, 1000])


@entry("party.webp", "messenger: animated WebP", UNEVEN)
def write_webp(path: Path) -> None:
    three(path, "WEBP", [200, 500, 1000], quality=90)


@entry("party.avif", "browser: animated AVIF", UNEVEN)
def write_avif(path: Path) -> None:
    three(path, "AVIF", [200, 500, 1000], quality=90)


@entry(
    "fast.gif",
    "old GIF: frames that say no time stand a tenth of a second",
    moving(0.3, (RED, 0.03), (GREEN, 0.14), (BLUE, 0.25)),
)
def write_gif_without_times(path: Path) -> None:
    three(path, "GIF", [0, 0, 0])


@entry("poster-first.png", "animated PNG with another image for old programs", moving(0.8, (GREEN, 0.1), (BLUE, 0.6)))
def write_apng_with_default(path: Path) -> None:
    frames = [flat(GREEN), flat(BLUE)]
    flat(RED).save(path, "PNG", save_all=True, append_images=frames, duration=[400, 400], default_image=True)


@entry(
    "sticker.webp",
    "messenger: a sticker in white, on transparency",
    Taken(
        "video",
        SIZE,
        0.6,
        has_audio=False,
        notice="dark grey",
        colours=(At(0.25, 0.5, WHITE, 0.1), At(0.75, 0.5, DARK, 0.1), At(0.75, 0.5, WHITE, 0.4)),
    ),
)
def write_sticker(path: Path) -> None:
    frames = []
    for left in (30, 150):
        image = flat((0, 0, 0, 0), "RGBA")
        ImageDraw.Draw(image).ellipse((left, 60, left + 60, 120), fill=(255, 255, 255, 255))
        frames.append(image)
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=300, lossless=True)


@entry("still.gif", "browser: a GIF of one frame", Taken("image", SIZE, colours=(At(0.2, 0.2, RED),)))
def write_single_gif(path: Path) -> None:
    quarters(*SIZE).save(path, save_all=True)


LINES = tuple(
    At(x / 240, 0.5, colour, sec, within=20)
    for x, colour, sec in ((102.5, (255, 0, 0), 0.1), (102.5, WHITE, 0.3), (142.5, (255, 0, 0), 0.3))
)


@entry("pointer.gif", "screen recorder: red lines", Taken("video", SIZE, 0.4, has_audio=False, colours=LINES))
def write_lines(path: Path) -> None:
    frames = []
    for x in (100, 140):
        image = flat((255, 255, 255))
        ImageDraw.Draw(image).rectangle((x, 0, x + 5, SIZE[1]), fill=(255, 0, 0))
        frames.append(image)
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=200)


@entry("half.gif", "broken download: half of an animation", Refused("GIF image that breaks off"))
def write_half_gif(path: Path) -> None:
    frames = [Image.effect_noise(SIZE, 80) for _ in range(4)]
    data = io.BytesIO()
    frames[0].save(data, "GIF", save_all=True, append_images=frames[1:], duration=100)
    path.write_bytes(data.getvalue()[: len(data.getvalue()) * 5 // 8])


@entry(
    "wall.gif",
    "an animation for a video wall",
    Refused("animation of 3 frames of 6000x4000 pixels.*export it as an MP4"),
)
def write_wall(path: Path) -> None:
    frames = [Image.new("1", (6000, 4000), level) for level in (0, 1, 0)]
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=100)
