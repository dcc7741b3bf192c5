"""Encode pieces with one setting and measure it: CPU of encoding and of decoding, bytes, VMAF."""

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import imageio_ffmpeg

from tests.bench.encoder_search.contents import Piece
from tests.bench.workload import FPS

Setting = Mapping[str, str]
"""Options of ffmpeg's libx264, by name."""

_QUIET = ("-v", "error", "-nostdin", "-y")
_EVERY = 5
"""VMAF looks at every fifth frame. At every third it would see one place only of each group of two B-frames, and say
0.4 too much."""
_TAGS = "setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709"


def measure_cost(setting: Setting, pieces: Sequence[Piece], folder: Path) -> dict[str, dict[str, float]]:
    """Encode ``pieces`` into ``folder``; return for each ``encode`` and ``decode`` in ms of CPU a frame.

    Two encoders run at a time, as in a render on two cores, so each setting is measured under the same load.
    """

    def measure(piece: Piece) -> dict[str, float]:
        output = folder / f"{piece.name}.mp4"
        decode = ["ffmpeg", *_QUIET, "-threads", "1", "-i", str(output), "-f", "null", "-"]
        return {
            "encode": _run(_encode_command(setting, piece, output)) * 1000 / piece.frames,
            "decode": _run(decode) * 1000 / piece.frames,
        }

    with ThreadPoolExecutor(2) as pool:
        return dict(zip((piece.name for piece in pieces), pool.map(measure, pieces), strict=True))


def measure_quality(pieces: Sequence[Piece], folder: Path) -> dict[str, dict[str, float]]:
    """Return for each piece in ``folder`` ``mbit`` a second, ``vmaf`` (mean) and ``worst`` (mean of the worst
    second)."""
    with ThreadPoolExecutor(2) as pool:
        scores = pool.map(lambda piece: _score(folder / f"{piece.name}.mp4", piece), pieces)
        return dict(zip((piece.name for piece in pieces), scores, strict=True))


def _encode_command(setting: Setting, piece: Piece, output: Path) -> list[str]:
    options = [part for name, value in setting.items() for part in (f"-{name}", value)]
    return ["ffmpeg", *_QUIET, *_read_raw(piece), *options, str(output)]


def _read_raw(piece: Piece) -> list[str]:
    size = f"{piece.size[0]}x{piece.size[1]}"
    return ["-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", size, "-framerate", str(FPS), "-i", str(piece.path)]


def _score(output: Path, piece: Piece) -> dict[str, float]:
    log = output.with_suffix(".json")
    # in step by frame number, since the two files count time in different units; tagged alike, or ffmpeg would
    # convert one to the other's colour matrix
    same = f"settb=1/{FPS},setpts=N,{_TAGS}"
    graph = f"[0:v]{same}[a];[1:v]{same}[b];[a][b]libvmaf=n_threads=1:n_subsample={_EVERY}:log_path={log}:log_fmt=json"
    compare = [imageio_ffmpeg.get_ffmpeg_exe(), *_QUIET, "-i", str(output), *_read_raw(piece)]
    _run([*compare, "-lavfi", graph, "-f", "null", "-"])
    scores = {row["frameNum"]: row["metrics"]["vmaf"] for row in json.loads(log.read_text())["frames"]}
    if len(scores) != -(-piece.frames // _EVERY):
        raise RuntimeError(f"VMAF compared {len(scores)} of the {piece.frames} frames of {piece.name}")
    seconds = [[score for n, score in scores.items() if n // FPS == second] for second in range(piece.frames // FPS)]
    return {
        "mbit": output.stat().st_size * 8 * FPS / piece.frames / 1e6,
        "vmaf": sum(scores.values()) / len(scores),
        "worst": min(sum(second) / len(second) for second in seconds),
    }


def _run(command: Sequence[str]) -> float:
    """Run ``command``; return its CPU seconds.

    Raises:
        RuntimeError: it failed; its own message went to stderr.
    """
    process = subprocess.Popen(list(command), stdin=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{' '.join(command)[:300]} ended with {process.returncode}")
    return used.ru_utime + used.ru_stime
