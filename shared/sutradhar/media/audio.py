"""Read the sound of any file as stereo at 48 kHz, find its true length, and count its damage."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from sutradhar.domain.assets.asset import SAMPLE_RATE
from sutradhar.media import containers
from sutradhar.media.containers import END_SEC, incomplete, missing_bytes, open_container, read_packets
from sutradhar.media.formats import MediaError
from sutradhar.media.video import main_track

Block = NDArray[np.float32]

WHOLE_SEC = 600.0
"""Seconds from the beginning that are decoded when a file is checked; shorter sound is decoded to its end."""
_SHORTEST_SEC = 0.1
_SILENCE = 0.001
"""The highest sample of silence, -60 dB of full scale: dither and the noise of a cable are below it."""
_HEARD_SEC = 0.08
"""Seconds. A listener does not hear shorter damage as a gap."""
_LEAST_LOSS_SEC = 0.25
_GAP_SEC = 0.05
"""Seconds. A hole in the time stamps of this length or more is silence; a smaller one is rounding."""
_LONGEST_GAP_SEC = 600.0
_LONGEST_JUMP_SEC = 10.0
"""Seconds. A longer jump of a transport stream's time stamps is a seam between joined files."""
_SEEK_FROM_SEC, _SEEK_AHEAD_SEC = 10.0, 1.0
"""Seconds. Before the first, seeking saves less than it costs, so the decoder starts at the beginning."""
_EXACT = frozenset({"mov", "matroska", "wav", "w64", "aiff", "caf", "au", "tta", "wv", "ape", "flac", "asf", "ogg"})
"""Containers that count their length; libavformat does not guess it from a bit rate."""
_COUNTED = frozenset({"tta", "wv", "ape"})
"""Containers of sound alone that store their length but not their size."""
_WITH_FRAME_SUMS = frozenset({"flac"})
"""Containers whose checksum proves that the last frame is whole."""
_BY_SIZE = frozenset({"wav", "w64", "aiff", "caf", "au", "asf", "mp3"})
"""Containers that store how many bytes of sound they have."""
_RECORDED = frozenset({"mov", "matroska", "mpegts", "mpeg", "flv", "avi", "mxf", "dv"})
"""Containers whose sound may have holes: a recorder writes nothing during silence."""
_WITHOUT_HOLES = frozenset({"flac", "ogg", "asf"})
"""Containers in which a hole is damage: the demuxer leaves out a part whose checksum is wrong."""
_TAGS = (b"ID3", b"TAG", b"APETAGEX", b"LYRICS")


@dataclass(frozen=True)
class AudioInfo:
    """``notices``: sentences for the user that continue the file's name."""

    duration_sec: float
    notices: tuple[str, ...]
    is_silent: bool = False
    """True if no sample of a file of at most ``WHOLE_SEC`` can be heard."""


@dataclass
class _Tally:
    """Count what the decoder met: seconds lost between two good frames, and the place of the first loss."""

    heard_sec: float = 0.0
    lost_sec: float = 0.0
    lost_at_sec: float = 0.0
    _pending_sec: float = 0.0
    good: int = 0
    bad: int = 0
    _decoded_bytes: int = 0

    def add_bytes(self, count: int) -> None:
        """Count the bytes of a packet that was decoded."""
        self._decoded_bytes += count

    def add_good(self, seconds: float) -> None:
        """Count a decoded frame; damage before it counts as lost, unless the file began with that damage."""
        if self._pending_sec and self.good:
            self.lost_at_sec = self.lost_at_sec if self.lost_sec else self.heard_sec
            self.lost_sec += self._pending_sec
        self._pending_sec = 0.0
        self.good += 1
        self.heard_sec += seconds

    def add_bad(self, packet: Any) -> None:
        """Count a packet that cannot be decoded. At the end of a file it is a tag or padding, not damage.

        A parser that has lost its way puts the bytes of many frames into one packet, so its size tells its length.
        """
        if not packet.size:
            return
        head = bytes(packet)[:4096]
        if head.startswith(_TAGS) or not head.strip(b"\0"):
            return
        by_size = self.heard_sec * packet.size / self._decoded_bytes if self._decoded_bytes else 0.0
        self._pending_sec += max(float((packet.duration or 0) * packet.time_base), by_size)
        self.bad += 1

    def add_hole(self, seconds: float, *, is_damage: bool) -> None:
        """Count a hole in the time stamps, which is heard as silence."""
        if is_damage:
            self.lost_at_sec = self.lost_at_sec if self.lost_sec else self.heard_sec
            self.lost_sec += max(seconds - self._pending_sec, 0)
        self.heard_sec += seconds

    @property
    def ends_badly(self) -> bool:
        return self._pending_sec > 0


