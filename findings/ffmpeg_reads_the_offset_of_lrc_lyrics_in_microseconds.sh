#!/usr/bin/env bash
# The tag [offset:+1000] of LRC lyrics says that the lyrics are shown 1000 milliseconds earlier. ffmpeg 9.0 reads the number as
# microseconds: with it a line of 10 s begins at 9.999 s, and only [offset:+1000000] moves it to 9 s. The times of words inside a
# line (<00:13.00>) come out as text, and the last line gets no time at all on the screen.
#
# Expected: 9.000 s for the first line. Players that read LRC take milliseconds.
# Our way around it: domain/song/parse_lyrics.py reads LRC itself.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv venv
venv/bin/pip install -q "imageio-ffmpeg==0.8.1"
ffmpeg=$(venv/bin/python -c 'import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())')
write_lyrics() { printf '[offset:+%s]\n[00:10.00]Down the river\n[00:12.50]Home <00:13.00>we <00:13.50>go\n' "$1" > lyrics.lrc; }
for offset in 1000 1000000; do
  write_lyrics "$offset"
  echo "offset $offset:"
  "$ffmpeg" -v error -i lyrics.lrc -f srt -
done | tee output
diff output - <<'TEXT'
offset 1000:
1
00:00:09,999 --> 00:00:12,499
Down the river

2
00:00:12,499 --> 00:00:12,499
Home <00:13.00>we <00:13.50>go

offset 1000000:
1
00:00:09,000 --> 00:00:11,500
Down the river

2
00:00:11,500 --> 00:00:11,500
Home <00:13.00>we <00:13.50>go

TEXT
echo "as described"
