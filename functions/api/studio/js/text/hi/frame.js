export default {
  alt: "दृश्य {number} की झलक",
  alt_words: "दृश्य {number} की झलक: {words}",
  alt_video: "वीडियो की झलक",
  no_image: "चित्र अभी नहीं बना है",
  no_narration: "आवाज़ बनने तक यह लंबाई अनुमान से है",
  wrong_change: "यह बदलाव दिखाया नहीं जा सकता: {problems}",
  time: "वीडियो में स्थान",
  time_of_scene: "दृश्य {number} में स्थान",
  position: "{length} में से {position} सेकंड",
};
