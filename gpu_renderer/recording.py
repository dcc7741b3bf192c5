"""Sound files of the blob store, read at any sample: plain WAV as it is, everything else converted by ffmpeg first."""

import json
import threading
import wave
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, Self

import ffmpeg
import numpy as np

from gpu_renderer.ffmpeg import Cancelled, Process, program, run
from gpu_renderer.loudness import BLOCK, Audio, Levels, analyse
from sutradhar.domain.asset import SAMPLE_RATE
from sutradhar.domain.errors import NotFound, RenderError
from sutradhar.ports.stores import BlobStore

TOLERANCE = SAMPLE_RATE // 100
"""Samples by which a file may be shorter or longer than the timeline says; it is filled up with silence, or cut."""

_ADVICE = "replace it with a sound file that plays from beginning to end, such as a WAV, or make it again with a retry"
_FORMATS = (
    "wav,w64,aiff,au,caf,mp3,aac,ac3,eac3,flac,ogg,wv,tta,ape,amr,asf,avi,flv,mov,matroska,mpeg,mpegts"  # no playlists
)
_RESAMPLER = {"filter_size": 64, "cutoff": 0.97}  # swr's own is half as long; soxr is not in every ffmpeg
_FRAME = 8  # bytes of one converted sample of both channels
_SEEK_FROM_SEC, _SEEK_AHEAD_SEC = 10.0, 1.0  # below the first, decoding from the start costs less than it saves
_LOUDEST = 16.0  # 24 dB over full scale; more than that in a float file is damage


class _Layout(NamedTuple):
    """Where in a file the samples are: the first byte, channels side by side, their type, how many of each."""

    offset: int
    channels: int
    dtype: "np.dtype[Any]"
    frames: int

    def from_sample(self, start: int, samples: int) -> "_Layout":
        """Return where at most ``samples`` from sample ``start`` on are."""
        skipped = min(start, self.frames)
        offset = self.offset + skipped * self.channels * self.dtype.itemsize
        return self._replace(offset=offset, frames=min(self.frames - skipped, samples))


@dataclass(frozen=True)
class Excerpt:
    """The part of a file of the user's own that is heard; where the file ends sooner, silence follows."""

    start: int
    """Its first sample at 48 kHz, counted from the file's first sound or from ``zero_sec``."""
    zero_sec: float | None = None
    """The time stamp that counts as 0: that of a clip's first frame, so that its sound stays in step with it."""
    indexed: bool = False
    """Whether the file can be read from a place near ``start``, with its time stamps."""
    file: Path | None = None
    """The file, where it was fetched already."""


