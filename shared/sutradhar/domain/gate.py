"""The quality gate: what a finished file must show before its job may succeed. Pure rules over measured facts."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from sutradhar.domain.asset import SAMPLE_RATE
from sutradhar.domain.base import Frozen
from sutradhar.domain.captions import Cue
from sutradhar.domain.thumbnail_size import MAX_BYTES, thumbnail_size
from sutradhar.domain.timeline import Timeline

LOUDNESS_LUFS = -14.0
LOUDNESS_TOLERANCE = 1.0
MAX_TRUE_PEAK = -0.5
MAX_BLACK_SEC = 0.5
MAX_FROZEN_SEC = 2.0
MAX_SILENCE_SEC = 3.0
MIN_LIKENESS = 0.7
"""Of a stretch of narration to what is heard in its place: correlation of the envelopes at the best lag. In one film of
60 s, spoken by the offline voice over ducked music, 0.95 and more; with another narration in its place 0.58 at most."""

_SYNC_SEC = 0.015
"""Besides one frame: envelopes have a value every 10 ms."""
_FPS_TOLERANCE = 0.01
_AAC_SEC = 0.030
"""AAC comes in frames of 1024 samples (21 ms at 48 kHz), and the last one is filled up; the rest is rounding."""
_ROUNDING = 0.001
"""Of figures that come as text with a few digits."""


class Span(Frozen):
    """Seconds from the start of the file."""

    start: float
    end: float


class Heard(Frozen):
    """A stretch of a narration, ``start`` to ``end`` seconds on the timeline, as the file's sound has it."""

    scene: int
    start: float
    end: float
    likeness: float
    """-1 to 1."""
    late_sec: float
    """Below 0: early."""


class FileFacts(Frozen):
    """What was measured on the stored file, as players will see it."""

    container: str
    video_codec: str
    video_tag: str
    """Four letters that the container calls the codec by."""
    width: int
    height: int
    fps: float
    pixel_format: str
    color_space: str
    color_primaries: str
    color_transfer: str
    color_range: str
    frames: int
    """Decoded to the end, not read off the header."""
    duration_sec: float
    moov_first: bool
    audio_codec: str
    """Empty when there is no audio track."""
    sample_rate: int
    channels: int
    audio_sec: float
    integrated_lufs: float
    true_peak_dbtp: float
    silences: tuple[Span, ...]
    narrations: tuple[Heard, ...]
    """Those stretches that have a shape to be known by; none where no recordings were given to compare with."""
    black: tuple[Span, ...]
    frozen: tuple[Span, ...]
    decode_errors: tuple[str, ...]
    thumbnail_width: int
    thumbnail_height: int
    thumbnail_bytes: int


class Finding(Frozen):
    """One rule, what was measured and what is allowed."""

    rule: str
    ok: bool
    measured: str
    limit: str


def check(facts: FileFacts, timeline: Timeline) -> tuple[Finding, ...]:
    """Every rule of the gate over ``facts``, the broken ones included; the file passes if all are ok.

    Without a sound track only ``audio`` fails: there is nothing to hold against the other rules of sound.
    """
    return (
        *_file_rules(facts),
        *_picture_rules(facts, timeline),
        *_sound_rules(facts, timeline),
        *_caption_rules(timeline),
        *_thumbnail_rules(facts, timeline),
    )


def _rule(rule: str, ok: bool, measured: str, limit: str) -> Finding:
    return Finding(rule=rule, ok=ok, measured=measured, limit=limit)


def _file_rules(facts: FileFacts) -> Iterator[Finding]:
    errors = facts.decode_errors
    damage = f"{len(errors)} errors, first: {errors[0]}" if errors else "no error"
    yield _rule("container", facts.container == "mp4", facts.container or "unknown", "mp4")
    yield _rule("decodes", not errors, damage, "no error up to the end")
    yield _rule("fast start", facts.moov_first, "index first" if facts.moov_first else "index last", "index first")


