export default {
  of_scene: "Scene {number}: {kind}",
  plan: "Text of the video",
  image: "image",
  narration: "voice",
  music: "Music",
  sound: "sound effect",
  footage: "footage",
  clip: "clip",
  song: "Song",
  recording: "Voice",
  character: "Character",
};