def read_audio(source: BinaryIO | Path) -> AudioInfo:
    """Decode the sound of ``source`` and return its length and notices.

    Raises:
        MediaError: the file has no sound, most of its sound is damaged, or more than
        ``END_SEC`` or half of it is missing.
    """
    with open_container(source) as container:
        stream = _open_audio_track(container)
        names = set(container.format.name.split(","))
        tally, is_silent = _Tally(), True
        for frame in _decode(container, stream, tally, most_sec=WHOLE_SEC):
            is_silent = is_silent and not _is_audible(frame)
        seconds = tally.heard_sec
        if seconds >= WHOLE_SEC:  # from here on the packets' lengths are added up
            is_silent = False  # the rest may be heard
            rest = read_packets(container, stream)
            seconds += sum(float((packet.duration or 0) * packet.time_base) for packet in rest)
        claimed = _read_header_length(container, stream)
    missing = missing_bytes(source)
    lost_sec = 0.0
    if names & _EXACT and (not names & _WITH_FRAME_SUMS or tally.ends_badly or missing):
        # a FLAC that ends with a whole frame is whole: its header then has the length of another version
        lost_sec = claimed - seconds
    if missing and names & _BY_SIZE:
        lost_sec = max(lost_sec, seconds * missing / containers.source_size(source))
    is_cut = bool(missing or names & (_COUNTED | _WITH_FRAME_SUMS))
    _check(tally, seconds, lost_sec, is_cut=is_cut)
    notices = []
    if tally.lost_sec >= _HEARD_SEC:
        place = containers.clock(tally.lost_at_sec)
        notices.append(f"is damaged: about {tally.lost_sec:.1f} s cannot be heard, the first at {place}")
    if lost_sec >= _LEAST_LOSS_SEC:
        notices.append(
            f"lacks {lost_sec:.1f} s of its sound; send {'the whole' if is_cut else 'an undamaged'} file if you have it"
        )
    elif missing and not names & _BY_SIZE:
        notices.append(containers.CUT_NOTICE.format(containers.clock(seconds)))
    return AudioInfo(round(seconds, 3), tuple(notices), is_silent)


def _is_audible(frame: Any) -> bool:
    """Return whether a sample of the frame is louder than ``_SILENCE``."""
    samples = frame.to_ndarray()
    kind, levels = samples.dtype, samples.astype(np.float64)
    if kind.kind != "f":
        levels = levels / np.iinfo(kind).max if kind.kind == "i" else levels / 128 - 1
    return bool(np.abs(levels).max(initial=0.0) > _SILENCE)


def _read_header_length(container: Any, stream: Any) -> float:
    """Return the length of the sound by the header; 0 if the header's length may be that of the video track."""
    if stream.duration:
        return float(stream.duration * stream.time_base)
    return (container.duration or 0) / 1e6 if main_track(container.streams.video) is None else 0.0


def _check(tally: _Tally, seconds: float, lost_sec: float, *, is_cut: bool) -> None:
    """Raise MediaError for sound that is missing, incomplete, or mostly damaged."""
    if is_cut and (lost_sec > min(END_SEC, seconds) or not tally.good):
        raise incomplete(f" (it has {seconds:.1f} s of {seconds + lost_sec:.1f} s)" if tally.good else "")
    if tally.bad >= tally.good or lost_sec > seconds:
        raise MediaError("is damaged: most of its sound cannot be decoded", "export it again, as MP3 or WAV")
    if seconds < _SHORTEST_SEC:
        raise MediaError(f"has only {seconds:.2f} s of sound", f"at least {_SHORTEST_SEC} s are needed")


def decode_audio(
    source: BinaryIO | Path,
    start_sec: float = 0.0,
    seconds: float | None = None,
    *,
    zero_sec: float | None = None,
    seeks: bool = False,
) -> Iterator[Block]:
    """Yield the sound of ``source`` from ``start_sec`` on in blocks of (samples, 2) at 48 kHz, for ``seconds``.

    Damaged parts are left out. Holes in the time stamps of a recording become silence, so that sound and frames stay
    in step.

    Args:
        zero_sec: the time stamp that counts as 0, such as that of a clip's first frame; None: that of the first sound.
        Silence comes before sound that begins later.
        seeks: True if a decoder can start near ``start_sec``.

    Raises:
        MediaError: the file has no sound.
    """
    skip = round(start_sec * SAMPLE_RATE)
    left = None if seconds is None else round(seconds * SAMPLE_RATE)
    with open_container(source) as container:
        stream = _open_audio_track(container)
        if seeks and zero_sec is not None and start_sec >= _SEEK_FROM_SEC:
            container.seek(int((zero_sec + start_sec - _SEEK_AHEAD_SEC) * 1e6))
        for block in _resample(_decode(container, stream, _Tally(), fill_gaps=True, zero_sec=zero_sec)):
            if isinstance(block, int):
                skip -= block
                if skip >= 0:
                    continue
                block, skip = np.zeros((-skip if left is None else min(-skip, left), 2), np.float32), 0  # noqa: PLW2901
            kept = block[skip:]
            skip = max(skip - len(block), 0)
            if left is not None:
                kept = kept[:left]
                left -= len(kept)
            if len(kept):
                yield kept
            if left == 0:
                return


