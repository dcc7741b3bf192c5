"""The same film with MoviePy 2, written as its documentation shows. A program of its own, run by the Python of
.venv/moviepy, since MoviePy needs an older Pillow than ours: ``moviepy_film.py WANTED.json``. The timeline in it is
ours as JSON; ``store`` is where its blobs lie."""

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
    wanted = json.loads(Path(sys.argv[1]).read_text())
    timeline, store = wanted["timeline"], Path(wanted["store"])
    fps, size = timeline["fps"], (timeline["width"], timeline["height"])
    seconds = timeline["frames"] / fps
    layers: list[VideoClip] = [_picture(clip, store, fps, size) for clip in timeline["clips"]]
    for cue in timeline["burned_captions"]:
        text = TextClip(
            font=wanted["font"],
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
    mark = ImageClip(wanted["watermark"]).with_duration(seconds).with_position(tuple(wanted["watermark_at"]))
    film = CompositeVideoClip([*layers, mark], size=size).with_duration(seconds)
    sounds: list[AudioClip] = [
        AudioFileClip(str(store / voice["media"]["blob"])).with_start(voice["start"] / SAMPLE_RATE)
        for voice in timeline["narrations"]
    ]
    if bed := timeline["music"]:
        effects = [afx.AudioLoop(duration=seconds), afx.MultiplyVolume(10 ** (bed["volume_db"] / 20))]
        sounds.append(AudioFileClip(str(store / bed["media"]["blob"])).with_effects(effects))
    film = film.with_audio(CompositeAudioClip(sounds).with_duration(seconds))
    film.write_videofile(
        wanted["output"],
        fps=fps,
        codec="libx264",
        audio_codec="aac",
        preset=wanted["preset"],
        ffmpeg_params=wanted["options"],
        logger=None,
    )


def _picture(clip: Json, store: Path, fps: int, size: tuple[int, int]) -> VideoClip:
    picture = ImageClip(str(store / clip["media"]["blob"]))
    cover = max(size[0] / picture.w, size[1] / picture.h)
    seconds, a, b = clip["frames"] / fps, clip["camera"]["start"], clip["camera"]["end"]

    def between(what: str, t: float) -> float:
        return float(a[what] + (b[what] - a[what]) * min(t / seconds, 1))

    def scale(t: float) -> float:
        return cover * between("zoom", t)

    def position(t: float) -> tuple[float, float]:
        wide, high = picture.w * scale(t), picture.h * scale(t)
        return size[0] / 2 - between("x", t) * wide, size[1] / 2 - between("y", t) * high

    effects = [vfx.Resize(scale)]
    if clip["transition"]["frames"]:
        effects.append(vfx.CrossFadeIn(clip["transition"]["frames"] / fps))
    moving = picture.with_duration(seconds).with_start(clip["start"] / fps).with_effects(effects)
    return moving.with_position(position)


if __name__ == "__main__":
    main()
