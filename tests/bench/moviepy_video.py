"""Render the same video with MoviePy 2, written as its documentation shows.

The Python of .venv/moviepy runs this program, since MoviePy needs an older Pillow than ours: ``moviepy_video.py
SETTINGS.json``. The timeline in it is ours as JSON; ``store`` is the folder of its blobs.
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
    afx,
    vfx,
)

SAMPLE_RATE = 48_000
Json = dict[str, Any]


def main() -> None:
    settings = json.loads(Path(sys.argv[1]).read_text())
    timeline, store = settings["timeline"], Path(settings["store"])
    fps, size = timeline["fps"], (timeline["width"], timeline["height"])
    seconds = timeline["frames"] / fps
    layers: list[VideoClip] = [_show_image(clip, store, fps, size) for clip in timeline["clips"]]
    for cue in timeline["burned_captions"]:
        text = TextClip(
            font=settings["font"],
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
    mark = ImageClip(settings["watermark"]).with_duration(seconds).with_position(tuple(settings["watermark_at"]))
    video = CompositeVideoClip([*layers, mark], size=size).with_duration(seconds)
    audio_clips: list[AudioClip] = [
        AudioFileClip(str(store / voice["media"]["blob"])).with_start(voice["start"] / SAMPLE_RATE)
        for voice in timeline["narrations"]
    ]
    if music := timeline["music"]:
        effects = [afx.AudioLoop(duration=seconds), afx.MultiplyVolume(10 ** (music["volume_db"] / 20))]
        audio_clips.append(AudioFileClip(str(store / music["media"]["blob"])).with_effects(effects))
    video = video.with_audio(CompositeAudioClip(audio_clips).with_duration(seconds))
    video.write_videofile(
        settings["output"],
        fps=fps,
        codec="libx264",
        audio_codec="aac",
        preset=settings["preset"],
        ffmpeg_params=settings["options"],
        logger=None,
    )


def _show_image(clip: Json, store: Path, fps: int, size: tuple[int, int]) -> VideoClip:
    image = ImageClip(str(store / clip["media"]["blob"]))
    cover = max(size[0] / image.w, size[1] / image.h)
    seconds, a, b = clip["frames"] / fps, clip["camera"]["start"], clip["camera"]["end"]

    def interpolate(what: str, t: float) -> float:
        return float(a[what] + (b[what] - a[what]) * min(t / seconds, 1))

    def scale(t: float) -> float:
        return float(cover * interpolate("zoom", t))

    def position(t: float) -> tuple[float, float]:
        wide, high = image.w * scale(t), image.h * scale(t)
        return size[0] / 2 - interpolate("x", t) * wide, size[1] / 2 - interpolate("y", t) * high

    effects = [vfx.Resize(scale)]
    if clip["transition"]["frames"]:
        effects.append(vfx.CrossFadeIn(clip["transition"]["frames"] / fps))
    moving = image.with_duration(seconds).with_start(clip["start"] / fps).with_effects(effects)
    return moving.with_position(position)


if __name__ == "__main__":
    main()