def _open_audio_track(container: Any) -> Any:
    stream = main_track(container.streams.audio)
    if stream is None:
        raise MediaError("has no sound", "choose a file with sound")
    stream.codec_context.thread_count = 1
    if stream.codec_context.name == "flac":  # drop damaged frames: a gap is better than a burst of noise
        stream.codec_context.options = {"err_detect": "crccheck+explode"}
    return stream


def _decode(
    container: Any,
    stream: Any,
    tally: _Tally,
    *,
    most_sec: float | None = None,
    fill_gaps: bool = False,
    zero_sec: float | None = None,
) -> Iterator[Any]:
    """Yield the frames of ``stream``; with ``fill_gaps`` also a number for each silence: its seconds. With ``zero_sec``
    the first number is the time of the first frame, which may be before 0."""
    import av

    names = set(container.format.name.split(","))
    timed, whole = bool(names & (_RECORDED | _WITHOUT_HOLES)), bool(names & _WITHOUT_HOLES)
    longest = _LONGEST_JUMP_SEC if names & {"mpegts", "mpeg"} else _LONGEST_GAP_SEC
    zero_time: float | None = None
    for packet in read_packets(container, stream):
        try:
            frames = packet.decode()
        except av.FFmpegError:
            tally.add_bad(packet)
            continue
        tally.add_bytes(packet.size)
        for frame in frames:
            if not frame.samples or not frame.sample_rate:
                continue
            at = frame.time
            if timed and at is not None:
                if zero_time is None:
                    zero_time = at if zero_sec is None else zero_sec
                    tally.heard_sec = at - zero_time
                    if fill_gaps and zero_sec is not None:
                        yield at - zero_time
                hole = at - zero_time - tally.heard_sec
                if _GAP_SEC < hole < longest:
                    tally.add_hole(hole, is_damage=whole)
                    if fill_gaps:
                        yield hole
            tally.add_good(frame.samples / frame.sample_rate)
            yield frame
        if most_sec is not None and tally.heard_sec >= most_sec:
            return


def _resample(frames: Iterator[Any]) -> Iterator[Block | int]:
    """Convert frames of any kind to (samples, 2) at 48 kHz, and seconds of silence to a number of samples. Joined songs
    change their rate and channels."""
    kind, resampler = None, None
    for frame in frames:
        if isinstance(frame, float):
            yield round(frame * SAMPLE_RATE)
            continue
        frame_kind = (frame.format.name, frame.layout.name, frame.sample_rate)
        if resampler is None or frame_kind != kind:
            if resampler is not None:
                yield from _push(resampler, None)
            kind, resampler = frame_kind, _make_resampler(frame)
        frame.pts = None  # time stamps of joined files jump
        yield from _push(resampler, frame)
    if resampler is not None:
        yield from _push(resampler, None)


def _make_resampler(frame: Any) -> Any:
    """Return a filter graph for sound like ``frame``. ffmpeg mixes down by ITU-R BS.775-4: centre and surrounds 3 dB
    down, no LFE. The filter is twice as long as swr's default; soxr is missing from some builds of ffmpeg."""
    import av

    graph = av.filter.Graph()
    graph.link_nodes(
        graph.add_abuffer(sample_rate=frame.sample_rate, format=frame.format.name, layout=frame.layout.name),
        graph.add("aresample", f"{SAMPLE_RATE}:filter_size=64:cutoff=0.97"),
        graph.add("aformat", "sample_fmts=flt:channel_layouts=stereo"),
        graph.add("abuffersink"),
    ).configure()
    return graph


def _push(graph: Any, frame: Any) -> Iterator[Block]:
    import av

    graph.push(frame)
    while True:
        try:
            yield graph.pull().to_ndarray().reshape(-1, 2)
        except (av.BlockingIOError, av.EOFError):
            return