class Recording:
    """A sound file as ``samples`` samples at 48 kHz, mono in both channels, more than two channels mixed down.

    ``what`` names it in errors; ``path`` is where it may be put, and what is made of it beside that.

    Raises:
        RenderError: stage ``sound``: it is missing, no sound, damaged, or, without an excerpt, not within
            ``TOLERANCE`` of that length.
        Cancelled: ``cancel`` was set.
    """

    def __init__(
        self, blobs: BlobStore, blob: str, samples: int, path: Path, what: str, scene: int | None,
        cancel: threading.Event, excerpt: Excerpt | None = None,
    ) -> None:  # fmt: skip
        self._what, self._scene, self.samples = what, scene, samples
        try:
            source = (excerpt and excerpt.file) or blobs.fetch(blob, path)
        except NotFound as exc:
            raise self._unusable(f"there is no file {blob}") from exc
        layout = _plain(source)
        if layout is not None and excerpt is not None:
            layout = layout.from_sample(excerpt.start, samples)
        if layout is None:
            source = self._converted(source, path.with_name(f"{path.name}.f32"), cancel, excerpt)
            layout = _Layout(0, 2, np.dtype("<f4"), source.stat().st_size // _FRAME)
        self._layout, self._found = layout, layout.frames
        if abs(self._found - samples) > TOLERANCE and not (excerpt and self._found < samples):
            longer = "or more " if self._found > samples and layout.dtype.kind == "f" else ""
            raise self._unusable(f"{blob} has {self._found} {longer}samples at 48 kHz, the timeline says {samples}")
        self._file: BinaryIO = source.open("rb")

    def read(self, start: int, count: int) -> Audio:
        """(count, 2) from sample ``start``."""
        there = max(min(count, self._found - start), 0)
        offset, channels, dtype, _ = self._layout
        width = channels * dtype.itemsize
        self._file.seek(offset + start * width)
        coded = np.frombuffer(self._file.read(there * width), dtype).reshape(-1, channels)
        if len(coded) < there:
            raise self._unusable("the file ends too soon")
        sound = np.zeros((count, 2), np.float32)
        if dtype.kind == "f":
            # a damaged float file can hold anything, and one NaN would silence the whole film
            sound[:there] = np.clip(np.nan_to_num(coded), -_LOUDEST, _LOUDEST)
        else:
            np.multiply(coded, np.float32(1 / 32768), out=sound[:there])
        return sound

    def levels(self) -> Levels:
        return analyse(self.read(at, min(BLOCK, self.samples - at)) for at in range(0, self.samples, BLOCK))

    def _converted(self, source: Path, target: Path, cancel: threading.Event, excerpt: Excerpt | None) -> Path:
        argv = convert_argv(source, f"file:{target}", self.samples)
        if excerpt is not None:
            argv = excerpt_argv(source, f"file:{target}", self.samples, excerpt)
        try:
            _check(source, cancel)
            said = run(argv, stage="sound", cancel=cancel).stderr
        except RenderError as exc:
            if exc.advice:
                raise  # the disk is full
            raise self._unusable(str(exc)) from exc
        if target.stat().st_size < (self.samples - TOLERANCE) * _FRAME and said and not excerpt:
            raise self._unusable(f"the file is damaged: {said}")
        return target

    def _unusable(self, why: str) -> RenderError:
        return RenderError(f"cannot use {self._what}: {why}", stage="sound", scene=self._scene, advice=_ADVICE)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()


def probe_argv(path: Path) -> list[str]:
    """ffprobe: the kinds of streams in it, as JSON."""
    safe = ["-protocol_whitelist", "file", "-format_whitelist", _FORMATS]
    return [
        program("ffprobe"),
        "-v",
        "error",
        *safe,
        "-show_entries",
        "stream=codec_type",
        "-of",
        "json",
        f"file:{path}",
    ]


def convert_argv(source: Path, target: str, samples: int | None = None) -> list[str]:
    """ffmpeg: the first sound in ``source`` as raw 32-bit float stereo, at most a little more than ``samples``.

    Float, since what is over full scale (MP3, a downmix, a float WAV) is only levelled down later. ffmpeg mixes down as
    ITU-R BS.775-4 does: centre and surrounds 3 dB down, no LFE.
    """
    sound: Any = ffmpeg.input(f"file:{source}", protocol_whitelist="file", format_whitelist=_FORMATS, vn=None)["a:0"]
    sound = sound.filter("aresample", SAMPLE_RATE, **_RESAMPLER)
    sound = sound.filter("aformat", sample_fmts="flt", channel_layouts="stereo")
    if samples is not None:
        sound = sound.filter("atrim", end_sample=samples + TOLERANCE + 1)
    return _float_argv(sound, target)


def excerpt_argv(source: Path, target: str, samples: int, excerpt: Excerpt) -> list[str]:
    """ffmpeg: ``samples`` of the first sound in ``source`` from the excerpt's start on, as ``convert_argv`` writes it.

    In step with a picture the time stamps count: sound that begins later, and holes in it, become silence.
    """
    options: dict[str, Any] = {"protocol_whitelist": "file", "format_whitelist": _FORMATS, "vn": None}
    start_sec = excerpt.start / SAMPLE_RATE
    if excerpt.zero_sec is not None:
        start_sec += excerpt.zero_sec
        options |= {"copyts": None, "noaccurate_seek": None}
        if excerpt.indexed and excerpt.start >= _SEEK_FROM_SEC * SAMPLE_RATE:
            options |= {"ss": f"{start_sec - _SEEK_AHEAD_SEC:.6f}"}
    sound: Any = ffmpeg.input(f"file:{source}", **options)["a:0"]
    sound = sound.filter("aresample", SAMPLE_RATE, **_RESAMPLER)
    if excerpt.zero_sec is None:
        sound = sound.filter("atrim", start_sample=excerpt.start)
    else:
        sound = sound.filter("atrim", start=f"{start_sec:.6f}")
        # a second resampler: first_pts counts in the rate that comes in, not in the one that goes out
        sound = sound.filter("aresample", SAMPLE_RATE, first_pts=round(start_sec * SAMPLE_RATE), **{"async": 1})
    sound = sound.filter("aformat", sample_fmts="flt", channel_layouts="stereo").filter("atrim", end_sample=samples)
    return _float_argv(sound, target)


def _float_argv(sound: Any, target: str) -> list[str]:
    sink = sound.output(target, format="f32le", acodec="pcm_f32le")
    sink = sink.global_args("-hide_banner", "-nostdin", "-v", "error").overwrite_output()
    return list(sink.compile(cmd=program("ffmpeg")))


def length(path: Path, cancel: threading.Event) -> int:
    """How many samples at 48 kHz a Recording of ``path`` has, found by decoding it: many a header only guesses.

    Raises:
        RenderError: there is no sound in it.
        Cancelled: ``cancel`` was set.
    """
    layout = _plain(path)
    if layout is not None:
        return layout.frames
    _check(path, cancel)
    found = 0
    with Process(convert_argv(path, "pipe:1"), stage="sound", stream=True) as process:
        while block := process.stdout.read(1 << 20):
            found += len(block)
            if cancel.is_set():
                raise Cancelled
        process.finish(cancel)
    return found // _FRAME


def _check(path: Path, cancel: threading.Event) -> None:
    if not path.stat().st_size:
        raise RenderError("the file is empty", stage="sound")
    try:
        streams = json.loads(run(probe_argv(path), stage="sound", cancel=cancel).stdout).get("streams", ())
    except RenderError as exc:
        raise RenderError(f"it is no sound file: {exc}", stage="sound", retryable=exc.retryable) from exc
    if not any(stream["codec_type"] == "audio" for stream in streams):
        raise RenderError("it is a picture or a video without sound" if streams else "nothing is in it", stage="sound")


def _plain(path: Path) -> _Layout | None:
    """Of a WAV file of 16 bit, 48 kHz, one or two channels; None for any other file."""
    with suppress(wave.Error, EOFError), path.open("rb") as file, wave.open(file, "rb") as found:
        channels, width, rate, frames = found.getparams()[:4]
        offset = file.tell()  # opening reads up to the first sample
        whole = offset + frames * channels * width <= path.stat().st_size
        if rate == SAMPLE_RATE and width == 2 and channels in (1, 2) and whole:
            return _Layout(offset, channels, np.dtype("<i2"), frames)
    return None
