"""Build ffmpeg's arguments that turn a clip into planes of yuv420p, BT.709 in limited range, at exactly the video's
rate. The reader that checks uploads also probes the clip here; nothing else in this module reads files."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ffmpeg as graph

from gpu_renderer.core.ffmpeg_process import program
from sutradhar.domain.core.errors import RenderError
from sutradhar.media.formats import DEMUXERS, UnusableFile
from sutradhar.media.video import VideoInfo, look_at_video

SLACK_SEC = 0.001
"""A frame counts as shown that much before its time: Matroska and FLV store times rounded to 1 ms."""

_SEEK_FROM_SEC = 10.0
"""Before that, decoding from the start costs less than it could save."""
_SEEK_AHEAD_SEC = 1.0
"""So much earlier than needed, since ffmpeg may seek by decoding times, which differ from those of showing."""
_INDEXED = {"mov", "matroska"}
"""Containers whose index leads to a key frame at or before the time that was asked for; others are read through."""

_PRIMARIES = {"bt709", "bt470m", "bt470bg", "smpte170m", "smpte240m", "film", "bt2020", "smpte431", "smpte432"}
_MATRICES = {"bt709", "fcc", "bt470bg", "smpte170m", "bt2020nc", "bt2020c"}
_HDR = {"smpte2084": 10_000, "arib-std-b67": 1000}
"""Transfers of HDR and their brightest light in cd/m2 (ITU-R BT.2100-2, tables 4 and 5), which stays below white."""
_HDR_WHITE_NITS = 203
"""Reference white of HDR (ITU-R BT.2408-7, 2.1), which becomes the film's white before highlights are pressed."""
_SD_LINES = 576
_BACKDROP = 0.45
"""How bright the blurred copy behind a fitted clip is, against the clip."""
_BACKDROP_SHRINK = 16

Stream = Any  # ffmpeg-python has no types


@dataclass(frozen=True)
class Source:
    """A clip as it is to be seen: upright, in square pixels; ``first_sec`` is the time stamp of its first frame."""

    path: Path
    coded: tuple[int, int]
    """Width and height of what the decoder gives, turned upright."""
    squeeze: float
    """Width of one of its pixels against its height."""
    first_sec: float
    length_sec: float
    """Seconds from the first frame to the end that a player shows; the last frame may be shown for long."""
    joined_from_sec: float | None
    """The file's first time stamp if its time stamps jump, else None; ffmpeg mends jumps if it counts from there."""
    track: int
    """Number of the track among the video tracks, from 0."""
    indexed: bool
    is_turned: bool
    """True if ffmpeg rotates the decoder's frames."""
    interlaced: bool
    rgb: bool
    full_range: bool
    matrix: str
    primaries: str
    transfer: str

    @property
    def picture(self) -> tuple[int, int]:
        """Width and height in square pixels."""
        return max(round(self.coded[0] * self.squeeze), 1), self.coded[1]

    @property
    def hdr(self) -> bool:
        return self.transfer in _HDR


@dataclass(frozen=True)
class Part:
    """What of the source is scaled to what: ``crop`` is left, top, width, height in its coded pixels."""

    crop: tuple[int, int, int, int]
    size: tuple[int, int]


def probe(path: Path, scene: int) -> Source:
    """Decode the first shown frame and the last second.

    Raises:
        RenderError: nothing in it can be decoded as video; names ``scene``.
    """
    try:
        info, _ = look_at_video(path)
    except UnusableFile as exc:
        raise unusable(scene, f"it {exc.reason}") from exc
    return _source(path, info)


def unusable(scene: int, why: str) -> RenderError:
    return RenderError(
        f"the clip of scene {scene + 1} cannot be used: {why}",
        stage="picture",
        scene=scene,
        advice="replace the clip with a video that plays from beginning to end, such as an MP4 with H.264",
    )


def _source(path: Path, info: VideoInfo) -> Source:
    rgb = info.pixels.startswith(("rgb", "bgr", "gbr", "pal", "0rgb", "0bgr", "argb", "abgr", "x2rgb", "x2bgr"))
    # what is not tagged is taken as players take it: the matrix by the number of lines, the rest as BT.709
    lines = info.coded[0] if info.is_turned else info.coded[1]
    by_size = "smpte170m" if lines <= _SD_LINES else "bt709"
    return Source(
        path=path,
        coded=info.coded,
        squeeze=info.pixel_aspect,
        first_sec=info.first_sec,
        length_sec=info.duration_sec,
        joined_from_sec=info.joined_from_sec,
        track=info.track,
        indexed=bool(_INDEXED & info.containers),
        is_turned=info.is_turned,
        interlaced=info.interlaced,
        rgb=rgb,
        full_range=rgb or info.full_range,
        matrix="gbr" if rgb else info.matrix if info.matrix in _MATRICES else by_size,
        primaries=info.primaries if info.primaries in _PRIMARIES else "bt709",
        transfer=info.transfer,
    )


def count_frames(source: Source, *, fps: int, start_sec: float) -> int:
    """Return how many frames the clip shows from ``start_sec`` on; 0 if it ends before."""
    return max(math.ceil((source.length_sec - start_sec) * fps - SLACK_SEC * fps), 0)


