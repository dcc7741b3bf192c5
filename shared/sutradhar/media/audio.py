"""Read sound of any file: as long as it decodes, with its damage counted, as stereo at 48 kHz."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from sutradhar.domain.asset import SAMPLE_RATE
from sutradhar.media import containers
from sutradhar.media.containers import END_SEC, incomplete, missing_bytes, open_container
from sutradhar.media.formats import UnusableFile
from sutradhar.media.video import main_track

Block = NDArray[np.float32]

WHOLE_SEC = 600.0
"""Sound up to this length is decoded from beginning to end when it is looked at; of longer sound so much is."""
_SHORTEST_SEC = 0.1
_HEARD_SEC = 0.08
"""Less damage than this is not heard as a gap."""
_GAP_SEC = 0.05
"""A hole in the time stamps from this length on is silence; smaller ones are rounding."""
_LONGEST_GAP_SEC = 600.0
_EXACT = frozenset({"mov", "matroska", "wav", "w64", "aiff", "caf", "au", "tta", "wv", "ape", "flac", "asf", "ogg"})
"""Containers whose length is counted, not guessed from a bit rate."""
_COUNTED = frozenset({"tta", "wv", "ape"})
"""Containers of sound alone that tell their length and nothing of their size."""
_BY_SIZE = frozenset({"wav", "w64", "aiff", "caf", "au", "asf", "mp3"})
"""Containers that tell how many bytes of sound they have."""
_RECORDED = frozenset({"mov", "matroska", "mpegts", "mpeg", "flv", "avi", "asf", "mxf"})
"""Containers whose sound may have holes: a recorder writes nothing while nothing is heard."""
_WITHOUT_HOLES = frozenset({"flac", "ogg"})
"""Containers in which a hole is damage: a part whose checksum is wrong is left out."""


@dataclass(frozen=True)
class AudioInfo:
    """``notices``: sentences for the user that follow the file's name."""

    duration_sec: float
    notices: tuple[str, ...]


@dataclass
class _Tally:
    """What the decoder has met: seconds that are lost between two good frames, and where the first of them was."""

    heard_sec: float = 0.0
    lost_sec: float = 0.0
    lost_at_sec: float = 0.0
    _pending_sec: float = 0.0
    good: int = 0
    bad: int = 0

    def add_good(self, seconds: float) -> None:
        """Count a decoded frame; damage before it was in the middle, unless the file began with it."""
        if self._pending_sec and self.good:
            self.lost_at_sec = self.lost_at_sec if self.lost_sec else self.heard_sec
            self.lost_sec += self._pending_sec
        self._pending_sec = 0.0
        self.good += 1
        self.heard_sec += seconds

    def add_bad(self, seconds: float) -> None:
        """Count a packet that cannot be decoded. At the end of a file it is a tag or padding, and no damage."""
        self._pending_sec += seconds
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


def read_sound(source: BinaryIO | Path) -> AudioInfo:
    """Find out how long the sound of ``source`` is by decoding it.

    Raises:
        UnusableFile: there is no sound in it, most of it is damaged, or more than
            ``END_SEC`` or half of it is missing.
    """
    with open_container(source) as container:
        stream = _sound_track(container)
        names = set(container.format.name.split(","))
        tally = _Tally()
        for _ in _decode(container, stream, tally, most_sec=WHOLE_SEC):
            pass
        seconds = tally.heard_sec
        if seconds >= WHOLE_SEC:  # from here on the packets' lengths are added up
            seconds += sum(float((packet.duration or 0) * packet.time_base) for packet in container.demux(stream))
        claimed = float((stream.duration or 0) * stream.time_base) if stream.time_base else 0.0
        claimed = claimed or (container.duration or 0) / 1e6
    missing = missing_bytes(source)
    lost_sec = claimed - seconds if names & _EXACT and (missing or names & (_COUNTED | {"flac"})) else 0.0
    if missing and names & _BY_SIZE:
        lost_sec = max(lost_sec, seconds * missing / containers.source_size(source))
    if "flac" in names and not tally.ends_badly:
        lost_sec = 0.0  # it ends with a whole frame: its header tells the length of another version
    _check(tally, seconds, lost_sec, missing)
    notices = []
    if tally.lost_sec >= _HEARD_SEC:
        place = containers.clock(tally.lost_at_sec)
        notices.append(f"is damaged: about {tally.lost_sec:.1f} s cannot be heard, the first at {place}")
    if lost_sec >= _HEARD_SEC:
        notices.append(f"lacks {lost_sec:.1f} s of its sound; send the whole file if you have it")
    elif missing:
        notices.append(containers.CUT_NOTICE.format(containers.clock(seconds)))
    return AudioInfo(round(seconds, 3), tuple(notices))


