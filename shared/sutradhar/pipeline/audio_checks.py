"""Check a plan's songs and recorded voices against their files, before any provider is asked or paid."""

from collections.abc import Iterator, Mapping

from sutradhar.domain.assets.listening import MAX_FILE_SEC
from sutradhar.domain.core.errors import FieldError, InvalidRequest
from sutradhar.domain.plan.plan import RenderPlan
from sutradhar.domain.plan.song import MIN_SONG_SEC, OwnNarration, Song
from sutradhar.domain.plan.upload import Upload
from sutradhar.domain.song.parse_lyrics import parse_lyrics

_MIN_SPEECH_SEC = 0.5
"""The shortest part of a recording that can be heard as speech."""
_ROUNDING_SEC = 0.1
"""Seconds by which an ``end_sec`` may lie behind the end, because players show rounded lengths."""


def check_lyrics(lyrics: str, path: str) -> None:
    """Raise InvalidRequest that names the field ``path`` if the lyrics cannot be read, or have no words."""
    try:
        parsed = parse_lyrics(lyrics)
    except InvalidRequest as exc:
        raise InvalidRequest([FieldError(path, error.message) for error in exc.errors]) from exc
    if not parsed.lines:
        raise InvalidRequest([FieldError(path, "has no words; give the words that are sung, a line each")])


def find_wrong_audio(plan: RenderPlan, uploads: Mapping[str, Upload], max_video_sec: float) -> Iterator[FieldError]:
    """Yield an error for each song and recording of ``plan`` that its file does not have, and for one of the whole
    video that is longer than ``max_video_sec`` (MAX_TOTAL_DURATION_SEC). ``PlanLimits`` limits those of scenes."""
    if song := plan.song:
        yield from _find_wrong_song(song, uploads[song.upload], max_video_sec)
    if own := plan.narration_audio:
        yield from _find_wrong_recording(own, uploads[own.upload], max_video_sec)
    for i, scene in enumerate(plan.scenes):
        if own := scene.narration_audio:
            yield from _find_wrong_part(f"scenes[{i}].narration_audio", own, uploads[own.upload], _MIN_SPEECH_SEC)


def measure_own_audio(plan: RenderPlan, uploads: Mapping[str, Upload]) -> float | None:
    """Return the seconds of the song or recording that is the sound of the whole video; None: there is none, or its
    file is not known."""
    own = plan.song or plan.narration_audio
    upload = uploads.get(own.upload) if own else None
    if own is None or upload is None or upload.facts is None:
        return None
    if isinstance(own, Song) and own.best:
        return min(float(plan.length_sec), upload.facts.duration_sec)
    return _measure_part(own, upload.facts.duration_sec)


def measure_scene_voices(plan: RenderPlan, uploads: Mapping[str, Upload]) -> dict[int, float]:
    """Return the seconds of each recorded voice that is the narration of one scene, by the index of the scene."""
    return {
        i: _measure_part(own, upload.facts.duration_sec)
        for i, scene in enumerate(plan.scenes)
        if (own := scene.narration_audio) and (upload := uploads.get(own.upload)) and upload.facts
    }


def _measure_part(own: Song | OwnNarration, length: float) -> float:
    end = length if own.end_sec is None else min(own.end_sec, length)
    return max(end - (own.start_sec or 0.0), 0.0)


def _find_wrong_song(song: Song, upload: Upload, max_video_sec: float) -> Iterator[FieldError]:
    if song.lyrics.strip():
        try:
            check_lyrics(song.lyrics, "song.lyrics")
        except InvalidRequest as exc:
            yield from exc.errors
    wrong = [*_find_wrong_part("song", song, upload, MIN_SONG_SEC)]
    yield from wrong
    length = upload.facts.duration_sec if upload.facts else 0.0
    if wrong or song.best:
        return
    seconds = _measure_part(song, length)
    if seconds > max_video_sec + _ROUNDING_SEC:
        subject = f"plays {seconds:.0f} s of" if song.start_sec or song.end_sec else f"has {seconds:.0f} s in"
        yield FieldError(
            "song",
            f"{subject} {upload.filename}; at most {max_video_sec:g} s a video (MAX_TOTAL_DURATION_SEC);"
            ' give start_sec and end_sec, or "best": true for the best part of length_sec',
        )


def _find_wrong_recording(own: OwnNarration, upload: Upload, max_video_sec: float) -> Iterator[FieldError]:
    wrong = [*_find_wrong_part("narration_audio", own, upload, _MIN_SPEECH_SEC)]
    yield from wrong
    seconds = _measure_part(own, upload.facts.duration_sec if upload.facts else 0.0)
    if not wrong and seconds > max_video_sec + _ROUNDING_SEC:
        yield FieldError(
            "narration_audio",
            f"has {seconds:.0f} s in {upload.filename}; at most {max_video_sec:g} s a video"
            " (MAX_TOTAL_DURATION_SEC); give start_sec and end_sec",
        )


def _find_wrong_part(path: str, own: Song | OwnNarration, upload: Upload, min_sec: float) -> Iterator[FieldError]:
    """Yield the reasons why the file has no such part."""
    assert upload.facts
    length, start = upload.facts.duration_sec, own.start_sec or 0.0
    if length > MAX_FILE_SEC:
        most = MAX_FILE_SEC / 60
        message = f"{upload.filename} is {length / 60:.0f} min long; at most {most:.0f} min; cut the file first"
        yield FieldError(f"{path}.upload", message)
    elif length < min_sec:
        yield FieldError(f"{path}.upload", f"{upload.filename} has {length:.1f} s; at least {min_sec:g} s are needed")
    elif isinstance(own, OwnNarration) and upload.facts.is_silent:
        yield FieldError(
            f"{path}.upload", f"{upload.filename} is silent: no voice can be heard; choose another recording"
        )
    elif start > length - min_sec:
        yield FieldError(
            f"{path}.start_sec", f"is {start:g}, and {upload.filename} ends at {length:.1f} s; start sooner"
        )
    if own.end_sec is not None and own.end_sec > length + _ROUNDING_SEC:
        message = (
            f"is {own.end_sec:g}, and {upload.filename} ends at {length:.1f} s; leave end_sec out to play all of it"
        )
        yield FieldError(f"{path}.end_sec", message)
