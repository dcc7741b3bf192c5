#!/usr/bin/env bash
# libvmaf in ffmpeg 9.0.2 (imageio-ffmpeg 0.8.1): `n_subsample=3` scores frames 0, 3, 6, …, and x264 with two B-frames
# (`b-adapt=0:bframes=2`) codes exactly these as P-frames, which get more bits. The mean is that of the better third.
# Expected before the run: every third frame is a fair sample, within 0.1 of the mean of all frames.
# Seen: all frames 91.15, every third 92.05, every fifth 91.17.
# Used in tests/bench/encoder_search/trial.py. Exits with an error when every third frame is a fair sample.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check imageio-ffmpeg==0.8.1
"$folder/venv/bin/python" - "$folder" <<'PYTHON'
import json
import subprocess
import sys

import imageio_ffmpeg

ffmpeg, folder = imageio_ffmpeg.get_ffmpeg_exe(), sys.argv[1]
source, video = f"{folder}/source.mkv", f"{folder}/video.mkv"
moving = "mandelbrot=s=1280x720:rate=30:start_scale=0.3:end_scale=0.2:end_pts=90,trim=end_frame=91,format=yuv420p"
subprocess.run([ffmpeg, "-v", "error", "-f", "lavfi", "-i", moving, "-c:v", "ffv1", source], check=True)
fields = "b-adapt=0:bframes=2:scenecut=0:keyint=250"
chosen = ["-c:v", "libx264", "-preset", "superfast", "-crf", "23", "-x264-params", fields]
subprocess.run([ffmpeg, "-v", "error", "-i", source, *chosen, video], check=True)
seen = {}
for every in (1, 3, 5):
    log = f"{folder}/{every}.json"
    graph = f"libvmaf=n_subsample={every}:log_path={log}:log_fmt=json"
    argv = [ffmpeg, "-v", "error", "-i", video, "-i", source, "-lavfi", graph, "-f", "null", "-"]
    subprocess.run(argv, check=True)
    with open(log) as file:
        seen[every] = json.load(file)["pooled_metrics"]["vmaf"]["mean"]
    print(f"VMAF of one frame in {every}: {seen[every]:.2f}")
if seen[3] - seen[1] < 0.2 or abs(seen[5] - seen[1]) > 0.5 * (seen[3] - seen[1]):
    sys.exit("this has changed")
PYTHON
