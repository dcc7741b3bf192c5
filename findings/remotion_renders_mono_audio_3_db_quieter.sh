#!/usr/bin/env bash
# Remotion 4.0.527 (npm; its licence allows evaluation), with Debian's chromium-headless-shell: a mono audio file is rendered
# 3 dB quieter than a stereo file of the same samples, as its `ffmpeg -ac 2` spreads the power over two channels.
# Expected before the run: an <Html5Audio> with volume 1 keeps its samples in the rendered video, as the player in the browser
# plays them on both sides, so voice (mono) and music (stereo) keep the balance of the preview.
# Seen: a tone of -21.1 dB is rendered at -24.1 dB from the mono file and at -21.1 dB from the stereo file.
# Our bench's table (docs/bench/race.md) shows it as 3 LUFS. Exits with an error when that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
browser=$(command -v chromium-headless-shell) || { echo "install Debian's chromium-headless-shell first" >&2; exit 2; }
cd "$folder"
echo '{"name": "finding", "private": true}' > package.json
npm install --silent --no-audit --no-fund --ignore-scripts remotion@4.0.527 @remotion/cli@4.0.527 react@19.1.0 react-dom@19.1.0
cat > index.jsx <<'JSX'
import {Composition, Html5Audio, registerRoot, staticFile} from 'remotion';

const Tone = ({file}) => <Html5Audio src={staticFile(file)} />;
registerRoot(() => (
  <Composition id="Tone" component={Tone} durationInFrames={40} fps={20} width={64} height={64} defaultProps={{file: ''}} />
));
JSX
mkdir public
ffmpeg -v error -f lavfi -i sine=1000:d=2:r=48000 -c:a pcm_s16le public/mono.wav
ffmpeg -v error -i public/mono.wav -af "pan=stereo|c0=c0|c1=c0" -c:a pcm_s16le public/stereo.wav
measure() { ffmpeg -hide_banner -i "$1" -af volumedetect -f null - 2>&1 | sed -n 's/.*mean_volume: \(.*\) dB/\1/p'; }
for kind in mono stereo; do
  ./node_modules/.bin/remotion render index.jsx Tone $kind.mp4 --props="{\"file\": \"$kind.wav\"}" \
    --browser-executable="$browser" --log=error >/dev/null
done
echo "Remotion 4.0.527: source $(measure public/mono.wav) dB; rendered from mono $(measure mono.mp4) dB, from stereo $(measure stereo.mp4) dB"
python3 - "$(measure mono.mp4)" "$(measure stereo.mp4)" <<'PYTHON'
import sys

mono, stereo = map(float, sys.argv[1:])
if abs(mono + 24.1) > 0.3 or abs(stereo + 21.1) > 0.3:
    sys.exit("this has changed: expected -24.1 and -21.1 dB")
PYTHON
