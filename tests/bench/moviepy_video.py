"""Render the same video with MoviePy 2, written as its documentation shows.

The Python of .venv/moviepy runs this program, since MoviePy needs an older Pillow than ours: ``moviepy_video.py
SETTINGS.json``. ``video`` in it is the description that ``race/description.py`` writes.
"""

import json
import sys
from pathlib import Path
from typing import Any

from moviepy import (
    AudioClip,
    AudioFileClip,
    CompositeAudioClip,
    CompositeVideoClip,
    ImageClip,
    TextClip,
    VideoClip,
    vfx,
)

Json = dict[str, Any]


def main() -> None:
    settings = json.loads(Path(sys.argv[1]).read_text())
    described = settings["video"]
    fps, size = described["fps"], (described["width"], described["height"])
    seconds = described["frames"] / fps
    layers: list[VideoClip] = [_show_image(clip, fps, size) for clip in described["clips"]]
    for cue in described["cues"]:
        text = TextClip(
            font=described["font"],
            text="\n".join(cue["lines"]),
            font_size=54,
            color="white",
            stroke_color="black",
            stroke_width=2,
            text_align="center",
            margin=(0, 12),
        )
        text = text.with_start(cue["start"] / fps).with_duration((cue["end"] - cue["start"]) / fps)
        layers.append(text.with_position(("center", 0.85), relative=True))
    mark = described["watermark"]
    layers.append(ImageClip(mark["path"]).with_duration(seconds).with_position((mark["x"], mark["y"])))
    video = CompositeVideoClip(layers, size=size).with_duration(seconds)
    sounds: list[AudioClip] = [AudioFileClip(v["path"]).with_start(v["start_sec"]) for v in described["voices"]]
    if music := described["music"]:
        sounds.append(AudioFileClip(music["path"]).with_volume_scaled(music["volume"]))
    video = video.with_audio(CompositeAudioClip(sounds).with_duration(seconds))
    video.write_videofile(
        settings["output"],
        fps=fps,
        codec="libx264",
        audio_codec="aac",
        preset=settings["preset"],
        ffmpeg_params=settings["options"],
        logger=None,
    )


def _show_image(clip: Json, fps: int, size: tuple[int, int]) -> VideoClip:
    image = ImageClip(clip["path"])
    boxes = clip["boxes"]

    def find_box(t: float) -> list[float]:
        return list(boxes[min(round(t * fps), len(boxes) - 1)])

    def scale(t: float) -> float:
        return float(size[0] / find_box(t)[2])

    def position(t: float) -> tuple[float, float]:
        left, top, _, _ = find_box(t)
        return -left * scale(t), -top * scale(t)

    effects = [vfx.Resize(scale)]
    if clip["fade"]:
        effects.append(vfx.CrossFadeIn(clip["fade"] / fps))
    moving = image.with_duration(clip["frames"] / fps).with_start(clip["start"] / fps).with_effects(effects)
    return moving.with_position(position)


if __name__ == "__main__":
    main()
