#!/usr/bin/env bash
# ffmpeg 7.0.2 (imageio-ffmpeg 0.6.0), and Debian's 5.1.9: the concat demuxer reads the path of its own list as a URL.
# Expected before the run: names in the list want quoting in folders with spaces, apostrophes or percent signs, and a
# plain name beside the list ("file part.mp4") is found in every folder.
# Seen: apostrophes, spaces, colons, percent signs and Devanagari do no harm; in a folder called "Goa #1" or "what?" the
# demuxer looks for the part beside the list in the parent folder, since it drops all of the path from # or ? on. The same
# list works if ffmpeg runs in the folder and gets only the name of the list.
# Exits with an error when that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check imageio-ffmpeg==0.6.0
"$folder/venv/bin/python" - "$folder" <<'PYTHON'
import os
import subprocess
import sys

import imageio_ffmpeg

ffmpeg, base = imageio_ffmpeg.get_ffmpeg_exe(), sys.argv[1]


def joins(playlist, folder):
    argv = [ffmpeg, "-v", "error", "-f", "concat", "-safe", "0", "-i", playlist, "-c", "copy", "-f", "null", "-"]
    done = subprocess.run(argv, cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode == 0, done.stderr


print(f"ffmpeg {imageio_ffmpeg.get_ffmpeg_version()}")
for name, expected in (("it's", True), ("100%20 : b", True), ("मेरी", True), ("Goa #1", False), ("what?", False)):
    folder = os.path.join(base, name)
    os.mkdir(folder)
    source = "testsrc2=s=64x64:d=1"
    subprocess.run([ffmpeg, "-v", "error", "-f", "lavfi", "-i", source, f"{folder}/part.mp4"], check=True)
    with open(f"{folder}/list.txt", "w", encoding="utf-8") as file:
        file.write("file part.mp4\n")
    found, said = joins(f"{folder}/list.txt", base)
    beside, _ = joins("list.txt", folder)
    print(f"  {name!r}: by its path {'found' if found else 'not found'}, from inside {'found' if beside else 'not found'}")
    if found != expected or not beside:
        sys.exit("this has changed")
    if not found and f"'{base}/part.mp4'" not in said:
        sys.exit(f"this has changed: {said}")
PYTHON
