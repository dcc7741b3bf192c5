"""Judge a finished file by the quality gate's rules, before its job may succeed: pure rules over measured facts.

A user's own night photo, black card, or quiet sound is intended. So the rules about black, still and quiet stretches
compare the file with its sources: a stretch that is the same in the sources passes, with a notice.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from sutradhar.domain.assets.asset import SAMPLE_RATE
from sutradhar.domain.core.base import Frozen
from sutradhar.domain.video.captions import Cue
from sutradhar.domain.video.file_facts import FileFacts, Span
from sutradhar.domain.video.song_cues import find_lyric_problem
from sutradhar.domain.video.thumbnail_size import MAX_BYTES, choose_thumbnail_size
from sutradhar.domain.video.timeline import Clip, Timeline

VERSION = 2
"""Version of the rules and of their measurements; raise it when either changes. The same version would refuse the same
video again."""
LOUDNESS_LUFS = -14.0
LOUDNESS_TOLERANCE = 1.0
MAX_TRUE_PEAK = -0.5
MAX_BLACK_SEC = 0.5
MAX_FROZEN_SEC = 2.0
MAX_SILENCE_SEC = 3.0
MIN_CORRELATION = 0.7
"""Correlation, from which on a stretch of the audio is the narration that belongs there: of the envelopes, at the best
lag. In one video of 60 s, spoken by the offline voice over ducked music, it is 0.95 and more; with another narration in
its place 0.58 at most."""

_SYNC_SEC = 0.015
"""Seconds of tolerance besides one frame: envelopes have a value every 10 ms."""
_FPS_TOLERANCE = 0.01
_AAC_SEC = 0.030
"""AAC comes in frames of 1024 samples (21 ms at 48 kHz), and the last one is filled up; the rest is rounding."""
_SILENT_LUFS = -69.0
"""LUFS, just above the value of an EBU R 128 meter for silence."""
_ROUNDING = 0.001
"""Tolerance for figures that ffmpeg writes as text with a few digits."""


class CheckResult(Frozen):
    """The result of one rule: the measured value and the allowed one."""

    rule: str
    ok: bool
    measured: str
    limit: str
    note: str = ""
    """A sentence for the user if the video passes the rule only because its sources are like that."""


def check(facts: FileFacts, timeline: Timeline) -> tuple[CheckResult, ...]:
    """Return the result of every rule of the gate for ``facts``; the file passes if all are ok.

    Without an audio track only ``audio`` fails: the other rules about audio have nothing to measure.
    """
    return (
        *_file_rules(facts),
        *_video_rules(facts, timeline),
        *_audio_rules(facts, timeline),
        *_caption_rules(timeline),
        *_lyric_rules(timeline),
        *_thumbnail_rules(facts, timeline),
    )


def _judge(rule: str, ok: bool, measured: str, limit: str, note: str = "") -> CheckResult:
    return CheckResult(rule=rule, ok=ok, measured=measured, limit=limit, note=note if ok else "")


def _file_rules(facts: FileFacts) -> Iterator[CheckResult]:
    errors = facts.decode_errors
    damage = f"{len(errors)} errors, first: {errors[0]}" if errors else "no error"
    yield _judge("container", facts.container == "mp4", facts.container or "unknown", "mp4")
    yield _judge("decodes", not errors, damage, "no error up to the end")
    yield _judge("fast start", facts.moov_first, "index first" if facts.moov_first else "index last", "index first")


def _video_rules(facts: FileFacts, timeline: Timeline) -> Iterator[CheckResult]:
    size, planned = (facts.width, facts.height), (timeline.width, timeline.height)
    tags = (facts.color_space, facts.color_primaries, facts.color_transfer, facts.color_range)
    off = abs(facts.duration_sec - timeline.duration_sec)
    black = _longest(_subtract(facts.black, facts.source_black))
    moving = [_on_timeline(clip, timeline) for clip in timeline.clips if clip.camera.still or clip.footage]
    frozen = _longest(_subtract(facts.frozen, [*moving, *facts.source_frozen]))
    yield _judge("video codec", facts.video_codec in ("h264", "hevc"), facts.video_codec, "h264 or hevc")
    if facts.video_codec == "hevc":
        tagged = facts.video_tag == "hvc1"
        yield _judge("codec tag", tagged, facts.video_tag or "none", "hvc1, which Apple's players need")
    yield _judge("frame size", size == planned, f"{size[0]}x{size[1]}", f"{planned[0]}x{planned[1]}")
    yield _judge(
        "frame rate", abs(facts.fps - timeline.fps) <= _FPS_TOLERANCE, f"{facts.fps:g} a second", f"{timeline.fps}"
    )
    yield _judge("pixel format", facts.pixel_format == "yuv420p", facts.pixel_format or "unknown", "yuv420p")
    yield _judge(
        "colour tags",
        tags == ("bt709", "bt709", "bt709", "tv"),
        "/".join(tag or "none" for tag in tags),
        "bt709/bt709/bt709/tv (space/primaries/transfer/range)",
    )
    yield _judge("frames", abs(facts.frames - timeline.frames) <= 1, f"{facts.frames}", f"{timeline.frames} ±1")
    yield _judge(
        "video length",
        off <= 1 / timeline.fps + _ROUNDING,
        f"{facts.duration_sec:.3f} s",
        f"{timeline.duration_sec:.3f} s ±1 frame",
    )
    yield _judge(
        "black",
        _sec(black) <= MAX_BLACK_SEC + _ROUNDING,
        _format_span(black),
        f"at most {MAX_BLACK_SEC:g} s, where the sources are not black themselves",
        _note_black(_longest(facts.black), timeline),
    )
    yield _judge(
        "frozen",
        _sec(frozen) <= MAX_FROZEN_SEC + _ROUNDING,
        _format_span(frozen),
        f"at most {MAX_FROZEN_SEC:g} s outside footage, scenes whose camera holds, and images that show no move",
    )


def _audio_rules(facts: FileFacts, timeline: Timeline) -> Iterator[CheckResult]:
    yield _judge("audio", bool(facts.audio_codec), facts.audio_codec or "no audio track", "an audio track")
    if not facts.audio_codec:
        return
    slack = max(1 / timeline.fps, _AAC_SEC)
    yield _judge(
        "audio format",
        (facts.sample_rate, facts.channels) == (SAMPLE_RATE, 2),
        f"{facts.sample_rate} Hz, {facts.channels} channels",
        f"{SAMPLE_RATE} Hz, 2 channels",
    )
    yield _judge(
        "audio length",
        abs(facts.audio_sec - timeline.duration_sec) <= slack + _ROUNDING,
        f"{facts.audio_sec:.3f} s",
        f"{timeline.duration_sec:.3f} s ±{slack:.3f} s",
    )
    is_clip_planned = timeline.clip_audio and facts.planned_lufs is not None
    if timeline.narrations or timeline.music or is_clip_planned:  # a video without these is silent on purpose
        target = LOUDNESS_LUFS if facts.planned_lufs is None else min(facts.planned_lufs, LOUDNESS_LUFS)
        yield _judge(
            "loudness",
            abs(facts.integrated_lufs - target) <= LOUDNESS_TOLERANCE + _ROUNDING,
            f"{facts.integrated_lufs:.1f} LUFS",
            f"{target:.3g} ±{LOUDNESS_TOLERANCE:g} LUFS",
            _note_quiet(facts.integrated_lufs),
        )
        yield _judge(
            "true peak",
            facts.true_peak_dbtp <= MAX_TRUE_PEAK + _ROUNDING,
            f"{facts.true_peak_dbtp:.1f} dBTP",
            f"at most {MAX_TRUE_PEAK:g} dBTP",
        )
    yield from _narration_rules(facts, timeline)


def _narration_rules(facts: FileFacts, timeline: Timeline) -> Iterator[CheckResult]:
    narrated = [_to_span((v.start, v.end)) for v in timeline.narrations]
    pauses = [_to_span(pause) for v in timeline.narrations for pause in v.pauses]  # the user is silent there
    silences = [common for s in facts.silences for v in narrated if (common := _overlap(s, v))]
    silence = _longest(_subtract(silences, pauses))
    # the user wants to hear a clip that keeps its full level under a narration
    loud_clips = {clip.scene for clip in timeline.clip_audio if not clip.ducked}
    matches = [match for match in facts.narrations if match.scene not in loud_clips]
    worst = min(matches, key=lambda match: match.correlation, default=None)
    is_missing = worst is not None and worst.correlation < MIN_CORRELATION
    yield _judge(
        "narration heard",
        _sec(silence) <= MAX_SILENCE_SEC + _ROUNDING and not is_missing,
        f"scene {worst.scene + 1}, {worst.start:.2f}-{worst.end:.2f} s: correlation {worst.correlation:.2f}"
        if worst and is_missing
        else f"silence {_format_span(silence)}",
        f"at most {MAX_SILENCE_SEC:g} s of silence in a narration, correlation {MIN_CORRELATION:g} with the recording",
    )
    # where another sound is heard there is no offset to judge
    recognized = [match for match in matches if match.correlation >= MIN_CORRELATION]
    farthest = max(recognized, key=lambda match: abs(match.offset_sec), default=None)
    allowed = 1 / timeline.fps + _SYNC_SEC
    yield _judge(
        "audio in step",
        farthest is None or abs(farthest.offset_sec) <= allowed,
        f"scene {farthest.scene + 1} at {farthest.start:.2f} s: {farthest.offset_sec:+.3f} s"
        if farthest
        else "nothing to compare",
        f"every narration within {allowed:.3f} s of its place",
    )


def _caption_rules(timeline: Timeline) -> Iterator[CheckResult]:
    tracks: dict[str, tuple[Cue, ...]] = {f"captions {name}": cues for name, cues in timeline.captions.items()}
    if timeline.burned_captions:
        tracks["burned captions"] = timeline.burned_captions
    for name, cues in tracks.items():
        problem = next(_find_caption_problems(cues, timeline), "")
        yield _judge(
            name, not problem, problem or f"{len(cues)} cues", "in the video, apart, one or more a spoken scene"
        )


def _lyric_rules(timeline: Timeline) -> Iterator[CheckResult]:
    if timeline.lyrics:
        cues = timeline.lyrics.cues
        problem = find_lyric_problem(cues, timeline.frames)
        yield _judge("lyrics", not problem, problem or f"{len(cues)} lines", "in the video, apart, words in their line")


def _find_caption_problems(cues: Sequence[Cue], timeline: Timeline) -> Iterator[str]:
    for number, cue in enumerate(cues, 1):
        if cue.end <= cue.start:
            yield f"cue {number} lasts {cue.end - cue.start} frames"
        if cue.start < 0 or cue.end > timeline.frames:
            yield f"cue {number} is at frames {cue.start}-{cue.end} of {timeline.frames}"
    for number, (cue, following) in enumerate(pairwise(cues), 1):
        if following.start < cue.end:
            yield f"cue {number + 1} starts {cue.end - following.start} frames before cue {number} ends"
    for voice in timeline.narrations:
        first, last = voice.start * timeline.fps / SAMPLE_RATE, voice.end * timeline.fps / SAMPLE_RATE
        if voice.is_captioned and not any(cue.start < last and cue.end > first for cue in cues):
            yield f"no cue for the narration of scene {voice.scene + 1}"


def _thumbnail_rules(facts: FileFacts, timeline: Timeline) -> Iterator[CheckResult]:
    width, height = choose_thumbnail_size(timeline.width, timeline.height)
    measured = f"{facts.thumbnail_width}x{facts.thumbnail_height}"
    yield _judge("thumbnail size", measured == f"{width}x{height}", measured, f"{width}x{height}")
    size = facts.thumbnail_bytes
    yield _judge("thumbnail weight", size <= MAX_BYTES, f"{size} bytes", f"at most {MAX_BYTES}")


def _subtract(spans: Sequence[Span], explained: Sequence[Span]) -> list[Span]:
    """Return the parts of ``spans`` outside the ``explained`` ones."""
    left = list(spans)
    for out in explained:
        left = [
            piece
            for span in left
            for piece in (
                Span(start=span.start, end=min(span.end, out.start)),
                Span(start=max(span.start, out.end), end=span.end),
            )
            if piece.end > piece.start
        ]
    return left


def _to_span(samples: tuple[int, int]) -> Span:
    return Span(start=samples[0] / SAMPLE_RATE, end=samples[1] / SAMPLE_RATE)


def _on_timeline(clip: Clip, timeline: Timeline) -> Span:
    return Span(start=clip.start / timeline.fps, end=clip.end / timeline.fps)


def _note_black(black: Span | None, timeline: Timeline) -> str:
    if black is None or _sec(black) <= MAX_BLACK_SEC + _ROUNDING:
        return ""
    common = {clip.scene: _sec(_overlap(black, _on_timeline(clip, timeline))) for clip in timeline.clips}
    scene = max(common, key=lambda n: common[n])
    return (
        f"Scene {scene + 1} is black for {_sec(black):.1f} s, from {black.start:.1f} s on, as its own image or clip is;"
        " give it another file if that is not intended."
    )


def _note_quiet(lufs: float) -> str:
    if lufs >= LOUDNESS_LUFS - LOUDNESS_TOLERANCE - _ROUNDING:
        return ""
    if lufs <= _SILENT_LUFS:
        return "The video is silent: nothing can be heard in its narrations, music and clips."
    return (
        f"The video plays at {lufs:.1f} LUFS instead of {LOUDNESS_LUFS:g}: its audio is too short or too quiet to be"
        " made that loud without distortion."
    )


def _overlap(one: Span, other: Span) -> Span | None:
    start, end = max(one.start, other.start), min(one.end, other.end)
    return Span(start=start, end=end) if end > start else None


def _longest(spans: Sequence[Span]) -> Span | None:
    return max(spans, key=_sec, default=None)


def _sec(span: Span | None) -> float:
    return span.end - span.start if span else 0.0


def _format_span(span: Span | None) -> str:
    return f"{_sec(span):.2f} s from {span.start:.2f} s on" if span else "none"


def gate_versions(engine_version: str, gate_version: int = VERSION) -> str:
    """Return the text that names the versions of the gate and of the renderer that judged a video. If a refusal has the
    text of the present versions, they would refuse the same video again."""
    return f"{gate_version}-{engine_version}"


def describe_failures(results: Sequence[CheckResult]) -> str:
    """Return the broken rules in one line, for the error on the job; empty if the file passed."""
    return "; ".join(f"{f.rule}: {f.measured} (allowed: {f.limit})" for f in results if not f.ok)


def list_notices(results: Sequence[CheckResult]) -> list[str]:
    """Return the sentences about rules that the video passes only because its sources are like that."""
    return [result.note for result in results if result.note]