def _check(tally: _Tally, seconds: float, lost_sec: float, missing: int) -> None:
    """Raises UnusableFile for sound that is not there, not whole, or mostly damaged."""
    if lost_sec > min(END_SEC, seconds):
        raise incomplete(f" (it has {seconds:.1f} s of {seconds + lost_sec:.1f} s)")
    if not tally.good or tally.bad > tally.good:
        raise (
            incomplete()
            if missing
            else UnusableFile("is damaged: its sound cannot be decoded", "export it again, as MP3 or WAV")
        )
    if seconds < _SHORTEST_SEC:
        raise UnusableFile(f"has only {seconds:.2f} s of sound", f"at least {_SHORTEST_SEC} s are needed")


def decode_sound(source: BinaryIO | Path, start_sec: float = 0.0, seconds: float | None = None) -> Iterator[Block]:
    """Yield the sound of ``source`` from ``start_sec`` on in blocks of (samples, 2) at 48 kHz, for ``seconds``.

    Damaged parts are left out; holes in the time stamps of a recording become silence, so that sound and picture stay
    together. Time 0 is the first sound.

    Raises:
        UnusableFile: there is no sound in it.
    """
    skip = round(start_sec * SAMPLE_RATE)
    left = None if seconds is None else round(seconds * SAMPLE_RATE)
    with open_container(source) as container:
        for block in _resample(_decode(container, _sound_track(container), _Tally(), fill_gaps=True)):
            kept = block[skip:]
            skip = max(skip - len(block), 0)
            if left is not None:
                kept = kept[:left]
                left -= len(kept)
            if len(kept):
                yield kept
            if left == 0:
                return


def _sound_track(container: Any) -> Any:
    stream = main_track(container.streams.audio)
    if stream is None:
        raise UnusableFile("has no sound", "choose a file with sound")
    stream.codec_context.thread_count = 1
    return stream


def _decode(
    container: Any, stream: Any, tally: _Tally, *, most_sec: float | None = None, fill_gaps: bool = False
) -> Iterator[Any]:
    """Yield the frames of ``stream``; with ``fill_gaps`` a number where that many seconds are silent."""
    import av

    names = set(container.format.name.split(","))
    timed, whole = bool(names & (_RECORDED | _WITHOUT_HOLES)), bool(names & _WITHOUT_HOLES)
    begun: float | None = None
    for packet in container.demux(stream):
        try:
            frames = packet.decode()
        except av.FFmpegError:
            if packet.size:
                tally.add_bad(float((packet.duration or 0) * packet.time_base))
            continue
        for frame in frames:
            if not frame.samples or not frame.sample_rate:
                continue
            at = frame.time
            if timed and at is not None:
                begun = at if begun is None else begun
                hole = at - begun - tally.heard_sec
                if _GAP_SEC < hole < _LONGEST_GAP_SEC:
                    tally.add_hole(hole, is_damage=whole)
                    if fill_gaps:
                        yield hole
            tally.add_good(frame.samples / frame.sample_rate)
            yield frame
        if most_sec is not None and tally.heard_sec >= most_sec:
            return


def _resample(frames: Iterator[Any]) -> Iterator[Block]:
    """Turn frames of any kind into (samples, 2) at 48 kHz; songs that were joined change their rate and channels."""
    import av

    kind, resampler = None, None
    for frame in frames:
        if isinstance(frame, float):
            yield np.zeros((round(frame * SAMPLE_RATE), 2), np.float32)
            continue
        found = (frame.format.name, frame.layout.name, frame.sample_rate)
        if resampler is None or found != kind:
            yield from _flush(resampler)
            kind = found
            resampler = av.AudioResampler(format="flt", layout="stereo", rate=SAMPLE_RATE)
        frame.pts = None  # the resampler would fill or cut by time stamps that jump
        yield from _blocks(resampler.resample(frame))
    yield from _flush(resampler)


def _flush(resampler: Any) -> Iterator[Block]:
    if resampler is not None:
        yield from _blocks(resampler.resample(None))


def _blocks(frames: list[Any]) -> Iterator[Block]:
    for frame in frames:
        yield frame.to_ndarray().reshape(-1, 2)
