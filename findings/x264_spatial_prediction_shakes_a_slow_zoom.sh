#!/usr/bin/env bash
# x264 (core 164 in imageio-ffmpeg 0.6.0's ffmpeg 7.0.2), superfast with mbtree and two B-frames: under a slow, even zoom the
# B-frames of the default `direct=spatial` lie beside their place. `direct=temporal` at the same CRF is steadier and smaller.
# Without a pyramid of B-frames, spatial prediction is shakier still. PSNR hardly tells them apart.
# Expected before the run: the kind of direct prediction changes a few bytes, and moves nothing.
# Seen: the displacement against the exact frames changes from frame to frame by (RMS) 0.060 px with spatial and 0.038 px with
# temporal prediction, which takes 8 % fewer bytes; without a pyramid 0.096 and 0.036 px. PSNR is 41.9 to 42.5 dB.
# Used in gpu_renderer/encode/x264_options.py. Exits with an error when temporal prediction is not a quarter steadier.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check imageio-ffmpeg==0.6.0 numpy==2.2.6 \
  opencv-python-headless==4.12.0.88
"$folder/venv/bin/python" - "$folder" <<'PYTHON'
import subprocess
import sys

import cv2
import imageio_ffmpeg
import numpy as np

ffmpeg, folder = imageio_ffmpeg.get_ffmpeg_exe(), sys.argv[1]
wide, high, count = 1280, 720, 60
rng = np.random.default_rng(3)
still = np.zeros((1440, 2560), np.float32)
for size, weight in ((12, 60), (40, 40), (160, 22), (640, 14)):
    octave = rng.standard_normal((size * 9 // 16, size)).astype(np.float32)
    still += weight * cv2.resize(octave, (2560, 1440), interpolation=cv2.INTER_CUBIC)
still = np.clip(still + 120, 16, 235)


def draw(n):
    zoom = 1 + 0.0012 * n
    scale = 2 / zoom
    place = np.array([[scale, 0, 1280 - scale * wide / 2], [0, scale, 720 - scale * high / 2]], np.float32)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.rint(cv2.warpAffine(cv2.blur(still, (2, 2)), place, (wide, high), flags=flags)).astype(np.uint8)


frames = [draw(n) for n in range(count)]
grey = b"\x80" * (wide * high // 2)
raw = b"".join(frame.tobytes() + grey for frame in frames)


def shift(frame, ideal, top, left):
    """Return the displacement of a patch by least squares (Lucas and Kanade)."""
    part = np.s_[top : top + 160, left : left + 160]
    ideal, frame = ideal.astype(np.float64), frame.astype(np.float64)
    down, across = (gradient[part].ravel() for gradient in np.gradient(ideal))
    steps = np.stack([across, down], axis=1)
    return np.linalg.lstsq(steps, (ideal - frame)[part].ravel(), rcond=None)[0]


def measure(fields):
    video = f"{folder}/video.mp4"
    size = ["-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", f"{wide}x{high}", "-r", "30"]
    base = "mbtree=1:rc-lookahead=8:b-adapt=0:bframes=2:weightp=0:scenecut=0:threads=1"
    chosen = ["-c:v", "libx264", "-preset", "superfast", "-crf", "17", "-x264-params", f"{base}:{fields}"]
    subprocess.run([ffmpeg, "-v", "error", "-y", *size, "-i", "-", *chosen, video], input=raw, check=True)
    argv = [ffmpeg, "-v", "error", "-i", video, "-f", "rawvideo", "-pix_fmt", "yuv420p", "-"]
    seen = subprocess.run(argv, capture_output=True, check=True).stdout
    decoded = np.frombuffer(seen, np.uint8).reshape(count, -1)[:, : wide * high].reshape(count, high, wide)
    corners = [(top, left) for top in (60, 280, 500) for left in (100, 400, 700, 1020)]
    places = np.array([[shift(a, b, *corner) for corner in corners] for a, b in zip(decoded, frames)])
    jitter = np.sqrt(np.mean(np.linalg.norm(np.diff(places, axis=0), axis=2) ** 2))
    error = np.mean([(a.astype(float) - b) ** 2 for a, b in zip(decoded, frames)])
    with open(video, "rb") as file:
        return jitter, 10 * np.log10(255**2 / error), len(file.read())


seen = {}
for fields in ("direct=spatial", "direct=temporal", "direct=spatial:b-pyramid=none", "direct=temporal:b-pyramid=none"):
    seen[fields] = measure(fields)
    print(f"{fields:32} jitter {seen[fields][0]:.4f} px, PSNR {seen[fields][1]:.2f} dB, {seen[fields][2]} bytes")
if seen["direct=temporal"][0] > 0.75 * seen["direct=spatial"][0]:
    sys.exit("this has changed")
PYTHON
