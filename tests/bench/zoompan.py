"""Build the usual filter graph: zoompan on images enlarged to 8000 px, xfade, subtitles, overlay."""

from pathlib import Path

import numpy as np
from PIL import Image

from gpu_renderer.image.camera import crop_for_pose
from gpu_renderer.text.captions import draw_watermark_overlay
from sutradhar.domain.video.timeline import Clip, Pose, Timeline

_ENLARGED = 8000


def build_zoompan_command(
    timeline: Timeline, store: Path, folder: Path, options: dict[str, str], output: Path, *, with_audio: bool = False
) -> list[str]:
    """Return ffmpeg's command; the files that it reads besides the images are written to ``folder``."""
    inputs: list[str] = []
    graph: list[str] = []
    high = _ENLARGED * timeline.height // timeline.width
    for i, clip in enumerate(timeline.clips):
        inputs += ["-i", str(store / clip.media.blob)]
        with Image.open(store / clip.media.blob) as opened:
            image_size = opened.size
        graph.append(
            f"[{i}:v]scale={_ENLARGED}:{high}:force_original_aspect_ratio=increase:flags=lanczos"
            f":out_color_matrix=bt709:out_range=tv,"
            f"crop={_ENLARGED}:{high},{_zoompan(clip, timeline, image_size)},setsar=1,format=yuv420p[s{i}]"
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
    maps = ["-map", "[v]"]
    if with_audio:
        more, mix = _mix(timeline, store, first=len(timeline.clips) + 1)
        inputs += more
        graph.append(mix)
        maps += ["-map", "[a]", "-c:a", "aac", "-b:a", "192k"]
    encoder = [part for name, value in options.items() for part in (f"-{name}", value)]
    length = ["-r", str(timeline.fps), "-frames:v", str(timeline.frames)]
    chosen = [*maps, *length, *encoder, str(output)]
    return ["ffmpeg", "-v", "error", "-y", *inputs, "-filter_complex", ";".join(graph), *chosen]


def _mix(timeline: Timeline, store: Path, first: int) -> tuple[list[str], str]:
    """Return the inputs of voice and music, the first of which is number ``first``, and the graph that mixes them."""
    inputs, parts, labels = [], [], []
    for i, voice in enumerate(timeline.narrations, first):
        inputs += ["-i", str(store / voice.media.blob)]
        parts.append(f"[{i}:a]aresample=48000,adelay={round(voice.start / 48)}:all=1[n{i}]")
        labels.append(f"[n{i}]")
    if track := timeline.music:
        i = first + len(timeline.narrations)
        inputs += ["-stream_loop", "-1", "-i", str(store / track.media.blob)]
        parts.append(f"[{i}:a]aresample=48000,atrim=end={timeline.duration_sec},volume={track.volume_db}dB[m]")
        labels.append("[m]")
    joined = f"{''.join(labels)}amix=inputs={len(labels)}:normalize=0,apad,atrim=end={timeline.duration_sec}[a]"
    return inputs, ";".join([*parts, joined])


def _zoompan(clip: Clip, timeline: Timeline, image_size: tuple[int, int]) -> str:
    """Return the filter with the same move as ours, eased as by ``ease_in_out``, frame for frame."""
    aspect = timeline.width / timeline.height
    whole = crop_for_pose(Pose(x=0.5, y=0.5, zoom=1.0), image_size, aspect)
    a, b = (crop_for_pose(pose, image_size, aspect) for pose in (clip.camera.start, clip.camera.end))
    # register 0: the share of the time, mirrored in its second half; 1: the share of the way
    half = f"st(0,on/{max(clip.frames - 1, 1)});st(2,if(gt(ld(0),0.5),1-ld(0),ld(0)))"
    way = "st(1,if(lt(ld(2),0.25),(pow(4*ld(2),3)-pow(4*ld(2),4)/2)/3,(ld(2)-0.125)/0.75))"
    eased = f"{half};{way};st(1,if(gt(ld(0),0.5),1-ld(1),ld(1)))"
    wide, left, top = (
        f"({start / full}+({(end - start) / full})*ld(1))"
        for start, end, full in (
            (a.width, b.width, whole.width),
            (a.left - whole.left, b.left - whole.left, whole.width),
            (a.top - whole.top, b.top - whole.top, whole.height),
        )
    )
    size = f"{timeline.width}x{timeline.height}"
    place = f"z='{eased};1/{wide}':x='{eased};iw*{left}':y='{eased};ih*{top}'"
    return f"zoompan={place}:d={clip.frames}:s={size}:fps={timeline.fps}"


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
