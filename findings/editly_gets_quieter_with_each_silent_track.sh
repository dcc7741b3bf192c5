#!/usr/bin/env bash
# editly 0.14.2 (npm), with ffmpeg 7.0.2 (imageio-ffmpeg 0.6.0): its mixer divides every track by the sum of all `mixVolume`s,
# and counts the silence of clips without audio as one more track of 1.
# Expected before the run: `mixVolume` 1 keeps a track's level, and a track of silence changes nothing.
# Seen: one mono tone at `mixVolume` 1 over a plain clip loses 9.0 dB (6 by that division, 3 as mono becomes stereo); beside
# one silent track it loses 12.5 dB, beside three 17.0 dB.
# Worked around in tests/bench/race/editly/video.mjs (outputVolume). Exits with an error when that changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check imageio-ffmpeg==0.6.0
ffmpeg=$("$folder/venv/bin/python" -c 'import imageio_ffmpeg; print(imageio_ffmpeg.get_ffmpeg_exe())')
cd "$folder"
# without the modules' scripts: the mixer needs neither the canvas nor OpenGL, which would have to be compiled
npm install --silent --no-audit --no-fund --ignore-scripts editly@0.14.2
cat > mix.mjs <<'JS'
import {spawnSync} from 'node:child_process';
import createMixer from './node_modules/editly/audio.js';

const [ffmpeg] = process.argv.slice(2);
const run = (...options) => spawnSync(ffmpeg, ['-y', ...options], {encoding: 'utf8'}).stderr;
const measure = (path) => Number(/mean_volume: (-?[\d.]+)/.exec(run('-i', path, '-af', 'volumedetect', '-f', 'null', '-'))[1]);
run('-f', 'lavfi', '-i', 'sine=1000:d=4:r=48000', 'tone.wav');
run('-f', 'lavfi', '-i', 'anullsrc=r=48000:cl=mono', '-t', '4', 'silence.wav');
const clips = [{duration: 4, transition: {duration: 0}, layers: [{type: 'fill-color'}]}];
const {editAudio} = createMixer({ffmpegPath: ffmpeg, ffprobePath: ffmpeg, tmpDir: '.', verbose: false});
const lost = [];
console.log = () => {};
for (const silent of [0, 1, 3]) {
  const tracks = [{path: 'tone.wav', mixVolume: 1}, ...Array(silent).fill({path: 'silence.wav', mixVolume: 1})];
  const mixed = await editAudio({keepSourceAudio: false, arbitraryAudio: tracks, clipsAudioVolume: 1, clips});
  lost.push((measure('tone.wav') - measure(mixed)).toFixed(1));
}
process.stdout.write(`editly 0.14.2: a tone loses ${lost.join(', ')} dB beside 0, 1, 3 silent tracks\n`);
if ([9, 12.5, 17].some((expected, i) => Math.abs(expected - lost[i]) > 0.2)) {
  process.stdout.write('this has changed: expected 9, 12.5 and 17 dB\n');
  process.exit(1);
}
JS
node mix.mjs "$ffmpeg"
