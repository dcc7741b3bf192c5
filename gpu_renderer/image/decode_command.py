"""Build ffmpeg's arguments that turn a clip into planes of yuv420p, BT.709 in limited range, at exactly the video's
rate. Pure: it reads no file."""

from dataclasses import dataclass
from typing import Any

from gpu_renderer.core.ffmpeg_command import Stream, finish_command, open_file
from gpu_renderer.core.video_source import HDR_PEAK_NITS, SLACK_SEC, VideoSource, count_frames
from sutradhar.media.formats import DEMUXERS

SEEK_FROM_SEC = 10.0
"""Seconds. Before this time seeking saves less than it costs for the frames of a segment, so ffmpeg decodes from the
start."""
_SEEK_AHEAD_SEC = 1.0
"""Seconds by which ffmpeg seeks ahead, since it may seek by decoding times, which differ from display times."""
_HDR_WHITE_NITS = 203
"""Reference white of HDR (ITU-R BT.2408-7, 2.1), which becomes the video's white before highlights are compressed."""
_BACKDROP = 0.45
"""Brightness of the blurred copy behind a fitted clip, as a share of the clip's."""
_BACKDROP_SHRINK = 16
"""The copy is blurred at this fraction of the frame's size."""


@dataclass(frozen=True)
class ScaledCrop:
    """A part of the source and the size (width, height) to which it is scaled.

    ``crop`` is left, top, width and height in coded pixels.
    """

    crop: tuple[int, int, int, int]
    size: tuple[int, int]


def decode_command(
    source: VideoSource,
    part: ScaledCrop,
    frame_size: tuple[int, int],
    *,
    fps: int,
    start_sec: float,
    skip: int,
    speed: float = 1.0,
    seek_from_sec: float | None = SEEK_FROM_SEC,
) -> list[str]:
    """Return the ffmpeg command that writes raw yuv420p frames of ``part.size`` to stdout.

    The frames are those shown at ``start_sec`` + n × ``speed`` / ``fps`` seconds, from n = ``skip`` on, to the end of
    the clip. If ``part`` is smaller than ``frame_size`` (width, height), it is placed in the middle of a blurred,
    darkened copy of itself, and the frames have ``frame_size``.

    Args:
        seek_from_sec: the time of the source from which on ffmpeg seeks; None: it decodes from the beginning.
    """
    stream = _convert(_select_frames(source, fps, start_sec, skip, seek_from_sec, speed), source, part)
    if part.size != frame_size and part.size[0] <= frame_size[0] and part.size[1] <= frame_size[1]:
        stream = _place_on_backdrop(stream, part.size, frame_size)
    sink = stream.filter("format", "yuv420p").output(
        "pipe:1", format="rawvideo", fps_mode="passthrough", max_error_rate=1
    )
    return finish_command(sink, filter_threads=1)


def _select_frames(
    source: VideoSource, fps: int, start_sec: float, skip: int, seek_from_sec: float | None, speed: float
) -> Stream:
    """Return the frames of the source at the times at which the video shows them, before they are scaled.

    All times are counted from the time stamp of the first frame, so a seek gives the same frames as decoding from the
    start: without ``accurate_seek`` ffmpeg gives everything from the key frame on, and the filter fps keeps the last
    frame that is due. The last frame is held until the end of the clip, which VideoSource knows.
    """
    options: dict[str, Any] = {
        # one thread: the look of damaged frames must not depend on which thread was first, and each worker has one core
        "threads": 1,
        "format_whitelist": ",".join(DEMUXERS),
        "noaccurate_seek": None,
    }
    if source.joined_from_sec is None:
        options |= {"copyts": None}
    if not source.is_turned:  # ffmpeg rotates each frame before the first filter here, by the size of the first one
        options |= {"reinit_filter": 0}
    target_sec = start_sec + skip * speed / fps
    if seek_from_sec is not None and source.indexed and target_sec >= seek_from_sec:
        options |= {"ss": f"{target_sec - _SEEK_AHEAD_SEC:.6f}"}
    stream = open_file(source.path, **options)
    first_frame_sec = source.start_time - (source.joined_from_sec or 0.0)
    shift = round((first_frame_sec + start_sec + SLACK_SEC) * 1_000_000)
    timed = stream[f"v:{source.track}"]
    if not source.is_turned:
        # no change if all frames have one size; without it fps would begin again at each change of size
        timed = timed.filter("scale", *source.coded_size, flags="bicubic")
    if source.interlaced:  # before fps: bwdif reads the neighbouring frames, which must not depend on the segment
        timed = timed.filter("bwdif", mode="send_frame", deint="interlaced")
    pace = "" if speed == 1 else f"/{speed!r}"
    timed = timed.filter("settb", "1/1000000").filter("setpts", f"(PTS-{shift}){pace}" if pace else f"PTS-{shift}")
    timed = timed.filter("fps", fps=fps, round="up", start_time=0).filter("tpad", stop=-1, stop_mode="clone")
    return timed.filter(
        "trim", start_frame=skip, end_frame=count_frames(source, fps=fps, start_sec=start_sec, speed=speed)
    )


def _convert(stream: Stream, source: VideoSource, part: ScaledCrop) -> Stream:
    if part.crop != (0, 0, *source.coded_size):
        left, top, width, height = part.crop
        stream = stream.filter("crop", w=width, h=height, x=left, y=top)
    if source.rgb:
        stream = stream.filter("format", "gbrp")
    input_colours = {
        "matrixin": source.matrix,
        "primariesin": source.primaries,
        "transferin": source.transfer if source.hdr else "bt709",
        "rangein": "full" if source.full_range else "limited",
    }
    size = {"w": part.size[0], "h": part.size[1], "filter": "lanczos"}
    output_colours = {"matrix": "bt709", "primaries": "bt709", "transfer": "bt709", "range": "limited"}
    if not source.hdr:
        return stream.filter("zscale", **size, **input_colours, **output_colours).filter("format", "yuv420p")
    linear = stream.filter("zscale", **size, **input_colours, transfer="linear", npl=_HDR_WHITE_NITS)
    linear = linear.filter("format", "gbrpf32le").filter("zscale", primaries="bt709")
    tonemapped = linear.filter("tonemap", "mobius", peak=HDR_PEAK_NITS[source.transfer] / _HDR_WHITE_NITS, desat=0)
    return tonemapped.filter("zscale", **output_colours).filter("format", "yuv420p")


def _place_on_backdrop(stream: Stream, size: tuple[int, int], frame_size: tuple[int, int]) -> Stream:
    both = stream.filter_multi_output("split")
    aspect, frame_aspect = size[0] / size[1], frame_size[0] / frame_size[1]
    width, height = (size[1] * frame_aspect, size[1]) if aspect > frame_aspect else (size[0], size[0] / frame_aspect)
    small = [max(side // _BACKDROP_SHRINK, 2) for side in frame_size]
    behind = both[0].filter("crop", w=int(width), h=int(height)).filter("scale", *small, flags="area")
    dim = {"y": f"16+(val-16)*{_BACKDROP}", "u": f"128+(val-128)*{_BACKDROP}", "v": f"128+(val-128)*{_BACKDROP}"}
    behind = behind.filter("gblur", sigma=2).filter("lutyuv", **dim).filter("scale", *frame_size, flags="bicubic")
    x, y = (frame_size[0] - size[0]) // 2, (frame_size[1] - size[1]) // 2
    return behind.overlay(both[1], x=x, y=y, format="yuv420", shortest=1, eof_action="endall")
