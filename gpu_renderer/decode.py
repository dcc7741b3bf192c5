"""ffprobe and ffmpeg for a video clip: what it is, and the arguments that turn it into planes of yuv420p, BT.709 in
limited range, at exactly the film's rate. Pure apart from the probe."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ffmpeg as graph

from gpu_renderer.ffmpeg import program, run
from sutradhar.domain.errors import RenderError

SLACK_SEC = 0.001
"""A frame counts as shown that much before its time: Matroska and FLV store times rounded to 1 ms."""

_SEEK_FROM_SEC = 10.0
"""Before that, decoding from the start costs less than it could save."""
_SEEK_AHEAD_SEC = 1.0
"""So much earlier than needed, since ffmpeg may seek by decoding times, which differ from those of showing."""
_INDEXED = {"mov", "matroska"}
"""Containers whose index leads to a key frame at or before the time that was asked for; others are read through."""

_FORMATS = "mov,matroska,avi,mpegts,mpeg,flv,asf,ogg,mxf,gif,apng,dv,ivf,mpegvideo,h264,hevc,obu,y4m"
"""Containers that hold their own frames: a playlist (HLS, concat) could name other files of this machine."""

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
    indexed: bool
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
    """Decodes one frame.

    Raises:
        RenderError: nothing in it can be decoded as video; names ``scene``.
    """
    if not path.stat().st_size:
        raise unusable(scene, "the file is empty")
    what = ["-show_streams", "-show_format", "-show_frames", "-select_streams", "V:0", "-read_intervals", "%+#1"]
    argv = [
        program("ffprobe"),
        "-v",
        "error",
        "-protocol_whitelist",
        "file,pipe",
        "-format_whitelist",
        _FORMATS,
        *what,
        "-of",
        "json",
        f"file:{path}",
    ]
    try:
        found = json.loads(run(argv, stage="picture", scene=scene).stdout)
    except RenderError as exc:
        raise unusable(scene, str(exc)) from exc
    if not found.get("streams"):
        raise unusable(scene, "it has no picture, only sound" if found.get("format") else "it is no video")
    if not found.get("frames"):
        raise unusable(scene, "not one frame of it can be decoded")
    return _source(path, found["streams"][0], found["frames"][0], found["format"])


def unusable(scene: int, why: str) -> RenderError:
    return RenderError(
        f"the clip of scene {scene} cannot be used: {why}",
        stage="picture",
        scene=scene,
        advice="replace the clip with a video that plays from beginning to end, such as an MP4 with H.264",
    )


def _source(path: Path, stream: Mapping[str, Any], frame: Mapping[str, Any], form: Mapping[str, Any]) -> Source:
    width, height = int(frame["width"]), int(frame["height"])
    above, _, below = str(frame.get("sample_aspect_ratio", "1:1")).partition(":")
    squeeze = int(above) / int(below) if above.isdigit() and below.isdigit() and int(above) * int(below) else 1.0
    pixels = str(frame.get("pix_fmt", stream.get("pix_fmt", "")))
    rgb = pixels.startswith(("rgb", "bgr", "gbr", "pal", "0rgb", "0bgr", "argb", "abgr", "x2rgb", "x2bgr"))
    # what is not tagged is taken as players take it: the matrix by the number of lines, the rest as BT.709
    matrix, primaries = _tag(stream, frame, "color_space"), _tag(stream, frame, "color_primaries")
    by_size = "smpte170m" if height <= _SD_LINES else "bt709"
    turned = any(abs(int(side.get("rotation", 0))) % 180 == 90 for side in stream.get("side_data_list", ()))
    return Source(
        path=path,
        coded=(height, width) if turned else (width, height),
        squeeze=1 / squeeze if turned else squeeze,
        first_sec=float(frame.get("best_effort_timestamp_time", 0)),
        indexed=bool(_INDEXED & set(str(form["format_name"]).split(","))),
        interlaced=bool(frame.get("interlaced_frame")) or stream.get("field_order") in {"tt", "bb", "tb", "bt"},
        rgb=rgb,
        full_range=rgb or pixels.startswith("yuvj") or _tag(stream, frame, "color_range") == "pc",
        matrix="gbr" if rgb else matrix if matrix in _MATRICES else by_size,
        primaries=primaries if primaries in _PRIMARIES else "bt709",
        transfer=_tag(stream, frame, "color_transfer"),
    )


def _tag(stream: Mapping[str, Any], frame: Mapping[str, Any], name: str) -> str:
    return str(frame.get(name) or stream.get(name) or "unknown")


def planes_argv(
    source: Source, part: Part, film: tuple[int, int], *, fps: int, start_sec: float, skip: int
) -> list[str]:
    """ffmpeg that writes raw frames of ``part.size`` to stdout: those shown at ``start_sec`` + n / ``fps``, from
    n = ``skip`` on, to the end of the clip.

    Where ``part`` is smaller than ``film`` (width, height), it is put in the middle of a blurred, darkened copy of
    itself that fills it, and the frames are of that size.
    """
    stream = _convert(_timed(source, fps, start_sec, skip), source, part)
    if part.size != film and part.size[0] <= film[0] and part.size[1] <= film[1]:
        stream = _on_backdrop(stream, part.size, film)
    sink = stream.filter("format", "yuv420p").output("pipe:1", format="rawvideo", fps_mode="passthrough")
    return _compiled(sink)


def count_argv(source: Source, *, fps: int, start_sec: float) -> list[str]:
    """ffmpeg that says on stdout (``-progress``) how many frames ``planes_argv`` makes of the clip with no skip."""
    sink = _timed(source, fps, start_sec, 0).output("pipe:1", format="null", fps_mode="passthrough")
    return _compiled(sink.global_args("-progress", "pipe:1"))


def _compiled(sink: Stream) -> list[str]:
    # threads=1: what damaged frames look like must not depend on which thread was first, and each worker has one core
    quiet = ("-hide_banner", "-nostdin", "-nostats", "-loglevel", "error", "-filter_complex_threads", "1",
             "-max_error_rate", "1")  # fmt: skip
    argv: list[str] = sink.global_args(*quiet).compile(cmd=program("ffmpeg"))
    return argv


def _timed(source: Source, fps: int, start_sec: float, skip: int) -> Stream:
    """The source frames as the film shows them, before they are scaled.

    All times are counted from the first frame's stamp, whole or sought, so the same frames come out either way:
    a seek without ``accurate_seek`` gives everything from the key frame on, and fps keeps the last one that is due.
    """
    options: dict[str, Any] = {
        "threads": 1,
        "protocol_whitelist": "file,pipe",
        "format_whitelist": _FORMATS,
        "copyts": None,
        "noaccurate_seek": None,
    }
    wanted = start_sec + skip / fps
    if source.indexed and wanted >= _SEEK_FROM_SEC:
        options |= {"ss": f"{wanted - _SEEK_AHEAD_SEC:.6f}"}
    stream = graph.input(f"file:{source.path}", **options)
    shift = round((source.first_sec + start_sec + SLACK_SEC) * 1_000_000)
    timed = stream["V:0"]
    if source.interlaced:  # first of all: it looks at the neighbours, which must not depend on where the film is cut
        timed = timed.filter("bwdif", mode="send_frame", deint="interlaced")
    timed = timed.filter("settb", "1/1000000").filter("setpts", f"PTS-{shift}")
    timed = timed.filter("fps", fps=fps, round="up", start_time=0)
    return timed.filter("trim", start_frame=skip) if skip else timed


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
