#!/usr/bin/env bash
# pillow-heif 1.8.1 (libheif 1.23.6, Pillow 13.0.0): a photo with EXIF orientation 6 or 8 that is saved through
# `pillow_heif.from_pillow(photo).save(...)` comes back turned twice; through `photo.save(..., "HEIF")` it is right.
# Expected before the run: both ways give the photo as `ImageOps.exif_transpose` shows it: upright, 480x640.
# Seen: from_pillow turns the pixels and keeps the tag, the encoder writes that tag as a rotation (irot), and every
# reader turns the pixels once more: 640x480, upside down. With orientation 3 the two turns hide each other.
# To make a HEIC like a rotated one of a phone, turn the pixels by half a turn beforehand.
# Exits with an error when that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pillow-heif==1.8.1 pillow==13.0.0
"$folder/venv/bin/python" - "$folder" <<'PYTHON'
import sys

import pillow_heif
from PIL import Image, ImageOps

folder = sys.argv[1]
pillow_heif.register_heif_opener()
names = {(200, 40, 40): "red", (40, 170, 60): "green", (40, 70, 200): "blue", (220, 200, 40): "yellow"}


def photo(orientation):
    image = Image.new("RGB", (640, 480))
    for colour, place in zip(names, ((0, 0), (320, 0), (0, 240), (320, 240))):
        image.paste(colour, (*place, place[0] + 320, place[1] + 240))
    exif = Image.Exif()
    exif[0x0112] = orientation
    image.save(f"{folder}/photo.jpg", quality=95, exif=exif)
    return Image.open(f"{folder}/photo.jpg")


def seen(image):
    corner = image.convert("RGB").getpixel((20, 20))
    nearest = min(names, key=lambda colour: sum((a - b) ** 2 for a, b in zip(colour, corner)))
    return image.size, names[nearest]


found = {}
for orientation in (1, 3, 6, 8):
    source = photo(orientation)
    pillow_heif.from_pillow(source).save(f"{folder}/a.heic", quality=90)
    source.save(f"{folder}/b.heic", "HEIF", quality=90)
    found[orientation] = [
        seen(ImageOps.exif_transpose(source)),
        seen(pillow_heif.open_heif(f"{folder}/a.heic").to_pillow()),
        seen(Image.open(f"{folder}/b.heic")),
    ]
print(f"pillow-heif {pillow_heif.__version__}: size and colour at the top left")
for orientation, (right, by_from_pillow, by_save) in found.items():
    print(f"  orientation {orientation}: right {right}, from_pillow {by_from_pillow}, save as HEIF {by_save}")
expected = {6: ((640, 480), "yellow"), 8: ((640, 480), "yellow")}
if any(one[2] != one[0] for one in found.values()) or any(found[at][1] != expected[at] for at in expected):
    sys.exit("this has changed: expected from_pillow to turn twice (6 and 8: 640x480, yellow), and save to be right")
PYTHON
