#!/usr/bin/env bash
# Pillow 13.0.0 with Raqm: `font.getlength` lets HarfBuzz read the rules of the font again for each text, although the
# font object stays open. With most fonts that takes microseconds; Noto Nastaliq Urdu has hundreds of large rules.
# Expected before the run: the first text of an open font takes longer, and each further one takes about as long as with
# HarfBuzz itself, below 0.1 ms.
# Seen: each word of Urdu takes some 5 ms, and HarfBuzz with one open font takes some 0.01 ms. HarfBuzz with a new font
# for each text takes as long as Pillow. A caption whose words are measured one by one took 0.7 s until the renderer
# kept the lengths.
# Needs Debian's fonts-noto-core and libfribidi0. Exits with an error when that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check pillow==13.0.0 uharfbuzz==0.57.0
"$folder/venv/bin/python" - <<'PYTHON'
import sys
import time

import PIL
import uharfbuzz
from PIL import ImageFont

PATH = "/usr/share/fonts/truetype/noto/NotoNastaliqUrdu-Bold.ttf"
WORDS = ["کھیلتے", "پاکستان", "سمجھتے", "نستعلیق", "ہنستے"]


def measure(shape):
    shape("پر")
    start = time.perf_counter()
    for word in WORDS * 4:
        shape(word)
    return (time.perf_counter() - start) / 20 * 1000


def open_font():
    return uharfbuzz.Font(uharfbuzz.Face(uharfbuzz.Blob.from_file_path(PATH)))


def shape(word, font):
    buffer = uharfbuzz.Buffer()
    buffer.add_str(word)
    buffer.guess_segment_properties()
    uharfbuzz.shape(font, buffer)


pillow = ImageFont.truetype(PATH, 40, layout_engine=ImageFont.Layout.RAQM)
kept = open_font()
by_pillow, by_kept = measure(pillow.getlength), measure(lambda word: shape(word, kept))
by_new = measure(lambda word: shape(word, open_font()))
print(f"Pillow {PIL.__version__}: {by_pillow:.2f} ms for each word with its open font")
print(f"HarfBuzz {uharfbuzz.version_string()}: {by_kept:.3f} ms with one open font, {by_new:.2f} ms with a new one each time")
if by_pillow < 30 * by_kept or by_new < 30 * by_kept:
    sys.exit("this has changed: expected Pillow to take a hundred times as long as HarfBuzz with an open font")
PYTHON
