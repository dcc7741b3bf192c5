"""Build the usual filter graph: zoompan on images enlarged to 8000 px, xfade, subtitles, overlay. Without audio."""

from pathlib import Path

import numpy as np
from PIL import Image

from gpu_renderer.text.captions import draw_watermark_overlay
from sutradhar.domain.video.timeline import Clip, Timeline

_ENLARGED = 8000


def build_zoompan_command(
    timeline: Timeline, store: Path, folder: Path, options: dict[str, str], output: Path
) -> list[str]:
    """Return ffmpeg's command; the files that it reads besides the images are written to ``folder``."""
    inputs: list[str] = []
    graph: list[str] = []
    high = _ENLARGED * timeline.height // timeline.width
    for i, clip in enumerate(timeline.clips):
        inputs += ["-i", str(store / clip.media.blob)]
        graph.append(
            f"[{i}:v]scale={_ENLARGED}:{high}:force_original_aspect_ratio=increase:flags=lanczos,"
            f"crop={_ENLARGED}:{high},{_zoompan(clip, timeline)},setsar=1,format=yuv420p[s{i}]"
        )
    label = "s0"
    for i, clip in enumerate(timeline.clips[1:], 1):
        fade = f"xfade=duration={clip.transition.frames / timeline.fps}:offset={clip.start / timeline.fps}"
        graph.append(f"[{label}][s{i}]{fade}[x{i}]")
        label = f"x{i}"
    (folder / "captions.srt").write_text(_srt(timeline))
    mark = draw_watermark(timeline, folder)
    inputs += ["-i", str(folder / "watermark.png")]
    style = "FontName=Noto Sans,FontSize=17,BorderStyle=1,Outline=1,Shadow=1,MarginV=18"
    graph.append(f"[{label}]subtitles=captions.srt:force_style='{style}'[t]")
    graph.append(f"[t][{len(timeline.clips)}:v]overlay={mark[0]}:{mark[1]},format=yuv420p[v]")
    encoder = [part for name, value in options.items() for part in (f"-{name}", value)]
    return [
        "ffmpeg",
        "-v",
        "error",
        "-y",
        *inputs,
        "-filter_complex",
        ";".join(graph),
        "-map",
        "[v]",
        "-r",
        str(timeline.fps),
        "-frames:v",
        str(timeline.frames),
        *encoder,
        str(output),
    ]


def _zoompan(clip: Clip, timeline: Timeline) -> str:
    a, b = clip.camera.start, clip.camera.end
    share = f"on/{max(clip.frames - 1, 1)}"
    zoom = f"{a.zoom}+({b.zoom - a.zoom})*{share}"
    x, y = (f"({p}+({q - p})*{share})*i{side}-i{side}/zoom/2" for p, q, side in ((a.x, b.x, "w"), (a.y, b.y, "h")))
    size = f"{timeline.width}x{timeline.height}"
    return f"zoompan=z='{zoom}':x='{x}':y='{y}':d={clip.frames}:s={size}:fps={timeline.fps}"


def _srt(timeline: Timeline) -> str:
    def stamp(frame: int) -> str:
        ms = round(frame * 1000 / timeline.fps)
        return f"{ms // 3600000:02d}:{ms // 60000 % 60:02d}:{ms // 1000 % 60:02d},{ms % 1000:03d}"

    return "\n".join(
        f"{i}\n{stamp(c.start)} --> {stamp(c.end)}\n{c.text}\n" for i, c in enumerate(timeline.burned_captions, 1)
    )


def draw_watermark(timeline: Timeline, folder: Path) -> tuple[int, int]:
    """Write watermark.png and return its place: left and top."""
    assert timeline.watermark is not None
    overlay = draw_watermark_overlay(timeline.watermark, timeline.width, timeline.height)
    Image.fromarray(np.ascontiguousarray(overlay.rgba)).save(folder / "watermark.png")
    return overlay.x, overlay.y
