export default {
  title: "Choose a file",
  drop: "Drop images, videos or sound here",
  choose: "Choose files",
  limits: "Up to 200 MB each. Photos and videos from a phone (HEIC, MOV) work too.",
  mine: "My files",
  ready: "{name} is ready.",
  remove: "Remove {name}",
  checking: "The file is being checked …",
};
