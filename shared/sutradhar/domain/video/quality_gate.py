"""Judge a finished file by the quality gate's rules, before its job may succeed: pure rules over measured facts.

A user's own night photo, black card, or quiet sound is intended. So the rules about black, still and quiet stretches
compare the file with its sources: a stretch that is the same in the sources passes, with a notice.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from sutradhar.domain.assets.asset import SAMPLE_RATE
from sutradhar.domain.language.table import FACTS
from sutradhar.domain.plan.ends import name_scene
from sutradhar.domain.video.captions import Cue
from sutradhar.domain.video.check_result import CheckResult, judge
from sutradhar.domain.video.file_facts import FileFacts, Span
from sutradhar.domain.video.mark_rules import check_marks
from sutradhar.domain.video.song_cues import find_lyric_problem
from sutradhar.domain.video.song_rules import MAX_SILENCE_SEC, SYNC_SEC, check_song
from sutradhar.domain.video.spans import find_longest, format_span, measure_span, overlap, subtract_spans, to_span
from sutradhar.domain.video.thumbnail_size import MAX_BYTES, choose_thumbnail_size
from sutradhar.domain.video.timeline import Clip, Timeline

VERSION = 3
"""Version of the rules and of their measurements; raise it when either changes. The same version would refuse the same
video again."""
LOUDNESS_LUFS = -14.0
LOUDNESS_TOLERANCE = 1.0
MAX_TRUE_PEAK = -0.5
MAX_BLACK_SEC = 0.5
MAX_FROZEN_SEC = 2.0
MIN_CORRELATION = 0.7
"""Correlation, from which on a stretch of the audio is the narration that belongs there: of the envelopes, at the best
lag. In one video of 60 s, spoken by the offline voice over ducked music, it is 0.95 and more; with another narration in
its place 0.58 at most."""

_FPS_TOLERANCE = 0.01
_AAC_SEC = 0.030
"""AAC comes in frames of 1024 samples (21 ms at 48 kHz), and the last one is filled up; the rest is rounding."""
_SILENT_LUFS = -69.0
"""LUFS, just above the value of an EBU R 128 meter for silence."""
_ROUNDING = 0.001
"""Tolerance for figures that ffmpeg writes as text with a few digits."""


def check(facts: FileFacts, timeline: Timeline, *, is_signed: bool = False) -> tuple[CheckResult, ...]:
    """Return the result of every rule of the gate for ``facts``; the file passes if all are ok.

    Without an audio track only ``audio`` fails: the other rules about audio have nothing to measure.

    Args:
        is_signed: True: a certificate signs the marks of the files.
    """
    return (
        *_file_rules(facts),
        *_video_rules(facts, timeline),
        *_audio_rules(facts, timeline.list_audio_tracks()[0]),
        *_track_rules(facts, timeline),
        *_caption_rules(timeline),
        *_lyric_rules(timeline),
        *_thumbnail_rules(facts, timeline),
        *check_marks(facts, is_signed=is_signed),
    )


def _file_rules(facts: FileFacts) -> Iterator[CheckResult]:
    errors = facts.decode_errors
    damage = f"{len(errors)} errors, first: {errors[0]}" if errors else "no error"
    yield judge("container", facts.container == "mp4", facts.container or "unknown", "mp4")
    yield judge("decodes", not errors, damage, "no error up to the end")
    yield judge("fast start", facts.moov_first, "index first" if facts.moov_first else "index last", "index first")


def _video_rules(facts: FileFacts, timeline: Timeline) -> Iterator[CheckResult]:
    size, planned = (facts.width, facts.height), (timeline.width, timeline.height)
    tags = (facts.color_space, facts.color_primaries, facts.color_transfer, facts.color_range)
    off = abs(facts.duration_sec - timeline.duration_sec)
    black = find_longest(subtract_spans(facts.black, facts.source_black))
    moving = [_on_timeline(clip, timeline) for clip in timeline.clips if clip.camera.still or clip.footage]
    frozen = find_longest(subtract_spans(facts.frozen, [*moving, *facts.source_frozen]))
    yield judge("video codec", facts.video_codec in ("h264", "hevc"), facts.video_codec, "h264 or hevc")
    if facts.video_codec == "hevc":
        tagged = facts.video_tag == "hvc1"
        yield judge("codec tag", tagged, facts.video_tag or "none", "hvc1, which Apple's players need")
    yield judge("frame size", size == planned, f"{size[0]}x{size[1]}", f"{planned[0]}x{planned[1]}")
    yield judge(
        "frame rate", abs(facts.fps - timeline.fps) <= _FPS_TOLERANCE, f"{facts.fps:g} a second", f"{timeline.fps}"
    )
    yield judge("pixel format", facts.pixel_format == "yuv420p", facts.pixel_format or "unknown", "yuv420p")
    yield judge(
        "colour tags",
        tags == ("bt709", "bt709", "bt709", "tv"),
        "/".join(tag or "none" for tag in tags),
        "bt709/bt709/bt709/tv (space/primaries/transfer/range)",
    )
    yield judge("frames", abs(facts.frames - timeline.frames) <= 1, f"{facts.frames}", f"{timeline.frames} ±1")
    yield judge(
        "video length",
        off <= 1 / timeline.fps + _ROUNDING,
        f"{facts.duration_sec:.3f} s",
        f"{timeline.duration_sec:.3f} s ±1 frame",
    )
    yield judge(
        "black",
        measure_span(black) <= MAX_BLACK_SEC + _ROUNDING,
        format_span(black),
        f"at most {MAX_BLACK_SEC:g} s, where the sources are not black themselves",
        _note_black(find_longest(facts.black), timeline),
    )
    yield judge(
        "frozen",
        measure_span(frozen) <= MAX_FROZEN_SEC + _ROUNDING,
        format_span(frozen),
        f"at most {MAX_FROZEN_SEC:g} s outside footage, scenes whose camera holds, and images that show no move",
    )


def _audio_rules(facts: FileFacts, timeline: Timeline) -> Iterator[CheckResult]:
    yield judge("audio", bool(facts.audio_codec), facts.audio_codec or "no audio track", "an audio track")
    if not facts.audio_codec:
        return
    slack = max(1 / timeline.fps, _AAC_SEC)
    yield judge(
        "audio format",
        (facts.sample_rate, facts.channels) == (SAMPLE_RATE, 2),
        f"{facts.sample_rate} Hz, {facts.channels} channels",
        f"{SAMPLE_RATE} Hz, 2 channels",
    )
    yield judge(
        "audio length",
        abs(facts.audio_sec - timeline.duration_sec) <= slack + _ROUNDING,
        f"{facts.audio_sec:.3f} s",
        f"{timeline.duration_sec:.3f} s ±{slack:.3f} s",
    )
    is_clip_planned = timeline.clip_audio and facts.planned_lufs is not None
    if (
        timeline.narrations or timeline.music or timeline.song or is_clip_planned
    ):  # a video without these is silent on purpose
        target = LOUDNESS_LUFS if facts.planned_lufs is None else min(facts.planned_lufs, LOUDNESS_LUFS)
        yield judge(
            "loudness",
            abs(facts.integrated_lufs - target) <= LOUDNESS_TOLERANCE + _ROUNDING,
            f"{facts.integrated_lufs:.1f} LUFS",
            f"{target:.3g} ±{LOUDNESS_TOLERANCE:g} LUFS",
            _note_quiet(facts.integrated_lufs),
        )
        yield judge(
            "true peak",
            facts.true_peak_dbtp <= MAX_TRUE_PEAK + _ROUNDING,
            f"{facts.true_peak_dbtp:.1f} dBTP",
            f"at most {MAX_TRUE_PEAK:g} dBTP",
        )
    yield from _narration_rules(facts, timeline)
    if timeline.song:
        yield from check_song(facts, timeline)


def _track_rules(facts: FileFacts, timeline: Timeline) -> Iterator[CheckResult]:
    """Yield the results for the audio and caption tracks of a video with several audio tracks: each further one keeps
    the rules of the first."""
    if not timeline.audio_languages:
        return
    tracks = timeline.list_audio_tracks()
    expected = [FACTS[track.language].code for track in tracks if track.language]
    languages = [facts.audio_language, *(track.audio_language for track in facts.further_audio)]
    defaults = [facts.is_default_audio, *(track.is_default_audio for track in facts.further_audio)]
    yield judge(
        "audio tracks",
        languages == expected and defaults == [n == 0 for n in range(len(defaults))],
        _list_tracks(languages, defaults),
        f"{', '.join(expected)}; the first is the default",
    )
    captions = [FACTS[language].code for language, cues in timeline.captions.items() if cues]
    stated = list(facts.caption_languages)
    yield judge("caption tracks", stated == captions, ", ".join(stated) or "none", ", ".join(captions) or "none")
    for track, further in zip(tracks[1:], facts.further_audio, strict=False):  # the rule above counts them
        measured = facts.evolve(**dict(further), further_audio=())
        for result in _audio_rules(measured, track):
            yield result.evolve(rule=f"{result.rule}, {track.language}")


def _list_tracks(languages: Sequence[str], defaults: Sequence[bool]) -> str:
    named = (language or "no language" for language in languages)
    return ", ".join(f"{name}{' (default)' * is_default}" for name, is_default in zip(named, defaults, strict=True))


def _narration_rules(facts: FileFacts, timeline: Timeline) -> Iterator[CheckResult]:
    narrated = [to_span((v.start, v.end)) for v in timeline.narrations]
    pauses = [to_span(pause) for v in timeline.narrations for pause in v.pauses]  # the user is silent there
    silences = [common for s in facts.silences for v in narrated if (common := overlap(s, v))]
    silence = find_longest(subtract_spans(silences, pauses))
    # the user wants to hear a clip that keeps its full level under a narration
    loud_clips = {clip.scene for clip in timeline.clip_audio if not clip.ducked}
    matches = [match for match in facts.narrations if match.scene not in loud_clips]
    worst = min(matches, key=lambda match: match.correlation, default=None)
    is_missing = worst is not None and worst.correlation < MIN_CORRELATION
    yield judge(
        "narration heard",
        measure_span(silence) <= MAX_SILENCE_SEC + _ROUNDING and not is_missing,
        f"scene {worst.scene + 1}, {worst.start:.2f}-{worst.end:.2f} s: correlation {worst.correlation:.2f}"
        if worst and is_missing
        else f"silence {format_span(silence)}",
        f"at most {MAX_SILENCE_SEC:g} s of silence in a narration, correlation {MIN_CORRELATION:g} with the recording",
    )
    # where another sound is heard there is no offset to judge
    recognized = [match for match in matches if match.correlation >= MIN_CORRELATION]
    farthest = max(recognized, key=lambda match: abs(match.offset_sec), default=None)
    allowed = 1 / timeline.fps + SYNC_SEC
    yield judge(
        "audio in step",
        farthest is None or abs(farthest.offset_sec) <= allowed,
        f"scene {farthest.scene + 1} at {farthest.start:.2f} s: {farthest.offset_sec:+.3f} s"
        if farthest
        else "nothing to compare",
        f"every narration within {allowed:.3f} s of its place",
    )


def _caption_rules(timeline: Timeline) -> Iterator[CheckResult]:
    by_language = {track.language: track for track in timeline.list_audio_tracks()}
    tracks = {
        f"captions {language}": (cues, by_language.get(language, timeline))
        for language, cues in timeline.captions.items()
    }
    if timeline.burned_captions:
        tracks["burned captions"] = timeline.burned_captions, by_language.get(timeline.caption_language, timeline)
    for name, (cues, track) in tracks.items():
        problem = next(_find_caption_problems(cues, track), "")
        yield judge(
            name, not problem, problem or f"{len(cues)} cues", "in the video, apart, one or more a spoken scene"
        )


def _lyric_rules(timeline: Timeline) -> Iterator[CheckResult]:
    if timeline.lyrics:
        cues = timeline.lyrics.cues
        problem = find_lyric_problem(cues, timeline.frames)
        yield judge("lyrics", not problem, problem or f"{len(cues)} lines", "in the video, apart, words in their line")


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
    yield judge("thumbnail size", measured == f"{width}x{height}", measured, f"{width}x{height}")
    size = facts.thumbnail_bytes
    yield judge("thumbnail weight", size <= MAX_BYTES, f"{size} bytes", f"at most {MAX_BYTES}")


def _on_timeline(clip: Clip, timeline: Timeline) -> Span:
    return Span(start=clip.start / timeline.fps, end=clip.end / timeline.fps)


def _note_black(black: Span | None, timeline: Timeline) -> str:
    if black is None or measure_span(black) <= MAX_BLACK_SEC + _ROUNDING:
        return ""
    scene = max(timeline.clips, key=lambda clip: measure_span(overlap(black, _on_timeline(clip, timeline)))).scene
    return (
        f"{name_scene(scene).capitalize()} is black for {measure_span(black):.1f} s, from {black.start:.1f} s on, as"
        " its own image or clip is; give it another file if that is not intended."
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
