"""Describe the video of the race in JSON for programs that know nothing of ours: images with the crop of every frame,
captions, the watermark, voices and music."""

import wave
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from gpu_renderer.image.camera import crop_at
from gpu_renderer.text.fonts import find_typeface
from sutradhar.domain.assets.asset import SAMPLE_RATE
from sutradhar.domain.video.timeline import Clip, Timeline
from tests.bench.zoompan import draw_watermark

Json = dict[str, Any]


def describe_video(timeline: Timeline, store: Path, folder: Path) -> Json:
    """Return the video as JSON; ``folder`` gets watermark.png and music.wav, as long as the video.

    ``boxes`` of a clip are the crops of its frames: left, top, width and height in pixels of its image.
    """
    left, top = draw_watermark(timeline, folder)
    with Image.open(folder / "watermark.png") as opened:
        wide, high = opened.size
    described: Json = {
        "fps": timeline.fps,
        "width": timeline.width,
        "height": timeline.height,
        "frames": timeline.frames,
        "font": str(find_typeface().latin.path),
        "clips": [_describe_clip(clip, timeline, store) for clip in timeline.clips],
        "cues": [{"start": c.start, "end": c.end, "lines": list(c.lines)} for c in timeline.burned_captions],
        "watermark": {"path": str(folder / "watermark.png"), "x": left, "y": top, "width": wide, "height": high},
        "voices": [
            {
                "path": str(store / voice.media.blob),
                "start_sec": voice.start / SAMPLE_RATE,
                "length_sec": voice.samples / SAMPLE_RATE,
            }
            for voice in timeline.narrations
        ],
        "music": None,
    }
    if track := timeline.music:
        _write_looped(store / track.media.blob, folder / "music.wav", timeline.duration_sec)
        described["music"] = {"path": str(folder / "music.wav"), "volume": 10 ** (track.volume_db / 20)}
    return described


def _describe_clip(clip: Clip, timeline: Timeline, store: Path) -> Json:
    path = store / clip.media.blob
    with Image.open(path) as opened:
        size = opened.size
    boxes = [crop_at(clip.camera, n, clip.frames, size, timeline.width / timeline.height) for n in range(clip.frames)]
    return {
        "path": str(path),
        "image_width": size[0],
        "image_height": size[1],
        "start": clip.start,
        "frames": clip.frames,
        "fade": clip.transition.frames,
        "boxes": [[round(n, 4) for n in (box.left, box.top, box.width, box.height)] for box in boxes],
    }


def _write_looped(source: Path, target: Path, seconds: float) -> None:
    with wave.open(str(source)) as opened:
        parameters = opened.getparams()
        samples = np.frombuffer(opened.readframes(parameters.nframes), np.int16)
    needed = round(seconds * parameters.framerate) * parameters.nchannels
    with wave.open(str(target), "wb") as target_file:
        target_file.setparams(parameters)
        target_file.writeframes(np.resize(samples, needed).tobytes())
