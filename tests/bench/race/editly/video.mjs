// The video of the race for editly: `node video.mjs SETTINGS.json`. The fabric layers draw the same crops and captions
// frame by frame, since editly's own zoom knows only the middle of the image.
import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import editly from 'editly';

const {registerFont} = createRequire(import.meta.url)('canvas');
const settings = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const {video, output, options} = settings;
registerFont(video.font, {family: 'Video'});

const load = (fabric, path) => new Promise((resolve) => fabric.util.loadImage(`file://${path}`, resolve));

const drawStill = (clip) => async ({fabric}) => {
  const image = await load(fabric, clip.path);
  return {
    onRender: async (progress, canvas) => {
      const [left, top, wide] = clip.boxes[Math.min(Math.round(progress * clip.frames), clip.frames - 1)];
      const scale = video.width / wide;
      const place = {left: -left * scale, top: -top * scale, scaleX: scale, scaleY: scale};
      canvas.add(new fabric.Image(image, {...place, objectCaching: false}));
    },
  };
};

const drawTexts = (clip) => async ({fabric}) => {
  const mark = await load(fabric, video.watermark.path);
  return {
    onRender: async (progress, canvas) => {
      const frame = clip.start + Math.round(progress * clip.frames);
      const cue = video.cues.find((one) => one.start <= frame && frame < one.end && clip.start <= one.start);
      if (cue) {
        canvas.add(new fabric.Text(cue.lines.join('\n'), {
          originX: 'center', originY: 'bottom', left: video.width / 2, top: video.height - 70, textAlign: 'center',
          fontFamily: 'Video', fontSize: 54, fill: 'white', stroke: 'black', strokeWidth: 6, paintFirst: 'stroke',
        }));
      }
      canvas.add(new fabric.Image(mark, {left: video.watermark.x, top: video.watermark.y}));
    },
  };
};

const clips = video.clips.map((clip, i) => ({
  duration: clip.frames / video.fps,
  transition: video.clips[i + 1]?.fade
    ? {name: 'fade', duration: video.clips[i + 1].fade / video.fps, audioOutCurve: 'nofade', audioInCurve: 'nofade'}
    : {duration: 0},
  layers: [{type: 'fabric', func: drawStill(clip)}, {type: 'fabric', func: drawTexts(clip)}],
}));
const audioTracks = video.voices.map((voice) => ({path: voice.path, start: voice.start_sec, mixVolume: 1}));
if (video.music) audioTracks.push({path: video.music.path, mixVolume: video.music.volume});
// amix divides by the sum of the weights (the first is that of the clips' silence), which makes all of it too quiet
const outputVolume = audioTracks.reduce((sum, track) => sum + track.mixVolume, 1);

await editly({
  outputVolume, outPath: output, width: video.width, height: video.height, fps: video.fps, clips, audioTracks,
  customOutputArgs: ['-acodec', 'aac', '-b:a', '192k', ...options],
});