def _picture_rules(facts: FileFacts, timeline: Timeline) -> Iterator[Finding]:
    size, wanted = (facts.width, facts.height), (timeline.width, timeline.height)
    tags = (facts.color_space, facts.color_primaries, facts.color_transfer, facts.color_range)
    off = abs(facts.duration_sec - timeline.duration_sec)
    black, frozen = _longest(facts.black), _longest(_unexplained(facts.frozen, timeline))
    yield _rule("video codec", facts.video_codec in ("h264", "hevc"), facts.video_codec, "h264 or hevc")
    if facts.video_codec == "hevc":
        tagged = facts.video_tag == "hvc1"
        yield _rule("codec tag", tagged, facts.video_tag or "none", "hvc1, which Apple's players need")
    yield _rule("picture size", size == wanted, f"{size[0]}x{size[1]}", f"{wanted[0]}x{wanted[1]}")
    yield _rule(
        "frame rate", abs(facts.fps - timeline.fps) <= _FPS_TOLERANCE, f"{facts.fps:g} a second", f"{timeline.fps}"
    )
    yield _rule("pixel format", facts.pixel_format == "yuv420p", facts.pixel_format or "unknown", "yuv420p")
    yield _rule(
        "colour tags",
        tags == ("bt709", "bt709", "bt709", "tv"),
        "/".join(tag or "none" for tag in tags),
        "bt709/bt709/bt709/tv (space/primaries/transfer/range)",
    )
    yield _rule("frames", abs(facts.frames - timeline.frames) <= 1, f"{facts.frames}", f"{timeline.frames} ±1")
    yield _rule(
        "video length",
        off <= 1 / timeline.fps + _ROUNDING,
        f"{facts.duration_sec:.3f} s",
        f"{timeline.duration_sec:.3f} s ±1 frame",
    )
    yield _rule("black", _sec(black) <= MAX_BLACK_SEC + _ROUNDING, _told(black), f"at most {MAX_BLACK_SEC:g} s")
    yield _rule(
        "frozen",
        _sec(frozen) <= MAX_FROZEN_SEC + _ROUNDING,
        _told(frozen),
        f"at most {MAX_FROZEN_SEC:g} s outside footage and scenes whose camera holds",
    )


def _sound_rules(facts: FileFacts, timeline: Timeline) -> Iterator[Finding]:
    yield _rule("audio", bool(facts.audio_codec), facts.audio_codec or "no sound track", "a sound track")
    if not facts.audio_codec:
        return
    slack = max(1 / timeline.fps, _AAC_SEC)
    yield _rule(
        "audio format",
        (facts.sample_rate, facts.channels) == (SAMPLE_RATE, 2),
        f"{facts.sample_rate} Hz, {facts.channels} channels",
        f"{SAMPLE_RATE} Hz, 2 channels",
    )
    yield _rule(
        "audio length",
        abs(facts.audio_sec - timeline.duration_sec) <= slack + _ROUNDING,
        f"{facts.audio_sec:.3f} s",
        f"{timeline.duration_sec:.3f} s ±{slack:.3f} s",
    )
    if timeline.voices or timeline.bed:  # else the track is silent on purpose
        yield _rule(
            "loudness",
            abs(facts.integrated_lufs - LOUDNESS_LUFS) <= LOUDNESS_TOLERANCE + _ROUNDING,
            f"{facts.integrated_lufs:.1f} LUFS",
            f"{LOUDNESS_LUFS:g} ±{LOUDNESS_TOLERANCE:g} LUFS",
        )
        yield _rule(
            "true peak",
            facts.true_peak_dbtp <= MAX_TRUE_PEAK + _ROUNDING,
            f"{facts.true_peak_dbtp:.1f} dBTP",
            f"at most {MAX_TRUE_PEAK:g} dBTP",
        )
    voiced = [Span(start=v.start / SAMPLE_RATE, end=v.end / SAMPLE_RATE) for v in timeline.voices]
    unheard = _longest([common for s in facts.silences for v in voiced if (common := _overlap(s, v))])
    # a clip that is kept at full level under a narration is meant to be heard over it
    kept = {sound.scene for sound in timeline.clip_sounds if not sound.ducked}
    alone = [heard for heard in facts.narrations if heard.scene not in kept]
    unlike = min(alone, key=lambda heard: heard.likeness, default=None)
    missing = unlike is not None and unlike.likeness < MIN_LIKENESS
    yield _rule(
        "narration heard",
        _sec(unheard) <= MAX_SILENCE_SEC + _ROUNDING and not missing,
        f"scene {unlike.scene + 1}, {unlike.start:.2f}-{unlike.end:.2f} s: likeness {unlike.likeness:.2f}"
        if unlike and missing
        else f"silence {_told(unheard)}",
        f"at most {MAX_SILENCE_SEC:g} s of silence where somebody speaks, likeness {MIN_LIKENESS:g} to the recording",
    )
    # where something else is heard there is no lag to speak of
    known = [heard for heard in alone if heard.likeness >= MIN_LIKENESS]
    off = max(known, key=lambda heard: abs(heard.late_sec), default=None)
    allowed = 1 / timeline.fps + _SYNC_SEC
    yield _rule(
        "sound in step",
        off is None or abs(off.late_sec) <= allowed,
        f"scene {off.scene + 1} at {off.start:.2f} s: {off.late_sec:+.3f} s" if off else "nothing to compare",
        f"every narration within {allowed:.3f} s of its place",
    )


