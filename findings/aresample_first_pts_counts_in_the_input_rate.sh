#!/usr/bin/env bash
# ffmpeg 7.0.2 (imageio-ffmpeg 0.6.0): `aresample=48000:async=1:first_pts=N` counts N in samples of the rate that comes
# IN, not of the 48000 that go out. The manual says "the time unit is 1 / sample rate" and leaves open which.
# Expected before the run: sound of 44.1 kHz, trimmed at 3 s with first_pts=144000 (3 s at 48 kHz), keeps its time.
# Seen: it loses 0.27 s (144000 / 44100 = 3.265 s), so cuts from a recording run ahead of the image by 8.8 % of their
# place. A resampler before it that only changes the rate makes the two rates equal, and nothing is lost.
# Exits with an error when that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check imageio-ffmpeg==0.6.0 numpy==2.3.5
"$folder/venv/bin/python" - "$folder" <<'PYTHON'
import subprocess
import sys

import imageio_ffmpeg
import numpy as np

ffmpeg, folder = imageio_ffmpeg.get_ffmpeg_exe(), sys.argv[1]
source = f"{folder}/tone.wav"
# silence up to 4.000 s, then a tone
tone = "aevalsrc='if(lt(t,4),0,0.5*sin(2*PI*1000*t))':d=6:s=44100"
subprocess.run([ffmpeg, "-v", "error", "-f", "lavfi", "-i", tone, source], check=True)


def seconds_until_the_tone(filters):
    argv = [ffmpeg, "-v", "error", "-i", source, "-af", filters, "-ac", "1", "-f", "f32le", "-"]
    heard = np.frombuffer(subprocess.run(argv, capture_output=True, check=True).stdout, np.float32)
    return float(np.flatnonzero(np.abs(heard) > 0.05)[0]) / 48000


one = seconds_until_the_tone("atrim=start=3,aresample=48000:async=1:first_pts=144000")
two = seconds_until_the_tone("aresample=48000,atrim=start=3,aresample=48000:async=1:first_pts=144000")
print(f"ffmpeg {imageio_ffmpeg.get_ffmpeg_version()}: cut at 3 s, the tone of second 4 is heard after")
print(f"  {one:.3f} s with one resampler (44100 in, 48000 out), after {two:.3f} s with a second one behind the first")
if abs(one - (4 - 144000 / 44100)) > 0.01 or abs(two - 1) > 0.01:
    sys.exit("this has changed: expected 0.735 s and 1.000 s")
PYTHON
