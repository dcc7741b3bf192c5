export default {
  alt: "Preview of scene {number}",
  alt_words: "Preview of scene {number}: {words}",
  alt_video: "Preview of the video",
  no_image: "The image is not made yet",
  no_narration: "The length is an estimate until the words are spoken",
  wrong_change: "This change cannot be shown: {problems}",
  time: "Position in the video",
  time_of_scene: "Position in scene {number}",
  position: "{position} of {length} seconds",
};
