export default {
  of_scene: "दृश्य {number}: {kind}",
  plan: "वीडियो का पाठ",
  image: "चित्र",
  narration: "आवाज़",
  music: "संगीत",
  sound: "ध्वनि प्रभाव",
  footage: "फ़ुटेज",
  clip: "क्लिप",
  song: "गाना",
  recording: "आवाज़",
  character: "पात्र",
};
