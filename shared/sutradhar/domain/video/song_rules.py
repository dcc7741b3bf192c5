"""Judge the song of a finished lyric video: it is heard, in step, and silent only where its own file is."""

from collections.abc import Iterator

from sutradhar.domain.video.check_result import CheckResult, judge
from sutradhar.domain.video.file_facts import FileFacts, Span
from sutradhar.domain.video.spans import find_longest, format_span, measure_span, overlap, subtract_spans, to_span
from sutradhar.domain.video.timeline import Timeline

MAX_SILENCE_SEC = 3.0
MIN_SONG_CORRELATION = 0.5
"""Correlation from which on a stretch of the audio is the song that belongs there. Strokes of drums are flattened
by the limiter: where it takes 11 dB from them the correlation is 0.7, with 6 dB 0.95."""
SYNC_SEC = 0.015
"""Seconds of tolerance besides one frame: envelopes have a value every 10 ms."""
_ROUNDING = 0.001


def check_song(facts: FileFacts, timeline: Timeline) -> Iterator[CheckResult]:
    """Yield the results of the rules about the song of ``timeline``.

    A stretch under a narration, a sound effect or a clip at its full level is not compared with the song.
    """
    silence = find_longest(subtract_spans(facts.silences, facts.source_silent))
    others = [to_span((v.start, v.end)) for v in timeline.narrations]
    others += [to_span((v.start, v.start + v.samples)) for v in timeline.sound_effects]
    others += [to_span((v.start, v.start + v.samples)) for v in timeline.clip_audio if not v.ducked]
    matches = [match for match in facts.song if not any(overlap(match, other) for other in others)]
    worst = min(matches, key=lambda match: match.correlation, default=None)
    is_missing = worst is not None and worst.correlation < MIN_SONG_CORRELATION
    yield judge(
        "song heard",
        measure_span(silence) <= MAX_SILENCE_SEC + _ROUNDING and not is_missing,
        f"{worst.start:.2f}-{worst.end:.2f} s: correlation {worst.correlation:.2f}"
        if worst and is_missing
        else f"silence {format_span(silence)}",
        f"at most {MAX_SILENCE_SEC:g} s of silence that is not the song's own, correlation {MIN_SONG_CORRELATION:g}"
        " with it",
        _note_silent(find_longest(facts.silences)),
    )
    recognized = [match for match in matches if match.correlation >= MIN_SONG_CORRELATION]
    farthest = max(recognized, key=lambda match: abs(match.offset_sec), default=None)
    allowed = 1 / timeline.fps + SYNC_SEC
    yield judge(
        "song in step",
        farthest is None or abs(farthest.offset_sec) <= allowed,
        f"at {farthest.start:.2f} s: {farthest.offset_sec:+.3f} s" if farthest else "nothing to compare",
        f"the song within {allowed:.3f} s of its place",
    )


def _note_silent(silence: Span | None) -> str:
    if silence is None or measure_span(silence) <= MAX_SILENCE_SEC + _ROUNDING:
        return ""
    length = measure_span(silence)
    return f"The song is silent for {length:.1f} s, from {silence.start:.1f} s of the video on, as its file is."
