// The video of the race for Remotion: `remotion render index.jsx Video out.mp4 --props=video.json`.
// Every path in video.json is a name in the public folder.
import {AbsoluteFill, Composition, Html5Audio, Img, Sequence, registerRoot, staticFile, useCurrentFrame} from 'remotion';

const Still = ({clip, width}) => {
  const frame = useCurrentFrame();
  const [left, top, wide] = clip.boxes[Math.min(frame, clip.boxes.length - 1)];
  const scale = width / wide;
  const opacity = clip.fade ? Math.min((frame + 1) / (clip.fade + 1), 1) : 1;
  const transform = `matrix(${scale}, 0, 0, ${scale}, ${-left * scale}, ${-top * scale})`;
  return (
    <AbsoluteFill style={{opacity, overflow: 'hidden'}}>
      <Img src={staticFile(clip.path)} style={{position: 'absolute', left: 0, top: 0, transformOrigin: '0 0', transform}} />
    </AbsoluteFill>
  );
};

const caption = {
  justifyContent: 'flex-end',
  paddingBottom: 70,
  font: '54px Video, sans-serif',
  lineHeight: 1.25,
  textAlign: 'center',
  whiteSpace: 'pre-line',
  color: 'white',
  WebkitTextStroke: '6px black',
  paintOrder: 'stroke fill',
};

const Video = (video) => (
  <AbsoluteFill style={{backgroundColor: 'black'}}>
    <style>{`@font-face { font-family: Video; src: url(${staticFile(video.font)}); }`}</style>
    {video.clips.map((clip) => (
      <Sequence key={clip.start} from={clip.start} durationInFrames={clip.frames}>
        <Still clip={clip} width={video.width} />
      </Sequence>
    ))}
    {video.cues.map((cue) => (
      <Sequence key={cue.start} from={cue.start} durationInFrames={cue.end - cue.start}>
        <AbsoluteFill style={caption}>{cue.lines.join('\n')}</AbsoluteFill>
      </Sequence>
    ))}
    <Img src={staticFile(video.watermark.path)} style={{position: 'absolute', left: video.watermark.x, top: video.watermark.y}} />
    {video.voices.map((voice) => (
      <Sequence key={voice.start_sec} from={Math.round(voice.start_sec * video.fps)}>
        <Html5Audio src={staticFile(voice.path)} />
      </Sequence>
    ))}
    {video.music ? <Html5Audio src={staticFile(video.music.path)} volume={video.music.volume} /> : null}
  </AbsoluteFill>
);

const measure = ({props}) => ({
  durationInFrames: props.frames,
  fps: props.fps,
  width: props.width,
  height: props.height,
});

registerRoot(() => (
  <Composition id="Video" component={Video} durationInFrames={1} fps={30} width={1920} height={1080} calculateMetadata={measure} />
));
