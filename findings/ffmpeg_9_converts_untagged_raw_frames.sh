#!/usr/bin/env bash
# ffmpeg 9.0.2 (imageio-ffmpeg 0.8.1): if untagged raw frames come in, an output's `-colorspace bt709` converts them, also
# those that are YUV already, as if they were BT.601; `-color_primaries` and `-color_trc` are dropped without a word. ffmpeg
# 7.0.2 (imageio-ffmpeg 0.6.0) converts nothing and writes all four tags.
# Expected before the run: the colour options of an output are tags, as they were: yuv420p frames keep their numbers, and
# the video gets all four tags.
# Seen: Y'CbCr 100/90/200 comes out as 87/97/199 tagged bt709/unknown/unknown in 9.0.2, and as it was tagged bt709 in 7.0.2.
# Pure green as raw RGB gets Y' 173 (BT.709's number) in 9.0.2, and 145 (BT.601's) tagged bt709 in 7.0.2. The same options
# before -i, which describe the raw frames, give the right numbers and tags in both; so does a setparams filter.
# Worked around in gpu_renderer/encode/encoders.py (_COLOURS). Exits with an error when that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for version in 0.6.0 0.8.1; do
  python3 -m venv "$folder/$version"
  "$folder/$version/bin/pip" install --quiet --disable-pip-version-check imageio-ffmpeg==$version
  "$folder/$version/bin/python" - "$folder" <<'PYTHON'
import re
import subprocess
import sys

import imageio_ffmpeg

ffmpeg, folder = imageio_ffmpeg.get_ffmpeg_exe(), sys.argv[1]
tags = "-color_range tv -colorspace bt709 -color_primaries bt709 -color_trc bt709".split()
green = bytes([0, 255, 0]) * (64 * 64 * 5)
purple = (bytes([100]) * 4096 + bytes([90]) * 1024 + bytes([200]) * 1024) * 5


def encode(pixels, frames, before, after):
    video = f"{folder}/video.mp4"
    raw = ["-f", "rawvideo", "-pix_fmt", pixels, "-s", "64x64", "-r", "25", *before, "-i", "-"]
    chosen = ["-c:v", "libx264", "-qp", "0", "-pix_fmt", "yuv420p", *after]
    subprocess.run([ffmpeg, "-v", "error", "-y", *raw, *chosen, video], input=frames, check=True)
    shown = subprocess.run([ffmpeg, "-hide_banner", "-i", video], capture_output=True, text=True, check=False).stderr
    tagged = re.search(r"yuv420p\(tv, ([\w/]+)", shown)
    argv = [ffmpeg, "-v", "error", "-i", video, "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "yuv420p", "-"]
    frame = subprocess.run(argv, capture_output=True, check=True).stdout
    return tagged[1] if tagged else "none", (frame[0], frame[4096], frame[-1])


version = imageio_ffmpeg.get_ffmpeg_version()
seen = {
    "RGB, tags of the output": encode("rgb24", green, [], tags),
    "YUV, tags of the output": encode("yuv420p", purple, [], tags),
    "YUV, tags of the input": encode("yuv420p", purple, tags, []),
}
for name, (tagged, numbers) in seen.items():
    print(f"ffmpeg {version}: {name}: {tagged}, Y'CbCr {'/'.join(map(str, numbers))}")
if version.startswith("n9"):
    expected = [("bt709/unknown/unknown", 173), ("bt709/unknown/unknown", 87), ("bt709", 100)]
else:
    expected = [("bt709", 145), ("bt709", 100), ("bt709", 100)]
if [(tagged, numbers[0]) for tagged, numbers in seen.values()] != expected:
    sys.exit("this has changed")
PYTHON
done
