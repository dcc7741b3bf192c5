"""Write the video of the race as a page for HyperFrames: its `data-` attributes, and one keyframe for each frame."""

import html
import json

from tests.bench.race.description import Json

_STYLE = """
@font-face { font-family: Video; src: url(%(font)s); }
body { margin: 0; background: black; }
#root { position: relative; width: %(width)dpx; height: %(height)dpx; overflow: hidden; }
.clip, .fade { position: absolute; inset: 0; overflow: hidden; }
.fade > img { position: absolute; left: 0; top: 0; transform-origin: 0 0; }
.cue { display: flex; align-items: flex-end; justify-content: center; padding-bottom: 70px; box-sizing: border-box;
  font: 54px Video, sans-serif; line-height: 1.25; text-align: center; white-space: pre-line; color: white;
  -webkit-text-stroke: 6px black; paint-order: stroke fill; }
.mark { position: absolute; left: %(x)dpx; top: %(y)dpx; }
"""

# HyperFrames seeks every animation of the Web Animations API to the time of the frame
_SCRIPT = """
for (const {id, start, length, frames, fade} of MOVES) {
  const timing = {delay: start, duration: length, easing: "linear", fill: "both"};
  const clip = document.getElementById(id);
  clip.querySelector("img").animate(frames.map(transform => ({transform})), timing).pause();
  const shown = [{opacity: 0}, {opacity: 1}];
  if (fade) clip.querySelector(".fade").animate(shown, {...timing, duration: fade}).pause();
}
"""


def write_page(video: Json) -> str:
    """Return index.html; every path of ``video`` is relative to its folder."""
    fps, seconds = video["fps"], video["frames"] / video["fps"]
    mark = video["watermark"]
    style = _STYLE % {**{key: video[key] for key in ("font", "width", "height")}, "x": mark["x"], "y": mark["y"]}
    elements, moves = [], []
    for i, clip in enumerate(video["clips"]):
        time = f'data-start="{clip["start"] / fps}" data-duration="{clip["frames"] / fps}" data-track-index="{i}"'
        image = f'<div class="fade"><img src="{clip["path"]}"></div>'
        elements.append(f'<div class="clip" id="clip{i}" style="z-index: {i}" {time}>{image}</div>')
        moves.append(
            {
                "id": f"clip{i}",
                "start": clip["start"] * 1000 / fps,
                "length": (clip["frames"] - 1) * 1000 / fps,
                "fade": clip["fade"] * 1000 / fps,
                "frames": [_make_matrix(box, video["width"]) for box in clip["boxes"]],
            }
        )
    for i, cue in enumerate(video["cues"]):
        time = f'data-start="{cue["start"] / fps}" data-duration="{(cue["end"] - cue["start"]) / fps}"'
        text = html.escape("\n".join(cue["lines"]))
        elements.append(
            f'<div class="clip cue" id="cue{i}" style="z-index: 50" {time} data-track-index="20">{text}</div>'
        )
    elements.append(f'<img class="mark" style="z-index: 60" src="{mark["path"]}">')
    for i, voice in enumerate(video["voices"]):
        time = f'data-start="{voice["start_sec"]}" data-duration="{voice["length_sec"]}"'
        elements.append(
            f'<audio id="voice{i}" src="{voice["path"]}" {time} data-track-index="30" data-volume="1"></audio>'
        )
    if music := video["music"]:
        time = f'data-start="0" data-duration="{seconds}" data-volume="{music["volume"]}"'
        elements.append(f'<audio id="music" src="{music["path"]}" {time} data-track-index="31"></audio>')
    size = f'data-width="{video["width"]}" data-height="{video["height"]}" data-fps="{fps}"'
    root = (
        f'<div id="root" data-composition-id="root" data-no-timeline data-start="0" data-duration="{seconds}" {size}>'
    )
    body = "\n".join([root, *elements, "</div>"])
    script = f"const MOVES = {json.dumps(moves)};{_SCRIPT}"
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><style>{style}</style></head>\n'
        f"<body>\n{body}\n<script>{script}</script>\n</body></html>\n"
    )


def _make_matrix(box: list[float], width: int) -> str:
    left, top, wide, _ = box
    scale = width / wide
    return f"matrix({scale:.8f},0,0,{scale:.8f},{-left * scale:.5f},{-top * scale:.5f})"