def planes_argv(
    source: Source, part: Part, film: tuple[int, int], *, fps: int, start_sec: float, skip: int, seek: bool = True
) -> list[str]:
    """ffmpeg that writes raw frames of ``part.size`` to stdout: those shown at ``start_sec`` + n / ``fps``, from
    n = ``skip`` on, to the end of the clip. Without ``seek`` it decodes from the beginning.

    Where ``part`` is smaller than ``film`` (width, height), it is put in the middle of a blurred, darkened copy of
    itself that fills it, and the frames are of that size.
    """
    stream = _convert(_timed(source, fps, start_sec, skip, seek), source, part)
    if part.size != film and part.size[0] <= film[0] and part.size[1] <= film[1]:
        stream = _on_backdrop(stream, part.size, film)
    sink = stream.filter("format", "yuv420p").output("pipe:1", format="rawvideo", fps_mode="passthrough")
    return _compiled(sink)


def _compiled(sink: Stream) -> list[str]:
    # threads=1: what damaged frames look like must not depend on which thread was first, and each worker has one core
    quiet = (
        "-hide_banner",
        "-nostdin",
        "-nostats",
        "-loglevel",
        "error",
        "-filter_complex_threads",
        "1",
        "-max_error_rate",
        "1",
    )
    argv: list[str] = sink.global_args(*quiet).compile(cmd=program("ffmpeg"))
    return argv


def _timed(source: Source, fps: int, start_sec: float, skip: int, seek: bool) -> Stream:
    """The source frames as the video shows them, before they are scaled.

    All times are counted from the first frame's stamp, whole or sought, so the same frames come out either way:
    a seek without ``accurate_seek`` gives everything from the key frame on, and fps keeps the last one that is due.
    The last frame is held until the end that the reader found.
    """
    options: dict[str, Any] = {
        "threads": 1,
        "protocol_whitelist": "file,pipe",
        "format_whitelist": ",".join(DEMUXERS),
        "noaccurate_seek": None,
    }
    if source.joined_from_sec is None:
        options |= {"copyts": None}
    if not source.is_turned:  # ffmpeg turns each frame before the first filter here, by the size of the first one
        options |= {"reinit_filter": 0}
    wanted = start_sec + skip / fps
    if seek and source.indexed and wanted >= _SEEK_FROM_SEC:
        options |= {"ss": f"{wanted - _SEEK_AHEAD_SEC:.6f}"}
    stream = graph.input(f"file:{source.path}", **options)
    first_sec = source.first_sec - (source.joined_from_sec or 0.0)
    shift = round((first_sec + start_sec + SLACK_SEC) * 1_000_000)
    timed = stream[f"v:{source.track}"]
    if not source.is_turned:
        # it changes nothing if all frames have one size; without it fps would begin again at each change of size
        timed = timed.filter("scale", *source.coded, flags="bicubic")
    if source.interlaced:  # before the rate: it looks at the neighbours, which must not depend on where the cut is
        timed = timed.filter("bwdif", mode="send_frame", deint="interlaced")
    timed = timed.filter("settb", "1/1000000").filter("setpts", f"PTS-{shift}")
    timed = timed.filter("fps", fps=fps, round="up", start_time=0).filter("tpad", stop=-1, stop_mode="clone")
    return timed.filter("trim", start_frame=skip, end_frame=count_frames(source, fps=fps, start_sec=start_sec))


def _convert(stream: Stream, source: Source, part: Part) -> Stream:
    if part.crop != (0, 0, *source.coded):
        left, top, width, height = part.crop
        stream = stream.filter("crop", w=width, h=height, x=left, y=top)
    if source.rgb:
        stream = stream.filter("format", "gbrp")
    taken = {
        "matrixin": source.matrix,
        "primariesin": source.primaries,
        "transferin": source.transfer if source.hdr else "bt709",
        "rangein": "full" if source.full_range else "limited",
    }
    size = {"w": part.size[0], "h": part.size[1], "filter": "lanczos"}
    given = {"matrix": "bt709", "primaries": "bt709", "transfer": "bt709", "range": "limited"}
    if not source.hdr:
        return stream.filter("zscale", **size, **taken, **given).filter("format", "yuv420p")
    linear = stream.filter("zscale", **size, **taken, transfer="linear", npl=_HDR_WHITE_NITS)
    linear = linear.filter("format", "gbrpf32le").filter("zscale", primaries="bt709")
    pressed = linear.filter("tonemap", "mobius", peak=_HDR[source.transfer] / _HDR_WHITE_NITS, desat=0)
    return pressed.filter("zscale", **given).filter("format", "yuv420p")


def _on_backdrop(stream: Stream, size: tuple[int, int], film: tuple[int, int]) -> Stream:
    both = stream.filter_multi_output("split")
    aspect, wanted = size[0] / size[1], film[0] / film[1]
    width, height = (size[1] * wanted, size[1]) if aspect > wanted else (size[0], size[0] / wanted)
    small = [max(side // _BACKDROP_SHRINK, 2) for side in film]
    behind = both[0].filter("crop", w=int(width), h=int(height)).filter("scale", *small, flags="area")
    dim = {"y": f"16+(val-16)*{_BACKDROP}", "u": f"128+(val-128)*{_BACKDROP}", "v": f"128+(val-128)*{_BACKDROP}"}
    behind = behind.filter("gblur", sigma=2).filter("lutyuv", **dim).filter("scale", *film, flags="bicubic")
    x, y = (film[0] - size[0]) // 2, (film[1] - size[1]) // 2
    return behind.overlay(both[1], x=x, y=y, format="yuv420", shortest=1, eof_action="endall")
