#!/usr/bin/env bash
# ffmpeg 7.0.2 (imageio-ffmpeg 0.6.0; 5.1.9 as well): an MP4 with two caption tracks (mov_text), both written with
# `-disposition:s:N 0`, has the first one switched on; and ffmpeg does not read the title of a track that it wrote.
# Expected before the run: no caption track has the flag "enabled" (ISO/IEC 14496-12, tkhd), for none is the default;
# and `-metadata:s:a:0 title=...` is lost, because ffprobe of the file shows `handler_name` alone.
# Seen: the muxer enables the first track of each kind if none is the default, so ffprobe calls it "default" again, and
# a player that heeds the flag shows captions that its viewer did not ask for. The title is in the file all the same
# (udta/name, which QuickTime writes too): only the reader leaves it out, so a test with ffprobe proves nothing.
# Exits with an error when that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check imageio-ffmpeg==0.6.0
"$folder/venv/bin/python" - "$folder" <<'PYTHON'
import subprocess
import sys

import imageio_ffmpeg

ffmpeg, folder = imageio_ffmpeg.get_ffmpeg_exe(), sys.argv[1]
captions, video = f"{folder}/captions.srt", f"{folder}/video.mp4"
with open(captions, "w") as file:
    file.write("1\n00:00:00,000 --> 00:00:01,000\nHello\n")
inputs = ["-f", "lavfi", "-i", "color=s=64x64:d=2", "-f", "lavfi", "-i", "sine=d=2", "-i", captions, "-i", captions]
maps = [part for number in range(4) for part in ("-map", str(number))]
tracks = ["-c:s", "mov_text", "-disposition:s:0", "0", "-disposition:s:1", "0"]
names = ["-metadata:s:a:0", "title=A title", "-metadata:s:s:0", "handler_name=A handler"]
subprocess.run([ffmpeg, "-v", "error", *inputs, *maps, *tracks, *names, video], check=True)

data, at, enabled = open(video, "rb").read(), 0, []
while (at := data.find(b"tkhd", at)) > 0:
    enabled.append(bool(int.from_bytes(data[at + 4 : at + 8], "big") & 1))
    at += 4
print(f"ffmpeg {imageio_ffmpeg.get_ffmpeg_version()}: video, audio and two caption tracks are switched on: {enabled}")
read = subprocess.run([ffmpeg, "-i", video], capture_output=True, text=True).stderr
print(f"  the title is in the file: {b'A title' in data}; ffmpeg reads it back: {'A title' in read}")
if enabled != [True, True, True, False] or b"A title" not in data or "A title" in read or "A handler" not in read:
    sys.exit("this has changed: expected True, True, True, False, and a title that is written and not read")
PYTHON
