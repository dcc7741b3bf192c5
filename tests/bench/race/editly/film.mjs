// The film of the race for editly: `node film.mjs SETTINGS.json`. The fabric layers draw the same crops and captions
// frame by frame, since editly's own zoom knows only the middle of the image.
import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import editly from 'editly';

const {registerFont} = createRequire(import.meta.url)('canvas');
const settings = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const {film, output, options} = settings;
registerFont(film.font, {family: 'Film'});

const load = (fabric, path) => new Promise((resolve) => fabric.util.loadImage(`file://${path}`, resolve));

const drawStill = (clip) => async ({fabric}) => {
  const image = await load(fabric, clip.path);
  return {
    onRender: async (progress, canvas) => {
      const [left, top, wide] = clip.boxes[Math.min(Math.round(progress * clip.frames), clip.frames - 1)];
      const scale = film.width / wide;
      const place = {left: -left * scale, top: -top * scale, scaleX: scale, scaleY: scale};
      canvas.add(new fabric.Image(image, {...place, objectCaching: false}));
    },
  };
};

const drawTexts = (clip) => async ({fabric}) => {
  const mark = await load(fabric, film.watermark.path);
  return {
    onRender: async (progress, canvas) => {
      const frame = clip.start + Math.round(progress * clip.frames);
      const cue = film.cues.find((one) => one.start <= frame && frame < one.end && clip.start <= one.start);
      if (cue) {
        canvas.add(new fabric.Text(cue.lines.join('\n'), {
          originX: 'center', originY: 'bottom', left: film.width / 2, top: film.height - 70, textAlign: 'center',
          fontFamily: 'Film', fontSize: 54, fill: 'white', stroke: 'black', strokeWidth: 6, paintFirst: 'stroke',
        }));
      }
      canvas.add(new fabric.Image(mark, {left: film.watermark.x, top: film.watermark.y}));
    },
  };
};

const clips = film.clips.map((clip, i) => ({
  duration: clip.frames / film.fps,
  transition: film.clips[i + 1]?.fade
    ? {name: 'fade', duration: film.clips[i + 1].fade / film.fps, audioOutCurve: 'nofade', audioInCurve: 'nofade'}
    : {duration: 0},
  layers: [{type: 'fabric', func: drawStill(clip)}, {type: 'fabric', func: drawTexts(clip)}],
}));
const audioTracks = film.voices.map((voice) => ({path: voice.path, start: voice.start_sec, mixVolume: 1}));
if (film.music) audioTracks.push({path: film.music.path, mixVolume: film.music.volume});
// amix divides by the sum of the weights (the first is that of the clips' silence), which makes all of it too quiet
const outputVolume = audioTracks.reduce((sum, track) => sum + track.mixVolume, 1);

await editly({
  outputVolume, outPath: output, width: film.width, height: film.height, fps: film.fps, clips, audioTracks,
  customOutputArgs: ['-acodec', 'aac', '-b:a', '192k', ...options],
});