def _caption_rules(timeline: Timeline) -> Iterator[Finding]:
    tracks: dict[str, tuple[Cue, ...]] = {f"captions {name}": cues for name, cues in timeline.captions.items()}
    if timeline.burned:
        tracks["burned captions"] = timeline.burned
    for name, cues in tracks.items():
        trouble = next(_caption_troubles(cues, timeline), "")
        yield _rule(name, not trouble, trouble or f"{len(cues)} cues", "in the film, apart, one or more a spoken scene")


def _caption_troubles(cues: Sequence[Cue], timeline: Timeline) -> Iterator[str]:
    for number, cue in enumerate(cues, 1):
        if cue.end <= cue.start:
            yield f"cue {number} lasts {cue.end - cue.start} frames"
        if cue.start < 0 or cue.end > timeline.frames:
            yield f"cue {number} is at frames {cue.start}-{cue.end} of {timeline.frames}"
    for number, (cue, following) in enumerate(pairwise(cues), 1):
        if following.start < cue.end:
            yield f"cue {number + 1} starts {cue.end - following.start} frames before cue {number} ends"
    for voice in timeline.voices:
        first, last = voice.start * timeline.fps / SAMPLE_RATE, voice.end * timeline.fps / SAMPLE_RATE
        if not any(cue.start < last and cue.end > first for cue in cues):
            yield f"no cue for the narration of scene {voice.scene + 1}"


def _thumbnail_rules(facts: FileFacts, timeline: Timeline) -> Iterator[Finding]:
    width, height = thumbnail_size(timeline.width, timeline.height)
    measured = f"{facts.thumbnail_width}x{facts.thumbnail_height}"
    yield _rule("thumbnail size", measured == f"{width}x{height}", measured, f"{width}x{height}")
    size = facts.thumbnail_bytes
    yield _rule("thumbnail weight", size <= MAX_BYTES, f"{size} bytes", f"at most {MAX_BYTES}")


def _unexplained(frozen: Sequence[Span], timeline: Timeline) -> list[Span]:
    """What is left of ``frozen`` outside the clips that may stand still: held ones, and footage."""
    left = list(frozen)
    for clip in timeline.clips:
        if clip.camera.still or clip.footage:
            start, end = clip.start / timeline.fps, clip.end / timeline.fps
            left = [
                piece
                for span in left
                for piece in (
                    Span(start=span.start, end=min(span.end, start)),
                    Span(start=max(span.start, end), end=span.end),
                )
                if piece.end > piece.start
            ]
    return left


def _overlap(one: Span, other: Span) -> Span | None:
    start, end = max(one.start, other.start), min(one.end, other.end)
    return Span(start=start, end=end) if end > start else None


def _longest(spans: Sequence[Span]) -> Span | None:
    return max(spans, key=_sec, default=None)


def _sec(span: Span | None) -> float:
    return span.end - span.start if span else 0.0


def _told(span: Span | None) -> str:
    return f"{_sec(span):.2f} s from {span.start:.2f} s on" if span else "none"


def failures(findings: Sequence[Finding]) -> str:
    """The broken rules in one line, for the error on the job; empty if the file passed."""
    return "; ".join(f"{f.rule}: {f.measured} (allowed: {f.limit})" for f in findings if not f.ok)
